//! How the samples of a line make pixels.
//!
//! Ref: sophgo/sophgo-doc `SG200X/TRM/contents/en/video/mipi_rx.rst` (YUV422); Microchip CSI-2 demultiplexer documentation
//! (YUV420, legacy YUV420, RGB666); amd.com MIPI CSI-2 RX subsystem PG232 (RGB888).

/// What the samples of a line are, in the order of the link. Lines are counted from 0.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Layout {
    /// One sample a pixel.
    Single,
    /// Blue, green and red of each pixel.
    Bgr,
    /// U, Y, V, Y of each two pixels.
    Uyvy,
    /// Lines 0, 2, ...: Y of each pixel; lines 1, 3, ...: U, Y, V, Y of each two. Chroma is of both lines.
    Yuv420,
    /// Lines 0, 2, ...: U, Y, Y of each two pixels; lines 1, 3, ...: V, Y, Y. Chroma is of both lines.
    Yuv420Legacy,
}

impl Layout {
    /// Samples of line `row` of `width` pixels. Pairs of pixels are counted whole.
    pub const fn samples(self, row: usize, width: usize) -> usize {
        match self {
            Self::Single => width,
            Self::Bgr => width.saturating_mul(3),
            Self::Yuv420 if row.is_multiple_of(2) => width,
            Self::Uyvy | Self::Yuv420 => width.div_ceil(2).saturating_mul(4),
            Self::Yuv420Legacy => width.div_ceil(2).saturating_mul(3),
        }
    }

    /// Whole pixels in `samples` samples of line `row`.
    pub const fn pixels(self, row: usize, samples: usize) -> usize {
        match self {
            Self::Single => samples,
            Self::Bgr => samples / 3,
            Self::Yuv420 if row.is_multiple_of(2) => samples,
            Self::Uyvy | Self::Yuv420 => samples / 4 * 2,
            Self::Yuv420Legacy => samples / 3 * 2,
        }
    }

    /// Samples from row to row of a frame of `width` pixels: those of its longest line. Shorter lines are filled with 0.
    pub const fn stride(self, width: usize) -> usize {
        self.samples(1, width)
    }

    /// Lines alternate in length: every first of a pair is half as long as the second.
    pub const fn alternates(self) -> bool {
        matches!(self, Self::Yuv420)
    }
}
