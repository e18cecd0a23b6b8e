//! Any low-power states of a data lane, one after another.

use crate::LineState;

/// Most states at once: those of a whole escape with two bytes.
pub(crate) const MOST: usize = 64;

/// States of one length each; the stop state before and after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneStates {
    pub(super) request: u64,
    /// UI of a state, not 0.
    pub(super) each: u64,
    count: u64,
    /// Two bits a state, Dp and Dn, the first state in the lowest position.
    states: u128,
}

impl LaneStates {
    /// The first [`MOST`] of `states`, from `request` on.
    pub(super) fn new(states: &[LineState], request: u64, each: u64) -> Self {
        let mut lane = Self {
            request,
            each: each.max(1),
            count: 0,
            states: 0,
        };
        for state in states.iter().take(MOST) {
            let (p, n) = state.levels();
            lane.states |= (u128::from(p) | u128::from(n) << 1) << (2 * lane.count);
            lane.count += 1;
        }
        lane
    }

    /// The stop state after them.
    pub(super) fn stop(&self) -> u64 {
        self.request.saturating_add(self.count.saturating_mul(self.each))
    }

    /// Levels of Dp and Dn in the eight UI from `ui`, the first in the lowest position.
    pub(super) fn levels(&self, ui: u64) -> (u8, u8) {
        let (mut p, mut n) = (0, 0);
        for index in 0..8 {
            let pair = self.pair(ui.saturating_add(index));
            p |= (pair & 1) << index;
            n |= (pair >> 1) << index;
        }
        (p, n)
    }

    fn pair(&self, ui: u64) -> u8 {
        match ui.checked_sub(self.request).map(|since| since / self.each) {
            Some(number) if number < self.count => (self.states >> (2 * number) & 3) as u8,
            _ => 3,
        }
    }
}
