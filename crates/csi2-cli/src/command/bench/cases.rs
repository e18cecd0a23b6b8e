//! The work of the rows.

pub(super) mod checksum;
pub(super) mod lanes;
pub(super) mod packing;
pub(super) mod path;
mod plain;
pub(super) mod wires;

use super::buffer::{Buffer, DESTINATION, Ring, SOURCE};
use super::case::Reference;
use super::inputs::Scale;
use super::references;
use csi2_kernels::Stores;
use std::hint::black_box;

/// Where the bytes are that a row works on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Set {
    /// One line: in the first cache.
    L1,
    /// One frame, again and again: in the last cache, where that is as large.
    L3,
    /// A ring of frames: in memory.
    Dram,
}

impl Set {
    fn lines(self, scale: Scale) -> usize {
        match self {
            Self::L1 => 1,
            Self::L3 | Self::Dram => scale.height,
        }
    }

    /// How many there are, if all that belongs to one takes so many bytes.
    fn count(self, scale: Scale, bytes: usize) -> usize {
        match self {
            Self::L1 | Self::L3 => 1,
            Self::Dram => scale.frames(bytes),
        }
    }

    /// How the command would write a frame of so many bytes.
    fn stores(self, bytes: usize) -> Stores {
        match self {
            Self::L1 => Stores::Cached,
            Self::L3 | Self::Dram => csi2_pixel::stores_for_frame(bytes),
        }
    }
}

/// Copies that move as many bytes as some work.
struct Copies(Ring<(Buffer<u8>, Buffer<u8>)>);

impl Copies {
    /// Half of the work's bytes, read plus written, each way. They take that many bytes of memory, times `count`.
    fn new(bytes: usize, count: usize) -> Self {
        let side = |offset| Buffer::new(bytes / 2, offset);
        Self(Ring::new(count, |_| (side(SOURCE), side(DESTINATION))))
    }

    fn run(&mut self, reference: Reference, passes: usize) {
        for _ in 0..passes {
            let (from, to) = self.0.turn();
            let (from, to) = (black_box(&**from), black_box(&mut **to));
            match reference {
                Reference::NtCopy => references::nt_copy(from, to),
                _ => to.copy_from_slice(from),
            }
        }
    }
}

/// Whether a reference moves bytes only, and has no answer.
const fn only_moves(reference: Reference) -> bool {
    matches!(reference, Reference::Memcpy | Reference::NtCopy | Reference::Read)
}
