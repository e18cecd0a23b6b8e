//! Bits of all lanes, gathered until they make bytes.

use crate::Tick;

/// Bits of all lanes, a byte per bit time, until there are eight.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) bits: u64,
    pub(crate) at: [Tick; 8],
    pub(crate) count: usize,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self {
            bits: 0,
            at: [0; 8],
            count: 0,
        }
    }

    /// Returns whether there are eight.
    #[inline]
    pub(crate) fn push(&mut self, levels: u8, at: Tick) -> bool {
        self.bits = self.bits >> 8 | u64::from(levels) << 56;
        if let Some(slot) = self.at.get_mut(self.count) {
            *slot = at;
        }
        self.count += 1;
        self.count == 8
    }

    /// The newest `count` rows of those that were there are all.
    pub(crate) fn keep(&mut self, taken: usize, count: usize) {
        self.at.copy_within(taken.min(8).., 0);
        self.count = count;
    }
}
