//! Lane merging: the inverse of distribution, with skew between lanes.

use crate::{LaneBytes, MAX_LANES};

/// Why lanes cannot be merged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MergeError {
    /// A lane ran ahead of the slowest by more than the permitted skew, or a lane never started.
    Skew {
        /// The lane that is furthest behind.
        slowest: u8,
        /// Bytes waiting in the fastest lane.
        waiting: usize,
    },
}

/// Gathers bytes per lane and gives them back in burst order. No allocation: `CAPACITY` bytes per lane are held.
#[derive(Clone, Debug)]
pub struct LaneMerger<const CAPACITY: usize = 4096> {
    fifo: [[u8; CAPACITY]; MAX_LANES],
}

impl<const CAPACITY: usize> LaneMerger<CAPACITY> {
    /// A merger of `lanes` lanes (1, 2, 3, 4 or 8; any value from 1 to 8 works).
    pub fn new(lanes: usize) -> Self {
        let _ = lanes;
        todo!()
    }
    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        todo!()
    }
    /// Forgets all bytes: a new burst starts with lane 0.
    pub fn restart(&mut self) {
        todo!()
    }
    /// Room left in the fullest lane.
    pub fn room(&self) -> usize {
        todo!()
    }
    /// Takes bytes of one lane; returns how many fitted.
    pub fn push(&mut self, lane: usize, bytes: &[u8]) -> usize {
        let _ = (lane, bytes);
        todo!()
    }
    /// Writes merged bytes in burst order until a lane runs out or `out` is full; returns how many.
    pub fn drain(&mut self, out: &mut [u8]) -> usize {
        let _ = out;
        todo!()
    }
    /// Merges straight from slices, without the FIFO where it is empty; returns (bytes taken per lane, bytes written).
    pub fn merge(&mut self, from: &LaneBytes<'_>, out: &mut [u8]) -> ([usize; MAX_LANES], usize) {
        let _ = (from, out);
        todo!()
    }
    /// Bytes waiting per lane.
    pub fn waiting(&self) -> [usize; MAX_LANES] {
        todo!()
    }
}
