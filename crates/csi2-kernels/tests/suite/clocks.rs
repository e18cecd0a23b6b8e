//! Clock edges: where they are, and the samples before them.

use bitvec::prelude::*;
use csi2_kernels::*;
use proptest::prelude::*;

use crate::noise;

/// Bit by bit: where `clock` changes, up to `room` edges.
fn edges_model(samples: &[u8], unit: usize, clock: u32, mut level: bool, room: usize) -> (usize, Vec<u32>) {
    let mut edges = Vec::new();
    for (index, sample) in samples.chunks_exact(unit).enumerate() {
        let now = sample.view_bits::<Lsb0>().get(clock as usize).is_some_and(|bit| *bit);
        if now != level {
            if edges.len() == room {
                return (index, edges);
            }
            edges.push(index as u32);
            level = now;
        }
    }
    (samples.len() / unit, edges)
}

/// The samples before them.
fn kept_model(samples: &[u8], clock: u32, previous: u8, room: usize) -> (usize, Vec<u8>) {
    let level = clock < 8 && previous >> clock & 1 == 1;
    let (scanned, edges) = edges_model(samples, 1, clock, level, room);
    let before = |edge: u32| edge.checked_sub(1).map_or(previous, |before| samples[before as usize]);
    (scanned, edges.into_iter().map(before).collect())
}

/// Samples whose bits stay as they are for some time, `times` of them the same on average.
fn slow(count: usize, unit: usize, times: u8, seed: u64) -> Vec<u8> {
    let (values, holds) = (noise(count * unit, seed), noise(count, seed ^ 1));
    let mut samples: Vec<u8> = Vec::new();
    for (value, hold) in values.chunks_exact(unit).zip(holds) {
        match samples.len().checked_sub(unit) {
            Some(last) if hold % times != 0 => samples.extend_from_within(last..),
            _ => samples.extend(value),
        }
    }
    samples
}

fn finds_edges(samples: &[u8], unit: usize, clock: u32, previous: bool, room: usize) {
    let (until, expected) = edges_model(samples, unit, clock, previous, room);
    for backend in Backend::available() {
        let mut edges = vec![u32::MAX; room];
        let (scanned, written) = clock_edges(backend, samples, unit, clock, previous, &mut edges);
        let (name, count) = (backend.name(), samples.len() / unit);
        assert_eq!(
            (scanned, &edges[..written]),
            (until, &expected[..]),
            "{name}: unit {unit}, clock {clock}, {count} samples, room {room}"
        );
    }
}

fn keeps_samples(samples: &[u8], clock: u32, previous: u8, room: usize) {
    let (until, expected) = kept_model(samples, clock, previous, room);
    for backend in Backend::available() {
        let mut kept = vec![0xA5; room];
        let (scanned, written) = clocked_samples(backend, samples, clock, previous, &mut kept);
        let (name, count) = (backend.name(), samples.len());
        assert_eq!(
            (scanned, &kept[..written]),
            (until, &expected[..]),
            "{name}: clock {clock}, {count} samples, room {room}"
        );
    }
}

#[test]
fn edges_are_where_the_clock_changes() {
    for unit in 1..=8 {
        for clock in 0..=8 * unit as u32 {
            for count in (0..40).chain([64, 200]) {
                let seed = (count * 64 + unit) as u64 + u64::from(clock);
                let samples = noise(count * unit + count % unit, seed);
                for (room, previous) in [(0, false), (1, true), (5, false), (200, true)] {
                    finds_edges(&samples, unit, clock, previous, room);
                }
            }
        }
    }
    for backend in Backend::available() {
        for unit in [0, 9, usize::MAX] {
            assert_eq!(clock_edges(backend, &[0xFF; 64], unit, 0, false, &mut [0; 8]), (0, 0));
        }
        for clock in [8, 31, 32, 64, 71, u32::MAX] {
            assert_eq!(clock_edges(backend, &[0xFF; 99], 1, clock, false, &mut [0; 8]), (99, 0));
            assert_eq!(
                clocked_samples(backend, &[0xFF, 0].repeat(60), clock, 0, &mut [0; 8]),
                (120, 0)
            );
        }
    }
}

