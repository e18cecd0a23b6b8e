//! Formats chosen at run time.
use crate::Group;
use csi2_kernels::Backend;
use csi2_packet::DataType;

/// A [`crate::PixelFormat`] as a value, for hosts that meet any data type. Samples are `u16`.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    /// Data type.
    pub data_type: DataType,
    /// Granularity.
    pub group: Group,
    /// Bits per sample.
    pub bits: u8,
    /// As [`crate::PixelFormat::unpack`].
    pub unpack: fn(Backend, &[u8], &mut [u16]) -> (usize, usize),
    /// As [`crate::PixelFormat::pack`].
    pub pack: fn(Backend, &[u16], &mut [u8]) -> (usize, usize),
}

impl Codec {
    /// Samples in a payload of `bytes` bytes, whole groups only.
    pub const fn samples_in(&self, bytes: usize) -> usize {
        bytes / self.group.bytes * self.group.samples
    }
    /// Payload bytes of a line of `samples` samples; `None` when they are no whole number of groups.
    pub const fn bytes_for(&self, samples: usize) -> Option<usize> {
        if samples % self.group.samples == 0 {
            Some(samples / self.group.samples * self.group.bytes)
        } else {
            None
        }
    }
}

/// All formats.
pub const CODECS: &[Codec] = &[];
/// The format of a data type.
pub fn codec(data_type: DataType) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.data_type == data_type)
}
