//! Captures of samples: each is a bit, or the clock lane says which are, or a bit lasts several.

use super::{PinReceiver, budget};
use crate::wires::{CLOCK, CLOCK_LP, ClockWires, HS, LP};
use crate::{LaneMerger, PinEvent, Samples, Tick};

impl PinReceiver {
    /// Takes samples until something happens or `merger` has no room. Returns samples consumed and the event.
    ///
    /// Fewer samples than given and no event: drain the merger and go on. The bytes of a burst leave the merger from the
    /// call after [`PinEvent::BurstStart`] on; those still in it at [`PinEvent::BurstEnd`] belong to the burst.
    pub fn samples(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        let (first, bytes) = (seen.first, seen.bytes);
        match seen.unit {
            0 => (0, self.resume(merger)),
            1 => self.run::<1>(first, bytes.iter().map(|byte| u64::from(*byte)), merger),
            2 => self.run::<2>(
                first,
                bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit).into()),
                merger,
            ),
            4 => self.run::<4>(
                first,
                bytes.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit).into()),
                merger,
            ),
            unit => {
                let little_endian = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                self.run::<8>(first, bytes.chunks_exact(unit).map(little_endian), merger)
            }
        }
    }

    pub(super) fn run<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        if let Some(event) = self.resume(merger) {
            return (0, Some(event));
        }
        if self.table.clock() != ClockWires::None {
            self.run_clocked::<UNIT>(first, samples, merger)
        } else if self.grids.as_ref().is_some_and(|grids| !grids.is_every_tick()) {
            self.run_unclocked::<UNIT>(first, samples, budget(merger), merger)
        } else {
            self.run_states::<UNIT>(first, samples, merger)
        }
    }

    /// A clock lane: only those that differ from the one before matter.
    pub(super) fn run_clocked<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
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
            if budget == 0 {
                return (taken, None);
            }
            budget -= 1;
            taken += 1;
            self.raw = Some(sample);
            self.step(self.table.gather::<UNIT>(sample), at, merger);
            if self.has_news() {
                return (taken, self.poll());
            }
        }
        (taken, None)
    }

    /// One sample a bit.
    pub(super) fn run_states<const UNIT: usize>(
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
                return (taken, self.poll());
            }
        }
        (taken, None)
    }

    /// The wires are now `word`.
    #[inline]
    pub(super) fn step(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) {
        if at >= self.lines.deadline {
            self.settle(at, merger);
        }
        let before = self.word;
        let changed = word ^ before;
        self.word = word;
        if changed & (CLOCK | CLOCK_LP) != 0 {
            if self.edges.edge(word) {
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
    }
}