/// Every number of samples around a vector, changing at each or seldom, with room for all edges or not.
#[test]
fn every_number_of_samples() {
    for count in (0..150).chain(310..330) {
        for times in [1, 4, 100] {
            let offset = count % 3;
            let samples = &slow(count + offset, 1, times, count as u64)[offset..];
            let clock = count as u32 % 8;
            let (all, previous) = (edges_model(samples, 1, clock, false, count).1.len(), 0x5A ^ count as u8);
            for room in [count + 300, all + 1, all, all.saturating_sub(1), all / 2] {
                keeps_samples(samples, clock, previous, room);
                finds_edges(samples, 1, clock, count % 2 == 0, room);
                let wide = &slow(count + offset, 2, times, count as u64)[offset..];
                finds_edges(wide, 2, clock * 2 + 1, count % 2 == 0, room);
            }
        }
    }
}

#[test]
fn every_room() {
    for times in [1, 4, 30] {
        let samples = slow(700, 1, times, 3);
        for room in 0..400 {
            keeps_samples(&samples, 6, 0xFF, room);
            finds_edges(&samples, 1, 6, true, room);
        }
    }
}

/// Clocks of every rate, over more samples than any body looks at in one go.
#[test]
fn lines_of_every_rate() {
    for count in [959, 960, 961, 1025, 2048, 3001] {
        for times in [1, 2, 3, 4, 8, 100] {
            let samples = slow(count, 1, times, count as u64);
            let all = edges_model(&samples, 1, 7, false, count).1.len();
            for room in [
                count + 1,
                all + 320,
                all + 192,
                all + 64,
                all,
                all.saturating_sub(1),
                all / 3,
            ] {
                keeps_samples(&samples, 7, 0, room);
                finds_edges(&samples, 1, 7, false, room);
            }
        }
        // An edge at each sample, at each but in places, and in places only.
        for (quiet, busy) in [(0, count), (1, 63), (63, 1), (500, 300), (300, 700)] {
            let run = |at: usize| at % (quiet + busy) < quiet;
            let samples: Vec<u8> = (0..count)
                .map(|at| (at as u8) << 1 | u8::from(!run(at) && at % 2 == 1))
                .collect();
            for room in [2 * count, count / 2, 700, 320] {
                keeps_samples(&samples, 0, 1, room);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scanning_in_pieces_finds_the_same_edges(samples in prop::collection::vec(any::<u8>(), 0..300), room in 1_usize..99) {
        for backend in Backend::available() {
            let (mut at, mut level, mut all) = (0, false, Vec::new());
            while at < samples.len() {
                let mut edges = vec![0; room];
                let (scanned, written) = clock_edges(backend, &samples[at..], 1, 3, level, &mut edges);
                prop_assert!(scanned > 0);
                all.extend(edges[..written].iter().map(|edge| at as u32 + edge));
                at += scanned;
                level ^= written % 2 == 1;
            }
            prop_assert_eq!(all, edges_model(&samples, 1, 3, false, usize::MAX).1);
        }
    }

    #[test]
    fn keeping_in_pieces_keeps_the_same_samples(count in 0..3000_usize, times in 1..9_u8, clock in 0..8_u32, room in 1_usize..900) {
        let samples = slow(count, 1, times, u64::from(clock));
        for backend in Backend::available() {
            let (mut at, mut previous, mut all) = (0, 0x33, Vec::new());
            while at < samples.len() {
                let mut kept = vec![0; room];
                let (scanned, written) = clocked_samples(backend, &samples[at..], clock, previous, &mut kept);
                prop_assert!(scanned > 0);
                all.extend_from_slice(&kept[..written]);
                at += scanned;
                previous = samples[at - 1];
            }
            prop_assert_eq!(all, kept_model(&samples, clock, 0x33, usize::MAX).1);
        }
    }
}
