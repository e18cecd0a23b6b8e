//! When the data of a lane changes, against its clock: the eye, and the instant at which to look into it.

use crate::{Tick, UnitInterval};

/// Positions within a UI that are told apart.
const BINS: usize = 64;

/// Collects where in the UI the data of one lane changes.
///
/// Feed it the edges of the clock lane and the level changes of the data lane in the order of their time stamps; of
/// the same stamp, in any order. Sampled edges are up to a tick late, those of the clock too, so the clock is not
/// taken from the edge next to a change, but from the last few.
#[derive(Clone, Debug)]
pub struct Eye {
    unit: f64,
    /// The last clock edge, and by how much it was later than due.
    last: Option<Tick>,
    late: f64,
    /// How far a clock edge was off, at most.
    unrest: f64,
    /// Edges the clock was followed by since its last pause.
    steady: u32,
    bins: [u32; BINS],
    changes: u32,
}

/// What an [`Eye`] shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EyeView {
    /// How many ticks earlier than just before the clock edge the lane is sampled best; 0 where that is good enough.
    pub early: Tick,
    /// Part of the UI in which the data does not change; sampling takes a tick of it.
    pub opening: f64,
    /// How much later than half-way between two clock edges the data changes, in UI: -0.5 to 0.5.
    pub offset: f64,
    /// Changes seen.
    pub changes: u32,
}

impl Eye {
    /// Edges after which the clock is known well enough.
    const SETTLED: u32 = 4;
    /// The last so many edges tell where the clock is.
    const MOST_PARTS: u32 = 16;
    /// Fewer changes show nothing.
    const LEAST_CHANGES: u32 = 8;
    /// One change in so many is a glitch.
    const RARE: u32 = 256;
    /// Being this far off the best instant, as part of the way to the first changes, is good enough.
    const GOOD: f64 = 0.5;
    /// Ticks that another instant has to be better by: what the width of a bin makes of it.
    const LEAST_GAIN: f64 = 0.06;

    /// `unit`: distance of the clock's edges, both kinds. See [`estimate_unit_interval`](crate::estimate_unit_interval).
    pub fn new(unit: UnitInterval) -> Self {
        Self {
            unit: unit.numerator.max(1) as f64 / unit.denominator.max(1) as f64,
            last: None,
            late: 0.0,
            unrest: 0.5,
            steady: 0,
            bins: [0; BINS],
            changes: 0,
        }
    }

    /// An edge of the clock lane.
    pub fn clock(&mut self, at: Tick) {
        let passed = self.last.map(|last| at.saturating_sub(last) as f64 + self.late);
        let edges = passed.map_or(u64::MAX, |passed| (passed / self.unit + 0.5) as u64);
        if edges == 0 {
            // Too soon for another.
            return;
        }
        self.last = Some(at);
        // A missing edge may be; after more, the clock has paused.
        let Some(passed) = passed.filter(|_| edges <= 2) else {
            (self.late, self.steady) = (0.0, 0);
            return;
        };
        self.steady = self.steady.saturating_add(1);
        let parts = f64::from((self.steady + 1).min(Self::MOST_PARTS));
        let late = passed - edges as f64 * self.unit;
        if self.steady > Self::SETTLED {
            self.unrest = self.unrest.max(late).max(-late);
        }
        self.late = late * (1.0 - 1.0 / parts);
    }

    /// A level change of the data lane.
    pub fn data(&mut self, at: Tick) {
        let Some(last) = self.last.filter(|_| self.steady >= Self::SETTLED) else {
            return;
        };
        let passed = if at >= last {
            (at - last) as f64
        } else {
            -((last - at) as f64)
        };
        let position = (passed + self.late) / self.unit;
        if !(-2.0..2.0).contains(&position) {
            return;
        }
        let bin = ((position + 2.0) * BINS as f64) as usize % BINS;
        if let Some(bin) = self.bins.get_mut(bin) {
            *bin = bin.saturating_add(1);
            self.changes = self.changes.saturating_add(1);
        }
    }

    /// What there is to see; `None` before the first few changes.
    pub fn view(&self) -> Option<EyeView> {
        if self.changes < Self::LEAST_CHANGES {
            return None;
        }
        let (first, length) = self.calm();
        // All changes, from the end of the calm on.
        let (mut sum, mut count) = (0.0, 0.0);
        let changing = self.bins.iter().cycle().skip(first + length).take(BINS);
        for (distance, changes) in changing.enumerate().take(BINS - length) {
            sum += (distance as f64 + 0.5) * f64::from(*changes);
            count += f64::from(*changes);
        }
        let mean = ((first + length) as f64 + sum / f64::max(count, 1.0)) / BINS as f64;
        let mean = mean - (mean as u64) as f64;
        let opening = length as f64 / BINS as f64;
        Some(EyeView {
            early: self.early(mean, opening),
            opening,
            offset: mean - 0.5,
            changes: self.changes,
        })
    }

