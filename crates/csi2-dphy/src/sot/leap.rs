//! The search over many bits at once, without LP wires: its state after them, from no more of them than needed.
//!
//! A search is under way for at most 35 bits after the one that ends 16 zeros, and for at most 11 zeros that follow two ones.
//! Otherwise runs are measured, and the last bits tell how long they are; see [`settled`].

use super::{DESKEW_ONES, Found, LEAST_ONES_BLIND, LEAST_ZEROS_BLIND, State, SyncSearch};
use crate::strand::Strand;

/// So many zeros leave room for the ones before them in 64 bits, and for the bits after the end of 16 zeros in which a
/// search is under way.
const MOST_ZEROS: u32 = 40;
/// Rows that are gone through where the last 128 bits do not tell: most of the time, and at most.
const ROWS: [usize; 2] = [24, 96];
/// Rows in which all sync bytes count that may yet start a burst.
const ROWS_OF_SKEW: usize = 13;
/// Rows of zeros that need not be gone through one by one, but for the first ones.
const ROWS_OF_ZEROS: usize = 16;
const ROWS_INTO_ZEROS: usize = 4;

/// A one has just ended many zeros.
const LONE_ONE: State = State::Window { left: 7 };
/// More ones than these behind many zeros are the stop state: a deskew burst has fewer, give or take one.
const MOST_SEARCHED: u64 = *DESKEW_ONES.end() as u64 + 2;

/// A sync byte with a stop state before it.
struct Entered;

/// Where one is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Row of its zeros' first whole byte.
    pub(crate) fall: usize,
    /// Row in which it ends.
    pub(crate) ends: usize,
}

impl SyncSearch {
    /// Whether no stop state was seen that a sync byte may follow, nor part of one.
    pub(crate) fn is_clear(&self) -> bool {
        self.state == State::Runs && (self.level || !self.entry)
    }

    /// Whether equal bits of this level change nothing but the length of the run.
    pub(crate) fn is_in_run(&self, level: bool) -> bool {
        self.state == State::Runs && self.level == level
    }

    /// Whether so many equal bits of this level are one more run, or make the one at hand longer. Only if blind.
    pub(crate) fn may_coast(&self, level: bool, bits: u64) -> bool {
        match self.state {
            State::Runs => !level || self.level || self.run < LEAST_ZEROS_BLIND || bits > MOST_SEARCHED,
            LONE_ONE => level && bits >= MOST_SEARCHED,
            _ => false,
        }
    }

    /// Those bits.
    pub(crate) fn coast(&mut self, level: bool, bits: u64) {
        if self.state == LONE_ONE {
            self.state = State::Runs;
            self.level = true;
            self.entry = false;
            self.run = 1;
            self.zeros_at = self.bits.wrapping_sub(1);
        } else if level != self.level {
            self.entry = !level && self.run >= LEAST_ONES_BLIND;
            self.zeros_at = self.bits;
            self.level = level;
            self.run = 0;
        }
        self.run_on(bits);
    }

    /// So many bits of the run at hand.
    pub(crate) fn run_on(&mut self, bits: u64) {
        self.bits = self.bits.wrapping_add(bits);
        self.run = self.run.saturating_add(u32::try_from(bits).unwrap_or(u32::MAX));
    }

    /// The first row from `row` on in which a sync byte with a stop state before it ends, but for those in the last 112 bits,
    /// whose zeros begin in that row or later. Only from a state that [is clear](SyncSearch::is_clear).
    pub(crate) fn next_entry(&self, strand: &Strand<'_>, row: usize) -> Option<Entry> {
        let mut row = row;
        loop {
            let fall = strand.next_fall(row)?;
            if let Some(ends) = self.entry_at(strand, fall) {
                return Some(Entry { fall, ends });
            }
            row = fall + 1;
        }
    }

    /// The state after `strand`, which was this before. `None` if there is a sync byte with a stop state before it among
    /// the last bits, or if they do not tell.
    pub(crate) fn after(&self, strand: &Strand<'_>) -> Option<Self> {
        let last = strand.last;
        let zeros = (0..4).fold(!last, |zeros, step| zeros & zeros << (1 << step));
        if zeros << 1 & last == 0 && last.leading_zeros() <= MOST_ZEROS && strand.to >= strand.from + 16 {
            let bits = self.bits.wrapping_add(strand.bits());
            return Some(self.resumed((last >> 64) as u64, bits));
        }
        for rows in ROWS {
            match self.replay(strand, rows) {
                Ok(None) => {}
                Ok(state) => return state,
                Err(Entered) => return None,
            }
        }
        None
    }

