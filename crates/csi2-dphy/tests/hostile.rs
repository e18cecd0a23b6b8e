//! Any bytes at all: no panic, progress in every call, and the same events whatever the cuts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use csi2_dphy::{
    Change, LaneBytes, LaneMerger, LanePins, Level, MAX_LANES, PinMap, PinReceiver, PinSettings, Samples, Wire,
    distribute, lane_length,
};
use proptest::prelude::*;
use std::collections::VecDeque;

fn wires() -> impl Strategy<Value = Option<Wire>> {
    prop_oneof![
        2 => Just(None),
        5 => (0..12u16, any::<bool>()).prop_map(|(channel, invert)| Some(Wire { channel, invert })),
        1 => (any::<u16>(), any::<bool>()).prop_map(|(channel, invert)| Some(Wire { channel, invert })),
    ]
}

fn pins() -> impl Strategy<Value = LanePins> {
    (wires(), wires(), wires(), wires()).prop_map(|(p, n, lp_p, lp_n)| LanePins { p, n, lp_p, lp_n })
}

fn maps() -> impl Strategy<Value = PinMap> {
    (prop::option::of(pins()), prop::array::uniform8(pins()), 0..=10usize).prop_map(|(clock, lanes, count)| PinMap {
        clock,
        lanes,
        count,
    })
}

