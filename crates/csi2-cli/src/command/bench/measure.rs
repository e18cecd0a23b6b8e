//! The clock, rounds, and what they come to.

use super::case::{Case, Variant};
use std::time::Duration;

/// Time that this thread was on a CPU: what else runs on the machine is not counted.
#[cfg(unix)]
fn now() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Time since the first call: there is no safe thread clock here.
#[cfg(not(unix))]
fn now() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Rounds, in each of which every variant has its turn.
    pub(super) rounds: usize,
    /// A turn takes about this long, if one pass is not longer.
    pub(super) turn: Duration,
}

/// Seconds that a pass of each variant took, by round.
pub(super) struct Times {
    /// One row a variant, one entry a round.
    seconds: Vec<Vec<f64>>,
}

impl Times {
    /// Runs all variants in turn, round after round. `turned` is called after each turn.
    pub(super) fn take(
        case: &mut dyn Case,
        variants: &[Variant],
        patience: Patience,
        turned: &mut dyn FnMut(),
    ) -> Self {
        let passes: Vec<usize> = variants
            .iter()
            .map(|&variant| passes(case, variant, patience.turn))
            .collect();
        let mut seconds = vec![Vec::with_capacity(patience.rounds); variants.len()];
        let mut order: Vec<usize> = (0..variants.len()).collect();
        let mut draw = draws();
        for _ in 0..patience.rounds {
            // None always follows the same one: it would find what that left in the caches.
            for last in (1..order.len()).rev() {
                order.swap(last, draw(last + 1));
            }
            for &which in &order {
                let (variant, passes) = (variants[which], passes[which]);
                // The last cache takes up only what is used again. A long pass brings its own.
                if passes > 1 {
                    case.run(variant, passes.div_ceil(2).max(2));
                }
                let took = time(case, variant, passes);
                seconds[which].push(took.as_secs_f64() / passes as f64);
                turned();
            }
        }
        Self { seconds }
    }

    /// Passes a second of a variant: median over the rounds.
    pub(super) fn rate(&self, variant: usize) -> f64 {
        median(self.seconds[variant].iter().map(|seconds| 1.0 / seconds))
    }

    /// How many times as fast as another a variant is: median of the ratios of each round.
    pub(super) fn ratio(&self, variant: usize, reference: usize) -> f64 {
        let pairs = self.seconds[variant].iter().zip(&self.seconds[reference]);
        median(pairs.map(|(seconds, reference)| reference / seconds))
    }
}

/// Numbers below a bound, the same in each run.
fn draws() -> impl FnMut(usize) -> usize {
    let mut state = 1_u32;
    move |bound| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % bound.max(1)
    }
}

/// Passes that take about `turn`, found by doubling.
fn passes(case: &mut dyn Case, variant: Variant, turn: Duration) -> usize {
    let mut passes = 1;
    loop {
        let took = time(case, variant, passes);
        if took >= turn / 4 {
            let whole = turn.as_secs_f64() / took.as_secs_f64() * passes as f64;
            return (whole.round() as usize).max(1);
        }
        passes *= 2;
    }
}

fn time(case: &mut dyn Case, variant: Variant, passes: usize) -> Duration {
    let start = now();
    case.run(variant, passes);
    // The clock of a virtual machine may step back; nothing takes no time.
    now().saturating_sub(start).max(Duration::from_nanos(1))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
    }

    /// A slow round slows both: ratios do not see it.
    #[test]
    fn ratios_are_of_one_round() {
        let times = Times {
            seconds: vec![vec![1.0, 10.0, 2.0], vec![3.0, 30.0, 8.0]],
        };
        assert_eq!((times.ratio(0, 1), times.rate(0)), (3.0, 0.5));
    }

    #[test]
    fn the_clock_goes_on() {
        let start = now();
        let mut sum = 0_u64;
        while now() == start {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(now() > start);
    }
}
