//! Damaged, skewed, late and unusual bursts: what the receiver must say of each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{Capture, Heard, make, map_of, receive, wire};
use csi2_dphy::{LanePins, PinEvent, PinMap, SotVerdict, TransmitTiming, UnitInterval, Waveform, WaveformSettings};

const RATE: u64 = 1_000_000_000;
const BURST: [u8; 12] = [0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61, 0x80];

fn settings(lanes: usize, samples_per_ui: u32) -> WaveformSettings {
    let samples_per_ui = UnitInterval::whole(samples_per_ui.into());
    WaveformSettings::new(lanes, samples_per_ui, TransmitTiming::for_rate(RATE))
}

fn words(capture: &Capture) -> Vec<u64> {
    let read = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    capture.bytes.chunks(capture.unit).map(read).collect()
}

/// A capture of 8-byte samples.
fn capture(words: &[u64], channels: usize) -> Capture {
    Capture {
        unit: 8,
        bytes: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
        channels,
    }
}

/// First sample of the first lane's sync byte: the third zero before the first HS-1.
fn sync_at(words: &[u64], samples_per_ui: usize, lane: usize) -> usize {
    let pair = |word: &u64| word >> (2 + 2 * lane) & 3;
    words.iter().position(|word| pair(word) == 0b01).unwrap() - 3 * samples_per_ui
}

fn flip(words: &mut [u64], from: usize, count: usize, mask: u64) {
    for word in &mut words[from..from + count] {
        *word ^= mask;
    }
}

fn kinds(heard: &Heard) -> Vec<&'static str> {
    let name = |event: &PinEvent| match event {
        PinEvent::BurstStart { .. } => "start",
        PinEvent::BurstEnd { .. } => "end",
        PinEvent::BoundaryInside { .. } => "boundary",
        PinEvent::Deskew { .. } => "deskew",
        PinEvent::SotSyncError { .. } => "sot",
        PinEvent::AlignError { .. } => "align",
        PinEvent::ControlError { .. } => "control",
        PinEvent::EotError { .. } => "eot",
        PinEvent::Escape { .. } => "escape",
        PinEvent::LowPowerData { .. } => "data",
        PinEvent::EscapeEnd { .. } => "escape end",
        PinEvent::EscapeEntryError { .. } => "escape error",
        PinEvent::LowPowerSyncError { .. } => "data error",
        PinEvent::Turnaround { .. } => "turnaround",
    };
    heard.events.iter().map(name).collect()
}

#[test]
fn one_wrong_sync_bit_is_accepted_two_are_not() {
    let settings = settings(2, 4);
    let made = words(&make(&settings, &[BURST.to_vec()], 50, 0));
    let sync = sync_at(&made, 4, 1);
    for bit in 0..8 {
        let mut damaged = made.clone();
        flip(&mut damaged, sync + 4 * bit, 4, 0b11 << 4);
        let heard = receive(&map_of(&settings), &capture(&damaged, 6), &[]);
        assert_eq!(kinds(&heard), ["start", "end"], "bit {bit}");
        let PinEvent::BurstStart { sync, skew, .. } = heard.events[0] else {
            panic!()
        };
        assert_eq!(sync[..2], [SotVerdict::Clean, SotVerdict::OneBit]);
        assert_eq!(skew, [0; 8]);
        assert!(heard.bursts[0].starts_with(&BURST));
    }
    let mut damaged = made;
    flip(&mut damaged, sync + 4 * 3, 8, 0b11 << 4);
    let heard = receive(&map_of(&settings), &capture(&damaged, 6), &[]);
    assert!(
        matches!(heard.events[..], [PinEvent::SotSyncError { lane: 1, .. }]),
        "{:?}",
        heard.events
    );
}

#[test]
fn a_single_lane_without_sync_is_reported_once_and_the_next_burst_is_read() {
    let settings = settings(1, 3);
    let mut made = words(&make(&settings, &[BURST.to_vec(), BURST.to_vec()], 50, 0));
    let sync = sync_at(&made, 3, 0);
    flip(&mut made, sync + 3 * 4, 3, 0b11 << 2);
    flip(&mut made, sync + 3 * 7, 3, 0b11 << 2);
    let heard = receive(&map_of(&settings), &capture(&made, 4), &[]);
    assert_eq!(kinds(&heard), ["sot", "start", "end"]);
    assert!(heard.bursts[0].starts_with(&BURST));
}

