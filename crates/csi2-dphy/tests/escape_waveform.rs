//! Escapes as the waveform makes them: line states of each lane, in the order and of the length they must have.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{lane_bytes, pump};
use csi2_dphy::{Clocking, EscapeCommand, TransmitTiming, UnitInterval, Waveform, WaveformSettings};
use proptest::prelude::*;

const SAMPLES: u64 = 2;
/// Dp and Dn as written in the names of the states.
const LP_00: (u64, u64) = (0, 0);
const LP_01: (u64, u64) = (0, 1);
const LP_10: (u64, u64) = (1, 0);
const LP_11: (u64, u64) = (1, 1);

/// Line states of a pair, each with its length in UI.
fn states(words: &[u64], pair: usize) -> Vec<((u64, u64), u64)> {
    let mut runs: Vec<((u64, u64), u64)> = Vec::new();
    for word in words {
        let state = (word >> (2 * pair) & 1, word >> (2 * pair + 1) & 1);
        match runs.last_mut() {
            Some((last, count)) if *last == state => *count += 1,
            _ => runs.push((state, 1)),
        }
    }
    runs.into_iter()
        .map(|(state, count)| (state, count / SAMPLES))
        .collect()
}

/// Bits in time, as printed in the tables.
fn sent(bits: &str, lpx: u64) -> Vec<((u64, u64), u64)> {
    let head = [LP_10, LP_00, LP_01, LP_00];
    let body = bits
        .chars()
        .flat_map(|bit| [if bit == '1' { LP_10 } else { LP_01 }, LP_00]);
    head.into_iter().chain(body).map(|state| (state, lpx)).collect()
}

fn link(lanes: usize, clocking: Clocking, timing: TransmitTiming) -> Waveform {
    Waveform::new(WaveformSettings {
        clocking,
        ..WaveformSettings::new(lanes, UnitInterval::whole(SAMPLES), timing)
    })
}

fn made(waveform: &mut Waveform, bytes: &[Vec<u8>], words: &mut Vec<u64>) {
    let mut raw = Vec::new();
    pump(waveform, &lane_bytes(bytes), 5, &mut raw);
    let word = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    words.extend(raw.chunks(waveform.unit()).map(word));
}

/// Ref: ngscopeclient/scopehal `scopeprotocols/DPhyEscapeModeDecoder.cpp`; Microchip CSI-2 documentation, escape mode.
const COMMANDS: [(EscapeCommand, &str); 8] = [
    (EscapeCommand::LowPowerData, "11100001"),
    (EscapeCommand::Ulps, "00011110"),
    (EscapeCommand::Undefined1, "10011111"),
    (EscapeCommand::Undefined2, "11011110"),
    (EscapeCommand::ResetTrigger, "01100010"),
    (EscapeCommand::Unknown3, "01011101"),
    (EscapeCommand::Unknown4, "00100001"),
    (EscapeCommand::Unknown5, "10100000"),
];

#[test]
fn each_command() {
    let timing = TransmitTiming {
        wakeup: 300,
        ..TransmitTiming::for_rate(200_000_000)
    };
    for (command, bits) in COMMANDS {
        let mut waveform = link(3, Clocking::Continuous, timing);
        let mut words = Vec::new();
        waveform.idle(20);
        made(&mut waveform, &[], &mut words);
        waveform.escape(0b101, command, 9);
        let payload: Vec<Vec<u8>> = vec![vec![0x48]; 3];
        made(&mut waveform, &payload, &mut words);
        let mut expected = sent(bits, timing.lpx.into());
        let mut mark = timing.lpx;
        match command {
            EscapeCommand::Ulps => mark = 300,
            EscapeCommand::LowPowerData => {
                // 48, lowest bit first, and eight bytes that are missing.
                let bits = format!("{bits}00010010{}", "0".repeat(64));
                expected = sent(&bits, timing.lpx.into());
            }
            _ => {}
        }
        expected.insert(0, (LP_11, 20));
        expected.extend([(LP_10, u64::from(mark)), (LP_11, timing.hs_exit.into())]);
        assert_eq!(states(&words, 1), expected, "{command:?}");
        assert_eq!(states(&words, 3), expected, "{command:?}");
        assert_eq!(states(&words, 2), [(LP_11, words.len() as u64 / SAMPLES)]);
        // The clock goes on, with an edge a UI.
        assert!(words.chunks(2).skip(1).all(|pair| pair[0] & 1 != pair[1] & 1));
    }
}