    /// The row in which a sync byte behind the zeros at `fall` ends, if a stop state is before them.
    fn entry_at(&self, strand: &Strand<'_>, fall: usize) -> Option<usize> {
        let history = strand.history(fall + 1);
        let zeros = history.leading_zeros();
        let ones = history.checked_shl(zeros).unwrap_or(0).leading_ones();
        let more = if fall + 1 < strand.to {
            strand.byte(fall + 1).trailing_zeros()
        } else {
            8
        };
        if ones < LEAST_ONES_BLIND || zeros + more < LEAST_ZEROS_BLIND {
            return None;
        }
        let search = self.resumed(history, self.bits.wrapping_add(strand.bits_at(fall + 1)));
        let mut walk = Walk { search, history };
        let mut row = fall + 1;
        while row < strand.to {
            if walk.byte(strand, row).is_err() {
                return Some(row);
            }
            row += 1;
            if walk.search.is_clear() {
                break;
            }
            if walk.history == 0 {
                let behind = strand.constant_to(0, row);
                walk.search.run_on(8 * (behind - row) as u64);
                row = behind;
            }
        }
        None
    }

    /// The last `rows` rows one by one, or all; where a long run of zeros is among them, those before it, and what follows
    /// it. `Ok(None)`: they were too few.
    fn replay(&self, strand: &Strand<'_>, rows: usize) -> Result<Option<Self>, Entered> {
        let (zero, behind) = long_zeros(strand, rows).unwrap_or((strand.to, strand.to));
        let skips = zero < behind;
        let end = if skips { zero + ROWS_INTO_ZEROS } else { strand.to };
        let (mut walk, start, mut known) = match end.checked_sub(rows).filter(|start| *start >= strand.from + 8) {
            None => {
                let mut walk = Walk {
                    search: self.clone(),
                    history: strand.before,
                };
                walk.bits(strand, strand.lead, strand.lead_bits, 0)?;
                (walk, strand.from, Some(0))
            }
            Some(start) => {
                let history = strand.history(start);
                let search = self.resumed(history, self.bits.wrapping_add(strand.bits_at(start)));
                (Walk { search, history }, start, settled(history).then_some(start))
            }
        };
        for row in start..end {
            if walk.byte(strand, row).is_err() && known.is_some() {
                return Err(Entered);
            }
            if known.is_none() && settled(walk.history) {
                walk.search.resume(walk.history);
                known = Some(row + 1);
            }
        }
        if known.is_none_or(|row| row > 0 && !skips && row + ROWS_OF_SKEW > end) {
            return Ok(None);
        }
        if skips {
            if !walk.search.is_in_run(false) {
                return Ok(None);
            }
            walk.search.run_on(8 * (behind - end) as u64);
            walk.history = 0;
            for row in behind..strand.to {
                walk.byte(strand, row)?;
            }
        }
        let tail_at = strand.bits_at(strand.to);
        for index in 0..strand.tail_bits {
            walk.bits(strand, (strand.tail >> index & 1) as u8, 1, tail_at + u64::from(index))?;
        }
        Ok(Some(walk.search))
    }

    /// Runs are measured after `bits` bits, of which the last ones are these.
    fn resumed(&self, history: u64, bits: u64) -> Self {
        let mut search = self.clone();
        search.bits = bits;
        search.resume(history);
        search
    }
}

/// The last run of many zero rows that ends among the last `rows` rows: its first row, and the one behind it.
fn long_zeros(strand: &Strand<'_>, rows: usize) -> Option<(usize, usize)> {
    let least = strand.to.saturating_sub(rows).max(strand.from);
    let mut row = strand.to;
    while row > least {
        if strand.byte(row - 1) != 0 {
            row -= 1;
            continue;
        }
        let start = strand.constant_from(0, row);
        if row - start >= ROWS_OF_ZEROS {
            return Some((start, row));
        }
        row = start;
    }
    None
}

/// Whether the state after these bits is [`SyncSearch::resume`]'s, whatever it was before.
fn settled(history: u64) -> bool {
    let runs = (0..4).fold(!history, |zeros, step| zeros & zeros << (1 << step));
    let zeros = history.leading_zeros();
    let ended = runs << 1 & history != 0;
    zeros <= MOST_ZEROS && (!ended || (zeros >= 12 && (history << zeros).leading_ones() >= 2))
}

/// A search that goes through bits.
struct Walk {
    search: SyncSearch,
    history: u64,
}

impl Walk {
    /// The byte in `row`.
    fn byte(&mut self, strand: &Strand<'_>, row: usize) -> Result<(), Entered> {
        let byte = strand.byte(row);
        if self.search.quiet(byte) {
            self.search.skip(byte, 8);
            self.history = self.history >> 8 | u64::from(byte) << 56;
            return Ok(());
        }
        self.bits(strand, byte, 8, strand.bits_at(row))
    }

    /// `count` bits, the first in the lowest position; `at` bits of `strand` came before them.
    fn bits(&mut self, strand: &Strand<'_>, bits: u8, count: u32, at: u64) -> Result<(), Entered> {
        let mut entered = Ok(());
        for index in 0..count {
            self.history = self.history >> 1 | u64::from(bits >> index & 1) << 63;
            let at = strand.at.saturating_add(at + u64::from(index));
            if let Some(Found::Sync { stop_at: Some(_), .. }) = self.search.bit(self.history, at) {
                entered = Err(Entered);
            }
        }
        entered
    }
}
