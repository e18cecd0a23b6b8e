//! The bits of one lane over many samples, most of them as bytes.

use crate::Tick;
use csi2_kernels::{Backend, find_fall};

/// Bits of a lane, one of each sample: those that complete its byte at hand, whole bytes, and those behind them.
#[derive(Clone, Debug)]
pub(crate) struct Strand<'a> {
    /// The bits before, the newest on top.
    pub(crate) before: u64,
    /// The first bits, the first in the lowest position: fewer than eight.
    pub(crate) lead: u8,
    pub(crate) lead_bits: u32,
    /// Bytes of all lanes, those of this one at `lane`, `lane + lanes`, ... after the first `lanes - turn`.
    pub(crate) merged: &'a [u8],
    pub(crate) lanes: usize,
    pub(crate) lane: usize,
    pub(crate) turn: usize,
    /// Rows of whole bytes: row 0 has the first of `merged`.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The last bits, the first in the lowest position: fewer than 128.
    pub(crate) tail: u128,
    pub(crate) tail_bits: u32,
    /// The last 128 bits, if there are rows enough: [`Strand::newest`].
    pub(crate) last: u128,
    /// Instant of the first bit.
    pub(crate) at: Tick,
    pub(crate) backend: Backend,
}

/// Rows compared at once.
const BLOCK: usize = 16;

impl Strand<'_> {
    /// Bits before row `row`.
    pub(crate) fn bits_at(&self, row: usize) -> u64 {
        u64::from(self.lead_bits) + 8 * row.saturating_sub(self.from) as u64
    }

    /// All bits.
    pub(crate) fn bits(&self) -> u64 {
        self.bits_at(self.to) + u64::from(self.tail_bits)
    }

    /// The byte in `row`.
    #[inline]
    pub(crate) fn byte(&self, row: usize) -> u8 {
        let index = (row * self.lanes + self.lane).wrapping_sub(self.turn);
        self.merged.get(index).copied().unwrap_or(0)
    }

    /// The 64 bits before `row`, the newest on top.
    pub(crate) fn history(&self, row: usize) -> u64 {
        let push = |history: u64, byte: u8| history >> 8 | u64::from(byte) << 56;
        if row >= self.from + 8 {
            let first = ((row - 8) * self.lanes + self.lane).wrapping_sub(self.turn);
            let rows = self.merged.get(first..).unwrap_or_default();
            rows.iter().step_by(self.lanes.max(1)).take(8).copied().fold(0, push)
        } else {
            let lead = u64::from(self.lead).checked_shl(64 - self.lead_bits).unwrap_or(0);
            let before = self.before >> self.lead_bits | lead;
            (self.from..row).map(|row| self.byte(row)).fold(before, push)
        }
    }

    /// The last 64 bits in the upper half, and those before them, if there are rows enough, in the lower.
    pub(crate) fn newest(&self) -> u128 {
        let older = if self.to >= self.from + 16 {
            self.history(self.to - 8)
        } else {
            0
        };
        let rows = u128::from(self.history(self.to)) << 64 | u128::from(older);
        let tail = self.tail.checked_shl(128 - self.tail_bits).unwrap_or(0);
        rows >> self.tail_bits | tail
    }

    /// Bytes of the bits behind the last row.
    pub(crate) fn tail_bytes(&self) -> impl Iterator<Item = u8> + use<> {
        let tail = self.tail;
        (0..self.tail_bits / 8).map(move |byte| (tail >> (8 * byte)) as u8)
    }

    /// The first row of those up to `end` without another byte than `byte`.
    pub(crate) fn constant_from(&self, byte: u8, end: usize) -> usize {
        let mut row = end;
        while row > self.from && self.byte(row - 1) == byte {
            let block = row.checked_sub(BLOCK).filter(|start| *start > self.from);
            row = block.filter(|start| self.is_steady(*start)).unwrap_or(row - 1);
        }
        row
    }

    /// The row behind those from `row` on without another byte than `byte`.
    pub(crate) fn constant_to(&self, byte: u8, row: usize) -> usize {
        let mut row = row;
        while row < self.to && self.byte(row) == byte {
            row += if row + BLOCK < self.to && self.is_steady(row + 1) {
                BLOCK
            } else {
                1
            };
        }
        row
    }

    /// The first row from `row` on that is zero, as are the bits before it down to ones, if those may be sixteen zeros.
    pub(crate) fn next_fall(&self, row: usize) -> Option<usize> {
        let first = row <= self.from && self.byte(self.from) == 0;
        if first && (self.history(self.from) >> 56) as u8 & 1 == 1 {
            return Some(self.from);
        }
        let mut row = row.max(self.from + 1);
        while row < self.to {
            // This lane's byte in the row before is the first.
            let index = ((row - 1) * self.lanes + self.lane).checked_sub(self.turn)?;
            let found = find_fall(self.backend, self.merged.get(index..)?, self.lanes)?;
            if found.is_multiple_of(self.lanes) {
                return Some(row - 1 + found / self.lanes);
            }
            row += found / self.lanes;
        }
        None
    }

    /// Whether each row of a block from `row` on is like the one before.
    fn is_steady(&self, row: usize) -> bool {
        let Some(start) = (row * self.lanes).checked_sub(self.turn) else {
            return false;
        };
        let size = BLOCK * self.lanes;
        let before = start
            .checked_sub(self.lanes)
            .and_then(|before| self.merged.get(before..before + size));
        before.is_some() && before == self.merged.get(start..start + size)
    }
}
