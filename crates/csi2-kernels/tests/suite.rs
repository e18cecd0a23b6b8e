//! Every kernel on every backend of this CPU against a model that reads like the figures of the layouts.

#![allow(clippy::unwrap_used, missing_docs)]

use bitvec::prelude::*;
use csi2_kernels::*;
use proptest::prelude::*;

type Unpack = fn(Backend, &[u8], &mut [u16]) -> (usize, usize);
type Pack = fn(Backend, &[u16], &mut [u8]) -> (usize, usize);

/// A payload layout as the figures show it: the bytes of a group in the order received, the fields of a byte from its most
/// significant bit down, samples counted from P1.
struct Layout {
    bits: usize,
    samples: usize,
    bytes: &'static [&'static str],
    unpack: Unpack,
    pack: Pack,
}

#[rustfmt::skip]
const LAYOUTS: &[Layout] = &[
    Layout { bits: 6, samples: 4, unpack: unpack_raw6, pack: pack_raw6,
        bytes: &["P2[1:0] P1[5:0]", "P3[3:0] P2[5:2]", "P4[5:0] P3[5:4]"] },
    Layout { bits: 7, samples: 8, unpack: unpack_raw7, pack: pack_raw7,
        bytes: &["P2[0:0] P1[6:0]", "P3[1:0] P2[6:1]", "P4[2:0] P3[6:2]", "P5[3:0] P4[6:3]",
                 "P6[4:0] P5[6:4]", "P7[5:0] P6[6:5]", "P8[6:0] P7[6:6]"] },
    Layout { bits: 8, samples: 1, unpack: unpack_raw8, pack: pack_raw8,
        bytes: &["P1[7:0]"] },
    Layout { bits: 10, samples: 4, unpack: unpack_raw10, pack: pack_raw10,
        bytes: &["P1[9:2]", "P2[9:2]", "P3[9:2]", "P4[9:2]", "P4[1:0] P3[1:0] P2[1:0] P1[1:0]"] },
    Layout { bits: 12, samples: 2, unpack: unpack_raw12, pack: pack_raw12,
        bytes: &["P1[11:4]", "P2[11:4]", "P2[3:0] P1[3:0]"] },
    Layout { bits: 14, samples: 4, unpack: unpack_raw14, pack: pack_raw14,
        bytes: &["P1[13:6]", "P2[13:6]", "P3[13:6]", "P4[13:6]",
                 "P2[1:0] P1[5:0]", "P3[3:0] P2[5:2]", "P4[5:0] P3[5:4]"] },
    Layout { bits: 16, samples: 1, unpack: unpack_raw16, pack: pack_raw16,
        bytes: &["P1[15:8]", "P1[7:0]"] },
];

impl Layout {
    fn named(bits: usize) -> &'static Self {
        LAYOUTS.iter().find(|layout| layout.bits == bits).unwrap()
    }

    /// For each bit of a group, least significant bit of the first byte first: (sample, bit of the sample).
    fn map(&self) -> Vec<(usize, usize)> {
        let mut map = Vec::new();
        for byte in self.bytes {
            let mut down = Vec::new();
            for field in byte.split(' ') {
                let (sample, range) = field.strip_prefix('P').unwrap().split_once('[').unwrap();
                let (from, to) = range.strip_suffix(']').unwrap().split_once(':').unwrap();
                let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                down.extend((to..=from).rev().map(|bit| (sample.parse::<usize>().unwrap() - 1, bit)));
            }
            assert_eq!(down.len(), 8, "{byte}");
            map.extend(down.into_iter().rev());
        }
        map
    }

    /// Whole groups of `packed` as samples, bit by bit.
    fn model(&self, packed: &[u8]) -> Vec<u16> {
        let (map, mut samples) = (self.map(), Vec::new());
        for group in packed.chunks_exact(self.bytes.len()) {
            let mut out = vec![0_u16; self.samples];
            for (bit, &(sample, place)) in group.view_bits::<Lsb0>().iter().by_vals().zip(&map) {
                out[sample].view_bits_mut::<Lsb0>().set(place, bit);
            }
            samples.extend(out);
        }
        samples
    }
}

/// Bytes without a pattern that a shifted or swapped answer could hide in.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn layouts_use_every_bit_of_every_sample_once() {
    for layout in LAYOUTS {
        let mut map = layout.map();
        map.sort_unstable();
        let all: Vec<_> = (0..layout.samples)
            .flat_map(|sample| (0..layout.bits).map(move |bit| (sample, bit)))
            .collect();
        assert_eq!(map, all, "RAW{}", layout.bits);
    }
}

