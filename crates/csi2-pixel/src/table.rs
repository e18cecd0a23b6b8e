//! Formats chosen at run time.

use csi2_kernels::Backend;
use csi2_packet::DataType;

use crate::{Group, PixelFormat, Raw6, Raw7, Raw8, Raw10, Raw12, Raw14, Raw16};

/// Payload bytes to samples; returns (bytes read, samples written).
pub type Unpack = fn(Backend, &[u8], &mut [u16]) -> (usize, usize);
/// Samples to payload bytes; returns (samples read, bytes written).
pub type Pack = fn(Backend, &[u16], &mut [u8]) -> (usize, usize);

/// A [`PixelFormat`] as a value, for hosts that meet any data type. Samples are `u16`.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    /// Data type.
    pub data_type: DataType,
    /// Granularity.
    pub group: Group,
    /// Bits per sample.
    pub bits: u8,
    /// As [`PixelFormat::unpack`].
    pub unpack: Unpack,
    /// As [`PixelFormat::pack`].
    pub pack: Pack,
}

/// All formats.
pub const CODECS: &[Codec] = &[
    Codec::of::<Raw6>(),
    Codec::of::<Raw7>(),
    Codec::of::<Raw8>(),
    Codec::of::<Raw10>(),
    Codec::of::<Raw12>(),
    Codec::of::<Raw14>(),
    Codec::of::<Raw16>(),
];

/// The format of a data type.
pub fn codec(data_type: DataType) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.data_type == data_type)
}

impl Codec {
    /// The row of a format.
    pub const fn of<F: PixelFormat<Sample = u16>>() -> Self {
        Self {
            data_type: F::DATA_TYPE,
            group: F::GROUP,
            bits: F::BITS,
            unpack: F::unpack,
            pack: F::pack,
        }
    }

    /// Samples in a payload of `bytes` bytes, whole groups only.
    pub const fn samples_in(&self, bytes: usize) -> usize {
        (bytes / self.group.bytes).saturating_mul(self.group.samples)
    }

    /// Payload bytes of a line of `samples` samples; `None` when they are no whole number of groups.
    pub const fn bytes_for(&self, samples: usize) -> Option<usize> {
        if samples.is_multiple_of(self.group.samples) {
            (samples / self.group.samples).checked_mul(self.group.bytes)
        } else {
            None
        }
    }

    /// The greatest value of a sample.
    pub const fn max_sample(&self) -> u16 {
        (u32::MAX >> (32 - self.bits as u32)) as u16
    }
}
