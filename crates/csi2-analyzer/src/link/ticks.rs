//! When each byte of a lane was there, where clocks may come without bytes.

use alloc::collections::VecDeque;
use csi2_dphy::{MAX_LANES, Tick};

/// Runs kept of a lane; of bytes before them the oldest run still tells, as if there had been no gaps.
const RUNS: usize = 1 << 12;

/// Clocks one after the other with as many bytes each.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Number of the first byte.
    first: u64,
    at: Tick,
    /// Bytes of a clock.
    width: u64,
    clocks: u64,
    /// Ticks from clock to clock; 0 before there are two.
    step: Tick,
}

/// Ticks of the bytes of each lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Ticks {
    lanes: [VecDeque<Run>; MAX_LANES],
}

impl Ticks {
    /// The next `bytes` bytes of a lane were there at `at`.
    pub(super) fn add(&mut self, lane: usize, bytes: usize, at: Tick) {
        let Some(runs) = self.lanes.get_mut(lane).filter(|_| bytes > 0) else {
            return;
        };
        let width = bytes as u64;
        let mut first = 0;
        let mut step = 0;
        if let Some(run) = runs.back_mut() {
            let distance = at.saturating_sub(run.at);
            if run.width == width && run.clocks == 1 {
                run.step = distance;
            }
            if run.width == width && distance == run.step.saturating_mul(run.clocks) {
                run.clocks += 1;
                return;
            }
            first = run.first + run.clocks * run.width;
            step = run.step;
        }
        if runs.len() >= RUNS {
            runs.pop_front();
        }
        runs.push_back(Run {
            first,
            at,
            width,
            clocks: 1,
            step,
        });
    }

    /// When byte `index` of a lane was there, or would have been, and how long it took.
    pub(super) fn locate(&self, lane: usize, index: u64) -> (Tick, Tick) {
        let Some(runs) = self.lanes.get(lane) else {
            return (0, 0);
        };
        let after = runs.partition_point(|run| run.first <= index);
        let Some(run) = runs.get(after.saturating_sub(1)) else {
            return (0, 0);
        };
        let clocks = index.saturating_sub(run.first) / run.width.max(1);
        (run.at.saturating_add(clocks.saturating_mul(run.step)), run.step.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::Ticks;

    #[test]
    fn gaps_between_clocks_and_between_bytes() {
        let mut ticks = Ticks::default();
        // Bytes 0 to 5, a pause, 6 to 8, then clocks of one byte.
        for (bytes, at) in [(2, 10), (2, 18), (2, 26), (2, 58), (0, 66), (1, 66), (1, 74), (1, 82)] {
            ticks.add(3, bytes, at);
        }
        let at = |index| ticks.locate(3, index).0;
        assert_eq!([at(0), at(1), at(2), at(3), at(5)], [10, 10, 18, 18, 26]);
        assert_eq!([at(6), at(7), at(8), at(9), at(10)], [58, 58, 66, 74, 82]);
        // Beyond the last byte.
        assert_eq!(ticks.locate(3, 11), (90, 8));
        assert_eq!(ticks.locate(0, 5), (0, 0));
    }
}
