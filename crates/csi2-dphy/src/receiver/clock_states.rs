//! Line states of the clock lane: when it runs, stops and sleeps.

use super::PinReceiver;
use crate::lines::CLOCK_LANE;
use crate::lp::{LowPower, Meaning};
use crate::wires::CLOCK_P;
use crate::{Lane, LineState, LowPowerEvent, Tick};

/// The clock lane between its edges.
#[derive(Clone, Debug)]
pub(super) struct ClockLane {
    low_power: LowPower,
    /// It is in HS, and edges come.
    runs: bool,
    /// Each of its changes counts, not only a stop state.
    pub(super) watched: bool,
    /// It is known to be in a low-power state: its edges are no bit times.
    pub(super) rests: bool,
}

impl ClockLane {
    pub(super) fn new() -> Self {
        Self {
            low_power: LowPower::new(true),
            runs: false,
            watched: false,
            rests: false,
        }
    }
}

impl PinReceiver {
    /// The clock lane's wires were as in `before` and are as in `word`. Not called for each edge of a running clock.
    #[cold]
    pub(super) fn clock_states(&mut self, before: u32, word: u32, at: Tick) {
        let was = self.table.clock_state(before);
        let state = self.table.clock_state(word);
        let changed = state != was;
        let low_power = &self.clock.low_power;
        let unknown = low_power.is_unknown();
        if state == LineState::Lp11 && (unknown || low_power.is_bridged()) {
            // A pair whose wires do not change together passes through LP-11 at an edge, the first one after the bridge
            // included: a stop state has to last.
            if changed {
                let least = self.meter.gap().saturating_mul(4).max(4);
                let due = at.saturating_add(least.max(self.glitch));
                self.lines.suspect_stop(CLOCK_LANE, at, due);
            }
        } else if unknown || self.clock.runs {
            self.lines.clear(CLOCK_LANE);
        } else if low_power.is_high_speed() {
            self.lines.clear(CLOCK_LANE);
            if changed {
                self.clock_line(state, at);
            }
            // Out of LP-11, CLK_P rose when that began.
            let rises = word & CLOCK_P != 0 && (before & CLOCK_P == 0 || was == LineState::Lp11);
            if rises && self.clock.low_power.is_bridged() {
                self.clock.runs = true;
                self.timing.clock_starts(at);
            }
        } else if changed {
            self.clock_low_power(state, at);
        }
        self.watch_clock();
    }

    /// The clock lane's line state is `state` since `at`.
    pub(super) fn clock_line(&mut self, state: LineState, at: Tick) {
        self.lines.settle(CLOCK_LANE, state);
        let clock = &mut self.clock;
        if clock.low_power.counts(state) {
            self.timing.line(Lane::Clock, state, at);
        }
        match clock.low_power.line(state, at) {
            None | Some(Meaning::WrongLevel) => {}
            Some(Meaning::Request) => clock.runs = false,
            Some(Meaning::Stop { withdrawn }) => {
                if core::mem::take(&mut clock.runs) {
                    self.timing.clock_stops(self.meter.last(), at);
                } else if withdrawn {
                    self.burst.low_power(Lane::Clock, LowPowerEvent::Illegal { at });
                }
            }
            Some(Meaning::Event(event)) => {
                self.meter.sleep();
                self.timing.low_power(Lane::Clock, event);
                self.burst.low_power(Lane::Clock, event);
            }
        }
        self.watch_clock();
    }

    /// The clock lane is not in HS: a state counts at once, or when it is no glitch.
    fn clock_low_power(&mut self, state: LineState, at: Tick) {
        if self.glitch == 0 {
            self.clock_line(state, at);
            return;
        }
        if let Some((pending, since)) = self.lines.pending(CLOCK_LANE) {
            self.lines.clear(CLOCK_LANE);
            if state == self.lines.settled(CLOCK_LANE) {
                return;
            }
            self.clock_line(pending, since);
            if self.clock.low_power.is_high_speed() {
                self.clock_line(state, at);
                return;
            }
        }
        self.lines
            .suspect(CLOCK_LANE, state, at, at.saturating_add(self.glitch));
    }

    fn watch_clock(&mut self) {
        let low_power = &self.clock.low_power;
        let known = !low_power.is_unknown();
        let rests = known && !low_power.is_high_speed();
        let starts = known && !self.clock.runs;
        self.clock.watched = starts || self.lines.pending(CLOCK_LANE).is_some();
        self.clock.rests = rests;
    }
}
