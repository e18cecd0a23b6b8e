//! How many times more light one exposure saw than another, from their pixels.

/// Pixels that the estimate needs.
const ENOUGH: u64 = 64;
/// Bins of ratios: 256 an octave, from 2^-8 up.
const BINS: usize = 24 << 8;
/// Bits of the fraction of an `f32` below those that number the bins.
const FRACTION: u32 = 15;
/// The bits of 2^-8, less those.
const LOWEST: u32 = (127 - 8) << 8;

/// Light of two exposures at each place, above black, `None` where either is too dark or too bright to count. Returns how many
/// times more light the first saw.
///
/// The median of the ratios is a first guess that things which moved do not sway. Then pixels that are far from it are
/// left out, and the sums of the others compared: that is least squares, each pixel weighed by its photon noise. Where
/// there are darker and brighter pixels enough, what the one have more than the other is compared instead: that is the
/// slope, which does not mind a black level that is a little off, nor samples that are rounded down.
pub fn estimate_ratio<I: Iterator<Item = (u32, u32)>>(pairs: impl Fn() -> I) -> Option<f64> {
    let mut ratio = median(pairs())?;
    for _ in 0..3 {
        let (mut long, mut short, mut count) = (0_u64, 0_u64, 0_u64);
        for (a, b) in pairs() {
            let expected = f64::from(b) * ratio;
            let off = f64::from(a) - expected;
            // An eighth of the value, and a step or two of the shorter exposure.
            let allowed = expected / 8.0 + 2.0 * ratio + 2.0;
            if (-allowed..=allowed).contains(&off) {
                long += u64::from(a);
                short += u64::from(b);
                count += 1;
            }
        }
        if count < ENOUGH || short == 0 {
            return None;
        }
        ratio = long as f64 / short as f64;
    }
    Some(slope(pairs, ratio).unwrap_or(ratio))
}

/// Fewest steps of the shorter exposure between darker and brighter pixels.
const STEPS: f64 = 8.0;

/// From the means of darker and brighter pixels. The long exposure sorts them: noise of the shorter one is then on average
/// the same in both.
fn slope<I: Iterator<Item = (u32, u32)>>(pairs: impl Fn() -> I, ratio: f64) -> Option<f64> {
    let near = |(a, b): &(u32, u32)| {
        let expected = f64::from(*b) * ratio;
        let allowed = expected / 8.0 + 2.0 * ratio + 2.0;
        (-allowed..=allowed).contains(&(f64::from(*a) - expected))
    };
    let mean = |of: (u64, u64, u64)| (of.0 as f64 / of.2 as f64, of.1 as f64 / of.2 as f64);
    let add = |of: (u64, u64, u64), (a, b): (u32, u32)| (of.0 + u64::from(a), of.1 + u64::from(b), of.2 + 1);
    let all = pairs().filter(near).fold((0, 0, 0), add);
    let (middle, _) = mean(all);
    let (mut dark, mut bright) = ((0, 0, 0), (0, 0, 0));
    for pair in pairs().filter(near) {
        let part = if f64::from(pair.0) < middle {
            &mut dark
        } else {
            &mut bright
        };
        *part = add(*part, pair);
    }
    if dark.2 < ENOUGH || bright.2 < ENOUGH {
        return None;
    }
    let ((dark, dark_short), (bright, bright_short)) = (mean(dark), mean(bright));
    let slope = (bright - dark) / (bright_short - dark_short);
    let sound = bright_short - dark_short >= STEPS && (0.9..1.1).contains(&(slope / ratio));
    sound.then_some(slope)
}

/// To the nearest bin.
fn median(pairs: impl Iterator<Item = (u32, u32)>) -> Option<f64> {
    let mut bins = alloc::vec![0_u32; BINS];
    let mut count = 0_u64;
    for (a, b) in pairs {
        let ratio = a as f32 / b.max(1) as f32;
        let bin = (ratio.to_bits() >> FRACTION).saturating_sub(LOWEST) as usize;
        if let Some(bin) = bins.get_mut(bin.min(BINS - 1)) {
            *bin = bin.saturating_add(1);
            count += 1;
        }
    }
    if count < ENOUGH {
        return None;
    }
    let mut below = 0_u64;
    let middle = bins.iter().position(|bin| {
        below += u64::from(*bin);
        below * 2 >= count
    })?;
    let bits = u32::try_from(middle).ok()?.checked_add(LOWEST)? << FRACTION;
    Some(f32::from_bits(bits | 1 << (FRACTION - 1)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    extern crate std;
    use std::vec::Vec;

    fn random(state: &mut u32, below: u32) -> u32 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*state >> 8) % below
    }

    /// A scene seen twice, the second time shorter; rounded, with noise, and things that moved.
    fn scene(ratio: f64, noise: u32, moved: u32, seed: u32) -> Vec<(u32, u32)> {
        let mut state = seed;
        (0..20_000)
            .map(|_| {
                let light = f64::from(200 + random(&mut state, 600));
                let short = light / ratio;
                let jitter = |state: &mut u32| f64::from(random(state, 2 * noise + 1)) - f64::from(noise);
                let a = (light + jitter(&mut state)).max(0.0).round() as u32;
                let b = (short + jitter(&mut state) / 4.0).max(0.0).round() as u32;
                let b = if random(&mut state, 100) < moved {
                    random(&mut state, 900)
                } else {
                    b
                };
                (a, b)
            })
            .collect()
    }

    #[test]
    fn scenes_with_noise_and_motion() {
        for (seed, ratio) in (1..).zip([1.0, 2.0, 4.0, 7.3, 16.0, 31.5]) {
            for (noise, moved) in [(0, 0), (4, 0), (4, 10), (0, 25)] {
                let pairs = scene(ratio, noise, moved, seed);
                let found = estimate_ratio(|| pairs.iter().copied()).unwrap();
                assert!((found / ratio - 1.0).abs() < 0.01, "{ratio} {noise} {moved}: {found}");
            }
        }
    }

    /// As by a converter that cuts, or a black level that is off.
    #[test]
    fn samples_that_are_rounded_down() {
        let mut state = 7;
        let light: Vec<u32> = (0..20_000).map(|_| 200 + random(&mut state, 600)).collect();
        let pairs = || light.iter().map(|light| (*light, light / 16));
        let found = estimate_ratio(pairs).unwrap();
        assert!((found / 16.0 - 1.0).abs() < 0.005, "{found}");
    }

    #[test]
    fn no_estimate_from_nothing() {
        let few = [(100, 10); 63];
        assert_eq!(estimate_ratio(|| few.iter().copied()), None);
        let dark = [(100, 0); 200];
        assert!(estimate_ratio(|| dark.iter().copied()).is_none_or(f64::is_finite));
        let wide = [(u32::MAX, 1); 200];
        assert!(estimate_ratio(|| wide.iter().copied()).is_none_or(f64::is_finite));
        let none = [(0, 0); 200];
        assert!(estimate_ratio(|| none.iter().copied()).is_none_or(f64::is_finite));
    }
}
