//! Line states of the data lanes: when one counts, and what follows from it.

use super::PinReceiver;
use crate::lines::CLOCK_LANE;
use crate::wires::{LP, stopped};
use crate::{Lane, LaneEvent, LaneMerger, LaneReceiver, LineState, Tick};

/// Bit times that a stop state lasts, within a burst and before the first one that is known.
const LEAST_STOP: u64 = 2;
const LEAST_FIRST_STOP: u64 = 4;

impl PinReceiver {
    /// The LP levels of `word` differ from those before.
    #[inline]
    pub(super) fn line_states(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) {
        let stop = stopped(word);
        let changed = (word ^ self.lines.seen) & LP & !self.data;
        if changed != 0 || stop != self.lines.stop {
            self.changed_lines(word, stop, (changed >> 8 | changed >> 16) as u8, at, merger);
        }
        self.lines.seen = word;
    }

    pub(super) fn changed_lines(&mut self, word: u32, stop: u8, changed: u8, at: Tick, merger: &mut LaneMerger) {
        self.flush(merger);
        for lane in 0..self.count {
            let is = stop >> lane & 1 == 1;
            let was = self.lines.stop >> lane & 1 == 1;
            let changed = changed >> lane & 1 == 1;
            let Some(receiver) = self.lanes.get(lane).filter(|_| changed || is != was) else {
                continue;
            };
            let state = LineState::of(word >> (8 + lane) & 1 == 1, word >> (16 + lane) & 1 == 1);
            let unknown = receiver.is_unknown();
            if !unknown && !receiver.in_hs() {
                self.low_power(lane, state, at, merger);
                continue;
            }
            // Between two bits a pair may pass through LP-11: it counts once it has lasted.
            if is && !was {
                let bits = if unknown { LEAST_FIRST_STOP } else { LEAST_STOP };
                let due = at.saturating_add(self.meter.gap().saturating_mul(bits).max(bits));
                self.lines.suspect_stop(lane, at, due);
                continue;
            }
            if was && !is {
                for _ in 0..self.lines.clear(lane) {
                    self.lane_bit(lane, true, at, merger);
                }
            }
            let in_data = self.lanes.get(lane).is_some_and(LaneReceiver::in_data);
            if changed && !is && !in_data {
                self.line(lane, state, at, 0, merger);
            }
        }
        self.lines.stop = stop;
        self.refresh();
    }

    /// States that have lasted until `now` count.
    pub(super) fn settle(&mut self, now: Tick, merger: &mut LaneMerger) {
        self.flush(merger);
        for lane in 0..self.count {
            if let Some((state, since)) = self.lines.lasted(lane, now) {
                let held = self.lines.clear(lane);
                self.line(lane, state, since, held, merger);
            }
        }
        if let Some((state, since)) = self.lines.lasted(CLOCK_LANE, now) {
            self.lines.clear(CLOCK_LANE);
            self.clock_line(state, since);
        }
        self.refresh();
    }

    /// A lane that is not in HS shows `state`: it counts at once, or when it is no glitch.
    fn low_power(&mut self, lane: usize, state: LineState, at: Tick, merger: &mut LaneMerger) {
        if self.glitch == 0 {
            self.line(lane, state, at, 0, merger);
            return;
        }
        if let Some((pending, since)) = self.lines.pending(lane) {
            self.lines.clear(lane);
            if state == self.lines.settled(lane) {
                return;
            }
            // Between two different states the shortest counts: on a fast link, a request may be no longer.
            self.line(lane, pending, since, 0, merger);
            if self.lanes.get(lane).is_some_and(LaneReceiver::in_hs) {
                self.line(lane, state, at, 0, merger);
                return;
            }
        }
        self.lines.suspect(lane, state, at, at.saturating_add(self.glitch));
    }

    /// The lane's line state is `state` since `at`; `held` bits were kept back since.
    pub(super) fn line(&mut self, lane: usize, state: LineState, at: Tick, held: u32, merger: &mut LaneMerger) {
        self.lines.settle(lane, state);
        let Some(receiver) = self.lanes.get_mut(lane) else {
            return;
        };
        let number = lane as u8;
        if receiver.counts(state) {
            self.timing.line(Lane::Data(number), state, at);
        }
        let was_in_hs = receiver.in_hs();
        let event = receiver.line(state, at);
        let well = receiver.ended_well();
        let stops = was_in_hs && !receiver.in_hs();
        if let Some(event) = event {
            if let LaneEvent::LowPower(event) = event {
                self.timing.low_power(Lane::Data(number), event);
            }
            if well && matches!(event, LaneEvent::End { .. }) {
                let bits = receiver.trail_bits().saturating_add(held.into());
                let edge = self.level_began(lane, bits);
                self.timing.data_stops(number, edge, at);
            }
            self.burst.lane(lane, event, self.bits, self.bits, well, merger);
        }
        if stops && !self.lanes.iter().take(self.count).any(LaneReceiver::in_hs) {
            self.burst.stopped(at, merger);
        }
    }

    /// When a level of `lane` began that lasted for the last `bits` bits: half a bit before the first of them was taken.
    fn level_began(&self, lane: usize, bits: u64) -> Tick {
        let unit = self.unit_interval().unwrap_or(self.meter.gap() as f64);
        let before = (bits as f64 - 0.5) * unit;
        self.history.instant(lane, self.now).saturating_sub(before as Tick)
    }
}
