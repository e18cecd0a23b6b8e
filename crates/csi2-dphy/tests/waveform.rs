//! The waveform against the line protocol, read off the samples one by one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{lane_bytes, lanes_of, pump};
use csi2_dphy::{Clocking, MAX_LANES, TransmitTiming, UnitInterval, Waveform, WaveformSettings, Wires};
use proptest::prelude::*;

/// Runs of equal line states of one pair, as (Dp + 2 Dn, samples).
fn runs(words: &[u64], shift: usize) -> Vec<(u64, usize)> {
    let mut runs: Vec<(u64, usize)> = Vec::new();
    for pair in words.iter().map(|word| word >> shift & 3) {
        match runs.last_mut() {
            Some((last, count)) if *last == pair => *count += 1,
            _ => runs.push((pair, 1)),
        }
    }
    runs
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_line_protocol_is_kept(
        lanes in 1..=8usize,
        samples_per_ui in 2..=6u32,
        rate in prop::sample::select(&[80_000_000u64, 1_500_000_000][..]),
        gated: bool,
        skew in prop::array::uniform8(0..9u32),
        idle in 0..40u64,
        bytes in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let timing = TransmitTiming::for_rate(rate);
        let clocking = if gated { Clocking::Gated } else { Clocking::Continuous };
        let settings = WaveformSettings::new(lanes, UnitInterval::whole(samples_per_ui.into()), timing);
        let mut waveform = Waveform::new(WaveformSettings { clocking, skew, ..settings });
        let spread = lanes_of(&bytes, lanes);
        let mut raw = Vec::new();
        waveform.idle(idle);
        prop_assert_eq!(waveform.remaining(), idle);
        pump(&mut waveform, &lane_bytes(&[]), idle, &mut raw);
        let mut lengths = [0; MAX_LANES];
        for (length, lane) in lengths.iter_mut().zip(&spread) {
            *length = lane.len();
        }
        waveform.burst(lengths);
        pump(&mut waveform, &lane_bytes(&spread), idle, &mut raw);
        prop_assert_eq!(waveform.remaining(), 0);

        let unit = waveform.unit();
        let words: Vec<u64> = raw.chunks(unit).map(|unit| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))).collect();
        let samples = samples_per_ui as usize;
        let ui = |count: u32| count as usize * samples;
        let (lp11, lp01, lp00) = (3, 2, 0);
        let mut ends = Vec::new();
        let mut data_starts = Vec::new();
        for (lane, sent) in spread.iter().enumerate() {
            let states = runs(&words, 2 + 2 * lane);
            // A gated clock starts first, so there is always a stop state before the request unless nothing is.
            let entry = usize::from(states[0].0 == lp11);
            prop_assert_eq!(states[entry], (lp01, ui(timing.lpx)));
            prop_assert_eq!(states[entry + 1], (lp00, ui(timing.hs_prepare)));
            prop_assert_eq!(states[entry + 2].0, lp01);
            // HS-ZERO and the three zeros of the sync byte; one UI may be added to meet the clock.
            let zeros = states[entry + 2].1 - 3 * samples;
            prop_assert!(zeros == ui(timing.hs_zero) || zeros == ui(timing.hs_zero + 1));
            prop_assert!(states.last().unwrap().0 == lp11 && states.last().unwrap().1 >= ui(timing.hs_exit));
            // Bits, one per UI, from sync to the inverse of the last one.
            let sync: usize = states[..entry + 2].iter().map(|(_, count)| count).sum::<usize>() + zeros;
            let bit = |index: usize| words[sync + index * samples] >> (2 + 2 * lane) & 3;
            let expected: Vec<bool> = [0xB8].iter().chain(sent).flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect();
            for (index, level) in expected.iter().enumerate() {
                prop_assert_eq!(bit(index), if *level { 0b01 } else { 0b10 });
            }
            let trail = if *expected.last().unwrap() { 0b10 } else { 0b01 };
            let from = sync + expected.len() * samples;
            let length = words[from..].iter().take_while(|word| *word >> (2 + 2 * lane) & 3 == trail).count();
            prop_assert!(length >= ui(timing.hs_trail));
            prop_assert_eq!(words[from + length] >> (2 + 2 * lane) & 3, lp11);
            ends.push(from + length - ui(skew[lane]));
            data_starts.push(sync + 8 * samples - ui(skew[lane]));
        }
        // Lanes start and leave HS together, skew aside.
        prop_assert!(ends.iter().all(|end| *end == ends[0]));
        prop_assert!(data_starts.iter().all(|start| *start == data_starts[0]));
        // The clock rises in the middle of the first bit, then toggles once a UI.
        let clock = |at: usize| words[at] & 3;
        let middle = data_starts[0] + samples / 2;
        prop_assert_eq!((clock(middle - 1), clock(middle)), (0b10, 0b01));
        let last = *ends.iter().max().unwrap();
        for at in data_starts[0]..last {
            let edge = (at - data_starts[0]) % samples == samples / 2;
            prop_assert_eq!(clock(at) != clock(at - 1), edge);
            prop_assert!(clock(at) == 0b01 || clock(at) == 0b10);
        }
        let states = runs(&words, 0);
        if gated {
            prop_assert_eq!(states[states.len() - 1].0, lp11);
            prop_assert!(states[states.len() - 2].0 == 0b10 && states[states.len() - 2].1 >= ui(timing.clk_trail));
            let entry = usize::from(idle > 0);
            prop_assert_eq!(states[entry], (lp01, ui(timing.lpx)));
            prop_assert_eq!(states[entry + 1], (lp00, ui(timing.clk_prepare)));
            prop_assert!(states[entry + 2].0 == 0b10 && states[entry + 2].1 >= ui(timing.clk_zero));
        } else {
            prop_assert!(states.iter().all(|(pair, _)| *pair == 0b01 || *pair == 0b10));
        }
    }
}

