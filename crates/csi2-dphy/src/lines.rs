//! Stop states that have to last before they count.
//!
//! Between two bits a pair may pass through LP-11 for a sample, so a lane in HS has stopped only when LP-11 stays for
//! two bit times. Bits sampled in the meantime are held back: they are trail if it goes, and nothing if it stays.

use crate::{MAX_LANES, Tick};

/// Line states of all lanes, and the stop states that have yet to last.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// The wires when line states were last looked at.
    pub(crate) seen: u32,
    pub(crate) stop: u8,
    pub(crate) pending: u8,
    since: [Tick; MAX_LANES],
    due: [Tick; MAX_LANES],
    /// Bits taken while a stop state is pending.
    held: [u32; MAX_LANES],
    /// The earliest of `due`.
    pub(crate) deadline: Tick,
}

impl Lines {
    /// A stop state that was there at so many bits has lasted.
    const MOST_HELD: u32 = 4;

    pub(crate) fn new() -> Self {
        Self {
            seen: 0,
            stop: 0,
            pending: 0,
            since: [0; MAX_LANES],
            due: [Tick::MAX; MAX_LANES],
            held: [0; MAX_LANES],
            deadline: Tick::MAX,
        }
    }

    pub(crate) fn suspect(&mut self, lane: usize, since: Tick, due: Tick) {
        self.pending |= 1 << (lane & 7);
        self.since[lane & 7] = since;
        self.due[lane & 7] = due;
        self.held[lane & 7] = 0;
        self.deadline = self.deadline.min(due);
    }

    /// Keeps a bit back, if the lane may have stopped.
    pub(crate) fn hold(&mut self, lane: usize) -> bool {
        if self.pending >> (lane & 7) & 1 == 0 {
            return false;
        }
        self.held[lane & 7] += 1;
        if self.held[lane & 7] >= Self::MOST_HELD {
            self.due[lane & 7] = 0;
            self.deadline = 0;
        }
        true
    }

    /// When a pending stop state began, if it is due.
    pub(crate) fn lasted(&self, lane: usize, now: Tick) -> Option<Tick> {
        let pending = self.pending >> (lane & 7) & 1 == 1;
        (pending && self.due[lane & 7] <= now).then_some(self.since[lane & 7])
    }

    /// Decided; returns the bits kept back.
    pub(crate) fn clear(&mut self, lane: usize) -> u32 {
        self.pending &= !(1 << (lane & 7));
        self.due[lane & 7] = Tick::MAX;
        self.deadline = self.due.iter().min().copied().unwrap_or(Tick::MAX);
        core::mem::take(&mut self.held[lane & 7])
    }
}