#[test]
fn too_much_skew_or_a_dead_lane_is_an_align_error() {
    let mut settings = settings(4, 2);
    for (skew, fits) in [(48, true), (49, false), (100, false)] {
        settings.skew[2] = skew;
        let heard = receive(&map_of(&settings), &make(&settings, &[BURST.to_vec()], 50, 0), &[]);
        if fits {
            assert_eq!(kinds(&heard), ["start", "end"]);
            assert!(heard.bursts[0].starts_with(&BURST));
        } else {
            assert!(
                matches!(heard.events[..], [PinEvent::AlignError { lane: 2, .. }]),
                "{:?}",
                heard.events
            );
        }
    }
    settings.skew[2] = 0;
    // Lane 3 is not connected.
    let mut made = words(&make(&settings, &[BURST.to_vec(), BURST.to_vec()], 50, 0));
    for word in &mut made {
        *word &= !(0b11 << 8);
    }
    let heard = receive(&map_of(&settings), &capture(&made, 10), &[]);
    assert!(
        matches!(
            heard.events[..],
            [
                PinEvent::AlignError { lane: 3, .. },
                PinEvent::AlignError { lane: 3, .. }
            ]
        ),
        "{:?}",
        heard.events
    );
}

#[test]
fn a_lane_that_stops_early_does_not_stall_the_link() {
    let settings = settings(2, 2);
    let long: Vec<u8> = (0..20_000u32).map(|index| ((index * 7) >> 3) as u8).collect();
    let mut made = words(&make(&settings, &[long, BURST.to_vec()], 50, 0));
    // Lane 1 is in LP-11 from early in the burst.
    let start = sync_at(&made, 2, 0);
    let stop = (start + 400..made.len())
        .find(|at| made[*at..].iter().take(60).all(|word| word >> 2 & 3 == 3))
        .unwrap();
    for word in &mut made[start + 400..stop] {
        *word |= 0b11 << 4;
    }
    let heard = receive(&map_of(&settings), &capture(&made, 6), &[]);
    assert!(
        kinds(&heard).starts_with(&["start", "eot", "align", "end"]),
        "{:?}",
        heard.events
    );
    assert_eq!(kinds(&heard).last(), Some(&"end"));
    assert!(heard.bursts.last().unwrap().starts_with(&BURST));
}

#[test]
fn a_lost_bit_shows_at_the_end() {
    let settings = settings(1, 4);
    let made = words(&make(&settings, &[BURST.to_vec()], 50, 0));
    let sync = sync_at(&made, 4, 0);
    for bits in [1, 3, 7] {
        let mut damaged = made.clone();
        // Data loses bits that the clock does not, within the first byte.
        let pairs: Vec<u64> = damaged.iter().map(|word| word & 0b1100).collect();
        for at in sync + 40..damaged.len() - 4 * bits {
            damaged[at] = damaged[at] & !0b1100 | pairs[at + 4 * bits];
        }
        let heard = receive(&map_of(&settings), &capture(&damaged, 4), &[]);
        assert_eq!(kinds(&heard), ["start", "eot", "end"], "{bits} bits");
    }
}

#[test]
fn deskew_bursts_are_no_errors() {
    for (lanes, samples_per_ui, skew) in [(1, 1, 0), (4, 1, 5), (1, 4, 0), (4, 2, 7)] {
        let mut settings = settings(lanes, samples_per_ui);
        settings.skew[lanes - 1] = skew;
        let mut waveform = Waveform::new(settings);
        let mut bytes = Vec::new();
        let none = common::lane_bytes(&[]);
        waveform.idle(100);
        common::pump(&mut waveform, &none, 3, &mut bytes);
        waveform.deskew(1 << 10);
        common::pump(&mut waveform, &none, 3, &mut bytes);
        bytes.extend(make(&settings, &[BURST.to_vec()], 100, 0).bytes);
        let made = Capture {
            unit: waveform.unit(),
            bytes,
            channels: waveform.channels(),
        };
        let sent = [BURST.to_vec()];
        let heard = receive(&map_of(&settings), &made, &sent);
        let expected: &[&str] = if samples_per_ui == 1 {
            &["deskew", "start"]
        } else {
            &["deskew", "start", "end"]
        };
        assert_eq!(kinds(&heard), expected);
        assert!(heard.bursts[0].starts_with(&BURST));
    }
}