#[test]
fn a_turnaround() {
    let timing = TransmitTiming::for_rate(200_000_000);
    let lpx = u64::from(timing.lpx);
    let mut waveform = link(1, Clocking::Continuous, timing);
    let mut words = Vec::new();
    waveform.turnaround(1);
    made(&mut waveform, &[], &mut words);
    let exit = (LP_11, u64::from(timing.hs_exit));
    let expected = [
        (LP_10, lpx),
        (LP_00, lpx),
        (LP_10, lpx),
        (LP_00, 4 * lpx),
        (LP_10, lpx),
        exit,
    ];
    assert_eq!(states(&words, 1), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// All lanes are in LP-00 and in Mark-1 at the same time, the clock stops and starts by its rules.
    #[test]
    fn the_clock_lane_sleeps_with_the_data_lanes(
        gated: bool,
        idle in 1..30u64,
        stay in 0..900u64,
        wakeup in 1..400u32,
        rate in prop::sample::select(&[80_000_000u64, 1_500_000_000][..]),
    ) {
        let timing = TransmitTiming { wakeup, ..TransmitTiming::for_rate(rate) };
        let clocking = if gated { Clocking::Gated } else { Clocking::Continuous };
        let mut waveform = link(2, clocking, timing);
        let mut words = Vec::new();
        waveform.idle(idle);
        made(&mut waveform, &[], &mut words);
        waveform.ulps(0b11, true, stay);
        prop_assert!(waveform.remaining() > stay + u64::from(wakeup));
        made(&mut waveform, &[], &mut words);
        let end = words.len();
        waveform.idle(idle);
        made(&mut waveform, &[], &mut words);

        let data = states(&words, 1);
        let ui = |count: u32| u64::from(count);
        let lpx = ui(timing.lpx);
        let mut expected = sent("00011110", lpx);
        expected.last_mut().unwrap().1 = stay.max(lpx);
        expected.push((LP_10, ui(wakeup)));
        prop_assert_eq!(data[0].0, LP_11);
        prop_assert_eq!(&data[1..data.len() - 1], &expected[..]);
        prop_assert_eq!(&states(&words, 2), &data);
        prop_assert_eq!(data[data.len() - 1].0, LP_11);
        prop_assert!(data[data.len() - 1].1 >= ui(timing.hs_exit));

        let clock = states(&words, 0);
        let ulps = clock.iter().position(|(state, _)| *state == LP_00).unwrap();
        prop_assert_eq!(clock[ulps - 1], (LP_10, lpx));
        prop_assert_eq!(clock[ulps], (LP_00, stay.max(lpx)));
        prop_assert_eq!(clock[ulps + 1], (LP_10, ui(wakeup)));
        let sum = |runs: &[((u64, u64), u64)]| runs.iter().map(|(_, count)| count).sum::<u64>();
        let low = expected.len() - 1;
        if gated {
            prop_assert_eq!((clock[ulps - 2].0, clock[ulps + 2].0, clock.len()), (LP_11, LP_11, 5));
            prop_assert_eq!(sum(&clock[..ulps]), sum(&data[..low]));
        } else {
            // Runs of half a UI have no length here; the trail begins in the middle of one.
            prop_assert!(clock[ulps - 2].0 == LP_11 && clock[ulps - 2].1 >= ui(timing.hs_exit));
            prop_assert!(clock[ulps - 3].0 == LP_01 && clock[ulps - 3].1 >= ui(timing.clk_trail));
            prop_assert!(clock[ulps + 2].0 == LP_11);
            prop_assert_eq!((clock[ulps + 3], clock[ulps + 4]), ((LP_01, lpx), (LP_00, ui(timing.clk_prepare))));
            prop_assert!(clock[ulps + 5].0 == LP_01 && clock[ulps + 5].1 >= ui(timing.clk_zero));
            // In step with the clock after it: an edge in the middle of each UI.
            let from = end - (timing.clk_pre * SAMPLES as u32) as usize;
            let edges = words[from..].windows(2).enumerate().map(|(at, pair)| (at, (pair[0] ^ pair[1]) & 3));
            for (at, differ) in edges {
                prop_assert_eq!(differ, if at % 2 == 0 { 3 } else { 0 });
            }
        }
    }
}
