//! HS levels of the recent past, for lanes that are sampled earlier than just before the clock edge.

use crate::wires::HS;
use crate::{MAX_LANES, Tick};

/// Changes of HS levels that are remembered. Further back, levels count as they were at the oldest of them.
const MOST: usize = 64;

/// When the HS levels were what.
#[derive(Clone, Debug)]
pub(super) struct History {
    early: [u32; MAX_LANES],
    /// Some lane is sampled early.
    used: bool,
    /// Levels, and the time stamp they began with.
    ring: [(Tick, u8); MOST],
    newest: usize,
}

impl History {
    pub(super) fn new(early: [u32; MAX_LANES]) -> Self {
        Self {
            early,
            used: early != [0; MAX_LANES],
            ring: [(0, 0); MOST],
            newest: 0,
        }
    }

    /// Whether some lane is sampled early.
    pub(super) fn is_used(&self) -> bool {
        self.used
    }

    /// Levels changed.
    #[inline]
    pub(super) fn note(&mut self, word: u32, at: Tick) {
        if !self.used {
            return;
        }
        self.newest = (self.newest + 1) % MOST;
        if let Some(slot) = self.ring.get_mut(self.newest) {
            *slot = (at, (word & HS) as u8);
        }
    }

    /// The wires before the clock edge at `at`, each lane at its own instant. `before`: just before the edge.
    #[inline]
    pub(super) fn sampled(&self, before: u32, at: Tick) -> u32 {
        if self.used { self.look_back(before, at) } else { before }
    }

    /// When the bit of `lane` was looked at that was taken at `at`.
    pub(super) fn instant(&self, lane: usize, at: Tick) -> Tick {
        let early = self.early.get(lane).copied().unwrap_or(0);
        at.saturating_sub(early.into())
    }

    fn look_back(&self, before: u32, at: Tick) -> u32 {
        let mut word = before;
        for (lane, early) in self.early.iter().enumerate().filter(|(_, early)| **early > 0) {
            let end = at.saturating_sub(u64::from(*early));
            let (newer, older) = self.ring.split_at(self.newest + 1);
            let mut back = newer.iter().rev().chain(older.iter().rev());
            let oldest = older.first().or(newer.first());
            let levels = back
                .find(|(since, _)| *since < end)
                .or(oldest)
                .map_or(0, |(_, levels)| *levels);
            word = word & !(1 << lane) | u32::from(levels) & 1 << lane;
        }
        word
    }
}