#[test]
fn names_and_units() {
    let settings =
        |lanes, samples| WaveformSettings::new(lanes, UnitInterval::whole(samples), TransmitTiming::for_rate(1));
    for (lanes, samples_per_ui, unit, channels, first, last) in [
        (1, 1, 1, 1, "D0P", "D0P"),
        (8, 1, 1, 8, "D0P", "D7P"),
        (1, 2, 1, 4, "CLKP", "D0N"),
        (3, 4, 1, 8, "CLKP", "D2N"),
        (4, 4, 2, 10, "CLKP", "D3N"),
        (8, 4, 4, 18, "CLKP", "D7N"),
    ] {
        let waveform = Waveform::new(settings(lanes, samples_per_ui));
        assert_eq!((waveform.unit(), waveform.channels()), (unit, channels));
        assert_eq!(waveform.channel_name(0), Some(first));
        assert_eq!(waveform.channel_name(channels - 1), Some(last));
        assert_eq!(waveform.channel_name(channels), None);
    }
}

/// Samples as one integer each.
fn words(waveform: &mut Waveform, lanes: &[Vec<u8>], words: &mut Vec<u64>) {
    let mut raw = Vec::new();
    pump(waveform, &lane_bytes(lanes), 3, &mut raw);
    let word = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    words.extend(raw.chunks(waveform.unit()).map(word));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Seen 2n times as often, a ratio of n/d is every sample in the middle of its time, across all that is started.
    #[test]
    fn a_ratio_sees_the_same_wires(
        lanes in 1..=3usize,
        denominator in 1..12u64,
        excess in 0..30u64,
        gated: bool,
        clock: bool,
        low_power: bool,
        skew in prop::array::uniform8(0..9u32),
        bytes in prop::collection::vec(any::<u8>(), 1..12),
    ) {
        let timing = TransmitTiming { wakeup: 77, ..TransmitTiming::for_rate(80_000_000) };
        let clocking = if gated { Clocking::Gated } else { Clocking::Continuous };
        let wires = Wires { clock, low_power };
        let make = |samples_per_ui| {
            let settings = WaveformSettings::new(lanes, samples_per_ui, timing);
            let mut waveform = Waveform::new(WaveformSettings { clocking, skew, wires, ..settings });
            let mut seen = Vec::new();
            let spread = lanes_of(&bytes, lanes);
            let mut lengths = [0; MAX_LANES];
            for (length, lane) in lengths.iter_mut().zip(&spread) {
                *length = lane.len();
            }
            for ui in [3, 10] {
                waveform.idle(ui);
                words(&mut waveform, &[], &mut seen);
                waveform.burst(lengths);
                words(&mut waveform, &spread, &mut seen);
                waveform.ulps(1, true, ui);
                words(&mut waveform, &[], &mut seen);
            }
            seen
        };
        let numerator = 2 * denominator + excess;
        let seen = make(UnitInterval { numerator, denominator });
        let finer = make(UnitInterval::whole(2 * numerator));
        let at = |sample: usize| (2 * sample + 1) * denominator as usize;
        for (sample, word) in seen.iter().enumerate() {
            prop_assert_eq!(*word, finer[at(sample)]);
        }
        prop_assert!(at(seen.len()) >= finer.len());
    }

    /// Wires that are not shown change nothing of the others.
    #[test]
    fn fewer_wires_are_the_same_wires(lanes in 1..=8usize, gated: bool, bytes in prop::collection::vec(any::<u8>(), 1..12)) {
        let timing = TransmitTiming::for_rate(80_000_000);
        let clocking = if gated { Clocking::Gated } else { Clocking::Continuous };
        let make = |wires| {
            let settings = WaveformSettings::new(lanes, UnitInterval::whole(4), timing);
            let mut waveform = Waveform::new(WaveformSettings { clocking, wires, ..settings });
            let spread = lanes_of(&bytes, lanes);
            let mut lengths = [0; MAX_LANES];
            for (length, lane) in lengths.iter_mut().zip(&spread) {
                *length = lane.len();
            }
            let mut seen = Vec::new();
            waveform.burst(lengths);
            words(&mut waveform, &spread, &mut seen);
            let names: Vec<&str> = (0..waveform.channels()).map(|channel| waveform.channel_name(channel).unwrap()).collect();
            (names, seen)
        };
        let (all, full) = make(Wires::ALL);
        prop_assert_eq!(all.len(), 2 + 2 * lanes);
        for wires in [Wires::HS, Wires { low_power: true, ..Wires::HS }, Wires { clock: true, ..Wires::HS }] {
            // Without its clock lane, a link does not wait for it.
            if gated && !wires.clock {
                continue;
            }
            let (names, seen) = make(wires);
            prop_assert_eq!(names.len(), (lanes + usize::from(wires.clock)) * if wires.low_power { 2 } else { 1 });
            prop_assert_eq!(seen.len(), full.len());
            for (channel, name) in names.iter().enumerate() {
                prop_assert!(wires.clock || !name.starts_with("CLK"));
                prop_assert!(wires.low_power || name.ends_with('P'));
                let source = all.iter().position(|other| other == name).unwrap();
                prop_assert!(seen.iter().zip(&full).all(|(seen, full)| seen >> channel & 1 == full >> source & 1));
            }
        }
    }
}
