//! Layouts of frames in memory, by the names V4L2, libcamera, media-ctl and FFmpeg users know.
//!
//! Ref: torvalds/linux `include/uapi/linux/videodev2.h`, `include/uapi/linux/media-bus-format.h`,
//! `Documentation/userspace-api/media/v4l/pixfmt-rgb.rst`, `pixfmt-packed-yuv.rst`, `pixfmt-yuv-planar.rst`;
//! raspberrypi/libcamera `src/libcamera/formats.yaml`; FFmpeg/FFmpeg `libavutil/pixdesc.c`.

mod names;
mod rows;

use csi2_packet::DataType;

use crate::Layout;
pub use names::{find_memory_format, media_bus_formats, not_a_picture};
pub use rows::MEMORY_FORMATS;

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
    /// As on the link, in the packing of [`MemoryFormat::data_type`].
    Csi2,
    /// One byte a sample, or two or four little-endian, right-aligned.
    Unpacked,
    /// One byte a sample, of which groups lie in another order than on the link: sample `i` is byte `order[i]`.
    Bytes(&'static [u8]),
    /// Words of a pixel, with its blue, green and red at these bits.
    Word {
        /// Bytes of a word.
        bytes: u8,
        /// Most significant byte first.
        big_endian: bool,
        /// Lowest bits of blue, green and red.
        shifts: [u8; 3],
    },
    /// Coded by the compression of this name (see [`crate::COMPRESSIONS`]). Experimental.
    Dpcm(&'static str),
    /// All of Y in bytes, then chroma of half the width and height.
    Planes {
        /// U and V in turn, instead of all U and then all V.
        interleaved: bool,
    },
}

/// A named memory layout. Names that a layout does not have are empty.
#[derive(Clone, Copy, Debug)]
pub struct MemoryFormat {
    /// V4L2 name without prefix: `SRGGB10P`; of a layout without a V4L2 code one formed alike, or that of the link: `RAW10`.
    pub name: &'static str,
    /// V4L2 four-character code: `pRAA`.
    pub fourcc: &'static str,
    /// libcamera name: `SRGGB10_CSI2P`.
    pub libcamera: &'static str,
    /// Name of the media-bus format that is stored so, without prefix: `SRGGB10_1X10`.
    pub media_bus: &'static str,
    /// Its code: 0x300F; or 0.
    pub media_bus_code: u16,
    /// FFmpeg's `pix_fmt`: `bayer_rggb16le`.
    pub ffmpeg: &'static str,
    /// Order.
    pub order: BayerOrder,
    /// What the samples of a row are, once unpacked.
    pub layout: Layout,
    /// Bits per sample: the most of [`MemoryFormat::depth`].
    pub bits: u8,
    /// Bits of the samples of a pixel, as they come.
    pub depth: [u8; 3],
    /// How they lie.
    pub packing: Packing,
    /// The data type whose packing this is, or that is stored so.
    pub data_type: DataType,
}

impl MemoryFormat {
    /// Packed as on the link: several samples share a byte.
    pub const fn is_packed(&self) -> bool {
        matches!(self.packing, Packing::Csi2 | Packing::Dpcm(_))
    }

    /// Rows lie in one piece; of [`Packing::Planes`] they do not.
    pub const fn has_rows(&self) -> bool {
        !matches!(self.packing, Packing::Planes { .. })
    }

    /// The greatest value of a sample.
    pub const fn max_sample(&self) -> u32 {
        u32::MAX >> (32 - self.bits as u32)
    }
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
