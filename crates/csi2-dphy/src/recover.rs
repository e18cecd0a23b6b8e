//! The length of a bit, from nothing but the distances between level changes.
//!
//! A run of `n` equal bits lasts `n` unit intervals, give or take a tick where the wires were sampled. The longest unit
//! interval that explains the runs so is the one looked for: its fractions explain them too. What it is exactly follows
//! from the slope of the instants over the bits, along stretches in which no bit can have been miscounted.

use crate::{Tick, UnitInterval};

/// Runs a guess is judged by.
const MOST_JUDGED: usize = 1024;
/// Fewer tell nothing.
const LEAST_RUNS: u32 = 24;
/// A guess explains the runs: 0 is what chance gives, 1 is perfect; 2.1 ticks a bit reach 0.55.
const EXPLAINED: f64 = 0.3;
/// Longer runs, in bits, are not judged, and break the stretches: a small error adds up, and low-power states are no
/// multiple of anything.
const JUDGED_BITS: f64 = 10.0;
/// The better the unit interval is known, the longer the runs that tell more of it.
const REACH: [u64; 5] = [3, 8, 24, 24, 24];
/// Runs that all but the last of those steps look at.
const MOST_REFINING: usize = 1 << 14;
/// Distance of two guesses, and of those near the best.
const STEP: f64 = 0.01;
const FINE_STEP: f64 = 0.001;
/// Deviations the slope may have when it is rounded to a simple fraction.
const TOLERANCE: f64 = 2.0;

/// Ticks of one bit, from run lengths between the level changes of data lanes or of a clock lane, in ticks and in their
/// order. A run of 0 ticks separates what does not follow on each other: the runs of two lanes, or a gap.
///
/// Works from two samples a bit on, and for one, which gives 1. `None` where there is too little, or no unit interval
/// explains it. Among the runs there have to be some of a single bit.
///
/// ```
/// // 2.5 ticks a bit.
/// let runs = [5, 3, 2, 5, 8, 2, 3, 2, 5, 5].into_iter().cycle().take(400);
/// let unit = csi2_dphy::estimate_unit_interval(runs);
/// assert_eq!(unit.map(|unit| (unit.numerator, unit.denominator)), Some((5, 2)));
/// ```
pub fn estimate_unit_interval<I>(runs: I) -> Option<UnitInterval>
where
    I: IntoIterator<Item = Tick>,
    I::IntoIter: Clone,
{
    let runs = runs.into_iter();
    let shortest = shortest(runs.clone())?;
    let (unit, half) = guess(runs.clone(), shortest)?;
    if unit == 1.0 {
        // Any run is a whole number of ticks.
        let told = runs
            .filter(|run| (1..=REACH[0]).contains(run))
            .take(LEAST_RUNS as usize);
        return (told.count() == LEAST_RUNS as usize).then_some(UnitInterval::whole(1));
    }
    // The first runs are enough to know how many bits all of them are, if there is data among them.
    let first = refine(runs.clone().take(MOST_REFINING), runs.clone(), unit, half);
    first.or_else(|| refine(runs.clone(), runs, unit, half))
}

/// The unit interval of `all` runs, when it is known to be about `unit`. `first`: those that are looked at while it gets
/// better.
fn refine(
    first: impl Iterator<Item = Tick> + Clone,
    all: impl Iterator<Item = Tick>,
    unit: f64,
    half: f64,
) -> Option<UnitInterval> {
    let [steps @ .., last] = REACH;
    let mut unit = unit;
    for most in steps {
        unit = Slope::along(first.clone(), unit, half, most).near(unit)?;
    }
    let slope = Slope::along(all, unit, half, last);
    let unit = slope.near(unit)?;
    let tolerance = (TOLERANCE / square_root(slope.bits)).min(unit * STEP);
    simplest(unit - tolerance, unit + tolerance)
}

