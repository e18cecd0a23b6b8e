//! Captures of changes: bits at the edges of the clock lane, or on a grid of assumed unit intervals.

use super::unclocked::Stretch;
use super::{PinReceiver, budget};
use crate::{Change, LaneMerger, PinEvent};

impl PinReceiver {
    /// Takes changes likewise. Changes of one time stamp take effect together; data is sampled as it was before the stamp.
    /// Without a clock lane, and without [`Sampling::unit_interval`](crate::Sampling::unit_interval), changes say nothing of bits: only line
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
        if self.grids.is_some() {
            budget = budget.min(bits);
        }
        for (index, change) in seen.iter().enumerate() {
            if budget == 0 {
                return (index, None);
            }
            if let Some(stamp) = self.stamp.filter(|stamp| change.at > *stamp) {
                self.stamp = None;
                self.step(self.next, stamp, merger);
                if self.grids.is_none() {
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
}
