//! One implementation a data type.

use csi2_kernels::Backend;
use csi2_packet::DataType;

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
    /// Its granularity.
    const GROUP: Group;
    /// Significant bits per sample.
    const BITS: u8;
    /// One sample.
    type Sample: Copy;
    /// Unpacks whole groups; returns (bytes read, samples written), the most that both slices allow.
    fn unpack(backend: Backend, packed: &[u8], samples: &mut [Self::Sample]) -> (usize, usize);
    /// Packs whole groups; returns (samples read, bytes written).
    fn pack(backend: Backend, samples: &[Self::Sample], packed: &mut [u8]) -> (usize, usize);
}

/// Formats whose samples are right-aligned `u16`: name, bits, bytes and samples of a group, kernels.
macro_rules! raw_formats {
    ($($format:ident $data_type:ident $bits:literal, $bytes:literal / $samples:literal, $unpack:ident $pack:ident;)*) => {$(
        #[doc = concat!(stringify!($data_type), ": ", $samples, " samples in ", $bytes, " bytes, laid out as at [`csi2_kernels::", stringify!($unpack), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $format;

        impl PixelFormat for $format {
            const DATA_TYPE: DataType = DataType::$data_type;
            const GROUP: Group = Group { bytes: $bytes, samples: $samples };
            const BITS: u8 = $bits;
            type Sample = u16;

            fn unpack(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
                csi2_kernels::$unpack(backend, packed, samples)
            }

            fn pack(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
                csi2_kernels::$pack(backend, samples, packed)
            }
        }
    )*};
}

raw_formats! {
    Raw6  RAW6   6, 3 / 4, unpack_raw6  pack_raw6;
    Raw7  RAW7   7, 7 / 8, unpack_raw7  pack_raw7;
    Raw8  RAW8   8, 1 / 1, unpack_raw8  pack_raw8;
    Raw10 RAW10 10, 5 / 4, unpack_raw10 pack_raw10;
    Raw12 RAW12 12, 3 / 2, unpack_raw12 pack_raw12;
    Raw14 RAW14 14, 7 / 4, unpack_raw14 pack_raw14;
    Raw16 RAW16 16, 2 / 1, unpack_raw16 pack_raw16;
}
