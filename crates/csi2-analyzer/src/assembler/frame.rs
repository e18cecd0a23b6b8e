//! What is asked of the assembler and what it makes.

use super::StreamFilter;
use crate::Limits;
use csi2_dphy::Tick;
use csi2_kernels::Backend;
use csi2_packet::{DataType, VirtualChannel};
use csi2_pixel::{Codec, Codecs, Samples};

/// What a frame keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keep {
    /// Samples, unpacked line by line as payload arrives; formats without a codec are kept packed.
    Samples,
    /// Payload bytes as on the link.
    Packed,
}

/// Parameters of a [`crate::FrameAssembler`].
#[derive(Clone, Copy, Debug)]
pub struct AssemblerSettings {
    /// What to keep.
    pub keep: Keep,
    /// Bounds.
    pub limits: Limits,
    /// Unpacking kernels.
    pub backend: Backend,
    /// Which channels and data types.
    pub streams: StreamFilter,
    /// Layouts of data types.
    pub codecs: Codecs,
}

/// A frame's content, row after row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pixels<'a> {
    /// `height` rows of [`csi2_pixel::Layout::stride`] samples each, in the order of the link; what a row does not have is 0.
    Samples(Samples<'a>),
    /// `height` rows of `line_bytes` bytes.
    Packed(&'a [u8]),
}

/// A finished frame, lent until the next push.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// Channel.
    pub channel: VirtualChannel,
    /// Data type.
    pub data_type: DataType,
    /// Count of frames of this channel and data type, from 0.
    pub index: u64,
    /// Frame number of its FS (0: unnumbered); `None` when FS was lost.
    pub number: Option<u16>,
    /// The layout of its payload; `None` where the data type has none.
    pub codec: Option<&'static Codec>,
    /// Pixels per row (payload bytes for formats without a codec).
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits per sample; 8 for formats without a codec.
    pub bits: u8,
    /// Payload bytes of a row. YUV420: of the longer rows; every first row of a pair has half of it, then zeros.
    pub line_bytes: u32,
    /// Of these, bytes at the end of a row that are no whole group, and are in no sample.
    pub rest_bytes: u32,
    /// Content; lost rows are zero.
    pub pixels: Pixels<'a>,
    /// All rows there and FS and FE seen. Rows with a wrong checksum do not make a frame incomplete.
    pub complete: bool,
    /// Lost rows, ascending.
    pub missing_lines: &'a [u32],
    /// Rows with a wrong checksum, cut short, or of another length, ascending.
    pub bad_lines: &'a [u32],
    /// Packet number of its FS or first line.
    pub first_packet: u64,
    /// When it began.
    pub at: Option<Tick>,
}
