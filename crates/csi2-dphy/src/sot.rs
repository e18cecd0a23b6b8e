//! Start of transmission: the search for the sync byte, bit by bit.
//!
//! Ref: stevenbell/csirx `hdl/wordalign.v`; Xilinx PG232 (SoT error and SoT sync error);
//! ti.com TSER953 (SOT_ERROR, SOT_SYNC_ERROR).
//!
//! The byte is accepted with one wrong bit. With zeros before it, no window of eight bits that ends before the true
//! position comes closer than two bits, so the first window within one bit is the right one, with one exception: a sync
//! byte whose seventh bit is wrong begins like the sixteen ones of a deskew burst. Then the run of ones is awaited.

use crate::Tick;

mod leap;

pub(crate) use leap::Entry;

/// The sync byte that starts the data of each lane: bits 00011101 in time, least-significant bit first.
pub const SYNC: u8 = 0xB8;

/// How the sync byte of a lane was received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SotVerdict {
    /// All eight bits right.
    Clean,
    /// One bit wrong: accepted and reported.
    OneBit,
}

/// Zeros that the sync byte begins with, and the bits behind them.
const ZEROS_OF_SYNC: u32 = SYNC.trailing_zeros();
pub(crate) const REST_OF_SYNC: u32 = 8 - ZEROS_OF_SYNC;
/// The sync byte with its seventh bit wrong: 00011111 in time.
const SYNC_OR_DESKEW: u8 = SYNC | 0x40;
/// Ones of that byte.
const ONES_OF_SYNC: u8 = 5;
/// Runs of ones that may be the head of a deskew burst: sixteen, give or take a sampling error.
const DESKEW_ONES: core::ops::RangeInclusive<u8> = 15..=17;
/// Alternating bits that prove a deskew burst.
pub(crate) const DESKEW_BITS: u8 = 16;
/// Zeros of HS-ZERO that must come before the first one, where the start of HS is seen. HS-ZERO is longer than 10 UI.
const LEAST_ZEROS: u32 = 6;
/// The same without LP wires: request, bridge and HS-ZERO look alike and last at least 25 UI together.
const LEAST_ZEROS_BLIND: u32 = 16;
/// Ones of a stop state, without LP wires: 100 ns are 8 UI at 80 Mb/s.
const LEAST_ONES_BLIND: u32 = 8;
/// From the start of a burst to the start of the next, without LP wires: a trail, the stop state, zeros, and the sync byte
/// from its first one on.
pub(crate) const LEAST_TURN_BLIND: u64 = 8 + LEAST_ONES_BLIND as u64 + LEAST_ZEROS_BLIND as u64 + 5;
/// Up to so many undefined bits end a trail.
const MOST_UNDEFINED: u8 = 7;
/// So many of them may come behind what looks like a damaged sync byte: its last four bits may be all there is of it.
const UNDEFINED_BEHIND: u8 = MOST_UNDEFINED - 4;
/// Ones behind those that tell the stop state from data: as a header they would be of a reserved type.
const STOP_ONES_BLIND: u8 = 16;

/// What the search found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// The sync byte ended `behind` bits ago. `at` is the instant of the bit after it, if `behind` is not 0.
    Sync {
        verdict: SotVerdict,
        behind: u8,
        at: Option<Tick>,
        /// A stop state and a long HS-ZERO came before it: how many bits came before those.
        stop_at: Option<u64>,
    },
    /// The head of a deskew burst.
    Deskew,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Runs of zeros and ones are measured.
    Runs,
    /// A one ended the zeros: the sync byte ends within `left` bits or not at all.
    Window { left: u8 },
    /// [`SYNC_OR_DESKEW`], and more ones.
    Ones { run: u8 },
    /// Without LP wires: a sync byte with a wrong bit, and what may be the stop state after it.
    Doubt { seen: u8 },
    /// As many ones as a deskew burst has, then alternating bits.
    Alternating { ones: u8, seen: u8 },
    /// No sync byte where one should have been.
    Lost,
}

/// Looks for one sync byte. `blind`: no LP wires say where HS begins, so the runs before it must.
#[derive(Clone, Debug)]
pub(crate) struct SyncSearch {
    blind: bool,
    state: State,
    /// Level of the current run.
    level: bool,
    run: u32,
    /// The current run of zeros followed a stop state.
    entry: bool,
    /// HS seems to have begun with ones.
    begins_high: bool,
    /// Bits so far, and how many of them came before the current run of zeros.
    bits: u64,
    zeros_at: u64,
    /// Bits that belong to the last burst, as far as is known.
    floor: u64,
    /// Instant of the bit after a possible sync byte.
    mark: Tick,
}

