//! Checksums of payloads that stay in the first cache.

use super::super::buffer::{Buffer, SOURCE};
use super::super::case::{Case, Reference, Variant};
use super::super::{inputs, references};
use csi2_kernels::checksum;
use std::hint::black_box;

/// One payload of a length.
pub(in super::super) struct Checksum {
    bytes: Buffer<u8>,
    expected: u16,
}

impl Checksum {
    pub(in super::super) fn new(length: usize) -> Self {
        let bytes = inputs::noise(length);
        Self {
            expected: inputs::checksum(&bytes),
            bytes: Buffer::holding(&bytes, length, SOURCE),
        }
    }

    /// The sums of so many passes, one xor the other.
    fn sum(&self, variant: Variant, passes: usize) -> Option<u16> {
        let sum: fn(&[u8]) -> u16 = match variant {
            Variant::Kernel(backend) => return self.repeat(passes, |bytes| checksum(backend, 0xFFFF, bytes)),
            Variant::Reference(Reference::Crc) => references::crc,
            Variant::Reference(Reference::CrcTable16) => references::crc_table16,
            Variant::Reference(Reference::CrcFast) => references::crc_fast,
            Variant::Reference(_) => return None,
        };
        self.repeat(passes, sum)
    }

    #[inline(always)]
    fn repeat(&self, passes: usize, sum: impl Fn(&[u8]) -> u16) -> Option<u16> {
        (0..passes)
            .map(|_| sum(black_box(&self.bytes)))
            .reduce(|all, sum| all ^ sum)
    }
}

impl Case for Checksum {
    fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn check(&mut self, variant: Variant) -> bool {
        self.sum(variant, 1) == Some(self.expected)
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        self.sum(variant, passes);
    }
}