/// Bytes with long runs, as wires have.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let run = (prop_oneof![any::<u8>(), Just(0xFF), Just(0x00), Just(0xB8)], 1..40usize);
    prop::collection::vec(run, 0..120).prop_map(|runs| {
        runs.into_iter()
            .flat_map(|(byte, count)| std::iter::repeat_n(byte, count))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn samples(map in maps(), bytes in noise(), unit in 1..=9usize, skew in prop_oneof![0..8usize, Just(usize::MAX)], cut in 1..50usize, drains: bool) {
        let bytes = &bytes[..bytes.len() / unit * unit];
        let mut runs = Vec::new();
        for piece in [bytes.len().max(1), cut * unit] {
            let mut receiver = PinReceiver::new(map, PinSettings { max_skew_bytes: skew, ..PinSettings::default() });
            let mut merger = LaneMerger::new(map.count);
            let (mut events, mut out, mut first) = (Vec::new(), [0; 64], 0u64);
            for piece in bytes.chunks(piece) {
                let mut seen = Samples { first, unit, bytes: piece };
                first += (piece.len() / unit) as u64;
                while !seen.bytes.is_empty() {
                    let (taken, event) = receiver.samples(&seen, &mut merger);
                    prop_assert!(taken > 0 || event.is_some());
                    seen.first += taken as u64;
                    seen.bytes = &seen.bytes[taken * unit..];
                    events.extend(event);
                    while drains && merger.drain(&mut out) > 0 {}
                }
            }
            while let Some(event) = receiver.finish(&mut merger) {
                events.push(event);
            }
            let _ = receiver.unit_interval();
            runs.push(events);
        }
        prop_assert_eq!(&runs[0], &runs[1]);
    }

    #[test]
    fn changes(
        map in maps(),
        raw in prop::collection::vec((prop_oneof![9 => 0..4u64, 1 => any::<u64>()], 0..14u16, 0..3u8, any::<bool>()), 0..800),
        cut in 1..50usize,
        release in 1..40usize,
    ) {
        let mut at = 0u64;
        let changes: Vec<Change> = raw.iter().map(|(step, channel, level, back)| {
            // Time may even run backwards.
            at = if *back && *step > 4 { at / 2 } else { at.saturating_add(*step) };
            Change { at, channel: *channel, level: [Level::Low, Level::High, Level::Unknown][usize::from(*level)] }
        }).collect();
        let mut receiver = PinReceiver::new(map, PinSettings::default());
        let mut merger = LaneMerger::new(map.count);
        let mut out = [0; 64];
        for (index, mut piece) in changes.chunks(cut).enumerate() {
            while !piece.is_empty() {
                let (taken, event) = receiver.changes(piece, &mut merger);
                prop_assert!(taken > 0 || event.is_some());
                piece = &piece[taken..];
                while merger.drain(&mut out) > 0 {}
            }
            if index % release == 0 {
                receiver.release();
            }
        }
        let mut events = 0;
        while receiver.finish(&mut merger).is_some() {
            events += 1;
            prop_assert!(events < 1000);
        }
    }

    /// The merger against queues of bytes, whatever the order of calls.
    #[test]
    fn merger(
        lanes in 1..=8usize,
        calls in prop::collection::vec((0..3u8, 0..9usize, 0..70usize, any::<u8>()), 1..200),
    ) {
        let mut merger = LaneMerger::<64>::new(lanes);
        let mut queues: Vec<VecDeque<u8>> = vec![VecDeque::new(); lanes];
        let mut turn = 0;
        let mut pop = |queues: &mut Vec<VecDeque<u8>>| {
            let byte = queues[turn].pop_front()?;
            turn = (turn + 1) % lanes;
            Some(byte)
        };
        for (call, lane, length, seed) in calls {
            let bytes: Vec<u8> = (0..length).map(|index| seed.wrapping_add(index as u8)).collect();
            match call {
                0 => {
                    let room = queues.get(lane).map_or(0, |queue| 64 - queue.len());
                    let taken = merger.push(lane, &bytes);
                    prop_assert_eq!(taken, length.min(room));
                    if let Some(queue) = queues.get_mut(lane) {
                        queue.extend(&bytes[..taken]);
                    }
                }
                1 => {
                    let mut out = vec![0; length * 3];
                    let written = merger.drain(&mut out);
                    for byte in &out[..written] {
                        prop_assert_eq!(pop(&mut queues), Some(*byte));
                    }
                    prop_assert!(written == out.len() || pop(&mut queues).is_none());
                }
                _ => {
                    // Lanes of unequal length, as at the end of a chunk.
                    let mut slices: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
                    for (index, slice) in slices.iter_mut().enumerate().take(lanes) {
                        *slice = &bytes[(index * lane % 3).min(length)..];
                    }
                    let mut out = vec![0; usize::from(seed) * 2];
                    let (taken, written) = merger.merge(&LaneBytes { lanes: slices, count: lanes }, &mut out);
                    for ((queue, slice), taken) in queues.iter_mut().zip(&slices).zip(&taken) {
                        queue.extend(&slice[..*taken]);
                    }
                    for byte in &out[..written] {
                        prop_assert_eq!(pop(&mut queues), Some(*byte));
                    }
                    if written < out.len() {
                        prop_assert!(pop(&mut queues).is_none());
                        for ((queue, slice), taken) in queues.iter().zip(&slices).zip(&taken) {
                            prop_assert!(*taken == slice.len() || queue.len() == 64);
                        }
                    }
                }
            }
            let lengths: Vec<usize> = queues.iter().map(VecDeque::len).collect();
            prop_assert_eq!(&merger.waiting()[..lanes], &lengths[..]);
            prop_assert_eq!(merger.room(), 64 - lengths.iter().max().unwrap());
            let (least, most) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
            prop_assert!(merger.check_skew(most - least).is_ok());
            prop_assert!(most == least || merger.check_skew(most - least - 1).is_err());
        }
    }

    /// Distribution and merging against the rule: byte `i` is on lane `i mod N`.
    #[test]
    fn distribution(lanes in 1..=8usize, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut spread: Vec<Vec<u8>> = (0..lanes).map(|lane| vec![0; lane_length(bytes.len(), lanes, lane)]).collect();
        let mut slices: Vec<&mut [u8]> = spread.iter_mut().map(Vec::as_mut_slice).collect();
        let written = distribute(&bytes, &mut slices);
        prop_assert_eq!(written.iter().sum::<usize>(), bytes.len());
        for (index, byte) in bytes.iter().enumerate() {
            prop_assert_eq!(spread[index % lanes][index / lanes], *byte);
        }
        let mut slices: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        for (slice, lane) in slices.iter_mut().zip(&spread) {
            *slice = lane;
        }
        let mut out = vec![0; bytes.len() + 9];
        let (taken, count) = LaneMerger::<16>::new(lanes).merge(&LaneBytes { lanes: slices, count: lanes }, &mut out);
        prop_assert_eq!(&out[..count], &bytes[..]);
        prop_assert_eq!(&taken[..lanes], &written[..lanes]);
    }
}
