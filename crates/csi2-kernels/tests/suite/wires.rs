//! Lanes and sampled pins.

use bitvec::prelude::*;
use csi2_kernels::*;
use proptest::prelude::*;

use crate::noise;

#[test]
fn lanes_follow_the_index_rule() {
    for backend in Backend::available() {
        for count in 1..=8 {
            for rows in (0..70).chain([1267, 1268]) {
                let lanes: Vec<Vec<u8>> = (0..count).map(|lane| noise(rows, (rows * 8 + lane) as u64)).collect();
                let slices: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
                let mut out = vec![0xA5; rows * count + count - 1];
                assert_eq!(interleave(backend, &slices, &mut out), rows);
                for (i, &byte) in out[..rows * count].iter().enumerate() {
                    assert_eq!(byte, lanes[i % count][i / count], "{count} lanes, byte {i}");
                }
                assert!(out[rows * count..].iter().all(|&byte| byte == 0xA5));

                let mut back = vec![vec![0; rows]; count];
                let mut slices: Vec<&mut [u8]> = back.iter_mut().map(Vec::as_mut_slice).collect();
                assert_eq!(deinterleave(backend, &out, &mut slices), rows);
                assert_eq!(back, lanes);
            }
        }
    }
}

#[test]
fn the_shortest_slice_decides_the_rows() {
    for backend in Backend::available() {
        assert_eq!(interleave(backend, &[], &mut [0; 8]), 0);
        assert_eq!(deinterleave(backend, &[0; 8], &mut []), 0);
        for count in 1..=8 {
            for short in 0..count {
                let lanes: Vec<Vec<u8>> = (0..count)
                    .map(|lane| vec![lane as u8; if lane == short { 3 } else { 21 }])
                    .collect();
                let slices: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
                let mut out = vec![0xA5; 21 * count];
                assert_eq!(interleave(backend, &slices, &mut out), 3);
                assert!(out[3 * count..].iter().all(|&byte| byte == 0xA5));
                assert_eq!(interleave(backend, &slices, &mut out[..3 * count - 1]), 2);

                let mut back: Vec<Vec<u8>> = lanes.iter().map(|lane| vec![0xA5; lane.len()]).collect();
                let mut slices: Vec<&mut [u8]> = back.iter_mut().map(Vec::as_mut_slice).collect();
                assert_eq!(deinterleave(backend, &out, &mut slices), 3);
                for (lane, bytes) in back.iter().enumerate() {
                    assert!(
                        bytes
                            .iter()
                            .enumerate()
                            .all(|(row, &byte)| byte == if row < 3 { lane as u8 } else { 0xA5 })
                    );
                }
            }
        }
    }
}

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

#[test]
fn edges_are_where_the_clock_changes() {
    for backend in Backend::available() {
        for unit in 1..=8 {
            for clock in 0..=8 * unit as u32 {
                for count in 0..40 {
                    let samples = noise(
                        count * unit + count % unit,
                        (count * 64 + unit) as u64 + u64::from(clock),
                    );
                    for (room, previous) in [(0, false), (1, true), (5, false), (40, true)] {
                        let mut edges = vec![u32::MAX; room];
                        let (scanned, written) = clock_edges(backend, &samples, unit, clock, previous, &mut edges);
                        let (until, expected) = edges_model(&samples, unit, clock, previous, room);
                        assert_eq!(
                            (scanned, &edges[..written]),
                            (until, &expected[..]),
                            "unit {unit} clock {clock} {count}"
                        );
                        assert!(edges[written..].iter().all(|&edge| edge == u32::MAX));
                    }
                }
            }
        }
        for unit in [0, 9, usize::MAX] {
            assert_eq!(clock_edges(backend, &[0xFF; 64], unit, 0, false, &mut [0; 8]), (0, 0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scanning_in_pieces_finds_the_same_edges(samples in prop::collection::vec(any::<u8>(), 0..300), room in 1_usize..9) {
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
}
