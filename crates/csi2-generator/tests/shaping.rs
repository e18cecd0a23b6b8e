//! What a transmitter adds to its bursts: escapes, ULPS and deskew bursts between them, scrambling, odd sampling ratios.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;

use csi2_dphy::{
    EscapeCommand, Observation, ScrambleForm, Scrambling, Timebase, TransmitTiming, UnitInterval, WaveformSettings,
};
use csi2_generator::{Piece, TransmitLayer, TransmitSettings, Transmitter};
use proptest::prelude::*;

const RATE: u64 = 500_000_000;

fn timing() -> TransmitTiming {
    TransmitTiming {
        wakeup: 250,
        ..TransmitTiming::for_rate(RATE)
    }
}

fn pins(lanes: usize, samples_per_ui: UnitInterval) -> TransmitSettings {
    let waveform = WaveformSettings::new(lanes, samples_per_ui, timing());
    TransmitSettings::new(TransmitLayer::Pins(waveform), lanes, RATE)
}

/// The samples that `send` makes, one integer each, without a gap between pieces.
fn samples(mut send: impl FnMut(&mut dyn FnMut(Piece<'_>) -> Result<(), Infallible>)) -> Vec<u32> {
    let mut all = Vec::new();
    send(&mut |piece: Piece<'_>| {
        let Observation::Samples(seen) = piece.seen else {
            panic!("samples")
        };
        assert_eq!((seen.first, piece.at), (all.len() as u64, all.len() as u64));
        let word = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        all.extend(seen.bytes.chunks(seen.unit).map(word));
        Ok(())
    });
    all
}

/// What a pair does between stop states: `b` a burst, `e` an escape, with the sample at which it begins.
fn deeds(samples: &[u32], pair: usize) -> Vec<(char, usize)> {
    let states: Vec<u32> = samples.iter().map(|sample| sample >> (2 * pair) & 3).collect();
    let leaves = |at: &usize| states[*at] == 3 && states[at + 1] != 3;
    (0..states.len() - 1)
        .filter(leaves)
        .map(|at| (if states[at + 1] == 2 { 'b' } else { 'e' }, at + 1))
        .collect()
}

fn kinds(samples: &[u32], pair: usize) -> String {
    deeds(samples, pair).into_iter().map(|deed| deed.0).collect()
}

/// Without a pause a burst takes what the line protocol asks for, on the wires as in time stamps; with one, so much more.
#[test]
fn bursts_as_close_as_may_be() {
    let TransmitTiming {
        lpx,
        hs_prepare,
        hs_zero,
        hs_trail,
        hs_exit,
        ..
    } = timing();
    // The sync byte and two bytes on each of two lanes.
    let burst = u64::from(lpx + hs_prepare + hs_zero + 8 + 16 + hs_trail + hs_exit);
    for pause in [0, 10] {
        let over = |settings: TransmitSettings| {
            let mut link = Transmitter::new(TransmitSettings {
                pause: Some(pause),
                ..settings
            });
            let mut starts = Vec::new();
            for _ in 0..3 {
                let Ok(()) = link.burst::<Infallible>(&[0x2B; 4], &mut |_| Ok(()));
                starts.push(link.now());
            }
            [starts[1] - starts[0], starts[2] - starts[1]]
        };
        // Two nanoseconds a bit, and two samples.
        let expected = [2 * (burst + pause); 2];
        assert_eq!(over(TransmitSettings::new(TransmitLayer::Lanes, 2, RATE)), expected);
        assert_eq!(over(pins(2, UnitInterval::whole(2))), expected);
    }
}

#[test]
fn everything_has_its_place() {
    let mut link = Transmitter::new(TransmitSettings {
        initial_deskew: Some(100),
        periodic_deskew: Some(50),
        ulps: Some(400),
        ..pins(2, UnitInterval::whole(2))
    });
    let all = samples(|out| {
        link.escape(1, EscapeCommand::LowPowerData, &[1, 2, 3], out).unwrap();
        link.ulps(0b10, false, 100, out).unwrap();
        link.turnaround(1, out).unwrap();
        for _ in 0..3 {
            link.burst(&[0; 6], out).unwrap();
            link.burst(&[0; 6], out).unwrap();
            link.frame_end(out).unwrap();
        }
        link.finish(out).unwrap();
    });
    // LPDT and turnaround; deskew and a frame; deskew, sleep and a frame, twice; deskew.
    assert_eq!(kinds(&all, 1), "eebbbbebbbebbb");
    assert_eq!(kinds(&all, 2), "ebbbbebbbebbb");
    assert_eq!(all[0] >> 2, 0b1111);
    assert_eq!(all[all.len() - 1] >> 2, 0b1111);
}

#[test]
fn sleep_is_part_of_the_pause() {
    let settings = TransmitSettings {
        ulps: Some(1000),
        ..pins(1, UnitInterval::whole(2))
    };
    let mut link = Transmitter::new(settings);
    let mut after_sleep = 0;
    let all = samples(|out| {
        link.burst(&[0; 6], out).unwrap();
        link.frame_end(out).unwrap();
        link.wait_until(50_000, out).unwrap();
        after_sleep = link.now();
        link.burst(&[0; 6], out).unwrap();
    });
    assert_eq!(after_sleep, 50_000);
    let seen = deeds(&all, 1);
    assert_eq!(seen.iter().map(|deed| deed.0).collect::<String>(), "beb");
    assert!(seen[1].1 < 5_000 && (50_000..50_010).contains(&seen[2].1), "{seen:?}");
}

/// Packets and lanes have no wires: nothing is sent between them, and no time passes.
#[test]
fn layers_without_wires_are_as_before() {
    for layer in [TransmitLayer::Packets, TransmitLayer::Lanes] {
        let times = |shaped: bool| {
            let plain = TransmitSettings::new(layer, 2, RATE);
            let settings = TransmitSettings {
                initial_deskew: shaped.then_some(99),
                periodic_deskew: shaped.then_some(99),
                ulps: shaped.then_some(99),
                ..plain
            };
            let mut link = Transmitter::new(settings);
            let mut times = Vec::new();
            let out: &mut dyn FnMut(Piece<'_>) -> Result<(), Infallible> = &mut |piece: Piece<'_>| {
                times.push(piece.at);
                Ok(())
            };
            if shaped {
                link.escape(1, EscapeCommand::ResetTrigger, &[], out).unwrap();
                link.ulps(1, true, 500, out).unwrap();
                link.turnaround(1, out).unwrap();
            }
            for _ in 0..3 {
                link.burst(&[0; 6], out).unwrap();
                link.frame_end(out).unwrap();
            }
            link.finish(out).unwrap();
            times
        };
        assert_eq!(times(true), times(false));
    }
}

/// Ref: hanasamyahmed/Design-and-Verification-of-CSI-2-controller-IP `source/rtl/mipi_scrambler.v`: the register bit by
/// bit.
fn keystream(seed: u16, count: usize) -> Vec<u8> {
    let mut register = seed;
    let bit = |register: &mut u16| {
        let key = *register & 1;
        let fed = (*register ^ *register >> 3 ^ *register >> 4 ^ *register >> 5) & 1;
        *register = *register >> 1 | fed << 15;
        key
    };
    let byte = |_| (0..8).fold(0, |byte, index| byte | (bit(&mut register) as u8) << index);
    (0..count).map(byte).collect()
}

#[test]
fn each_lane_is_scrambled_from_the_beginning_of_each_burst() {
    let scrambling = Scrambling {
        seeds: [0x0810, 0x0990, 0x0A51, 0, 0, 0, 0, 0],
        lanes: 3,
        form: ScrambleForm::Fibonacci,
    };
    let sent: Vec<u8> = (0..100_u8).map(|byte| byte.wrapping_mul(7)).collect();
    let mut link = Transmitter::new(TransmitSettings {
        scrambling: Some(scrambling),
        ..TransmitSettings::new(TransmitLayer::Lanes, 3, RATE)
    });
    let mut bursts = 0;
    for length in [100, 4, 100] {
        let mut check = |piece: Piece<'_>| {
            let Observation::Lanes(lanes) = piece.seen else {
                panic!("lanes")
            };
            for (lane, bytes) in lanes.lanes.iter().take(3).enumerate() {
                let plain = sent[..length].iter().skip(lane).step_by(3);
                let keys = keystream(scrambling.seeds[lane], bytes.len());
                let expected: Vec<u8> = plain.zip(keys).map(|(byte, key)| byte ^ key).collect();
                assert_eq!(*bytes, expected);
            }
            bursts += 1;
            Ok::<_, Infallible>(())
        };
        link.burst(&sent[..length], &mut check).unwrap();
    }
    assert_eq!(bursts, 3);
    // Packets are whole: scrambling is of lanes.
    let mut link = Transmitter::new(TransmitSettings {
        scrambling: Some(scrambling),
        ..TransmitSettings::new(TransmitLayer::Packets, 3, RATE)
    });
    let mut same = |piece: Piece<'_>| {
        assert!(matches!(piece.seen, Observation::Merged(bytes) if bytes == sent));
        Ok::<_, Infallible>(())
    };
    link.burst(&sent, &mut same).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// A sample is a bit time over the ratio, and waiting ends within a bit time of what was asked for.
    #[test]
    fn samples_last_as_long_as_they_say(denominator in 1..9u64, excess in 0..20u64, at in 10_000..30_000u64) {
        let numerator = 2 * denominator + excess;
        let mut link = Transmitter::new(pins(1, UnitInterval { numerator, denominator }));
        let Timebase { numerator: seconds, denominator: per } = link.timebase();
        prop_assert_eq!(
            u128::from(seconds) * u128::from(RATE) * u128::from(numerator),
            u128::from(per) * u128::from(denominator)
        );
        let all = samples(|out| {
            link.burst(&[0; 6], out).unwrap();
            link.wait_until(at, out).unwrap();
        });
        prop_assert!((at..=at + numerator.div_ceil(denominator)).contains(&link.now()));
        prop_assert_eq!(all.len() as u64, link.now());
        // The clock has one edge a bit.
        let edges = all.windows(2).filter(|pair| (pair[0] ^ pair[1]) & 1 == 1).count() as u64;
        prop_assert!(edges.abs_diff(link.now() * denominator / numerator) <= 1);
    }
}
