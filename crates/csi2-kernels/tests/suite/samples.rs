//! One sample a bit: lane bytes of pins.

use csi2_kernels::*;
use proptest::prelude::*;

use crate::noise;

/// Bit by bit, as the function is described. `rows` of as many bytes as there are taps.
fn lane_bytes(samples: &[u8], unit: usize, taps: &[Tap], rows: usize) -> Vec<u8> {
    let level = |sample: usize, tap: &Tap| {
        let bit = usize::from(tap.bit);
        let set = bit < 8 * unit && samples[sample * unit + bit / 8] & 1 << (bit % 8) != 0;
        set != tap.inverted
    };
    let mut bytes = Vec::new();
    for row in 0..rows {
        for tap in taps {
            let mut byte = 0;
            for k in 0..8 {
                byte += u8::from(level(tap.skip + 8 * row + k, tap)) << k;
            }
            bytes.push(byte);
        }
    }
    bytes
}

/// The most rows that every lane has whole bytes for.
fn whole_rows(samples: usize, taps: &[Tap], room: usize) -> usize {
    let fits = |rows: &usize| taps.iter().all(|tap| tap.skip + 8 * rows <= samples) && rows * taps.len() <= room;
    (0..=room).rev().find(fits).unwrap_or(0)
}

/// `count` samples of `unit` bytes, at `offset` from wherever the allocator begins, into `room` bytes.
fn agrees(unit: usize, count: usize, taps: &[Tap], room: usize, offset: usize) {
    let bytes = noise(offset + count * unit + count % unit, (count * 8 + unit) as u64);
    let samples = &bytes[offset..];
    let rows = match taps.iter().any(|tap| tap.skip > count) {
        true => 0,
        false => whole_rows(count, taps, room),
    };
    let expected = lane_bytes(samples, unit, taps, rows);
    for backend in Backend::available() {
        let mut out = vec![0xA5; room + 2 * offset];
        let did = sample_bytes(backend, samples, unit, taps, &mut out[offset..offset + room]);
        let name = backend.name();
        assert_eq!(did, rows, "{name} unit {unit} count {count} room {room} {taps:?}");
        let (written, beyond) = out[offset..].split_at(expected.len());
        assert_eq!(
            written, expected,
            "{name} unit {unit} count {count} room {room} {taps:?}"
        );
        let untouched = beyond.iter().chain(&out[..offset]);
        assert!(
            untouched.copied().all(|byte| byte == 0xA5),
            "{name} wrote beyond: {taps:?}"
        );
    }
}

fn tap(bit: u8, inverted: bool, skip: usize) -> Tap {
    Tap { bit, inverted, skip }
}

/// Lanes on bits in order from `first` on.
fn in_order(lanes: usize, first: u8) -> Vec<Tap> {
    (0..lanes as u8).map(|lane| tap(first + lane, false, 0)).collect()
}

/// From what a vector of any backend takes to twice that: 512 samples of one lane are 64 bytes.
#[test]
fn numbers_of_samples() {
    for lanes in 1..=8 {
        let skewed: Vec<Tap> = (0..lanes as u8)
            .map(|lane| tap(lane * 3 % 8, lane % 2 == 1, usize::from(lane) * 5 % 7))
            .collect();
        for count in (0..200).chain((200..1100).step_by(5)) {
            agrees(1, count, &in_order(lanes, 0), 2000, count % 3);
            agrees(1, count, &skewed, 2000, count % 3);
        }
    }
}

#[test]
fn every_room() {
    for lanes in 1..=8 {
        for room in 0..150 {
            agrees(1, 1300, &in_order(lanes, 0), room, room % 2);
            agrees(2, 1300, &in_order(lanes, 6), room, room % 2);
        }
    }
}

#[test]
fn every_unit() {
    for unit in 1..=8 {
        for lanes in 1..=8 {
            for first in [0, 4, 8 * unit as u8 - 3] {
                let mut taps = in_order(lanes, first);
                agrees(unit, 700, &taps, 1000, unit % 3);
                for (lane, tap) in taps.iter_mut().enumerate() {
                    tap.skip = lane * lane;
                    tap.inverted = lane % 3 == 0;
                }
                agrees(unit, 700, &taps, 1000, unit % 3);
            }
        }
    }
}

#[test]
fn what_is_no_sample_gives_no_rows() {
    for backend in Backend::available() {
        let mut out = [0; 64];
        for unit in [0, 9, usize::MAX] {
            assert_eq!(sample_bytes(backend, &[1; 999], unit, &in_order(4, 0), &mut out), 0);
        }
        for lanes in [0, 9, 40] {
            assert_eq!(sample_bytes(backend, &[1; 999], 1, &in_order(lanes, 0), &mut out), 0);
        }
        for skip in [993, 999, 1000, usize::MAX / 2, usize::MAX] {
            assert_eq!(sample_bytes(backend, &[1; 999], 1, &[tap(0, false, skip)], &mut out), 0);
            assert_eq!(sample_bytes(backend, &[1; 999], 2, &[tap(0, false, skip)], &mut out), 0);
        }
        assert_eq!(sample_bytes(backend, &[1; 999], 1, &[tap(0, false, 991)], &mut out), 1);
        assert_eq!(out[..2], [0xFF, 0]);
    }
}

/// A tap: mostly on bits that exist, mostly of one skip.
fn any_tap(unit: usize) -> impl Strategy<Value = Tap> {
    let bit = prop_oneof![9 => 0..8 * unit as u8, 1 => any::<u8>()];
    let skip = prop_oneof![3 => Just(0), 2 => 0..70_usize];
    (bit, any::<bool>(), skip).prop_map(|(bit, inverted, skip)| tap(bit, inverted, skip))
}

fn any_taps() -> impl Strategy<Value = (usize, Vec<Tap>)> {
    let unit = prop_oneof![3 => Just(1_usize), 2 => Just(2), 1 => 3..=8_usize];
    unit.prop_flat_map(|unit| (Just(unit), prop::collection::vec(any_tap(unit), 1..=8)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_wiring((unit, taps) in any_taps(), count in 0..1500_usize, room in 0..400_usize, offset in 0..4_usize) {
        agrees(unit, count, &taps, room, offset);
    }

    /// Any order of the lanes on the first bits, which a backend may treat on its own.
    #[test]
    fn any_order(bits in Just([0_u8, 1, 2, 3, 4, 5, 6, 7]).prop_shuffle(), lanes in 1..=8_usize, inverted in any::<u8>(),
                 skip in 0..9_usize, count in 500..1200_usize) {
        let taps: Vec<Tap> = bits[..lanes]
            .iter()
            .map(|&bit| tap(bit, inverted >> bit & 1 == 1, skip))
            .collect();
        agrees(1, count, &taps, 2000, 1);
        let low: Vec<Tap> = taps.iter().filter(|tap| tap.bit < 4).map(|low| tap(low.bit, false, skip)).collect();
        prop_assume!(!low.is_empty());
        agrees(1, count, &low, 2000, 0);
    }
}
