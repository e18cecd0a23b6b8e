//! Without a clock lane: the bits of each lane lie on a grid of assumed unit intervals.

use super::{PinReceiver, budget};
use crate::burst::Phase;
use crate::grid::Grids;
use crate::wires::{ClockWires, HS};
use crate::{LaneMerger, LaneReceiver, PinEvent, Tick};

/// How a constant stretch ended.
pub(super) enum Stretch {
    /// All its bits are taken.
    Done,
    /// Something happened.
    News,
    /// There is room for no more.
    Full,
}

/// Bits of a lane that are taken before those of the next lane.
const MOST_AT_ONCE: usize = 8;

impl PinReceiver {
    /// Without a clock lane, bits are `numerator / denominator` ticks apart: the edges of each lane keep its phase. No
    /// effect where there is a clock lane or where either is 0, nor on samples if it is one tick.
    pub(super) fn assume_unit_interval(&mut self, numerator: u64, denominator: u64) {
        if self.table.clock() != ClockWires::None {
            return;
        }
        if let Some(grids) = Grids::new(numerator, denominator, self.count) {
            self.meter.assume(grids.ticks());
            self.grids = Some(grids);
        }
    }

    /// Grows with the bits taken, those between bursts too.
    pub fn bits_taken(&self) -> u64 {
        match &self.grids {
            Some(grids) => grids.taken(),
            None => self.bits.saturating_add(self.rows.count as u64),
        }
    }

    /// Several samples a bit: those that differ from the one before end a stretch.
    pub(super) fn run_unclocked<const UNIT: usize>(
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
            match self.stretch(at, &mut budget, merger) {
                Stretch::Done => {}
                Stretch::News => return (taken, self.poll()),
                Stretch::Full => return (taken, None),
            }
            taken += 1;
            self.raw = Some(sample);
            self.step(self.table.gather::<UNIT>(sample), at, merger);
            if self.has_news() {
                return (taken, self.poll());
            }
        }
        // What is known of the stretch so far.
        match self.stretch(first.saturating_add(taken as u64), &mut budget, merger) {
            Stretch::Done | Stretch::Full => (taken, None),
            Stretch::News => (taken, self.poll()),
        }
    }

    /// The bits from the last time stamp to `end`.
    pub(super) fn stretch(&mut self, end: Tick, budget: &mut usize, merger: &mut LaneMerger) -> Stretch {
        loop {
            let Some(grids) = &mut self.grids else {
                return Stretch::Done;
            };
            if !self.listening {
                grids.pass(end);
                return Stretch::Done;
            }
            // A stop state that has lasted is seen in time.
            let most = if self.lines.is_stopping() { 1 } else { MOST_AT_ONCE };
            let bits = most.min(*budget);
            let Some(slice) = grids.slice(end, bits) else {
                return Stretch::Done;
            };
            if bits == 0 {
                return Stretch::Full;
            }
            let before = grids.taken();
            for lane in 0..self.count {
                loop {
                    let inside = self.lanes.get(lane).is_some_and(LaneReceiver::in_data);
                    let Some(at) = self.grids.as_mut().and_then(|grids| grids.bit(lane, slice, inside)) else {
                        break;
                    };
                    self.lone_bit(lane, at, merger);
                    if self.has_news() {
                        return Stretch::News;
                    }
                }
            }
            // Bits that are left out cost nothing.
            if self.grids.as_ref().is_some_and(|grids| grids.taken() != before) {
                *budget -= bits;
            }
        }
    }

    /// The lanes whose levels are among `changed` have an edge.
    pub(super) fn edges_unclocked(&mut self, changed: u32, at: Tick) {
        let Some(grids) = &mut self.grids else { return };
        for (lane, receiver) in self.lanes.iter().enumerate().take(self.count) {
            if changed & HS & 1 << lane != 0 {
                // Without LP wires, when a burst is known to be over depends on how the capture is cut.
                grids.edge(lane, at, self.blind || receiver.in_data());
            }
        }
    }

    /// The count of all lanes' bits when this lane had `own`.
    pub(super) fn shared_count(&self, lane: usize, own: u64) -> u64 {
        let (Some(grids), Some(receiver)) = (&self.grids, self.lanes.get(lane)) else {
            return own;
        };
        own.wrapping_add(grids.number(lane)).wrapping_sub(receiver.bits())
    }

    /// One bit of one lane, with all that may come of it.
    fn lone_bit(&mut self, lane: usize, at: Tick, merger: &mut LaneMerger) {
        if at >= self.lines.deadline {
            self.settle(at, merger);
        }
        self.bits = self.grids.as_ref().map_or(0, |grids| grids.number(lane));
        self.now = self.now.max(at);
        if !self.lines.hold(lane) {
            self.lane_bit(lane, self.word >> lane & 1 == 1, at, merger);
        }
        // Of a burst that runs, nothing but the beginning of another could come.
        let candidate = self.lanes.get(lane).and_then(LaneReceiver::candidate);
        if self.burst.phase() != Phase::Running || candidate.is_some() {
            self.after_bit(at, merger);
        }
    }
}
