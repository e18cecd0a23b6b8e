//! Layouts of frames in memory, by the names V4L2 and libcamera users know.
//!
//! Ref: torvalds/linux `include/uapi/linux/videodev2.h`; raspberrypi/libcamera `src/libcamera/formats.yaml`.

use csi2_packet::DataType;

use BayerOrder::{Bggr, Gbrg, Grbg, Mono, Rggb};
use Packing::{Csi2, Unpacked};

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

/// A named memory layout. Names that a layout does not have are empty.
#[derive(Clone, Copy, Debug)]
pub struct MemoryFormat {
    /// V4L2 name without prefix: `SRGGB10P`; or, of a layout without colour information, the link's name: `RAW10`.
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

/// All layouts. The irregular codes (`BA81`, `BA10`, `BA12`, `BYR2`) and the case (`pgAA` is GRBG, `pGAA` is GBRG) are V4L2's.
/// 16-bit layouts of V4L2 are little-endian, RAW16 on the link is not.
#[rustfmt::skip]
pub const MEMORY_FORMATS: &[MemoryFormat] = &[
    row("SRGGB8",   "RGGB", "SRGGB8",        Rggb,  8, Unpacked, DataType::RAW8),
    row("SGRBG8",   "GRBG", "SGRBG8",        Grbg,  8, Unpacked, DataType::RAW8),
    row("SGBRG8",   "GBRG", "SGBRG8",        Gbrg,  8, Unpacked, DataType::RAW8),
    row("SBGGR8",   "BA81", "SBGGR8",        Bggr,  8, Unpacked, DataType::RAW8),
    row("GREY",     "GREY", "R8",            Mono,  8, Unpacked, DataType::RAW8),
    row("SRGGB10",  "RG10", "SRGGB10",       Rggb, 10, Unpacked, DataType::RAW10),
    row("SGRBG10",  "BA10", "SGRBG10",       Grbg, 10, Unpacked, DataType::RAW10),
    row("SGBRG10",  "GB10", "SGBRG10",       Gbrg, 10, Unpacked, DataType::RAW10),
    row("SBGGR10",  "BG10", "SBGGR10",       Bggr, 10, Unpacked, DataType::RAW10),
    row("Y10",      "Y10 ", "R10",           Mono, 10, Unpacked, DataType::RAW10),
    row("SRGGB10P", "pRAA", "SRGGB10_CSI2P", Rggb, 10, Csi2,     DataType::RAW10),
    row("SGRBG10P", "pgAA", "SGRBG10_CSI2P", Grbg, 10, Csi2,     DataType::RAW10),
    row("SGBRG10P", "pGAA", "SGBRG10_CSI2P", Gbrg, 10, Csi2,     DataType::RAW10),
    row("SBGGR10P", "pBAA", "SBGGR10_CSI2P", Bggr, 10, Csi2,     DataType::RAW10),
    row("Y10P",     "Y10P", "R10_CSI2P",     Mono, 10, Csi2,     DataType::RAW10),
    row("SRGGB12",  "RG12", "SRGGB12",       Rggb, 12, Unpacked, DataType::RAW12),
    row("SGRBG12",  "BA12", "SGRBG12",       Grbg, 12, Unpacked, DataType::RAW12),
    row("SGBRG12",  "GB12", "SGBRG12",       Gbrg, 12, Unpacked, DataType::RAW12),
    row("SBGGR12",  "BG12", "SBGGR12",       Bggr, 12, Unpacked, DataType::RAW12),
    row("Y12",      "Y12 ", "R12",           Mono, 12, Unpacked, DataType::RAW12),
    row("SRGGB12P", "pRCC", "SRGGB12_CSI2P", Rggb, 12, Csi2,     DataType::RAW12),
    row("SGRBG12P", "pgCC", "SGRBG12_CSI2P", Grbg, 12, Csi2,     DataType::RAW12),
    row("SGBRG12P", "pGCC", "SGBRG12_CSI2P", Gbrg, 12, Csi2,     DataType::RAW12),
    row("SBGGR12P", "pBCC", "SBGGR12_CSI2P", Bggr, 12, Csi2,     DataType::RAW12),
    row("Y12P",     "Y12P", "R12_CSI2P",     Mono, 12, Csi2,     DataType::RAW12),
    row("SRGGB14",  "RG14", "SRGGB14",       Rggb, 14, Unpacked, DataType::RAW14),
    row("SGRBG14",  "GR14", "SGRBG14",       Grbg, 14, Unpacked, DataType::RAW14),
    row("SGBRG14",  "GB14", "SGBRG14",       Gbrg, 14, Unpacked, DataType::RAW14),
    row("SBGGR14",  "BG14", "SBGGR14",       Bggr, 14, Unpacked, DataType::RAW14),
    row("Y14",      "Y14 ", "R14",           Mono, 14, Unpacked, DataType::RAW14),
    row("SRGGB14P", "pREE", "SRGGB14_CSI2P", Rggb, 14, Csi2,     DataType::RAW14),
    row("SGRBG14P", "pgEE", "SGRBG14_CSI2P", Grbg, 14, Csi2,     DataType::RAW14),
    row("SGBRG14P", "pGEE", "SGBRG14_CSI2P", Gbrg, 14, Csi2,     DataType::RAW14),
    row("SBGGR14P", "pBEE", "SBGGR14_CSI2P", Bggr, 14, Csi2,     DataType::RAW14),
    row("Y14P",     "Y14P", "R14_CSI2P",     Mono, 14, Csi2,     DataType::RAW14),
    row("SRGGB16",  "RG16", "SRGGB16",       Rggb, 16, Unpacked, DataType::RAW16),
    row("SGRBG16",  "GR16", "SGRBG16",       Grbg, 16, Unpacked, DataType::RAW16),
    row("SGBRG16",  "GB16", "SGBRG16",       Gbrg, 16, Unpacked, DataType::RAW16),
    row("SBGGR16",  "BYR2", "SBGGR16",       Bggr, 16, Unpacked, DataType::RAW16),
    row("Y16",      "Y16 ", "R16",           Mono, 16, Unpacked, DataType::RAW16),
    row("RAW6",     "",     "",              Mono,  6, Csi2,     DataType::RAW6),
    row("RAW7",     "",     "",              Mono,  7, Csi2,     DataType::RAW7),
    row("RAW8",     "",     "",              Mono,  8, Csi2,     DataType::RAW8),
    row("RAW10",    "",     "",              Mono, 10, Csi2,     DataType::RAW10),
    row("RAW12",    "",     "",              Mono, 12, Csi2,     DataType::RAW12),
    row("RAW14",    "",     "",              Mono, 14, Csi2,     DataType::RAW14),
    row("RAW16",    "",     "",              Mono, 16, Csi2,     DataType::RAW16),
];

/// By V4L2 name (with or without `V4L2_PIX_FMT_`), fourcc or libcamera name. Names are found in any case; of fourccs the
/// case counts, and trailing spaces do not.
pub fn find_memory_format(name: &str) -> Option<&'static MemoryFormat> {
    const PREFIX: &str = "V4L2_PIX_FMT_";
    let wanted = name.trim_end();
    let wanted = match wanted.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => wanted,
    };
    if wanted.is_empty() {
        return None;
    }
    let by = |matches: fn(&MemoryFormat, &str) -> bool| MEMORY_FORMATS.iter().find(|format| matches(format, wanted));
    by(|format, wanted| format.fourcc.trim_end() == wanted).or_else(|| {
        by(|format, wanted| format.name.eq_ignore_ascii_case(wanted) || format.libcamera.eq_ignore_ascii_case(wanted))
    })
}

impl BayerOrder {
    /// Name in lower case: `rggb`, ..., `mono`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rggb => "rggb",
            Self::Grbg => "grbg",
            Self::Gbrg => "gbrg",
            Self::Bggr => "bggr",
            Self::Mono => "mono",
        }
    }
}

const fn row(
    name: &'static str,
    fourcc: &'static str,
    libcamera: &'static str,
    order: BayerOrder,
    bits: u8,
    packing: Packing,
    data_type: DataType,
) -> MemoryFormat {
    MemoryFormat {
        name,
        fourcc,
        libcamera,
        order,
        bits,
        packing,
        data_type,
    }
}
