//! One implementation a data type.

use csi2_kernels::{Backend, Raw};
use csi2_packet::DataType;

use crate::Layout;

/// The smallest whole piece of a payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Group {
    /// Bytes.
    pub bytes: usize,
    /// Samples.
    pub samples: usize,
}

/// A payload layout. Firmware pays only for the implementations it names.
pub trait PixelFormat {
    /// Its data type.
    const DATA_TYPE: DataType;
    /// What its samples are.
    const LAYOUT: Layout;
    /// Its granularity; of YUV420, that of the shorter lines: twice this in the longer ones.
    const GROUP: Group;
    /// Significant bits per sample, as the samples of a pixel come (blue, green, red).
    const DEPTH: [u8; 3];
    /// The packing of raw samples that its payload has, where rows can be written past the caches.
    const RAW: Option<Raw> = None;
    /// One sample.
    type Sample: Copy;
    /// Unpacks whole groups; returns (bytes read, samples written), the most that both slices allow.
    fn unpack(backend: Backend, packed: &[u8], samples: &mut [Self::Sample]) -> (usize, usize);
    /// Packs whole groups; returns (samples read, bytes written).
    fn pack(backend: Backend, samples: &[Self::Sample], packed: &mut [u8]) -> (usize, usize);
}

/// A row a format: type, data type, layout, bytes and samples of a group, sample, bits of its samples, kernels, and those for
/// rows past the caches. Kernels may have smaller groups than the format: what a format's group does not fill is left out.
macro_rules! formats {
    ($($format:ident $data_type:ident $layout:ident $bytes:literal / $samples:literal $sample:ident $depth:expr, $unpack:ident $pack:ident $($raw:ident)?;)*) => {$(
        #[doc = concat!(stringify!($data_type), ": ", $samples, " samples in ", $bytes, " bytes, laid out as at [`csi2_kernels::", stringify!($unpack), "`]; [`Layout::", stringify!($layout), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $format;

        impl PixelFormat for $format {
            const DATA_TYPE: DataType = DataType::$data_type;
            const LAYOUT: Layout = Layout::$layout;
            const GROUP: Group = Group { bytes: $bytes, samples: $samples };
            const DEPTH: [u8; 3] = $depth;
            $(const RAW: Option<Raw> = Some(Raw::$raw);)?
            type Sample = $sample;

            fn unpack(backend: Backend, packed: &[u8], samples: &mut [$sample]) -> (usize, usize) {
                let groups = (packed.len() / $bytes).min(samples.len() / $samples);
                let (packed, samples) = (packed.get(..groups * $bytes), samples.get_mut(..groups * $samples));
                csi2_kernels::$unpack(backend, packed.unwrap_or_default(), samples.unwrap_or_default())
            }

            fn pack(backend: Backend, samples: &[$sample], packed: &mut [u8]) -> (usize, usize) {
                let groups = (packed.len() / $bytes).min(samples.len() / $samples);
                let (samples, packed) = (samples.get(..groups * $samples), packed.get_mut(..groups * $bytes));
                csi2_kernels::$pack(backend, samples.unwrap_or_default(), packed.unwrap_or_default())
            }
        }
    )*};
}

// YUV and RGB lines are packed like raw lines of their samples: RGB666, a stream of 18-bit words with blue lowest, is one of
// 6-bit samples.
formats! {
    Yuv420_8       YUV420_8        Yuv420       2 / 2  u16 [8; 3],  unpack_raw8   pack_raw8 Raw8;
    Yuv420_10      YUV420_10       Yuv420       5 / 4  u16 [10; 3], unpack_raw10  pack_raw10 Raw10;
    Yuv420_8Legacy YUV420_8_LEGACY Yuv420Legacy 3 / 3  u16 [8; 3],  unpack_raw8   pack_raw8 Raw8;
    Yuv420_8Csps   YUV420_8_CSPS   Yuv420       2 / 2  u16 [8; 3],  unpack_raw8   pack_raw8 Raw8;
    Yuv420_10Csps  YUV420_10_CSPS  Yuv420       5 / 4  u16 [10; 3], unpack_raw10  pack_raw10 Raw10;
    Yuv422_8       YUV422_8        Uyvy         4 / 4  u16 [8; 3],  unpack_raw8   pack_raw8 Raw8;
    Yuv422_10      YUV422_10       Uyvy         5 / 4  u16 [10; 3], unpack_raw10  pack_raw10 Raw10;
    Rgb444         RGB444          Bgr          2 / 3  u16 [4; 3],  unpack_rgb444 pack_rgb444;
    Rgb555         RGB555          Bgr          2 / 3  u16 [5; 3],  unpack_rgb555 pack_rgb555;
    Rgb565         RGB565          Bgr          2 / 3  u16 [5, 6, 5], unpack_rgb565 pack_rgb565;
    Rgb666         RGB666          Bgr          9 / 12 u16 [6; 3],  unpack_raw6   pack_raw6;
    Rgb888         RGB888          Bgr          3 / 3  u16 [8; 3],  unpack_raw8   pack_raw8 Raw8;
    Raw28          RAW28           Single       7 / 2  u32 [28; 3], unpack_raw28  pack_raw28;
    Raw24          RAW24           Single       3 / 1  u32 [24; 3], unpack_raw24  pack_raw24;
    Raw6           RAW6            Single       3 / 4  u16 [6; 3],  unpack_raw6   pack_raw6;
    Raw7           RAW7            Single       7 / 8  u16 [7; 3],  unpack_raw7   pack_raw7;
    Raw8           RAW8            Single       1 / 1  u16 [8; 3],  unpack_raw8   pack_raw8 Raw8;
    Raw10          RAW10           Single       5 / 4  u16 [10; 3], unpack_raw10  pack_raw10 Raw10;
    Raw12          RAW12           Single       3 / 2  u16 [12; 3], unpack_raw12  pack_raw12 Raw12;
    Raw14          RAW14           Single       7 / 4  u16 [14; 3], unpack_raw14  pack_raw14 Raw14;
    Raw16          RAW16           Single       2 / 1  u16 [16; 3], unpack_raw16  pack_raw16 Raw16;
    Raw20          RAW20           Single       5 / 2  u32 [20; 3], unpack_raw20  pack_raw20;
}
