//! Captures of changes: bits at the edges of the clock lane, or on a grid of assumed unit intervals.

use super::{PinReceiver, budget};
use crate::burst::Phase;
use crate::grid::Grid;
use crate::wires::ClockWires;
use crate::{Change, LaneMerger, PinEvent, Tick};

/// How a constant stretch ended.
enum Stretch {
    /// All its bits are taken.
    Done,
    /// Something happened.
    News,
    /// There is room for no more.
    Full,
}

impl PinReceiver {
    /// Takes changes likewise. Changes of one time stamp take effect together; data is sampled as it was before the stamp.
    /// Without a clock lane, and without [`PinReceiver::assume_unit_interval`], changes say nothing of bits: only line
    /// states are followed.
    ///
    /// On assumed unit intervals one change may end any number of bits: no change consumed and no event is then progress
    /// all the same, if [`PinReceiver::bits_taken`] grew.
    pub fn changes(&mut self, seen: &[Change], merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        self.changes_within(seen, usize::MAX, merger)
    }

    /// The same, but takes at most `bits` bits of each lane from assumed unit intervals.
    pub fn changes_within(
        &mut self,
        seen: &[Change],
        bits: usize,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        if let Some(event) = self.resume(merger) {
            return (0, Some(event));
        }
        let mut budget = budget(merger);
        if self.grid.is_some() {
            budget = budget.min(bits);
        }
        for (index, change) in seen.iter().enumerate() {
            if budget == 0 {
                return (index, None);
            }
            if let Some(stamp) = self.stamp.filter(|stamp| change.at > *stamp) {
                self.stamp = None;
                self.step(self.next, stamp, merger);
                if self.grid.is_none() {
                    budget -= 1;
                }
                if let Some(event) = self.poll() {
                    return (index, Some(event));
                }
            }
            if self.stamp.is_none() {
                match self.stretch(change.at, &mut budget, merger) {
                    Stretch::Done => {}
                    Stretch::News => return (index, self.poll()),
                    Stretch::Full => return (index, None),
                }
                self.stamp = Some(change.at);
            }
            self.next = self.table.change(self.next, change.channel, change.level);
        }
        (seen.len(), None)
    }

    /// Without a clock lane, a capture of changes has its bits `numerator / denominator` ticks apart: the data's own
    /// edges keep the phase. No effect where there is a clock lane or where either is 0, nor on samples.
    pub fn assume_unit_interval(&mut self, numerator: u64, denominator: u64) {
        if self.table.clock() != ClockWires::None {
            return;
        }
        if let Some(grid) = Grid::new(numerator, denominator) {
            self.meter.assume(grid.ticks());
            self.grid = Some(grid);
        }
    }

    /// Bits of each lane taken so far, those between bursts too.
    pub fn bits_taken(&self) -> u64 {
        self.bits.saturating_add(self.rows.count as u64)
    }

    /// The bits from the last time stamp to `end`.
    fn stretch(&mut self, end: Tick, budget: &mut usize, merger: &mut LaneMerger) -> Stretch {
        loop {
            let inside = self.burst.phase() == Phase::Running;
            let Some(grid) = &mut self.grid else {
                return Stretch::Done;
            };
            if !self.listening {
                grid.pass(end);
                return Stretch::Done;
            }
            if *budget == 0 {
                return Stretch::Full;
            }
            let Some(at) = grid.bit(end, inside) else {
                return Stretch::Done;
            };
            *budget -= 1;
            if at >= self.lines.deadline {
                self.settle(at, merger);
            }
            self.take(self.word, at, merger);
            if self.has_news() {
                return Stretch::News;
            }
        }
    }
}
