//! Layouts of frames in memory, by the names V4L2 and libcamera users know.
use csi2_packet::DataType;

/// Order of the colour filter, first row then second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BayerOrder {
    /// R G / G B.
    Rggb,
    /// G R / B G.
    Grbg,
    /// G B / R G.
    Gbrg,
    /// B G / G R.
    Bggr,
    /// No filter.
    Mono,
}

/// How samples lie in memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packing {
    /// As on the link.
    Csi2,
    /// One byte a sample, or two bytes little-endian, right-aligned.
    Unpacked,
}

/// A named memory layout.
#[derive(Clone, Copy, Debug)]
pub struct MemoryFormat {
    /// V4L2 name without prefix: `SRGGB10P`.
    pub name: &'static str,
    /// V4L2 four-character code: `pRAA`.
    pub fourcc: &'static str,
    /// libcamera name: `SRGGB10_CSI2P`.
    pub libcamera: &'static str,
    /// Order.
    pub order: BayerOrder,
    /// Bits per sample.
    pub bits: u8,
    /// Layout.
    pub packing: Packing,
    /// The data type whose packing this is.
    pub data_type: DataType,
}

/// All layouts.
pub const MEMORY_FORMATS: &[MemoryFormat] = &[];
/// By V4L2 name, fourcc (exact case) or libcamera name.
pub fn find_memory_format(name: &str) -> Option<&'static MemoryFormat> {
    let _ = name;
    None
}
