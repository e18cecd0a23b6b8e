//! The little statistics it takes, without a mathematics library.

use core::f64::consts::{E, LN_2};

/// Up to so many trials tails are summed up; beyond, bounded.
const SUMMED: u64 = 512;

/// The chance of `hits` or more in so many trials of chance `p` each, or a bound above it.
///
/// Ref: W. Hoeffding, Probability inequalities for sums of bounded random variables, JASA 58 (1963), theorem 1; and, for
/// trials of differing chances, On the distribution of the number of successes in independent trials, Ann. Math. Statist. 27 (1956).
pub(super) fn tail(hits: u64, trials: u64, p: f64) -> f64 {
    let mean = trials as f64 * p;
    if hits as f64 <= mean || p >= 1.0 {
        return 1.0;
    }
    if p <= 0.0 || hits > trials {
        return 0.0;
    }
    if trials > SUMMED {
        let excess = (hits as f64 - mean) / trials as f64;
        let exponent = 2.0 * trials as f64 * excess * excess;
        // A whole number below the exponent leaves the bound a bound.
        return power(1.0 / E, exponent as u64);
    }
    let odds = p / (1.0 - p);
    let mut exactly = power(1.0 - p, trials);
    let mut sum = 0.0;
    for count in 0..=trials {
        if count >= hits {
            sum += exactly;
        }
        exactly *= odds * (trials - count) as f64 / (count + 1) as f64;
    }
    sum
}

/// Wrong bits per packet where `good` of `all` have none and each bit is as likely wrong as any: -ln(good / all). `None`
/// where none is good.
pub(super) fn minus_ln(good: u64, all: u64) -> Option<f64> {
    (good > 0 && good <= all).then(|| -ln(good as f64 / all as f64))
}

fn power(base: f64, exponent: u64) -> f64 {
    let (mut base, mut exponent, mut product) = (base, exponent, 1.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            product *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    product
}

/// Natural logarithm of what is above 0 and at most 1.
fn ln(of: f64) -> f64 {
    let (mut rest, mut sum) = (of, 0.0);
    while rest > 0.0 && rest < 0.5 {
        rest *= 2.0;
        sum -= LN_2;
    }
    // Mercator's series, of at most one half.
    let x = 1.0 - rest;
    let mut term = 1.0;
    for n in 1..=52 {
        term *= x;
        sum -= term / f64::from(n);
    }
    sum
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{ln, minus_ln, tail};

    #[test]
    fn tails_of_coins_and_dice() {
        // Six of six on one of four lanes.
        assert!((tail(6, 6, 0.25) - 1.0 / 4096.0).abs() < 1e-15);
        // Two or more heads of three: half.
        assert!((tail(2, 3, 0.5) - 0.5).abs() < 1e-15);
        // At least one six in four throws.
        assert!((tail(1, 4, 1.0 / 6.0) - (1.0 - (5.0f64 / 6.0).powi(4))).abs() < 1e-15);
        assert_eq!((tail(0, 9, 0.3), tail(5, 5, 1.0), tail(1, 5, 0.0)), (1.0, 1.0, 0.0));
    }

    #[test]
    fn the_bound_is_above_the_sum() {
        for hits in [140, 160, 200, 300] {
            let (summed, bounded) = (tail(hits, 512, 0.25), tail(hits * 2, 1024, 0.25));
            assert!(summed > 0.0 && summed < 1.0, "{hits}: {summed}");
            // Twice as much of the same is less likely, and the bound says no more than that.
            assert!(bounded < 1.0, "{hits}: {bounded}");
        }
        assert!(tail(1_000_000, 1_000_000, 0.5) < 1e-300);
        assert!(tail(501_000, 1_000_000, 0.5) > 0.1);
    }

    #[test]
    fn logarithms() {
        for of in [1.0, 0.999_999, 0.75, 0.5, 0.3, 1e-9] {
            assert!((ln(of) - f64::ln(of)).abs() < 1e-12, "{of}");
        }
        assert_eq!((minus_ln(0, 5), minus_ln(5, 5)), (None, Some(0.0)));
        let half = minus_ln(500, 1000).unwrap_or_default();
        assert!((half - core::f64::consts::LN_2).abs() < 1e-12, "{half}");
    }
}
