//! The table.

use csi2_packet::DataType;

use super::BayerOrder::{Bggr, Gbrg, Grbg, Mono, Rggb};
use super::Packing::{self, Bytes, Csi2, Unpacked};
use super::{BayerOrder, MemoryFormat};
use crate::Layout;

/// Kernel documentation says 8-bit codes; the link's simple predictor is assumed.
const DPCM8: Packing = Packing::Dpcm("10-8-10");
/// `- RRRRR GGGGG BBBBB`: the unused bit is on top, not below green as on the link.
const WORD555: Packing = Packing::Word {
    bytes: 2,
    big_endian: false,
    shifts: [0, 5, 10],
};
/// `BBBBBB GG | GGGG RRRR | RR ------ | --------`
const WORD666: Packing = Packing::Word {
    bytes: 4,
    big_endian: true,
    shifts: [26, 20, 14],
};

/// All layouts. The irregular codes (`BA81`, `BA10`, `BA12`, `BYR2`, `BD10`) and the case (`pgAA` is GRBG, `pGAA` is GBRG) are
/// V4L2's. 16-bit layouts of V4L2 are little-endian, RAW16 on the link is not. V4L2 has no codes for 20 bits and more: `SRGGB20P`
/// and its like are formed as those of fewer bits, `RAW20_32` is 32 bits a sample, little-endian.
#[rustfmt::skip]
pub const MEMORY_FORMATS: &[MemoryFormat] = &[
    raw("SRGGB8",    "RGGB", "SRGGB8",        "SRGGB8_1X8",            0x3014, "bayer_rggb8",     Rggb, Unpacked, DataType::RAW8),
    raw("SGRBG8",    "GRBG", "SGRBG8",        "SGRBG8_1X8",            0x3002, "bayer_grbg8",     Grbg, Unpacked, DataType::RAW8),
    raw("SGBRG8",    "GBRG", "SGBRG8",        "SGBRG8_1X8",            0x3013, "bayer_gbrg8",     Gbrg, Unpacked, DataType::RAW8),
    raw("SBGGR8",    "BA81", "SBGGR8",        "SBGGR8_1X8",            0x3001, "bayer_bggr8",     Bggr, Unpacked, DataType::RAW8),
    raw("GREY",      "GREY", "R8",            "Y8_1X8",                0x2001, "gray",            Mono, Unpacked, DataType::RAW8),
    raw("SRGGB10",   "RG10", "SRGGB10",       "SRGGB10_1X10",          0x300F, "",                Rggb, Unpacked, DataType::RAW10),
    raw("SGRBG10",   "BA10", "SGRBG10",       "SGRBG10_1X10",          0x300A, "",                Grbg, Unpacked, DataType::RAW10),
    raw("SGBRG10",   "GB10", "SGBRG10",       "SGBRG10_1X10",          0x300E, "",                Gbrg, Unpacked, DataType::RAW10),
    raw("SBGGR10",   "BG10", "SBGGR10",       "SBGGR10_1X10",          0x3007, "",                Bggr, Unpacked, DataType::RAW10),
    raw("Y10",       "Y10 ", "R10",           "Y10_1X10",              0x200A, "gray10le",        Mono, Unpacked, DataType::RAW10),
    raw("SRGGB10P",  "pRAA", "SRGGB10_CSI2P", "SRGGB10_1X10",          0x300F, "",                Rggb, Csi2,     DataType::RAW10),
    raw("SGRBG10P",  "pgAA", "SGRBG10_CSI2P", "SGRBG10_1X10",          0x300A, "",                Grbg, Csi2,     DataType::RAW10),
    raw("SGBRG10P",  "pGAA", "SGBRG10_CSI2P", "SGBRG10_1X10",          0x300E, "",                Gbrg, Csi2,     DataType::RAW10),
    raw("SBGGR10P",  "pBAA", "SBGGR10_CSI2P", "SBGGR10_1X10",          0x3007, "",                Bggr, Csi2,     DataType::RAW10),
    raw("Y10P",      "Y10P", "R10_CSI2P",     "Y10_1X10",              0x200A, "",                Mono, Csi2,     DataType::RAW10),
    raw("SRGGB12",   "RG12", "SRGGB12",       "SRGGB12_1X12",          0x3012, "",                Rggb, Unpacked, DataType::RAW12),
    raw("SGRBG12",   "BA12", "SGRBG12",       "SGRBG12_1X12",          0x3011, "",                Grbg, Unpacked, DataType::RAW12),
    raw("SGBRG12",   "GB12", "SGBRG12",       "SGBRG12_1X12",          0x3010, "",                Gbrg, Unpacked, DataType::RAW12),
    raw("SBGGR12",   "BG12", "SBGGR12",       "SBGGR12_1X12",          0x3008, "",                Bggr, Unpacked, DataType::RAW12),
    raw("Y12",       "Y12 ", "R12",           "Y12_1X12",              0x2013, "gray12le",        Mono, Unpacked, DataType::RAW12),
    raw("SRGGB12P",  "pRCC", "SRGGB12_CSI2P", "SRGGB12_1X12",          0x3012, "",                Rggb, Csi2,     DataType::RAW12),
    raw("SGRBG12P",  "pgCC", "SGRBG12_CSI2P", "SGRBG12_1X12",          0x3011, "",                Grbg, Csi2,     DataType::RAW12),
    raw("SGBRG12P",  "pGCC", "SGBRG12_CSI2P", "SGBRG12_1X12",          0x3010, "",                Gbrg, Csi2,     DataType::RAW12),
    raw("SBGGR12P",  "pBCC", "SBGGR12_CSI2P", "SBGGR12_1X12",          0x3008, "",                Bggr, Csi2,     DataType::RAW12),
    raw("Y12P",      "Y12P", "R12_CSI2P",     "Y12_1X12",              0x2013, "",                Mono, Csi2,     DataType::RAW12),
    raw("SRGGB14",   "RG14", "SRGGB14",       "SRGGB14_1X14",          0x301C, "",                Rggb, Unpacked, DataType::RAW14),
    raw("SGRBG14",   "GR14", "SGRBG14",       "SGRBG14_1X14",          0x301B, "",                Grbg, Unpacked, DataType::RAW14),
    raw("SGBRG14",   "GB14", "SGBRG14",       "SGBRG14_1X14",          0x301A, "",                Gbrg, Unpacked, DataType::RAW14),
    raw("SBGGR14",   "BG14", "SBGGR14",       "SBGGR14_1X14",          0x3019, "",                Bggr, Unpacked, DataType::RAW14),
    raw("Y14",       "Y14 ", "R14",           "Y14_1X14",              0x202D, "gray14le",        Mono, Unpacked, DataType::RAW14),
    raw("SRGGB14P",  "pREE", "SRGGB14_CSI2P", "SRGGB14_1X14",          0x301C, "",                Rggb, Csi2,     DataType::RAW14),
    raw("SGRBG14P",  "pgEE", "SGRBG14_CSI2P", "SGRBG14_1X14",          0x301B, "",                Grbg, Csi2,     DataType::RAW14),
    raw("SGBRG14P",  "pGEE", "SGBRG14_CSI2P", "SGBRG14_1X14",          0x301A, "",                Gbrg, Csi2,     DataType::RAW14),
    raw("SBGGR14P",  "pBEE", "SBGGR14_CSI2P", "SBGGR14_1X14",          0x3019, "",                Bggr, Csi2,     DataType::RAW14),
    raw("Y14P",      "Y14P", "R14_CSI2P",     "Y14_1X14",              0x202D, "",                Mono, Csi2,     DataType::RAW14),
    raw("SRGGB16",   "RG16", "SRGGB16",       "SRGGB16_1X16",          0x3020, "bayer_rggb16le",  Rggb, Unpacked, DataType::RAW16),
    raw("SGRBG16",   "GR16", "SGRBG16",       "SGRBG16_1X16",          0x301F, "bayer_grbg16le",  Grbg, Unpacked, DataType::RAW16),
    raw("SGBRG16",   "GB16", "SGBRG16",       "SGBRG16_1X16",          0x301E, "bayer_gbrg16le",  Gbrg, Unpacked, DataType::RAW16),
    raw("SBGGR16",   "BYR2", "SBGGR16",       "SBGGR16_1X16",          0x301D, "bayer_bggr16le",  Bggr, Unpacked, DataType::RAW16),
    raw("Y16",       "Y16 ", "R16",           "Y16_1X16",              0x202E, "gray16le",        Mono, Unpacked, DataType::RAW16),
    raw("SRGGB20",   "",     "",              "SRGGB20_1X20",          0x3024, "",                Rggb, Unpacked, DataType::RAW20),
    raw("SGRBG20",   "",     "",              "SGRBG20_1X20",          0x3023, "",                Grbg, Unpacked, DataType::RAW20),
    raw("SGBRG20",   "",     "",              "SGBRG20_1X20",          0x3022, "",                Gbrg, Unpacked, DataType::RAW20),
    raw("SBGGR20",   "",     "",              "SBGGR20_1X20",          0x3021, "",                Bggr, Unpacked, DataType::RAW20),
    raw("SRGGB20P",  "",     "",              "SRGGB20_1X20",          0x3024, "",                Rggb, Csi2,     DataType::RAW20),
    raw("SGRBG20P",  "",     "",              "SGRBG20_1X20",          0x3023, "",                Grbg, Csi2,     DataType::RAW20),
    raw("SGBRG20P",  "",     "",              "SGBRG20_1X20",          0x3022, "",                Gbrg, Csi2,     DataType::RAW20),
    raw("SBGGR20P",  "",     "",              "SBGGR20_1X20",          0x3021, "",                Bggr, Csi2,     DataType::RAW20),
    raw("SRGGB10DPCM8", "bRA8", "",              "SRGGB10_DPCM8_1X8",     0x300D, "",                Rggb, DPCM8,    DataType::RAW10),
    raw("SGRBG10DPCM8", "BD10", "",              "SGRBG10_DPCM8_1X8",     0x3009, "",                Grbg, DPCM8,    DataType::RAW10),
    raw("SGBRG10DPCM8", "bGA8", "",              "SGBRG10_DPCM8_1X8",     0x300C, "",                Gbrg, DPCM8,    DataType::RAW10),
    raw("SBGGR10DPCM8", "bBA8", "",              "SBGGR10_DPCM8_1X8",     0x300B, "",                Bggr, DPCM8,    DataType::RAW10),
    raw("RAW6",      "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW6),
    raw("RAW7",      "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW7),
    raw("RAW8",      "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW8),
    raw("RAW10",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW10),
    raw("RAW12",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW12),
    raw("RAW14",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW14),
    raw("RAW16",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW16),
    raw("RAW20",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW20),
    raw("RAW24",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW24),
    raw("RAW28",     "",     "",              "",                      0,      "",                Mono, Csi2,     DataType::RAW28),
    raw("RAW20_32",  "",     "",              "",                      0,      "",                Mono, Unpacked, DataType::RAW20),
    raw("RAW24_32",  "",     "",              "",                      0,      "",                Mono, Unpacked, DataType::RAW24),
    raw("RAW28_32",  "",     "",              "",                      0,      "",                Mono, Unpacked, DataType::RAW28),
    // libcamera names words, most significant component first; V4L2 names bytes.
    colour("UYVY",     "UYVY", "UYVY",   "UYVY8_1X16",   0x200F, "uyvy422",  Layout::Uyvy,   [8; 3],    Csi2,                 DataType::YUV422_8),
    colour("YUYV",     "YUYV", "YUYV",   "YUYV8_1X16",   0x2011, "yuyv422",  Layout::Uyvy,   [8; 3],    Bytes(&[1, 0, 3, 2]), DataType::YUV422_8),
    colour("YVYU",     "YVYU", "YVYU",   "YVYU8_1X16",   0x2012, "yvyu422",  Layout::Uyvy,   [8; 3],    Bytes(&[3, 0, 1, 2]), DataType::YUV422_8),
    colour("VYUY",     "VYUY", "VYUY",   "VYUY8_1X16",   0x2010, "",         Layout::Uyvy,   [8; 3],    Bytes(&[2, 1, 0, 3]), DataType::YUV422_8),
    colour("YUV422_10", "",    "",       "UYVY10_1X20",  0x201A, "",         Layout::Uyvy,   [10; 3],   Csi2,                 DataType::YUV422_10),
    colour("NV12",     "NV12", "NV12",   "",             0,      "nv12",     Layout::Yuv420, [8; 3],    Packing::Planes { interleaved: true }, DataType::YUV420_8),
    colour("YUV420",   "YU12", "YUV420", "",             0,      "yuv420p",  Layout::Yuv420, [8; 3],    Packing::Planes { interleaved: false }, DataType::YUV420_8),
    colour("RGB565",   "RGBP", "RGB565", "RGB565_1X16",  0x1017, "rgb565le", Layout::Bgr,    [5, 6, 5], Csi2,                 DataType::RGB565),
    colour("RGB555",   "RGBO", "",       "",             0,      "rgb555le", Layout::Bgr,    [5; 3],    WORD555,              DataType::RGB555),
    colour("BGR666",   "BGRH", "",       "",             0,      "",         Layout::Bgr,    [6; 3],    WORD666,              DataType::RGB666),
    colour("RGB666",   "",     "",       "",             0,      "",         Layout::Bgr,    [6; 3],    Csi2,                 DataType::RGB666),
    colour("BGR24",    "BGR3", "RGB888", "BGR888_1X24",  0x1013, "bgr24",    Layout::Bgr,    [8; 3],    Csi2,                 DataType::RGB888),
    colour("RGB24",    "RGB3", "BGR888", "",             0,      "rgb24",    Layout::Bgr,    [8; 3],    Bytes(&[2, 1, 0]),    DataType::RGB888),
];

#[allow(clippy::too_many_arguments)]
const fn raw(
    name: &'static str,
    fourcc: &'static str,
    libcamera: &'static str,
    media_bus: &'static str,
    media_bus_code: u16,
    ffmpeg: &'static str,
    order: BayerOrder,
    packing: Packing,
    data_type: DataType,
) -> MemoryFormat {
    let bits = match data_type.raw_bits() {
        Some(bits) => bits,
        None => 0,
    };
    MemoryFormat {
        name,
        fourcc,
        libcamera,
        media_bus,
        media_bus_code,
        ffmpeg,
        order,
        layout: Layout::Single,
        bits,
        depth: [bits; 3],
        packing,
        data_type,
    }
}

#[allow(clippy::too_many_arguments)]
const fn colour(
    name: &'static str,
    fourcc: &'static str,
    libcamera: &'static str,
    media_bus: &'static str,
    media_bus_code: u16,
    ffmpeg: &'static str,
    layout: Layout,
    depth: [u8; 3],
    packing: Packing,
    data_type: DataType,
) -> MemoryFormat {
    MemoryFormat {
        name,
        fourcc,
        libcamera,
        media_bus,
        media_bus_code,
        ffmpeg,
        order: Mono,
        layout,
        // Green has the most, where they differ.
        bits: depth[1],
        depth,
        packing,
        data_type,
    }
}
