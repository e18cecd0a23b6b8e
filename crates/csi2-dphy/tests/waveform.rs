//! The waveform against the line protocol, read off the samples one by one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{lane_bytes, lanes_of, pump};
use csi2_dphy::{Clocking, MAX_LANES, TransmitTiming, Waveform, WaveformSettings};
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
        let mut waveform = Waveform::new(WaveformSettings { lanes, samples_per_ui, timing, clocking, skew });
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
    let settings = |lanes, samples_per_ui| WaveformSettings {
        lanes,
        samples_per_ui,
        timing: TransmitTiming::for_rate(1),
        clocking: Clocking::Continuous,
        skew: [0; 8],
    };
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
