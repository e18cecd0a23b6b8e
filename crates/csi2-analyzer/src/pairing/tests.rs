//! Against frame starts whose partners are known because they were made together.

extern crate std;

use super::*;
use alloc::string::ToString;
use alloc::vec::Vec;
use csi2_dphy::Timebase;
use proptest::prelude::*;

const PERIOD: u64 = 16_666_667;

fn starts(ticks: impl IntoIterator<Item = u64>, timebase: Timebase) -> FrameStarts {
    let mut starts = FrameStarts::new(Some(timebase));
    ticks.into_iter().for_each(|at| starts.push(at));
    starts
}

fn nanosecond_starts(ticks: impl IntoIterator<Item = u64>) -> FrameStarts {
    starts(ticks, Timebase::NANOSECONDS)
}

fn pair(a: &FrameStarts, b: &FrameStarts) -> Pairing {
    Pairing::new(a, b, PairSettings::default())
}

#[test]
fn nothing_and_one_frame() {
    let none = FrameStarts::new(None);
    let pairing = pair(&none, &none);
    assert_eq!((pairing.pairs, pairing.skew, pairing.drift), (0, None, None));
    let one = nanosecond_starts([5]);
    assert_eq!(pair(&one, &none).unpaired_count, [1, 0]);
    // Without a period nothing says that two frames are no partners.
    let pairing = pair(&one, &nanosecond_starts([40_000]));
    assert_eq!((pairing.pairs, pairing.drift), (1, None));
    assert_eq!(pairing.skew.map(|skew| skew.mean), Some(39_995.0));
}

/// Two instruments: ticks of 1 ns since 1970, and samples of 3 to the nanosecond, of the same clock.
#[test]
fn times_are_exact_in_any_timebase() {
    let epoch = 1_700_000_000_000_000_000_u64;
    let coarse = nanosecond_starts((0..50).map(|k| epoch + k * 1_000_000));
    let thirds = Timebase {
        numerator: 1,
        denominator: 3_000_000_000,
    };
    let fine = starts((0..50).map(|k| (epoch + k * 1_000_000) * 3 + 1), thirds);
    let skew = pair(&coarse, &fine).skew.unwrap();
    assert_eq!((skew.min, skew.max), (0.333, 0.333));
    let skew = pair(&fine, &coarse).skew.unwrap();
    assert_eq!((skew.min, skew.max), (-0.333, -0.333));
}

#[test]
fn captures_that_began_apart() {
    let mut a = nanosecond_starts((0..10).map(|k| 1_000_000_000 + k * PERIOD));
    let mut b = nanosecond_starts((0..10).map(|k| 5_000 + (k + 4) * PERIOD));
    a.recorded(1_000_000_000, 1_000_000_000 + 10 * PERIOD);
    b.recorded(3 * PERIOD, 14 * PERIOD);
    // One time: they never recorded together.
    let apart = pair(&a, &b);
    assert_eq!(
        (apart.pairs, apart.unpaired_count, apart.outside),
        (0, [0, 0], [10, 10])
    );
    assert_eq!(apart.findings().count(), 0);
    let first = Pairing::new(
        &a,
        &b,
        PairSettings {
            align: Align::First,
            line_time: None,
        },
    );
    assert_eq!((first.pairs, first.outside), (10, [0, 0]));
    assert_eq!(first.skew.map(|skew| (skew.min, skew.max)), Some((0.0, 0.0)));
}

/// A began three frames before B, and B went on for two more.
#[test]
fn frames_beyond_the_other_capture_are_no_findings() {
    let mut a = nanosecond_starts((0..20).map(|k| k * PERIOD));
    let mut b = nanosecond_starts((3..22).map(|k| k * PERIOD + 900));
    a.recorded(0, 19 * PERIOD + PERIOD / 2);
    b.recorded(3 * PERIOD + 900, 22 * PERIOD);
    let pairing = pair(&a, &b);
    assert_eq!(
        (pairing.pairs, pairing.unpaired_count, pairing.outside),
        (17, [0, 0], [3, 2])
    );
    assert_eq!(pairing.findings().count(), 0);
}

/// 35 millionths over ten minutes: B loses more than a frame, and there is a frame without partner at the slip.
#[test]
fn free_running_sensors() {
    let frames = 36_000;
    let a = nanosecond_starts((0..frames).map(|k| k * PERIOD));
    for (sign, word) in [(1.0, "slow"), (-1.0, "fast")] {
        let period = PERIOD as f64 * (1.0 + sign * 35e-6);
        let b = nanosecond_starts((0..frames).map(|k| 1_000_000 + (k as f64 * period).round() as u64));
        let pairing = pair(&a, &b);
        let drift = pairing.drift.unwrap();
        assert!((drift.ppm - sign * 35.0).abs() < 0.01, "{drift:?}");
        assert!((drift.per_frame - sign * 583.33).abs() < 0.2, "{drift:?}");
        assert!(!drift.locked);
        // 36 000 frames of 583 ns are 21 ms: half a frame is passed once.
        let lost = pairing.unpaired_count[0] + pairing.unpaired_count[1];
        assert!((1..=4).contains(&lost), "{pairing:?}");
        let message = pairing.findings().next().unwrap().to_string();
        assert_eq!(
            message,
            std::format!("not locked: B runs 35.0 ppm {word}, 583.3 ns a frame")
        );
    }
}

