//! Captures of samples: each is a bit, or the clock lane says which are, or a bit lasts several.

use super::{PinReceiver, budget};
use crate::wires::{CLOCK, CLOCK_LP, ClockWires, HS, LP};
use crate::{LaneMerger, PinEvent, Samples, Tick};

/// Calls a method with the samples as words.
macro_rules! each_sample {
    ($receiver:ident, $method:ident, $seen:ident, $($more:expr),+) => {{
        let (first, bytes) = ($seen.first, $seen.bytes);
        match $seen.unit {
            1 => $receiver.$method::<1>(first, bytes.iter().map(|byte| u64::from(*byte)), $($more),+),
            2 => $receiver.$method::<2>(
                first,
                bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit).into()),
                $($more),+
            ),
            4 => $receiver.$method::<4>(
                first,
                bytes.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit).into()),
                $($more),+
            ),
            unit => {
                let little_endian = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                $receiver.$method::<8>(first, bytes.chunks_exact(unit).map(little_endian), $($more),+)
            }
        }
    }};
}

impl PinReceiver {
    /// Takes samples until something happens or `merger` has no room. Returns samples consumed and the event.
    ///
    /// Fewer samples than given and no event: drain the merger and go on. The bytes of a burst leave the merger from the
    /// call after [`PinEvent::BurstStart`] on; those still in it at [`PinEvent::BurstEnd`] belong to the burst.
    pub fn samples(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        self.samples_within(seen, usize::MAX, merger)
    }

    /// The same, but with a clock lane takes at most `bits` bits of each lane.
    pub fn samples_within(
        &mut self,
        seen: &Samples<'_>,
        bits: usize,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        if let Some(event) = self.resume(merger) {
            return (0, Some(event));
        }
        if seen.unit == 0 {
            return (0, None);
        }
        if self.table.clock() != ClockWires::None {
            return self.run_clock(seen, bits, merger);
        }
        if self.takes_each_sample() {
            return self.run_bits(seen, merger);
        }
        each_sample!(self, run_unclocked, seen, merger)
    }

    /// Whether each sample is a bit.
    pub(super) fn takes_each_sample(&self) -> bool {
        self.table.clock() == ClockWires::None && self.grids.as_ref().is_none_or(|grids| grids.is_every_tick())
    }

    /// One sample a bit, one by one.
    pub(super) fn run_states(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        each_sample!(self, take_states, seen, merger)
    }

    /// A clock lane: one by one, at most `bits` bits of each lane.
    pub(super) fn run_samples(
        &mut self,
        seen: &Samples<'_>,
        bits: &mut usize,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        each_sample!(self, run_clocked, seen, bits, merger)
    }

    /// A clock lane: only those that differ from the one before matter.
    fn run_clocked<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
        bits: &mut usize,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        let mut budget = budget(merger);
        let mut taken = 0;
        for sample in samples {
            let at = first.saturating_add(taken as u64);
            if self.raw == Some(sample) && at < self.lines.deadline {
                taken += 1;
                continue;
            }
            if budget == 0 || *bits == 0 {
                break;
            }
            budget -= 1;
            taken += 1;
            self.raw = Some(sample);
            *bits -= usize::from(self.step(self.table.gather::<UNIT>(sample), at, merger));
            if self.has_news() {
                break;
            }
        }
        // What these bits make may be all that is wanted, and comes before the news.
        self.flush(merger);
        (taken, self.poll())
    }

    fn take_states<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        let mut taken = 0;
        for sample in samples.take(budget(merger)) {
            let at = first.saturating_add(taken as u64);
            let word = self.table.gather::<UNIT>(sample);
            if at >= self.lines.deadline {
                self.settle(at, merger);
            }
            if (word ^ self.word) & LP != 0 {
                self.line_states(word, at, merger);
            }
            self.word = word;
            self.take(word, at, merger);
            taken += 1;
            if self.has_news() {
                break;
            }
        }
        // What these bits make may be all that is wanted, and comes before the news. Without LP wires, what the packet layer makes
        // of the news decides what the samples behind it are, and those it gave are all that count where it ends the burst.
        if !self.blind || !self.has_news() {
            self.flush(merger);
        }
        if self.blind {
            taken -= core::mem::take(&mut self.rows.count).min(taken);
        }
        (taken, self.poll())
    }

    /// The wires are now `word`. Returns whether a bit was taken.
    #[inline]
    pub(super) fn step(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) -> bool {
        if at >= self.lines.deadline {
            self.settle(at, merger);
        }
        let before = self.word;
        let changed = word ^ before;
        self.word = word;
        let mut edge = false;
        if changed & (CLOCK | CLOCK_LP) != 0 {
            edge = self.edges.edge(word);
            if edge {
                if !self.clock.rests {
                    self.meter.edge(at);
                }
                self.take(self.history.sampled(before, at), at, merger);
            }
            if self.clock.watched || self.table.clock_stopped(word) {
                self.clock_states(before, word, at);
            }
        }
        if changed & HS != 0 {
            self.history.note(word, at);
            self.edges_unclocked(changed, at);
        }
        if changed & LP != 0 {
            self.line_states(word, at, merger);
        }
        edge
    }
}