#[test]
fn samples_between_two_levels_do_not_end_a_burst() {
    let settings = settings(2, 4);
    for level in [0b00, 0b11] {
        let mut made = words(&make(&settings, &[BURST.to_vec()], 50, 0));
        let before = made.clone();
        // Wherever a pair changes within HS, its first sample is between the levels.
        let start = sync_at(&before, 4, 0);
        for at in start..made.len() {
            for shift in [0, 2, 4] {
                let (now, then) = (before[at] >> shift & 3, before[at - 1] >> shift & 3);
                if now ^ then == 3 {
                    made[at] = made[at] & !(3 << shift) | level << shift;
                }
            }
        }
        let heard = receive(&map_of(&settings), &capture(&made, 6), &[]);
        assert_eq!(kinds(&heard), ["start", "end"], "{level:02b}");
        assert!(heard.bursts[0].starts_with(&BURST));
    }
}

#[test]
fn missed_line_states_are_tolerated() {
    for missed in [0b10, 0b00] {
        let settings = settings(1, 4);
        let mut made = words(&make(&settings, &[BURST.to_vec()], 50, 0));
        let (mut at, replacement) = (0, if missed == 0b10 { 0b11 } else { 0b10 });
        // LP-01 (Dn alone high) before LP-00 becomes LP-11; LP-00 becomes HS-0.
        while made[at] >> 2 & 3 != 0b01 {
            let pair = made[at] >> 2 & 3;
            let bridge_ahead = made[at..].iter().take(2000).any(|word| word >> 2 & 3 == 0);
            if pair == missed && (missed == 0 || bridge_ahead) {
                made[at] = made[at] & !0b1100 | replacement << 2;
            }
            at += 1;
        }
        let heard = receive(&map_of(&settings), &capture(&made, 4), &[]);
        assert_eq!(kinds(&heard), ["start", "end"]);
        assert!(heard.bursts[0].starts_with(&BURST));
    }
}

#[test]
fn line_states_out_of_order_are_reported() {
    let settings = settings(1, 2);
    let map = map_of(&settings);
    // The clock runs throughout; the lane shows these pairs for 40 samples each (Dp in bit 0).
    let play = |pairs: &[u64]| {
        let lane = pairs.iter().flat_map(|pair| [*pair; 40]);
        let words: Vec<u64> = lane
            .enumerate()
            .map(|(at, pair)| pair << 2 | 1 << (at / 2 % 2))
            .collect();
        receive(&map, &capture(&words, 4), &[])
    };
    let (lp11, lp10, lp01, lp00) = (0b11, 0b01, 0b10, 0b00);
    // A request taken back.
    assert_eq!(kinds(&play(&[lp11, lp01, lp11])), ["control"]);
    // An escape request without LP-00.
    assert_eq!(kinds(&play(&[lp11, lp10, lp11])), ["control"]);
    assert_eq!(kinds(&play(&[lp11, lp10, lp01, lp00, lp11])), ["control"]);
    // Entry to escape mode, ULPS (0001 1110), exit: no bits of it are data.
    let (one, zero) = ([lp10, lp00], [lp01, lp00]);
    let command = [zero, zero, zero, one, one, one, one, zero].concat();
    let ulps: Vec<u64> = [&[lp11, lp10, lp00, lp01, lp00][..], &command, &[lp10, lp11]].concat();
    assert_eq!(kinds(&play(&ulps)), ["escape", "escape end"]);
    // HS entry that leads nowhere.
    assert_eq!(kinds(&play(&[lp11, lp01, lp00, lp01, lp11])), ["sot"]);
}