#[test]
fn known_answers() {
    // RAW10: stevenbell/csirx unit_tests/raw10_decoder_testvec.txt; the others follow from the layouts by hand.
    let cases: &[(usize, &[u16], &[u8])] = &[
        (10, &[0x17B, 0x308, 0x283, 0x2AC], &[0x5E, 0xC2, 0xA0, 0xAB, 0x33]),
        (10, &[0x001, 0x002, 0x003, 0x3FC], &[0x00, 0x00, 0x00, 0xFF, 0x39]),
        (12, &[0xABC, 0x123], &[0xAB, 0x12, 0x3C]),
        (
            14,
            &[0x0001, 0x1FC2, 0x2A83, 0x3FFF],
            &[0x00, 0x7F, 0xAA, 0xFF, 0x81, 0x30, 0xFC],
        ),
        (6, &[0x01, 0x22, 0x13, 0x3C], &[0x81, 0x38, 0xF1]),
        (7, &[0, 0, 0x7F, 0, 0, 0, 0, 0], &[0x00, 0xC0, 0x1F, 0, 0, 0, 0]),
        (16, &[0x1234, 0xABCD], &[0x12, 0x34, 0xAB, 0xCD]),
        (8, &[0x12, 0xAB], &[0x12, 0xAB]),
    ];
    for &(bits, samples, packed) in cases {
        let layout = Layout::named(bits);
        assert_eq!(layout.model(packed), samples, "the model, RAW{bits}");
        for &backend in Backend::available() {
            let mut out = vec![0; samples.len()];
            assert_eq!(
                (layout.unpack)(backend, packed, &mut out),
                (packed.len(), samples.len())
            );
            assert_eq!(out, samples, "RAW{bits}, {}", backend.name());
            let mut out = vec![0; packed.len()];
            assert_eq!((layout.pack)(backend, samples, &mut out), (samples.len(), packed.len()));
            assert_eq!(out, packed, "RAW{bits}, {}", backend.name());
        }
    }
}

/// Unpacks `length` bytes at every room of the output around the groups, at every small misalignment, and packs back.
fn agrees(layout: &Layout, backend: Backend, length: usize, rooms: impl Iterator<Item = usize>) {
    const GUARD: u16 = 0xDEAD;
    for (room, offset) in rooms.zip((0..4).cycle()) {
        let label = format!(
            "RAW{} {} {length} bytes, room {room}, offset {offset}",
            layout.bits,
            backend.name()
        );
        let (group, width) = (layout.bytes.len(), layout.samples);
        let bytes = noise(length + offset, (length * 31 + room) as u64);
        let packed = &bytes[offset..];
        let groups = (length / group).min(room / width);
        let mut out = vec![GUARD; room + 64];

        let did = (layout.unpack)(backend, packed, &mut out[offset..offset + room]);
        assert_eq!(did, (groups * group, groups * width), "{label}");
        let (samples, beyond) = out[offset..].split_at(groups * width);
        assert_eq!(samples, &layout.model(packed)[..groups * width], "{label}");
        assert!(
            beyond.iter().chain(&out[..offset]).all(|&sample| sample == GUARD),
            "wrote beyond: {label}"
        );

        // High bits of the samples must not leak into their neighbours.
        let dirty: Vec<u16> = samples
            .iter()
            .map(|&sample| sample | (u32::MAX << layout.bits) as u16)
            .collect();
        let mut back = vec![0xA5; groups * group + 64];
        let did = (layout.pack)(backend, &dirty, &mut back[offset..]);
        assert_eq!(did, (groups * width, groups * group), "{label}");
        assert_eq!(&back[offset..][..groups * group], &packed[..groups * group], "{label}");
        let beyond = back[offset..][groups * group..].iter().chain(&back[..offset]);
        assert!(beyond.copied().all(|byte| byte == 0xA5), "wrote beyond: {label}");
    }
}

#[test]
fn every_length_around_a_group() {
    for layout in LAYOUTS {
        for &backend in Backend::available() {
            for length in 0..=4 * layout.bytes.len() + 1 {
                agrees(layout, backend, length, 0..=4 * layout.samples + 1);
            }
            // Every length that a wide body could split differently.
            for length in 0..200 {
                agrees(
                    layout,
                    backend,
                    length,
                    [length / layout.bytes.len() * layout.samples].into_iter(),
                );
            }
        }
    }
}

#[test]
fn a_line_of_4056_samples() {
    for layout in LAYOUTS {
        let length = 4056 / layout.samples * layout.bytes.len();
        for &backend in Backend::available() {
            for length in [length - 1, length, length + 1] {
                agrees(layout, backend, length, 4055..=4059);
            }
        }
    }
}

#[test]
fn packing_stops_where_either_slice_ends() {
    for layout in LAYOUTS {
        let (group, width) = (layout.bytes.len(), layout.samples);
        for &backend in Backend::available() {
            for count in 0..=3 * width + 1 {
                for room in 0..=3 * group + 1 {
                    let samples = vec![0x5A5A; count];
                    let groups = (count / width).min(room / group);
                    let mut out = vec![0; room];
                    assert_eq!(
                        (layout.pack)(backend, &samples, &mut out),
                        (groups * width, groups * group)
                    );
                }
            }
        }
    }
}

#[test]
fn lanes_follow_the_index_rule() {
    for &backend in Backend::available() {
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
    for &backend in Backend::available() {
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
    for &backend in Backend::available() {
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
    fn unpacking_inverts_packing(samples in prop::collection::vec(any::<u16>(), 0..600)) {
        for layout in LAYOUTS {
            for &backend in Backend::available() {
                let whole = samples.len() / layout.samples * layout.samples;
                let mask = (u32::MAX >> (32 - layout.bits)) as u16;
                let mut packed = vec![0; whole / layout.samples * layout.bytes.len()];
                let mut back = vec![0; whole];
                (layout.pack)(backend, &samples, &mut packed);
                (layout.unpack)(backend, &packed, &mut back);
                prop_assert!(back.iter().zip(&samples).all(|(&back, &sample)| back == sample & mask), "RAW{}", layout.bits);
            }
        }
    }

    #[test]
    fn scanning_in_pieces_finds_the_same_edges(samples in prop::collection::vec(any::<u8>(), 0..300), room in 1_usize..9) {
        for &backend in Backend::available() {
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
