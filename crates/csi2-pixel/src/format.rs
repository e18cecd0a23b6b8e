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
/// RAW6.
pub struct Raw6;
impl PixelFormat for Raw6 {
    const DATA_TYPE: DataType = DataType::RAW6;
    const GROUP: Group = Group { bytes: 3, samples: 4 };
    const BITS: u8 = 6;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw6(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw6(b, s, p)
    }
}
/// RAW7.
pub struct Raw7;
impl PixelFormat for Raw7 {
    const DATA_TYPE: DataType = DataType::RAW7;
    const GROUP: Group = Group { bytes: 7, samples: 8 };
    const BITS: u8 = 7;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw7(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw7(b, s, p)
    }
}
/// RAW8.
pub struct Raw8;
impl PixelFormat for Raw8 {
    const DATA_TYPE: DataType = DataType::RAW8;
    const GROUP: Group = Group { bytes: 1, samples: 1 };
    const BITS: u8 = 8;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw8(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw8(b, s, p)
    }
}
/// RAW10.
pub struct Raw10;
impl PixelFormat for Raw10 {
    const DATA_TYPE: DataType = DataType::RAW10;
    const GROUP: Group = Group { bytes: 5, samples: 4 };
    const BITS: u8 = 10;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw10(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw10(b, s, p)
    }
}
/// RAW12.
pub struct Raw12;
impl PixelFormat for Raw12 {
    const DATA_TYPE: DataType = DataType::RAW12;
    const GROUP: Group = Group { bytes: 3, samples: 2 };
    const BITS: u8 = 12;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw12(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw12(b, s, p)
    }
}
/// RAW14.
pub struct Raw14;
impl PixelFormat for Raw14 {
    const DATA_TYPE: DataType = DataType::RAW14;
    const GROUP: Group = Group { bytes: 7, samples: 4 };
    const BITS: u8 = 14;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw14(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw14(b, s, p)
    }
}
/// RAW16.
pub struct Raw16;
impl PixelFormat for Raw16 {
    const DATA_TYPE: DataType = DataType::RAW16;
    const GROUP: Group = Group { bytes: 2, samples: 1 };
    const BITS: u8 = 16;
    type Sample = u16;
    fn unpack(b: Backend, p: &[u8], s: &mut [u16]) -> (usize, usize) {
        csi2_kernels::unpack_raw16(b, p, s)
    }
    fn pack(b: Backend, s: &[u16], p: &mut [u8]) -> (usize, usize) {
        csi2_kernels::pack_raw16(b, s, p)
    }
}