    /// The ticks to look earlier, when the data changes `mean` UI after a clock edge.
    ///
    /// Sampled `early` ticks before the last tick before the edge, the instant lies between two ticks: half a tick more.
    fn early(&self, mean: f64, opening: f64) -> Tick {
        let best = (1.5 - mean) * self.unit;
        let best = if best >= self.unit { best - self.unit } else { best };
        let away = |early: f64| {
            let far = if early + 0.5 > best {
                early + 0.5 - best
            } else {
                best - early - 0.5
            };
            far.min((self.unit - far).max(far - self.unit))
        };
        // How far the edges of the clock are off, the eye does not show.
        let room = opening / 2.0 * self.unit;
        if away(0.0) <= f64::min(Self::GOOD * room, room - self.unrest) {
            return 0;
        }
        let whole = best as u64;
        let candidates = [0, whole.saturating_sub(1), whole, whole.saturating_add(1)];
        let nearer = |a: &Tick, b: &Tick| away(*a as f64).total_cmp(&away(*b as f64));
        let nearest = candidates.into_iter().min_by(nearer).unwrap_or(0);
        // Rounding is no reason to look elsewhere.
        if away(0.0) - away(nearest as f64) < Self::LEAST_GAIN {
            0
        } else {
            nearest
        }
    }

    /// The longest row of bins with next to no changes, around the end of the UI: its first, and how many.
    fn calm(&self) -> (usize, usize) {
        let rare = self.changes / Self::RARE;
        let (mut best, mut run) = ((0, 0), 0);
        for (index, changes) in self.bins.iter().chain(&self.bins).enumerate() {
            run = if *changes <= rare { run + 1 } else { 0 };
            if run > best.1 && run <= BINS {
                best = ((index + 1 - run) % BINS, run);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// The clock's edges lie at whole UI, the data changes `position` UI after some of them: sampled instants.
    fn look(unit: f64, phase: f64, position: f64, jitter: f64, seed: u64) -> (Vec<Tick>, Vec<(Tick, usize)>, Eye) {
        let mut eye = Eye::new(UnitInterval {
            numerator: (unit * 100_000.0) as u64,
            denominator: 100_000,
        });
        let (mut clocks, mut changes) = (Vec::new(), Vec::new());
        let mut state = seed | 1;
        for edge in 0..2000usize {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let clock = (edge as f64 * unit + phase).ceil() as Tick;
            eye.clock(clock);
            clocks.push(clock);
            if state >> 60 & 1 == 1 && edge > 100 {
                let noise = ((state >> 33) % 1000) as f64 / 1000.0 - 0.5;
                let data = ((edge as f64 + position + noise * jitter) * unit + phase).ceil() as Tick;
                eye.data(data);
                changes.push((data, edge));
            }
        }
        (clocks, changes, eye)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// Sampled as told, every change is seen at the same distance from the edge it belongs to.
        #[test]
        fn the_instant_told_is_right(
            unit in 2.0..50.0f64, phase in 0.0..1.0f64, position in 0.0..1.0f64, jitter in 0.0..0.3f64, seed: u64,
        ) {
            let jitter = if unit < 5.0 { 0.0 } else { jitter };
            // Of two samples a bit, one is right, and with a clock of the sampler's own that needs some room.
            prop_assume!(unit > 2.05);
            let (clocks, changes, eye) = look(unit, phase, position, jitter, seed);
            let view = eye.view().expect("changes");
            let mut shift = None;
            for (data, edge) in changes {
                let seen = clocks.iter().position(|clock| data + view.early < *clock);
                let Some(seen) = seen else { continue };
                let shift = *shift.get_or_insert(seen - edge);
                prop_assert_eq!(seen - edge, shift, "{:?} {}", view, unit);
            }
            let off = view.offset - (position - 0.5);
            let off = off - (off + 0.5).floor();
            // Where bits are whole numbers of samples, or nearly, all of them are sampled at the same place: up to one off.
            let grid = if (unit - unit.round()).abs() < 0.02 { 1.0 } else { 0.2 };
            prop_assert!(off.abs() < 0.03 + grid / unit, "{:?} {}", view, off);
            // Samples blur the changes by one of them at most: not at all where they come at the same place of each bit.
            let (most, least) = (1.0 - jitter, 1.0 - jitter - 1.0 / unit);
            prop_assert!((least - 0.2..most + 0.2).contains(&view.opening), "{:?}", view);
            let centred = (0.45..0.55).contains(&position) && jitter < 0.1;
            prop_assert!(!centred || view.early == 0 || unit < 6.0, "{:?}", view);
        }
    }

    #[test]
    fn a_paused_clock_tells_nothing_of_changes_meanwhile() {
        let mut eye = Eye::new(UnitInterval::whole(4));
        (0..10).for_each(|edge| eye.clock(edge * 4));
        (0..20).for_each(|change| eye.data(100 + change * 7));
        assert_eq!(eye.view(), None);
        (0..3).for_each(|edge| eye.clock(1000 + edge * 4));
        (0..20).for_each(|_| eye.data(1010));
        assert_eq!(eye.view(), None);
        assert_eq!(
            Eye::new(UnitInterval {
                numerator: 0,
                denominator: 0
            })
            .view(),
            None
        );
    }
}
