//! Line states that have to last before they count.
//!
//! Between two bits a pair may pass through LP-11 for a sample, so a lane in HS has stopped only when LP-11 stays for
//! two bit times. Bits sampled in the meantime are held back: they are trail if it goes, and nothing if it stays. Of a
//! lane in a low-power state, a state counts once it is no glitch.

use crate::{LineState, MAX_LANES, Tick};

/// The clock lane, behind the data lanes.
pub(crate) const CLOCK_LANE: usize = MAX_LANES;

/// Line states of all lanes, and those that have yet to last.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// The wires when line states were last looked at.
    pub(crate) seen: u32,
    pub(crate) stop: u8,
    pending: u16,
    /// Pending stop states of lanes in HS.
    stopping: u16,
    state: [LineState; Self::PLACES],
    since: [Tick; Self::PLACES],
    due: [Tick; Self::PLACES],
    /// Bits taken while a stop state is pending.
    held: [u32; Self::PLACES],
    /// The states that count.
    settled: [LineState; Self::PLACES],
    /// The earliest of `due`.
    pub(crate) deadline: Tick,
}

impl Lines {
    /// A stop state that was there at so many bits has lasted.
    const MOST_HELD: u32 = 4;
    /// Data lanes, the clock lane, and room for a mask to do.
    const PLACES: usize = 16;

    pub(crate) fn new() -> Self {
        Self {
            seen: 0,
            stop: 0,
            pending: 0,
            stopping: 0,
            state: [LineState::Lp00; Self::PLACES],
            since: [0; Self::PLACES],
            due: [Tick::MAX; Self::PLACES],
            held: [0; Self::PLACES],
            settled: [LineState::Lp00; Self::PLACES],
            deadline: Tick::MAX,
        }
    }

    /// A lane in HS shows LP-11.
    pub(crate) fn suspect_stop(&mut self, lane: usize, since: Tick, due: Tick) {
        self.suspect(lane, LineState::Lp11, since, due);
        self.stopping |= 1 << (lane & 15);
    }

    /// `state` counts at `due`, unless it is gone by then.
    pub(crate) fn suspect(&mut self, lane: usize, state: LineState, since: Tick, due: Tick) {
        self.pending |= 1 << (lane & 15);
        self.state[lane & 15] = state;
        self.since[lane & 15] = since;
        self.due[lane & 15] = due;
        self.held[lane & 15] = 0;
        self.deadline = self.deadline.min(due);
    }

    /// Keeps a bit back, if the lane may have stopped.
    pub(crate) fn hold(&mut self, lane: usize) -> bool {
        if self.stopping >> (lane & 15) & 1 == 0 {
            return false;
        }
        self.held[lane & 15] += 1;
        if self.held[lane & 15] >= Self::MOST_HELD {
            self.due[lane & 15] = 0;
            self.deadline = 0;
        }
        true
    }

    /// Bits kept back.
    pub(crate) fn held(&self, lane: usize) -> u32 {
        self.held[lane & 15]
    }

    /// A pending state and when it began.
    pub(crate) fn pending(&self, lane: usize) -> Option<(LineState, Tick)> {
        let pending = self.pending >> (lane & 15) & 1 == 1;
        pending.then_some((self.state[lane & 15], self.since[lane & 15]))
    }

    /// The same, if it is due.
    pub(crate) fn lasted(&self, lane: usize, now: Tick) -> Option<(LineState, Tick)> {
        self.pending(lane).filter(|_| self.due[lane & 15] <= now)
    }

    /// Whether a stop state of a data lane is pending.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping as u8 != 0
    }

    /// Whether no state is pending, and no lane shows LP-11.
    pub(crate) fn is_still(&self) -> bool {
        self.pending == 0 && self.stop == 0
    }

    /// Decided; returns the bits kept back.
    pub(crate) fn clear(&mut self, lane: usize) -> u32 {
        self.pending &= !(1 << (lane & 15));
        self.stopping &= !(1 << (lane & 15));
        self.due[lane & 15] = Tick::MAX;
        self.deadline = self.due.iter().min().copied().unwrap_or(Tick::MAX);
        core::mem::take(&mut self.held[lane & 15])
    }

    /// The state that counts.
    pub(crate) fn settled(&self, lane: usize) -> LineState {
        self.settled[lane & 15]
    }

    pub(crate) fn settle(&mut self, lane: usize, state: LineState) {
        self.settled[lane & 15] = state;
    }
}