impl SyncSearch {
    pub(crate) fn new(blind: bool) -> Self {
        Self {
            blind,
            state: State::Runs,
            level: blind,
            run: 0,
            entry: false,
            begins_high: false,
            mark: 0,
            bits: 0,
            zeros_at: 0,
            floor: 0,
        }
    }

    /// HS begins: nothing is known of the bits before.
    pub(crate) fn restart(&mut self) {
        *self = Self::new(self.blind);
    }

    /// The first level of HS was HS-1. Of a pair whose low level is not seen that may be the sync byte; if ones last, P and N
    /// are exchanged, and what looks like a sync byte later is payload.
    pub(crate) fn begins_high(&mut self) {
        self.begins_high = true;
    }

    /// One more bit, the top one of `history` (the oldest is the lowest).
    #[inline]
    pub(crate) fn bit(&mut self, history: u64, at: Tick) -> Option<Found> {
        let bit = history >> 63 == 1;
        self.bits = self.bits.wrapping_add(1);
        if self.state != State::Runs {
            return self.search(history, at);
        }
        if bit == self.level {
            self.run = self.run.saturating_add(1);
        } else if bit && self.run >= self.least_zeros() {
            self.state = State::Window { left: 7 };
        } else if !bit && self.begins_high && self.run >= LEAST_ZEROS {
            self.give_up(history);
        } else {
            self.entry = !bit && self.run >= LEAST_ONES_BLIND;
            self.zeros_at = self.bits.wrapping_sub(1);
            self.level = bit;
            self.run = 1;
        }
        None
    }

    /// The same, while a sync byte is looked for.
    fn search(&mut self, history: u64, at: Tick) -> Option<Found> {
        let bit = history >> 63 == 1;
        match self.state {
            State::Runs => None,
            State::Window { left } => {
                let window = (history >> 56) as u8;
                match (window ^ SYNC).count_ones() {
                    0 => self.sync(history, SotVerdict::Clean, 0),
                    1 if window == SYNC_OR_DESKEW => {
                        self.state = State::Ones { run: ONES_OF_SYNC };
                        None
                    }
                    1 if self.blind => {
                        self.state = State::Doubt { seen: 0 };
                        None
                    }
                    1 => self.sync(history, SotVerdict::OneBit, 0),
                    _ if left > 1 => {
                        self.state = State::Window { left: left - 1 };
                        None
                    }
                    _ => {
                        if window.is_power_of_two() {
                            // A lone one is a glitch within HS-ZERO: the seven bits after it are zeros.
                            self.state = State::Runs;
                            self.run = 7;
                        } else {
                            self.give_up(history);
                        }
                        None
                    }
                }
            }
            State::Ones { run } => {
                if run == ONES_OF_SYNC {
                    self.mark = at;
                }
                let behind = run + 1 - ONES_OF_SYNC;
                if bit && run < *DESKEW_ONES.end() {
                    self.state = State::Ones { run: run + 1 };
                    None
                } else if bit && self.blind {
                    // A trail of zeros and the stop state after it.
                    self.give_up(history);
                    None
                } else if !bit && DESKEW_ONES.contains(&run) {
                    self.state = State::Alternating { ones: run, seen: 1 };
                    None
                } else if self.blind && behind <= UNDEFINED_BEHIND {
                    self.state = State::Doubt { seen: behind };
                    None
                } else {
                    self.sync(history, SotVerdict::OneBit, behind)
                }
            }
            State::Doubt { seen } => {
                if seen == 0 {
                    self.mark = at;
                }
                if !bit && seen >= UNDEFINED_BEHIND {
                    self.sync(history, SotVerdict::OneBit, seen + 1)
                } else if seen + 1 < UNDEFINED_BEHIND + STOP_ONES_BLIND {
                    self.state = State::Doubt { seen: seen + 1 };
                    None
                } else {
                    self.give_up(history);
                    None
                }
            }
            State::Alternating { ones, seen } => {
                let previous = history >> 62 & 1 == 1;
                if bit == previous {
                    return self.sync(history, SotVerdict::OneBit, ones + seen + 1 - ONES_OF_SYNC);
                }
                if seen + 1 < DESKEW_BITS {
                    self.state = State::Alternating { ones, seen: seen + 1 };
                    return None;
                }
                self.resume(history);
                Some(Found::Deskew)
            }
            State::Lost => None,
        }
    }

