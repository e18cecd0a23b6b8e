//! Follows the line states of one lane, and measures those that have a name.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyDataDecoder.cpp`, `DPhyEscapeModeDecoder.cpp`;
//! torvalds/linux `drivers/phy/phy-core-mipi-dphy.c`.

use super::Durations;
use crate::{LineState, Tick};

/// Where a lane is, and since when.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// Not known since when.
    #[default]
    Unknown,
    /// LP-11.
    Stop { since: Tick, after_hs: bool },
    /// LP-01 out of the stop state.
    Request { since: Tick },
    /// LP-00 on the way to HS.
    Bridge { since: Tick },
    /// HS-0, after LP-00 since then.
    Zero { bridge: Tick },
    /// The first bit was there; the next thing to tell is LP-11.
    Hs,
    /// LP-01 or LP-10 of escape mode.
    Mark { since: Tick },
    /// LP-00 of escape mode.
    Space,
}

/// What the meter has to know besides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// Nothing.
    None,
    /// The lane leaves the stop state for HS.
    Requests,
    /// The lane is back in the stop state.
    Stops {
        /// It was in HS.
        after_hs: bool,
    },
}

/// One lane: the clock lane has the same states as a data lane, and its own names for them.
#[derive(Clone, Debug, Default)]
pub(super) struct LaneMeter {
    state: State,
    pub(super) lpx: Durations,
    pub(super) prepare: Durations,
    pub(super) settled: Durations,
    pub(super) trail: Durations,
    pub(super) exit: Durations,
    pub(super) wakeup: Durations,
}

impl LaneMeter {
    /// The line state is now `to`.
    pub(super) fn line(&mut self, to: LineState, at: Tick) -> Step {
        use LineState::{Lp00, Lp01, Lp10, Lp11};
        let from = self.state;
        let (state, step) = match (from, to) {
            (State::Stop { .. }, Lp11) => (from, Step::None),
            // HS request; with LP-00, it was too short to be seen.
            (State::Stop { .. }, Lp01) => (State::Request { since: at }, Step::Requests),
            (State::Stop { .. }, Lp00) => (State::Bridge { since: at }, Step::Requests),
            // Escape or turnaround request.
            (State::Stop { .. }, Lp10) => (State::Mark { since: at }, Step::None),
            (State::Request { .. }, Lp00) => (State::Bridge { since: at }, Step::None),
            (State::Request { .. }, Lp01) => (from, Step::None),
            // The end of LP-00 looks like LP-01. LP receivers of their own show no HS-0.
            (State::Bridge { since }, Lp01) => (State::Zero { bridge: since }, Step::None),
            (State::Bridge { .. }, Lp00) => (from, Step::None),
            // HS levels look like line states and are none.
            (State::Zero { .. } | State::Hs, Lp00 | Lp01 | Lp10) => (from, Step::None),
            (State::Bridge { .. } | State::Zero { .. } | State::Hs, Lp11) => stop(at, true),
            (State::Mark { .. }, Lp00) => (State::Space, Step::None),
            (State::Mark { .. } | State::Space, Lp01 | Lp10) => (State::Mark { since: at }, Step::None),
            (State::Space, Lp00) => (State::Space, Step::None),
            // A request that is taken back, the end of an escape, the first stop state.
            (_, Lp11) => stop(at, false),
            // No sequence that has a name.
            (State::Request { .. } | State::Bridge { .. }, Lp10) => (State::Unknown, Step::None),
            (State::Unknown, _) => (State::Unknown, Step::None),
        };
        match (from, to) {
            (State::Stop { since, after_hs: true }, Lp00 | Lp01 | Lp10) => self.exit.add(since, at),
            // The mark before the stop state is as long as it pleases.
            (State::Request { since } | State::Mark { since }, Lp00) => self.lpx.add(since, at),
            (State::Bridge { since }, Lp01) => self.prepare.add(since, at),
            _ => {}
        }
        self.state = state;
        step
    }

    /// The first data bit, or the first edge of a clock.
    pub(super) fn starts(&mut self, at: Tick) {
        if let State::Bridge { since } | State::Zero { bridge: since } = self.state {
            self.settled.add(since, at);
        }
        self.state = State::Hs;
    }

    /// Data or clock bits flow.
    pub(super) fn in_data(&self) -> bool {
        self.state == State::Hs
    }
}

fn stop(at: Tick, after_hs: bool) -> (State, Step) {
    (State::Stop { since: at, after_hs }, Step::Stops { after_hs })
}
