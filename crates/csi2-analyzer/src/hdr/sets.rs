//! Which set a frame is of: by the order in which frames begin.
//!
//! Frame numbers tell nothing: some sensors count each channel by itself, others not at all. A frame of a shorter exposure
//! may end after the next set has begun, but never begins after it.

use alloc::collections::VecDeque;
use csi2_sensors::MAX_EXPOSURES;

/// Numbers sets as their frames begin.
#[derive(Debug, Default)]
pub(super) struct Sets {
    /// Exposures of the newest set that have begun.
    begun: [bool; MAX_EXPOSURES],
    /// Sets begun.
    count: u64,
    /// Set of an opening, of the last few.
    assigned: VecDeque<(u64, u64)>,
}

/// Frames on their way at the same time are fewer.
const REMEMBERED: usize = 64;

impl Sets {
    /// After so many sets.
    pub(super) fn after(count: u64) -> Self {
        Self {
            // The next frame begins a set, whatever it is.
            begun: [true; MAX_EXPOSURES],
            count,
            ..Self::default()
        }
    }

    /// Sets so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The newest set has only its long exposure so far.
    pub(super) fn is_alone(&self) -> bool {
        matches!(self.begun, [true, false, false])
    }

    /// A frame of this exposure begins. `alone`: with an FS of its own, which of the long exposure begins a set.
    pub(super) fn open(&mut self, opening: u64, exposure: usize, alone: bool) {
        let begun = self.begun.get(exposure).copied().unwrap_or(true);
        if self.count == 0 || begun || alone && exposure == 0 {
            self.begun = [false; MAX_EXPOSURES];
            self.count += 1;
        }
        if let Some(begun) = self.begun.get_mut(exposure) {
            *begun = true;
        }
        if self.assigned.len() == REMEMBERED {
            self.assigned.pop_front();
        }
        self.assigned.push_back((opening, self.count - 1));
    }

    /// The set of a frame, counted from 0.
    pub(super) fn of(&self, opening: u64) -> Option<u64> {
        let found = self.assigned.iter().find(|(id, _)| *id == opening);
        found.map(|(_, set)| *set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(openings: &[(usize, bool)]) -> std::vec::Vec<u64> {
        let mut sets = Sets::default();
        for (id, (exposure, alone)) in (0..).zip(openings) {
            sets.open(id, *exposure, *alone);
        }
        (0..openings.len() as u64).map(|id| sets.of(id).unwrap()).collect()
    }

    extern crate std;

    /// Exposures and whether FS was seen, and their sets.
    type Case<'a> = (&'a [(usize, bool)], &'a [u64]);

    #[test]
    fn by_order_of_frame_starts() {
        let table: &[Case<'_>] = &[
            (&[(0, true), (1, true), (0, true), (1, true)], &[0, 0, 1, 1]),
            (
                &[(0, true), (1, true), (2, true), (0, true), (1, true), (2, true)],
                &[0, 0, 0, 1, 1, 1],
            ),
            // The end of a set, then a whole one.
            (&[(1, false), (0, true), (1, true)], &[0, 1, 1]),
            // The capture begins inside of a set, with a row of either.
            (&[(0, false), (1, false), (0, true), (1, true)], &[0, 0, 1, 1]),
            (&[(1, false), (0, false), (0, true), (1, true)], &[0, 0, 1, 1]),
            // A frame is missing.
            (&[(0, true), (0, true), (1, true)], &[0, 1, 1]),
            (
                &[(0, true), (1, true), (1, true), (0, true), (1, true)],
                &[0, 0, 1, 2, 2],
            ),
            (
                &[(0, true), (2, true), (0, true), (1, true), (2, true)],
                &[0, 0, 1, 1, 1],
            ),
            // FS of the long exposure was lost.
            (&[(0, true), (1, true), (0, false), (1, true)], &[0, 0, 1, 1]),
            // One FS for all.
            (&[(0, false), (1, false), (0, false), (1, false)], &[0, 0, 1, 1]),
        ];
        for (openings, expected) in table {
            assert_eq!(sets(openings), *expected, "{openings:?}");
        }
    }
}