/// A slave that begins a frame with its next line: its crystal is 35 millionths off, and yet it keeps step.
#[test]
fn a_slave_is_off_by_a_line_at_most() {
    let line = 5371.0;
    let master: Vec<u64> = (0..2000).map(|k| k * PERIOD).collect();
    let own = line * (1.0 + 35e-6);
    let slave = master.iter().map(|at| ((*at as f64 / own).ceil() * own).round() as u64);
    let settings = PairSettings {
        align: Align::Time,
        line_time: Some(line),
    };
    let whole: Vec<u64> = slave.collect();
    for frames in [4, 9, 50, 2000] {
        let a = nanosecond_starts(master[..frames].iter().copied());
        let b = nanosecond_starts(whole[..frames].iter().copied());
        let pairing = Pairing::new(&a, &b, settings);
        assert_eq!(pairing.pairs, frames as u64);
        assert!(pairing.drift.unwrap().locked, "{frames}: {:?}", pairing.drift);
        assert_eq!(pairing.findings().count(), 0);
    }
}

#[test]
fn half_the_frame_rate() {
    let a = nanosecond_starts((0..20).map(|k| k * 2 * PERIOD));
    let b = nanosecond_starts((0..40).map(|k| k * PERIOD + 100));
    let pairing = pair(&a, &b);
    assert_eq!((pairing.pairs, pairing.unpaired_count), (20, [0, 20]));
    assert!(pairing.drift.unwrap().locked);
    assert_eq!(pairing.periods, [Some(2.0 * PERIOD as f64), Some(PERIOD as f64)]);
    let first = pairing.findings().next().unwrap();
    assert_eq!(first.to_string(), "frame 1 of B has no partner in A within 8.333 ms");
}

#[test]
fn memory_is_bounded() {
    let mut starts = FrameStarts::new(Some(Timebase::NANOSECONDS));
    for at in 0..FrameStarts::MOST as u64 + 5 {
        starts.push(at);
    }
    assert_eq!((starts.len(), starts.left_out()), (FrameStarts::MOST, 5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Frames that are made as pairs and lost one by one: those that keep their partner are paired with it.
    #[test]
    fn partners_find_each_other(
        frames in proptest::collection::vec((any::<bool>(), any::<bool>(), 0_u64..200_000), 2..120),
        offset in -4_000_000_i64..4_000_000,
    ) {
        let begin = 1_000_000_000_u64;
        let times = |k: usize, jitter: u64| {
            let a = begin + k as u64 * PERIOD;
            (a, a.strict_add_signed(offset) + jitter)
        };
        // Mostly there.
        let kept = |a: bool, b: bool, jitter: u64| (a || !jitter.is_multiple_of(4), b || !jitter.is_multiple_of(8));
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let (mut pairs, mut sum, mut alone) = (0_u64, 0.0, [0_u64; 2]);
        for (k, (in_a, in_b, jitter)) in frames.iter().enumerate() {
            let (at_a, at_b) = times(k, *jitter);
            let (in_a, in_b) = kept(*in_a, *in_b, *jitter);
            a.extend(in_a.then_some(at_a));
            b.extend(in_b.then_some(at_b));
            match (in_a, in_b) {
                (true, true) => {
                    pairs += 1;
                    sum += at_b as f64 - at_a as f64;
                }
                (true, false) => alone[0] += 1,
                (false, true) => alone[1] += 1,
                (false, false) => {}
            }
        }
        // Two starts in a row on either side, so that the period is known to be one frame.
        let rows = |ticks: &[u64]| {
            let mut steps: Vec<u64> = ticks.windows(2).map(|pair| pair[1] - pair[0]).collect();
            steps.sort_unstable();
            steps.get(steps.len() / 2).is_some_and(|step| *step < PERIOD + 400_000)
        };
        prop_assume!(rows(&a) || rows(&b));
        let pairing = pair(&nanosecond_starts(a.iter().copied()), &nanosecond_starts(b.iter().copied()));
        prop_assert_eq!(pairing.pairs, pairs);
        prop_assert_eq!(pairing.unpaired_count, alone);
        if pairs > 0 {
            let mean = sum / pairs as f64;
            prop_assert!((pairing.skew.unwrap().mean - mean).abs() < 0.01);
        }
    }

    /// Any numbers: each frame is in one place, and the two sides are told alike.
    #[test]
    fn each_frame_is_counted_once(
        a in proptest::collection::vec(any::<u64>(), 0..40),
        b in proptest::collection::vec(any::<u64>(), 0..40),
        numerator in any::<u64>(),
        denominator in 1..u64::MAX,
        align in any::<bool>(),
    ) {
        let timebase = Timebase { numerator, denominator };
        let (mut first, mut second) = (starts(a.iter().copied(), timebase), nanosecond_starts(b.iter().copied()));
        first.recorded(u64::MAX / 4, u64::MAX / 2);
        second.recorded(u64::MAX, 0);
        let align = if align { Align::First } else { Align::Time };
        let pairing = Pairing::new(&first, &second, PairSettings { align, line_time: None });
        let side = |side: usize| pairing.pairs + pairing.unpaired_count[side] + pairing.outside[side];
        prop_assert_eq!((side(0), side(1)), (a.len() as u64, b.len() as u64));
        for finding in pairing.findings() {
            prop_assert!(!finding.to_string().is_empty());
        }
    }

    #[test]
    fn roots(square in 1e-30_f64..1e30) {
        prop_assert!((drift::square_root(square) / square.sqrt() - 1.0).abs() < 1e-12);
    }
}
