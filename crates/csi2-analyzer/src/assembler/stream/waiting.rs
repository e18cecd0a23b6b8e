//! Packed rows that are unpacked together.
//!
//! Rows streamed past the caches end with a wait for memory, and each begins and ends within a cache line of its neighbours. Some
//! in one go wait once, and share no line but the first and last. What they are copied for in between, the second cache, costs
//! less than half of that.

use alloc::vec::Vec;
use csi2_kernels::Backend;
use csi2_pixel::{Codec, Unpack, unpack_line};

/// Bytes that are worth a wait: more gained nothing.
const ENOUGH: usize = 64 << 10;

/// How rows of samples are unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub(super) unpack: Unpack<u16>,
    pub(super) codec: &'static Codec,
    pub(super) backend: Backend,
}

/// The last rows of a frame, still packed.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    bytes: Vec<u8>,
    rows: usize,
    how: Option<How>,
}

impl Waiting {
    /// Whether a row of `cells` samples may wait that is packed in `bytes`: it has to be all of whole groups.
    pub(super) fn takes(how: &How, bytes: &[u8], cells: usize) -> bool {
        let group = how.codec.group;
        how.backend.streams()
            && !how.codec.is_compression()
            && bytes.len() <= ENOUGH
            && bytes.len().is_multiple_of(group.bytes)
            && bytes.len() / group.bytes * group.samples == cells
    }

    /// A row more. Returns whether there are enough.
    pub(super) fn push(&mut self, how: How, bytes: &[u8]) -> bool {
        self.how = Some(how);
        self.bytes.reserve(ENOUGH.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(bytes);
        self.rows += 1;
        self.bytes.len() + bytes.len() > ENOUGH
    }

    /// Rows that wait.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Unpacks all to `rows`, which are where they belong.
    pub(super) fn unpack(&mut self, rows: &mut [u16]) {
        if let Some(How { unpack, codec, backend }) = self.how {
            unpack_line(unpack, codec, backend, &self.bytes, rows);
        }
        self.forget();
    }

    /// Their frame is given up.
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
        self.rows = 0;
    }
}
