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

    /// Whether [`SyncSearch::skip`] may take the next eight bits: no search begins or goes on within them.
    pub(crate) fn quiet(&self, bits: u8) -> bool {
        self.state == State::Runs
            && (self.level || bits == 0 || self.run.saturating_add(bits.trailing_zeros()) < self.least_zeros())
    }

    /// Eight bits at once, the first in the lowest position. Only for bits that are [`SyncSearch::quiet`], and blind.
    pub(crate) fn skip(&mut self, bits: u8) {
        let level = bits >> 7 == 1;
        self.bits = self.bits.wrapping_add(8);
        if bits == 0 || bits == 0xFF {
            if level == self.level {
                self.run = self.run.saturating_add(8);
                return;
            }
            self.entry = !level && self.run >= LEAST_ONES_BLIND;
            self.run = 8;
            self.zeros_at = self.bits.wrapping_sub(8);
        } else {
            let head = bits.trailing_ones();
            let ones = if self.level {
                self.run.saturating_add(head)
            } else {
                head
            };
            let tail = if level {
                bits.leading_ones()
            } else {
                bits.leading_zeros()
            };
            self.entry = !level && head + tail == 8 && ones >= LEAST_ONES_BLIND;
            self.run = tail;
            self.zeros_at = self.bits.wrapping_sub(u64::from(tail));
        }
        self.level = level;
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
        if self.blind && !entry && (verdict == SotVerdict::OneBit || self.floor > 0) {
            // Without the stop state before it, a damaged byte is too little to go by; so is any byte where there must
            // have been a stop state.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Position of the first data bit, and the verdict, for bits in time order.
    fn search(blind: bool, bits: impl Iterator<Item = bool>) -> Option<(usize, SotVerdict)> {
        let mut search = SyncSearch::new(blind);
        let mut history = 0;
        for (index, bit) in bits.enumerate() {
            history = history >> 1 | u64::from(bit) << 63;
            match search.bit(history, index as Tick) {
                Some(Found::Sync {
                    verdict, behind, at, ..
                }) => {
                    let first = index + 1 - usize::from(behind);
                    assert!(at.is_none_or(|at| at == first as Tick));
                    return Some((first, verdict));
                }
                Some(Found::Deskew) => return None,
                None => {}
            }
        }
        None
    }

    fn byte(value: u8) -> impl Iterator<Item = bool> + Clone {
        (0..8).map(move |bit| value >> bit & 1 == 1)
    }

    /// A stop state, `zeros` zeros, a sync byte, three data bytes and the trail.
    fn burst(zeros: usize, sync: u8, data: [u8; 3]) -> impl Iterator<Item = bool> + Clone {
        let trail = data[2] >> 7 == 0;
        core::iter::repeat_n(true, 40)
            .chain(core::iter::repeat_n(false, zeros))
            .chain(byte(sync))
            .chain(data.into_iter().flat_map(byte))
            .chain(core::iter::repeat_n(trail, 32))
    }

    #[test]
    fn every_single_error_locks_at_the_right_bit() {
        for zeros in [24, 25, 31, 390] {
            for blind in [false, true] {
                let skip = if blind { 0 } else { 40 };
                for first in 0..=255 {
                    for second in [0x00, 0x01, 0x80, 0x55, 0x57, 0xAA, 0xFF] {
                        let data = [first, second, 0x37];
                        let bits = burst(zeros, SYNC, data).skip(skip);
                        assert_eq!(search(blind, bits), Some((40 - skip + zeros + 8, SotVerdict::Clean)));
                        for error in 0..8 {
                            // Without LP wires, so many ones in a row are a stop state.
                            if blind && first >= 0xF8 && second == 0xFF {
                                continue;
                            }
                            let bits = burst(zeros, SYNC ^ 1 << error, data).skip(skip);
                            assert_eq!(
                                search(blind, bits),
                                Some((40 - skip + zeros + 8, SotVerdict::OneBit)),
                                "error in bit {error}, data {first:02x} {second:02x}, blind {blind}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn two_errors_are_not_accepted() {
        let mut refused = 0;
        for a in 0..8 {
            for b in 0..a {
                for data in 0..=255 {
                    let found = search(false, burst(24, SYNC ^ 1 << a ^ 1 << b, [data, 0x35, 0x12]).skip(40));
                    // Damaged byte and data may together pass for a sync byte elsewhere: zeros, then 1 0101, say, is
                    // all there is to see. What matters is that most are refused.
                    assert_ne!(found.map(|(at, _)| at), Some(32));
                    refused += usize::from(found.is_none());
                }
            }
        }
        assert!(refused > 28 * 256 / 2, "{refused} of {}", 28 * 256);
    }

    #[test]
    fn a_zero_trail_and_the_stop_state_are_not_a_damaged_sync_byte() {
        let zeros = |count| core::iter::repeat_n(false, count);
        let ones = |count| core::iter::repeat_n(true, count);
        // Ones in the payload, zeros of the trail, the stop state.
        assert_eq!(search(true, ones(24).chain(zeros(130)).chain(ones(300))), None);
        // The next burst is found after it.
        let next = burst(64, SYNC, [1, 2, 3]);
        assert_eq!(
            search(true, ones(24).chain(zeros(130)).chain(ones(300)).chain(next)),
            Some((24 + 130 + 300 + 40 + 64 + 8, SotVerdict::Clean))
        );
    }

    /// Ones after sixteen zeros look like the head of a deskew burst, until zeros follow them.
    #[test]
    fn a_stop_state_as_long_as_the_head_of_a_deskew_burst_starts_the_next_burst() {
        for stop in 8..=40 {
            for trail in [16, 17, 130] {
                let bits = core::iter::repeat_n(false, trail)
                    .chain(core::iter::repeat_n(true, stop))
                    .chain(core::iter::repeat_n(false, 25))
                    .chain(byte(SYNC));
                let mut search = SyncSearch::new(true);
                // The burst before has this bit: what comes needs a stop state of its own.
                search.ignore_until(1);
                let mut history = 0;
                let found = bits.filter_map(|bit| {
                    history = history >> 1 | u64::from(bit) << 63;
                    search.bit(history, 0)
                });
                let expected = Found::Sync {
                    verdict: SotVerdict::Clean,
                    behind: 0,
                    at: None,
                    stop_at: Some((trail + stop - 8) as u64),
                };
                assert_eq!(found.last(), Some(expected), "trail {trail}, stop {stop}");
            }
        }
    }

    #[test]
    fn the_undefined_end_of_a_trail_is_not_a_damaged_sync_byte() {
        let zeros = |count| core::iter::repeat_n(false, count);
        let ones = |count| core::iter::repeat_n(true, count);
        // Data that ends in ones, a trail of zeros with any seven last bits, the stop state, the next burst.
        let mut refused = 0;
        for end in 0..128u8 {
            let trail = zeros(40).chain(byte(end).take(7));
            let bits = ones(24).chain(trail).chain(ones(20)).chain(burst(64, SYNC, [1, 2, 3]));
            let found = search(true, bits);
            let next = Some((24 + 40 + 7 + 20 + 40 + 64 + 8, SotVerdict::Clean));
            // Only an undamaged sync byte is taken for one.
            assert!(
                found == next || matches!(found, Some((_, SotVerdict::Clean))),
                "{end:02x}: {found:?}"
            );
            refused += usize::from(found == next);
        }
        assert!(refused >= 120, "{refused} of 128");
    }

    #[test]
    fn a_lone_one_in_hs_zero_is_a_glitch() {
        let bits = core::iter::repeat_n(false, 10)
            .chain([true])
            .chain(core::iter::repeat_n(false, 30))
            .chain(byte(SYNC));
        assert_eq!(search(false, bits), Some((49, SotVerdict::Clean)));
    }

    #[test]
    fn deskew_is_told_from_sync() {
        let bits = core::iter::repeat_n(false, 30)
            .chain(core::iter::repeat_n(true, 16))
            .chain((0..64).map(|index| index % 2 == 1));
        let mut search = SyncSearch::new(false);
        let mut history = 0;
        let found = bits.clone().enumerate().find_map(|(index, bit)| {
            history = history >> 1 | u64::from(bit) << 63;
            search.bit(history, index as Tick)
        });
        assert_eq!(found, Some(Found::Deskew));
    }

    proptest! {
        /// Eight bits at once leave the same state as one at a time.
        #[test]
        fn skip_is_eight_bits(bytes in prop::collection::vec(prop::sample::select(&[0x00, 0xFF, 0xF8, 0x07, 0x3C, 0xB8, 0xC0, 0x5D][..]), 1..60)) {
            let mut fast = SyncSearch::new(true);
            let mut slow = SyncSearch::new(true);
            let mut history = 0;
            for value in bytes {
                if fast.quiet(value) {
                    fast.skip(value);
                    history = history >> 8 | u64::from(value) << 56;
                    for bit in 0..8 {
                        // The search looks at no more than the bits so far.
                        let shifted = history << (7 - bit);
                        prop_assert_eq!(slow.bit(shifted, 0), None);
                    }
                    prop_assert_eq!(fast.state, slow.state);
                    prop_assert_eq!((fast.level, fast.run), (slow.level, slow.run));
                    prop_assert!(fast.level || fast.entry == slow.entry);
                } else {
                    for bit in byte(value) {
                        history = history >> 1 | u64::from(bit) << 63;
                        slow.bit(history, 0);
                    }
                    fast = slow.clone();
                }
            }
        }
    }
}