/// A run as short as a bit: a sixteenth of the runs are not longer.
fn shortest(runs: impl Iterator<Item = Tick> + Clone) -> Option<Tick> {
    let runs = runs.filter(|run| *run > 0).take(MOST_JUDGED);
    let all = runs.clone().count();
    if all < LEAST_RUNS as usize {
        return None;
    }
    let (mut low, mut high) = (0, runs.clone().max()?);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if runs.clone().filter(|run| *run <= middle).count() * 16 >= all {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The longest unit interval about as long as the shortest runs that explains the others. Also what to add to a number
/// of bits before it is cut to a whole one: a half, but for three ticks where two make a bit.
fn guess(runs: impl Iterator<Item = Tick> + Clone, shortest: Tick) -> Option<(f64, f64)> {
    let shortest = shortest as f64;
    let longest = shortest * (JUDGED_BITS + 1.0);
    // Gone through a hundred times.
    let mut kept = [0.0; MOST_JUDGED];
    let judged = runs.map(|run| run as f64).filter(|run| (0.5..longest).contains(run));
    let count = kept.iter_mut().zip(judged).map(|(to, run)| *to = run).count();
    let judged = kept.iter().take(count).copied();
    let least = (shortest / 2.0).max(1.0);
    // From long to short, until one explains the runs; the best of its neighbours is meant.
    let mut unit = (shortest + 1.0) * 1.5;
    while explained(judged.clone(), unit) < EXPLAINED {
        unit *= 1.0 - STEP;
        if unit < least {
            // One tick a bit is on none of the steps.
            return (least == 1.0 && explained(judged, 1.0) >= EXPLAINED).then_some((1.0, 0.5));
        }
    }
    let (mut least, mut most, mut half) = ((unit * 0.7).max(least), unit, 0.5);
    if least < 2.0 && most > 2.0 {
        // Now and then a run is a tick longer where two ticks are too few, or a tick shorter where they are too many: only
        // there a bit shrinks to one tick.
        let count = |ticks: f64| judged.clone().filter(|run| (run - ticks).abs() < 0.5).count();
        if count(1.0) * 2 <= count(3.0) {
            (least, half) = (2.0, 0.45);
        } else if count(1.0) * 10 < count(2.0) {
            (most, half) = (2.0, 0.55);
        }
    }
    let coarse = best(judged.clone(), least, most, STEP);
    let near = (coarse * (1.0 - 1.5 * STEP)).max(least)..(coarse * (1.0 + 1.5 * STEP)).min(most);
    Some((best(judged, near.start, near.end, FINE_STEP), half))
}

fn best(judged: impl Iterator<Item = f64> + Clone, end: f64, begin: f64, step: f64) -> f64 {
    let (mut best, mut most) = (begin, f64::MIN);
    let mut unit = begin;
    loop {
        let score = explained(judged.clone(), unit);
        if score > most {
            (best, most) = (unit, score);
        }
        if unit <= end {
            return best;
        }
        unit = (unit * (1.0 - step)).max(end);
    }
}

/// How well the runs are multiples of `unit`: 1 less twelve times the mean square of the distance to the next multiple.
fn explained(judged: impl Iterator<Item = f64>, unit: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    let most = unit * JUDGED_BITS;
    for run in judged.filter(|run| *run < most) {
        let bits = run / unit;
        let away = bits - (bits + 0.5) as u64 as f64;
        sum += away * away;
        count += 1.0;
    }
    if count == 0.0 {
        f64::MIN
    } else {
        1.0 - 12.0 * sum / count
    }
}

/// Instants over bits, along stretches of short runs.
#[derive(Clone, Copy, Debug, Default)]
struct Slope {
    runs: u32,
    /// Sums of the products about the means of each stretch: bits by bits, and bits by ticks.
    bits: f64,
    both: f64,
}

impl Slope {
    fn along(runs: impl Iterator<Item = Tick>, unit: f64, half: f64, most: u64) -> Self {
        let mut slope = Self::default();
        let mut stretch = Stretch::default();
        for run in runs {
            let ticks = run as f64;
            // The bits are counted from where the edge before ought to have been, which the last few of them tell.
            let bits = ((ticks + stretch.late) / unit + half) as u64;
            if run == 0 || bits == 0 || bits > most {
                stretch = Stretch::default();
                continue;
            }
            let bits = bits as f64;
            stretch.late = (ticks + stretch.late - bits * unit) * (1.0 - 1.0 / (stretch.count + 2.0).min(8.0));
            let (before, far) = stretch.add(bits, ticks);
            slope.runs += 1;
            slope.bits += before * far.0;
            slope.both += before * far.1;
        }
        slope
    }

    /// Ticks of a bit, if there are enough runs, and they are not far from what they were thought to be: rounded runs pull
    /// the guess up, but not farther.
    fn near(&self, unit: f64) -> Option<f64> {
        let refined = self.both / self.bits;
        let tells = self.runs >= LEAST_RUNS && self.bits > 0.0;
        (tells && (unit * 0.9..unit * 1.1).contains(&refined)).then_some(refined)
    }
}

/// Edges in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    count: f64,
    /// The last edge against the mean of all, in bits and in ticks.
    bits: f64,
    ticks: f64,
    /// Ticks by which it was later than due.
    late: f64,
}

impl Stretch {
    /// Takes one more edge. Returns what multiplies its distance from the mean of those before, and that distance.
    fn add(&mut self, bits: f64, ticks: f64) -> (f64, (f64, f64)) {
        self.count += 1.0;
        // Edges so far are one more than runs: `count` before this one.
        let far = (self.bits + bits, self.ticks + ticks);
        let share = self.count / (self.count + 1.0);
        (self.bits, self.ticks) = (far.0 * share, far.1 * share);
        (share * far.0, far)
    }
}

/// The fraction with the smallest denominator between two positive numbers.
fn simplest(low: f64, high: f64) -> Option<UnitInterval> {
    let (mut low, mut high) = (low, high);
    // Convergents of the continued fraction, as far as both have it in common.
    let (mut before, mut last) = ((0u64, 1u64), (1u64, 0u64));
    for _ in 0..24 {
        if !(low > 0.0 && high < 1e15) {
            return None;
        }
        let whole = low as u64;
        let next = if whole as f64 == low { whole } else { whole + 1 };
        let ends = next as f64 <= high;
        let term = if ends { next } else { whole };
        let numerator = term.checked_mul(last.0)?.checked_add(before.0)?;
        let denominator = term.checked_mul(last.1)?.checked_add(before.1)?;
        (before, last) = (last, (numerator, denominator));
        if ends {
            return (numerator > 0 && denominator > 0).then_some(UnitInterval { numerator, denominator });
        }
        let rest = whole as f64;
        (low, high) = (1.0 / (high - rest), 1.0 / (low - rest));
    }
    None
}

fn square_root(square: f64) -> f64 {
    let mut root = square.max(1.0);
    // Newton's steps from above.
    for _ in 0..64 {
        let next = (root + square / root) / 2.0;
        if next >= root {
            break;
        }
        root = next;
    }
    root
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::grid::Grids;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Edges of random data: ticks at which a sampler sees them.
    fn edges(bits: usize, unit: f64, phase: f64, seed: u64, bias: u64) -> Vec<Tick> {
        let (mut state, mut level, mut edges) = (seed | 1, false, Vec::new());
        for bit in 0..bits {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let next = if bias == 0 {
                bit % 2 == 0
            } else {
                (state >> 20) % 8 < bias
            };
            if next != level {
                edges.push((bit as f64 * unit + phase).ceil() as Tick);
                level = next;
            }
        }
        edges
    }

    fn runs(edges: &[Tick]) -> impl Iterator<Item = Tick> + Clone {
        edges.windows(2).map(|pair| pair[1] - pair[0])
    }

    const RATIOS: [f64; 12] = [2.0, 2.001, 2.1, 2.5, 2.9, 3.0, 10.0 / 3.0, 3.7, 4.0, 7.3, 10.0, 476.19];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn random_data_tells_its_unit_interval(
            unit in prop_oneof![prop::sample::select(&RATIOS[..]), 2.0..12.0f64], phase in 0.0..1.0f64, seed: u64,
            bits in 400..6000usize, bias in 2..=6u64,
        ) {
            let edges = edges(bits, unit, phase, seed, bias);
            let found = estimate_unit_interval(runs(&edges)).expect("random data");
            let error = (found.numerator as f64 / found.denominator as f64 / unit - 1.0).abs();
            // A tick or two over all bits: that is all the edges of a sampler tell.
            prop_assert!(error * unit * (bits as f64) < 3.0, "{found:?} {unit} {error}");
            // As many bits as there are, on a grid that follows the edges.
            let mut grid = Grids::new(found.numerator, found.denominator, 1).expect("a length");
            let (mut count, mut expected) = (0, None);
            for edge in &edges {
                if let Some(slice) = grid.slice(*edge, usize::MAX) {
                    while grid.bit(0, slice, true).is_some() {
                        count += 1;
                    }
                }
                grid.edge(0, *edge, true);
                let real = ((*edge as f64 - phase) / unit) as i64;
                let shift = *expected.get_or_insert(count - real);
                prop_assert_eq!(count - real, shift);
            }
        }

        #[test]
        fn a_clock_pattern_and_one_sample_a_bit(unit in 2.0..12.0f64, phase in 0.0..1.0f64, seed: u64, bias in 2..=6u64) {
            let edges = edges(1000, unit, phase, 0, 0);
            let found = estimate_unit_interval(runs(&edges)).expect("a clock");
            let error = (found.numerator as f64 / found.denominator as f64 / unit - 1.0).abs();
            prop_assert!(error < 0.001, "{found:?} {unit} {error}");
            let edges = self::edges(1000, 1.0, 0.0, seed, bias);
            prop_assert_eq!(estimate_unit_interval(runs(&edges)), Some(UnitInterval::whole(1)));
        }

        #[test]
        fn whatever_the_runs(runs: Vec<u64>, shift in 0..64u32) {
            if let Some(unit) = estimate_unit_interval(runs.iter().map(|run| run >> shift)) {
                prop_assert!(unit.numerator > 0 && unit.denominator > 0);
            }
        }
    }

    #[test]
    fn chance_explains_nothing() {
        let mut state = 7u64;
        let mut chance = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            20 + (state >> 33) % 1000
        };
        let runs: Vec<Tick> = core::iter::repeat_with(&mut chance).take(500).collect();
        assert_eq!(estimate_unit_interval(runs), None);
        assert_eq!(estimate_unit_interval([5; 20]), None);
        assert_eq!(estimate_unit_interval([0; 200]), None);
    }
}