/// Comparator outputs and LP receivers on wires of their own, some of them inverted, in an odd order.
#[test]
fn separate_lp_receivers() {
    let settings = settings(2, 4);
    let made = words(&make(&settings, &[BURST.to_vec(), BURST.to_vec()], 50, 0));
    let start_of_hs = |lane: usize, at: usize| {
        // HS from the end of LP-00 to the next LP-11.
        let pair = |word: u64| word >> (2 + 2 * lane) & 3;
        let back = made[..at].iter().rev().find(|word| matches!(pair(**word), 0b00 | 0b11));
        pair(made[at]) != 0b11 && pair(made[at]) != 0b00 && back.is_some_and(|word| pair(*word) == 0)
    };
    let mut spread = Vec::new();
    for (at, sample) in made.iter().enumerate() {
        let mut word = sample & 0b11;
        for lane in 0..2 {
            let pair = sample >> (2 + 2 * lane) & 3;
            let lp = if start_of_hs(lane, at) { 0b00 } else { pair };
            // HS output inverted on bit 10 + lane, LP of Dn inverted on 20 + lane, LP of Dp on 30 + lane.
            word |= (pair & 1 ^ 1) << (10 + lane) | (lp >> 1 ^ 1) << (20 + lane) | (lp & 1) << (30 + lane);
        }
        spread.push(word);
    }
    let inverted = |channel: usize| wire(channel).map(|wire| csi2_dphy::Wire { invert: true, ..wire });
    let mut map = PinMap {
        clock: Some(LanePins {
            p: wire(0),
            n: wire(1),
            ..LanePins::default()
        }),
        count: 2,
        ..PinMap::default()
    };
    for lane in 0..2 {
        map.lanes[lane] = LanePins {
            p: inverted(10 + lane),
            n: None,
            lp_p: wire(30 + lane),
            lp_n: inverted(20 + lane),
        };
    }
    let heard = receive(&map, &capture(&spread, 40), &[]);
    assert_eq!(kinds(&heard), ["start", "end", "start", "end"]);
    assert!(heard.bursts.iter().all(|burst| burst.starts_with(&BURST)));
}

#[test]
fn a_capture_that_begins_within_a_burst_waits_for_the_stop_state() {
    let settings = settings(2, 2);
    let made = words(&make(&settings, &[[0u8; 40].to_vec(), BURST.to_vec()], 50, 0));
    let cut = sync_at(&made, 2, 0) + 60;
    let heard = receive(&map_of(&settings), &capture(&made[cut..], 6), &[]);
    assert_eq!(kinds(&heard), ["start", "end"]);
    assert!(heard.bursts[0].starts_with(&BURST));
}

/// Without LP wires and without a release, the receiver stops at the next burst.
#[test]
fn a_boundary_inside_can_be_accepted_or_passed_over() {
    use csi2_dphy::{LaneMerger, PinReceiver, PinSettings, Samples};
    for lanes in [1, 2, 4] {
        for accept in [true, false] {
            let mut settings = settings(lanes, 1);
            settings.skew[lanes - 1] = if lanes > 1 { 11 } else { 0 };
            let sent = [BURST.to_vec(), vec![0x11; 30], BURST.to_vec()];
            let made = make(&settings, &sent, 100, 0);
            let mut receiver = PinReceiver::new(map_of(&settings), PinSettings::default());
            let mut merger = LaneMerger::new(lanes);
            let mut seen = Samples {
                first: 0,
                unit: 1,
                bytes: &made.bytes,
            };
            let (mut bursts, mut boundaries) = (Vec::new(), 0);
            let mut out = [0; 4096];
            while !seen.bytes.is_empty() {
                let (taken, event) = receiver.samples(&seen, &mut merger);
                (seen.first, seen.bytes) = (seen.first + taken as u64, &seen.bytes[taken..]);
                let count = merger.drain(&mut out);
                if let Some(burst) = bursts.last_mut() {
                    Vec::extend_from_slice(burst, &out[..count]);
                }
                match event {
                    Some(PinEvent::BurstStart { skew, .. }) => {
                        assert_eq!(u32::from(skew[lanes - 1]), settings.skew[lanes - 1]);
                        bursts.push(Vec::new());
                    }
                    Some(PinEvent::BoundaryInside { at, bytes }) => {
                        // The burst, its trail, and some of the stop state.
                        assert!(!accept || bytes >= sent[boundaries].len() as u64);
                        boundaries += 1;
                        assert!(at < seen.first);
                        if accept {
                            receiver.release();
                        }
                    }
                    None => {}
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(receiver.finish(&mut merger), None);
            let count = merger.drain(&mut out);
            bursts.last_mut().unwrap().extend_from_slice(&out[..count]);
            assert_eq!(boundaries, 2);
            assert_eq!(bursts.len(), if accept { 3 } else { 1 });
            for (burst, sent) in bursts.iter().zip(&sent) {
                assert!(burst.starts_with(sent), "{lanes} lanes");
            }
        }
    }
}
