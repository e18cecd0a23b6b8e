//! Captures of lane bytes in which bursts are marked.

use super::burst::{Burst, Said};
use super::descramble::HeaderCode;
use super::ledger::Flow;
use super::place::{Place, deal};
use super::rows::Rows;
use super::strobes::Strobes;
use super::sync::{Opening, Sync, missing_lane, opening, opens_with_data, opens_with_sync, shows_no_sync};
use super::window::Window;
use super::{Advance, Input, LinkEvent, NO_LANES, consumed, lengths, no_news};
use crate::Limits;
use csi2_dphy::{LaneBytes, MAX_LANES, Observation, PinEvent, Tick};
use csi2_kernels::{Backend, Loads};

/// Bytes merged at once where nothing says how many will be needed: most bursts are whole in that.
const STRIDE: usize = 16 << 10;

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

/// How the bursts of this capture began so far: either all have their sync bytes, or none has.
#[derive(Clone, Copy, Debug, Default)]
struct Habit {
    synced: u64,
    bare: u64,
}

impl Habit {
    fn note(&mut self, sync: bool) {
        let count = if sync { &mut self.synced } else { &mut self.bare };
        *count = count.saturating_add(1);
    }

    /// First bytes that look like sync bytes are data.
    fn is_bare(&self) -> bool {
        self.bare > self.synced
    }
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
    habit: Habit,
    /// What is known of the burst that begins, where it was captured as logic.
    pub(super) strobes: Option<Strobes>,
}

impl Framed {
    pub(super) fn new(lanes: usize, code: HeaderCode, limits: &Limits, backend: Backend) -> Self {
        Self {
            window: Window::new(lanes, limits.max_lane_lag_bytes),
            state: State::Idle,
            code,
            max_skew: limits.max_skew_bytes,
            backend,
            offset: 0,
            at: None,
            habit: Habit::default(),
            strobes: None,
        }
    }

    /// Takes the next step. `last`: the capture is over.
    pub(super) fn advance<'c>(&mut self, burst: &mut Burst, input: &mut Input<'_>, last: bool) -> Advance<'c> {
        if let Some(advance) = self.whole_burst(burst, input, last) {
            return advance;
        }
        let Observation::Lanes(lanes) = &mut input.seen else {
            return Advance::Starved;
        };
        if self.state == State::Idle {
            if self.window.is_empty(lanes) && !input.starts {
                input.ends = false;
                return Advance::Starved;
            }
            input.starts = false;
            self.offset = input.offset;
            self.at = input.at;
            self.window.start_at(input.offset);
            self.state = State::Opening;
        } else if input.starts {
            // A burst that starts ends the one before, whose bytes are all in the window.
            let advance = self.step(burst, &mut NO_LANES.clone(), true);
            return match (advance, self.state) {
                // All that is left of the burst was taken.
                (Advance::Starved, State::Idle) => Advance::Again,
                (advance, _) => advance,
            };
        }
        let before = lengths(lanes);
        let advance = self.step(burst, lanes, last || input.ends);
        input.offset = input.offset.saturating_add(consumed(&before, lanes));
        advance
    }

    /// A burst that is whole in the input, has at most [`STRIDE`] bytes and opens as bursts do: takes all of it at once.
    fn whole_burst<'c>(&mut self, burst: &mut Burst, input: &mut Input<'_>, last: bool) -> Option<Advance<'c>> {
        let Observation::Lanes(lanes) = &mut input.seen else {
            return None;
        };
        let whole = input.starts && (input.ends || last);
        if self.state != State::Idle || !whole || self.window.keeps() || self.strobes.is_some() {
            return None;
        }
        let rows = Rows::new(lanes.lanes, self.window.count());
        let sync = !self.habit.is_bare() && opens_with_sync(&rows);
        if !sync && (missing_lane(&rows).is_some() || !shows_no_sync(&rows)) {
            return None;
        }
        let data = rows.after(&[usize::from(sync); MAX_LANES]);
        // What a lane has beyond the others is trail.
        let bytes = data.available(0);
        if bytes > STRIDE {
            return None;
        }
        // In a capture the next burst lies behind this one.
        let backend = self.backend.with_loads(Loads::Ahead);
        let (room, mut taker) = burst.taker();
        let merged = data.merge_whole(backend, bytes, room);
        let taken = room.get(..merged).and_then(|bytes| taker.take(bytes));
        if taken.is_none() && !sync && !opens_with_data(&rows, self.code) {
            return None;
        }
        self.habit.note(sync);
        let place = Place::Lanes {
            first: [input.offset.saturating_add(sync.into()); MAX_LANES],
            lanes: rows.count(),
            at: input.at,
        };
        input.offset = input.offset.saturating_add(rows.longest() as u64);
        input.starts = false;
        lanes.lanes = NO_LANES.lanes;
        if let Some(taken) = taken {
            let said = burst.tell(taken, rows.count(), place, merged as u64);
            return Some(Advance::Said(said));
        }
        let said = burst.open(no_news(rows.count()), place);
        burst.line.filled(merged);
        burst.line.admit(merged);
        burst.close(None);
        Some(Advance::Said(said))
    }

    fn step<'c>(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, ends: bool) -> Advance<'c> {
        self.window.refill(lanes);
        let complete = ends && self.window.shows_all(lanes);
        match self.state {
            State::Idle => Advance::Starved,
            State::Opening => {
                let rows = self.window.rows(lanes);
                // Where signals mark the lanes' bytes, they also say which lanes take part.
                let missing = missing_lane(&rows).filter(|_| complete && self.strobes.is_none());
                let found = match missing {
                    Some(lane) => Opening::Misaligned { lane },
                    None => opening(&rows, self.max_skew, complete, self.code),
                };
                let found = match found {
                    Opening::Sync(_) | Opening::NoSync { .. } if self.habit.is_bare() => Opening::Data,
                    found => found,
                };
                match found {
                    Opening::Sync(_) => self.habit.note(true),
                    Opening::Data if opens_with_data(&rows, self.code) => self.habit.note(false),
                    _ => {}
                }
                self.open(burst, lanes, found)
            }
            State::Data { merged } => self.merge(burst, lanes, complete, merged),
            State::Lost => {
                self.window.drop_all(lanes);
                if ends {
                    self.state = State::Idle;
                }
                Advance::Starved
            }
        }
    }

    /// Merges what there is of the burst, after so many bytes.
    fn merge<'c>(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, complete: bool, merged: u64) -> Advance<'c> {
        let rows = self.window.rows(lanes);
        let (_, phase) = deal(merged, rows.count());
        let wanted = match burst.ledger.flow {
            Flow::Packet { .. } => burst.shortfall(),
            Flow::Header | Flow::Lost => STRIDE.max(burst.shortfall()),
        };
        let bytes = rows.merge(self.backend, phase, burst.line.room(wanted));
        let all = complete && bytes == rows.available(phase);
        if bytes > 0 {
            burst.line.filled(bytes);
            burst.line.admit(bytes);
        }
        if all {
            // What a lane has beyond the others is trail.
            self.window.drop_all(lanes);
            self.state = State::Idle;
            burst.close(None);
            return Advance::Again;
        }
        if bytes > 0 {
            let share = rows.share(phase, bytes);
            self.window.take(lanes, &share);
            self.state = State::Data {
                merged: merged + bytes as u64,
            };
            return Advance::Again;
        }
        self.keep(burst, lanes)
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
            Ok(true) => Advance::Again,
            Ok(false) => Advance::Starved,
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
