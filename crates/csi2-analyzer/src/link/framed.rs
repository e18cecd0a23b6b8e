//! Captures of lane bytes in which bursts are marked.

use super::burst::{Burst, Said};
use super::descramble::HeaderCode;
use super::ledger::Flow;
use super::place::Place;
use super::strobes::Strobes;
use super::sync::{Opening, Sync, opening};
use super::window::Window;
use super::{Advance, Input, LinkEvent, NO_LANES, consumed, no_news};
use crate::Limits;
use csi2_dphy::{LaneBytes, Observation, PinEvent, Tick};
use csi2_kernels::Backend;

/// Bytes merged at once where nothing says how many will be needed.
const STRIDE: usize = 256;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Between bursts.
    Idle,
    /// The burst's first bytes are looked at.
    Opening,
    /// Merging; so many bytes were.
    Data { merged: u64 },
    /// The rest of the burst is of no use.
    Lost,
}

/// Source of bytes of marked bursts.
pub(super) struct Framed {
    window: Window,
    state: State,
    /// Of the first header of a burst.
    code: HeaderCode,
    max_skew: usize,
    backend: Backend,
    offset: u64,
    at: Option<Tick>,
    /// What is known of the burst that begins, where it was captured as logic.
    pub(super) strobes: Option<Strobes>,
}

impl Framed {
    pub(super) fn new(lanes: usize, code: HeaderCode, limits: &Limits) -> Self {
        Self {
            window: Window::new(lanes, limits.max_lane_lag_bytes),
            state: State::Idle,
            code,
            max_skew: limits.max_skew_bytes,
            backend: Backend::detect(),
            offset: 0,
            at: None,
            strobes: None,
        }
    }

    /// Takes the next step. `last`: the capture is over.
    pub(super) fn advance<'c>(&mut self, burst: &mut Burst, input: &mut Input<'_>, last: bool) -> Advance<'c> {
        let Observation::Lanes(mut lanes) = input.seen else {
            return Advance::Starved;
        };
        // A burst that starts ends the one before, whose bytes are all in the window.
        let restarts = input.starts && self.state != State::Idle;
        let before = lanes;
        let advance = if restarts {
            self.step(burst, &mut NO_LANES.clone(), true, input)
        } else {
            let ends = last || input.ends;
            let advance = self.step(burst, &mut lanes, ends, input);
            input.offset = input.offset.saturating_add(consumed(&before, &lanes));
            input.seen = Observation::Lanes(lanes);
            advance
        };
        match (advance, self.state) {
            // All that is left of the burst was taken.
            (Advance::Starved, State::Idle) if restarts => Advance::Again,
            (advance, _) => advance,
        }
    }

    fn step<'c>(
        &mut self,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        ends: bool,
        input: &mut Input<'_>,
    ) -> Advance<'c> {
        self.window.refill(lanes);
        let complete = ends && self.window.shows_all(lanes);
        match self.state {
            State::Idle => {
                if self.window.is_empty(lanes) && !input.starts {
                    input.ends = false;
                    return Advance::Starved;
                }
                input.starts = false;
                self.offset = input.offset;
                self.at = input.at;
                self.window.start_at(input.offset);
                self.state = State::Opening;
                Advance::Again
            }
            State::Opening => {
                let rows = self.window.rows(lanes);
                let found = opening(&rows, self.max_skew, complete, self.code);
                self.open(burst, lanes, found)
            }
            State::Data { merged } => {
                let rows = self.window.rows(lanes);
                let phase = (merged % rows.count() as u64) as usize;
                let wanted = match burst.ledger.flow {
                    Flow::Packet { .. } => burst.shortfall(),
                    Flow::Header | Flow::Lost => STRIDE.max(burst.shortfall()),
                };
                let bytes = rows.merge(self.backend, phase, burst.line.room(wanted));
                if bytes > 0 {
                    let share = rows.share(phase, bytes);
                    self.window.take(lanes, &share);
                    burst.line.filled(bytes);
                    burst.line.admit(bytes);
                    self.state = State::Data {
                        merged: merged + bytes as u64,
                    };
                    return Advance::Again;
                }
                if complete {
                    // What a lane has beyond the others is trail.
                    self.window.drop_all(lanes);
                    self.state = State::Idle;
                    burst.close(None);
                    return Advance::Again;
                }
                self.keep(burst, lanes)
            }
            State::Lost => {
                self.window.drop_all(lanes);
                if ends {
                    self.state = State::Idle;
                }
                Advance::Starved
            }
        }
    }

    fn open<'c>(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, found: Opening) -> Advance<'c> {
        let mut info = no_news(self.window.count());
        match found {
            Opening::More => return self.keep(burst, lanes),
            Opening::Data => {}
            Opening::Sync(Sync { skip, verdicts, skew }) => {
                self.window.take(lanes, &skip);
                (info.sync, info.skew) = (verdicts, skew);
            }
            Opening::NoSync { lane } => return self.lose(burst, |at| PinEvent::SotSyncError { lane, at }),
            Opening::Misaligned { lane } => return self.lose(burst, |at| PinEvent::AlignError { lane, at }),
        }
        self.state = State::Data { merged: 0 };
        let (first, lanes) = (self.window.positions(), self.window.count());
        let place = match self.strobes.take() {
            None => Place::Lanes {
                first,
                lanes,
                at: self.at,
            },
            Some(strobes) => {
                (info.lanes, info.skew) = (strobes.lanes, strobes.skew);
                Place::Clocked {
                    first: first.map(|first| first.saturating_sub(self.offset)),
                    lanes,
                    ticks: strobes.ticks,
                }
            }
        };
        Advance::Said(burst.open(info, place))
    }

    /// Keeps the input until more comes.
    fn keep<'c>(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>) -> Advance<'c> {
        match self.window.keep(lanes) {
            Ok(()) => Advance::Starved,
            Err(lane) => {
                burst.close(None);
                self.lose(burst, |at| PinEvent::AlignError { lane, at })
            }
        }
    }

    fn lose<'c>(&mut self, burst: &Burst, trouble: impl Fn(Tick) -> PinEvent) -> Advance<'c> {
        self.state = State::Lost;
        let span = burst.ledger.span(self.offset, self.at);
        Advance::Said(Said::new(LinkEvent::Lane(trouble(self.at.unwrap_or(0))), span))
    }
}
