//! Where frames lie in a dump.

use crate::failure::Failure;
use crate::number::Size;
use csi2_pixel::{MemoryFormat, Packing};

/// Where frames lie in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) format: &'static MemoryFormat,
    pub(super) size: Size,
    /// Bytes of a row.
    pub(super) row: usize,
    /// Bytes from row to row.
    pub(super) stride: usize,
}

impl Geometry {
    /// Without `stride`, rows are not padded.
    pub(super) fn new(format: &'static MemoryFormat, size: Size, stride: Option<usize>) -> Result<Self, Failure> {
        const LIMIT: usize = 1 << 32;
        let row = format.row_bytes(size.width);
        let stride = stride.unwrap_or(row);
        if stride < row {
            return Err(Failure::usage(format!(
                "--stride {stride} is less than the {row} bytes of a row of {} samples in {}",
                size.width, format.name
            )));
        }
        if stride.checked_mul(size.height).is_none_or(|bytes| bytes > LIMIT) {
            return Err(Failure::usage(format!(
                "a frame of {} rows of {stride} bytes is larger than {LIMIT} bytes",
                size.height
            )));
        }
        Ok(Self {
            format,
            size,
            row,
            stride,
        })
    }

    /// The rows of a frame in the order they lie: how many, bytes of each, and bytes from one to the next.
    pub(super) fn rows(&self) -> [(usize, usize, usize); 3] {
        let Size { width, height } = self.size;
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let first = (height, self.row, self.stride);
        match self.format.packing {
            Packing::Planes { interleaved: true } => {
                let row = 2 * half_width;
                [first, (half_height, row, self.stride.max(row)), (0, 0, 0)]
            }
            // Chroma rows are padded to half of what luma rows are.
            Packing::Planes { interleaved: false } => {
                let chroma = (half_height, half_width, self.stride.div_ceil(2));
                [first, chroma, chroma]
            }
            _ => [first, (0, 0, 0), (0, 0, 0)],
        }
    }

    /// Bytes of a frame with the padding of its last row.
    pub(super) fn frame(&self) -> u64 {
        self.rows()
            .iter()
            .map(|(rows, _, stride)| *rows as u64 * *stride as u64)
            .sum()
    }

    /// Bytes of a frame without it: dumps may end there.
    pub(super) fn least(&self) -> u64 {
        let padding = self
            .rows()
            .iter()
            .rev()
            .find(|(rows, ..)| *rows > 0)
            .map_or(0, |(_, row, stride)| stride - row);
        self.frame() - padding as u64
    }

    /// Whole frames in so many bytes, and bytes left over.
    pub(super) fn frames_in(&self, bytes: u64) -> (u64, u64) {
        let (frame, least) = (self.frame().max(1), self.least());
        match (bytes / frame, bytes % frame) {
            (whole, rest) if rest >= least && rest > 0 => (whole + 1, 0),
            found => found,
        }
    }
}