    /// Whether [`SyncSearch::skip`] may take these bits next, the first in the lowest position: no search begins or goes on
    /// within them.
    pub(crate) fn quiet(&self, bits: u8) -> bool {
        self.state == State::Runs
            && (self.level || bits == 0 || self.run.saturating_add(bits.trailing_zeros()) < self.least_zeros())
    }

    /// Up to eight bits at once, the first in the lowest position. Only for bits that are [`SyncSearch::quiet`], and blind.
    pub(crate) fn skip(&mut self, bits: u8, count: u32) {
        // The last bit on top.
        let top = bits << (8 - count);
        let level = top >> 7 == 1;
        let tail = if level { top.leading_ones() } else { top.leading_zeros() };
        let tail = tail.min(count);
        self.bits = self.bits.wrapping_add(count.into());
        if tail == count && level == self.level {
            self.run = self.run.saturating_add(count);
            return;
        }
        let head = bits.trailing_ones();
        let ones = if self.level {
            self.run.saturating_add(head)
        } else {
            head
        };
        self.entry = !level && head + tail == count && ones >= LEAST_ONES_BLIND;
        self.run = tail;
        self.zeros_at = self.bits.wrapping_sub(u64::from(tail));
        self.level = level;
    }

    /// Whether what these bits begin with, the first in the lowest position, completes a sync byte behind zeros.
    pub(crate) fn expects_sync(&self, bits: u8) -> bool {
        let rest = bits & 0xFF >> ZEROS_OF_SYNC;
        self.state == State::Runs && !self.level && self.run >= self.least_zeros() && rest == SYNC >> ZEROS_OF_SYNC
    }

    /// Those of them that do, with which `history` ends.
    pub(crate) fn pass_sync(&mut self, history: u64) -> Option<Found> {
        self.bits = self.bits.wrapping_add(REST_OF_SYNC.into());
        self.sync(history, SotVerdict::Clean, 0)
    }

    /// The first `bits` bits of all belong to the last burst: there is no stop state among them.
    pub(crate) fn ignore_until(&mut self, bits: u64) {
        self.floor = bits;
    }

    /// Bits before the stop state that the current run of zeros followed, at most.
    fn stop_at(&self) -> u64 {
        self.zeros_at.saturating_sub(LEAST_ONES_BLIND.into())
    }

    /// Whether a sync byte was due and did not come.
    pub(crate) fn is_lost(&self) -> bool {
        self.state == State::Lost
    }

    /// Whether ones are awaited that tell a damaged sync byte from a deskew burst or a stop state.
    pub(crate) fn is_undecided(&self) -> bool {
        matches!(
            self.state,
            State::Ones { .. } | State::Doubt { .. } | State::Alternating { .. }
        )
    }

    fn least_zeros(&self) -> u32 {
        if self.blind { LEAST_ZEROS_BLIND } else { LEAST_ZEROS }
    }

    fn sync(&mut self, history: u64, verdict: SotVerdict, behind: u8) -> Option<Found> {
        let entry = self.entry && self.zeros_at >= self.floor.saturating_add(LEAST_ONES_BLIND.into());
        let by_ones = self.begins_high && behind > 0;
        if by_ones || (self.blind && !entry && (verdict == SotVerdict::OneBit || self.floor > 0)) {
            // HS-1 for so long is no sync byte with its seventh bit wrong. Without the stop state before it, a damaged byte
            // is too little to go by; so is any byte where there must have been a stop state.
            self.give_up(history);
            return None;
        }
        let stop_at = entry.then_some(self.stop_at());
        self.resume(history);
        Some(Found::Sync {
            verdict,
            behind,
            at: (behind > 0).then_some(self.mark),
            stop_at,
        })
    }

    fn give_up(&mut self, history: u64) {
        self.resume(history);
        if !self.blind {
            self.state = State::Lost;
        }
    }

    /// Runs are measured again, from the bits just seen.
    fn resume(&mut self, history: u64) {
        self.state = State::Runs;
        self.level = history >> 63 == 1;
        self.run = if self.level {
            history.leading_ones()
        } else {
            history.leading_zeros()
        };
        // What was no sync byte may have been the stop state, and the zeros after it are HS-ZERO.
        let before = history.checked_shl(self.run).unwrap_or(0);
        self.entry = !self.level && before.leading_ones() >= LEAST_ONES_BLIND;
        self.zeros_at = self.bits.wrapping_sub(self.run.into());
    }
}

#[cfg(test)]
mod tests;
