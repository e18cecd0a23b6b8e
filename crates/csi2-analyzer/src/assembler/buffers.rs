//! The memory of a frame.

use super::Pixels;
use super::plane::Plane;
use alloc::vec::Vec;
use csi2_pixel::Samples;

/// What a frame of a stream is made of; the parts that take memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers {
    pub(super) samples: Plane<u16>,
    pub(super) wide: Plane<u32>,
    pub(super) packed: Plane<u8>,
    pub(super) missing: Vec<u32>,
    pub(super) bad: Vec<u32>,
}

impl Buffers {
    /// Content of the kind of `like`.
    pub(super) fn pixels(&self, like: Pixels<'_>) -> Pixels<'_> {
        match like {
            Pixels::Samples(Samples::Narrow(_)) => Pixels::Samples(Samples::Narrow(self.samples.cells())),
            Pixels::Samples(Samples::Wide(_)) => Pixels::Samples(Samples::Wide(self.wide.cells())),
            Pixels::Packed(_) => Pixels::Packed(self.packed.cells()),
        }
    }

    pub(super) fn hold_memory(&self) -> bool {
        self.samples.holds_memory()
            || self.wide.holds_memory()
            || self.packed.holds_memory()
            || self.missing.capacity() > 0
            || self.bad.capacity() > 0
    }
}
