//! Samples.

use std::fmt::Debug;

use bitvec::prelude::*;
use csi2_kernels::*;
use proptest::prelude::*;

use crate::noise;

type Unpack<S> = fn(Backend, &[u8], &mut [S]) -> (usize, usize);
type Pack<S> = fn(Backend, &[S], &mut [u8]) -> (usize, usize);

/// A payload layout as the figures show it: the bytes of a group in the order received, the fields of a byte from its most
/// significant bit down. Samples are counted from P1, or are B, G and R; `-` is a bit of padding.
struct Layout<S> {
    name: &'static str,
    /// Bits of each sample of a group.
    depth: &'static [usize],
    bytes: &'static [&'static str],
    unpack: Unpack<S>,
    pack: Pack<S>,
}

#[rustfmt::skip]
const NARROW: &[Layout<u16>] = &[
    Layout { name: "RAW6", depth: &[6; 4], unpack: unpack_raw6, pack: pack_raw6,
        bytes: &["P2[1:0] P1[5:0]", "P3[3:0] P2[5:2]", "P4[5:0] P3[5:4]"] },
    Layout { name: "RAW7", depth: &[7; 8], unpack: unpack_raw7, pack: pack_raw7,
        bytes: &["P2[0:0] P1[6:0]", "P3[1:0] P2[6:1]", "P4[2:0] P3[6:2]", "P5[3:0] P4[6:3]",
                 "P6[4:0] P5[6:4]", "P7[5:0] P6[6:5]", "P8[6:0] P7[6:6]"] },
    Layout { name: "RAW8", depth: &[8], unpack: unpack_raw8, pack: pack_raw8,
        bytes: &["P1[7:0]"] },
    Layout { name: "RAW10", depth: &[10; 4], unpack: unpack_raw10, pack: pack_raw10,
        bytes: &["P1[9:2]", "P2[9:2]", "P3[9:2]", "P4[9:2]", "P4[1:0] P3[1:0] P2[1:0] P1[1:0]"] },
    Layout { name: "RAW12", depth: &[12; 2], unpack: unpack_raw12, pack: pack_raw12,
        bytes: &["P1[11:4]", "P2[11:4]", "P2[3:0] P1[3:0]"] },
    Layout { name: "RAW14", depth: &[14; 4], unpack: unpack_raw14, pack: pack_raw14,
        bytes: &["P1[13:6]", "P2[13:6]", "P3[13:6]", "P4[13:6]",
                 "P2[1:0] P1[5:0]", "P3[3:0] P2[5:2]", "P4[5:0] P3[5:4]"] },
    Layout { name: "RAW16", depth: &[16], unpack: unpack_raw16, pack: pack_raw16,
        bytes: &["P1[15:8]", "P1[7:0]"] },
    Layout { name: "RGB565", depth: &[5, 6, 5], unpack: unpack_rgb565, pack: pack_rgb565,
        bytes: &["G[2:0] B[4:0]", "R[4:0] G[5:3]"] },
    Layout { name: "RGB555", depth: &[5; 3], unpack: unpack_rgb555, pack: pack_rgb555,
        bytes: &["G[1:0] - B[4:0]", "R[4:0] G[4:2]"] },
    Layout { name: "RGB444", depth: &[4; 3], unpack: unpack_rgb444, pack: pack_rgb444,
        bytes: &["G[0:0] - - B[3:0] -", "R[3:0] - G[3:1]"] },
];

/// RAW24 and RAW28 are unconfirmed: split and packed like RAW20, which public code shows.
#[rustfmt::skip]
const WIDE: &[Layout<u32>] = &[
    Layout { name: "RAW20", depth: &[20; 2], unpack: unpack_raw20, pack: pack_raw20,
        bytes: &["P1[19:12]", "P1[9:2]", "P2[19:12]", "P2[9:2]", "P2[1:0] P2[11:10] P1[1:0] P1[11:10]"] },
    Layout { name: "RAW24", depth: &[24], unpack: unpack_raw24, pack: pack_raw24,
        bytes: &["P1[23:16]", "P1[11:4]", "P1[3:0] P1[15:12]"] },
    Layout { name: "RAW28", depth: &[28; 2], unpack: unpack_raw28, pack: pack_raw28,
        bytes: &["P1[27:20]", "P1[13:6]", "P2[27:20]", "P2[13:6]",
                 "P1[1:0] P1[19:14]", "P2[17:14] P1[5:2]", "P2[5:0] P2[19:18]"] },
];

/// What a sample is kept in.
trait Cell: Copy + Debug + PartialEq + Into<u32> {
    const GUARD: Self;
    /// The low bits.
    fn cut(value: u32) -> Self;
}

impl Cell for u16 {
    const GUARD: Self = 0xDEAD;
    fn cut(value: u32) -> Self {
        value as u16
    }
}

impl Cell for u32 {
    const GUARD: Self = 0xDEAD_BEEF;
    fn cut(value: u32) -> Self {
        value
    }
}

impl<S: Cell> Layout<S> {
    /// Bytes and samples of a group.
    fn group(&self) -> (usize, usize) {
        (self.bytes.len(), self.depth.len())
    }

    fn mask(&self, sample: usize) -> u32 {
        u32::MAX >> (32 - self.depth[sample % self.depth.len()])
    }

    /// For each bit of a group, least significant bit of the first byte first: (sample, bit of the sample), or padding.
    fn map(&self) -> Vec<Option<(usize, usize)>> {
        let mut map = Vec::new();
        for byte in self.bytes {
            let mut down = Vec::new();
            for field in byte.split(' ') {
                let Some((sample, range)) = field.split_once('[') else {
                    assert_eq!(field, "-");
                    down.push(None);
                    continue;
                };
                let sample = match sample {
                    "B" => 0,
                    "G" => 1,
                    "R" => 2,
                    _ => sample.strip_prefix('P').unwrap().parse::<usize>().unwrap() - 1,
                };
                let (from, to) = range.strip_suffix(']').unwrap().split_once(':').unwrap();
                let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                down.extend((to..=from).rev().map(|bit| Some((sample, bit))));
            }
            assert_eq!(down.len(), 8, "{byte}");
            map.extend(down.into_iter().rev());
        }
        map
    }

    /// Whole groups of `packed` as samples, bit by bit.
    fn model(&self, packed: &[u8]) -> Vec<S> {
        let (map, mut samples) = (self.map(), Vec::new());
        for group in packed.chunks_exact(self.bytes.len()) {
            let mut out = vec![0_u32; self.depth.len()];
            for (bit, place) in group.view_bits::<Lsb0>().iter().by_vals().zip(&map) {
                if let &Some((sample, place)) = place {
                    out[sample].view_bits_mut::<Lsb0>().set(place, bit);
                }
            }
            samples.extend(out.into_iter().map(S::cut));
        }
        samples
    }

    /// `packed` with 0 for padding.
    fn without_padding(&self, packed: &[u8]) -> Vec<u8> {
        let (map, mut packed) = (self.map(), packed.to_vec());
        for group in packed.chunks_exact_mut(self.bytes.len()) {
            for (mut bit, place) in group.view_bits_mut::<Lsb0>().iter_mut().zip(&map) {
                *bit &= place.is_some();
            }
        }
        packed
    }
}

fn uses_every_bit_once<S: Cell>(layout: &Layout<S>) {
    let mut map: Vec<_> = layout.map().into_iter().flatten().collect();
    map.sort_unstable();
    let bits = |(sample, depth): (usize, &usize)| (0..*depth).map(move |bit| (sample, bit));
    let all: Vec<_> = layout.depth.iter().enumerate().flat_map(bits).collect();
    assert_eq!(map, all, "{}", layout.name);
}

#[test]
fn layouts_use_every_bit_of_every_sample_once() {
    NARROW.iter().for_each(uses_every_bit_once);
    WIDE.iter().for_each(uses_every_bit_once);
}

fn knows<S: Cell>(layouts: &[Layout<S>], cases: &[(&str, &[S], &[u8])]) {
    for &(name, samples, packed) in cases {
        let layout = layouts.iter().find(|layout| layout.name == name).unwrap();
        assert_eq!(layout.model(packed), samples, "the model, {name}");
        for backend in Backend::available() {
            let mut out = vec![S::cut(0); samples.len()];
            let did = (layout.unpack)(backend, packed, &mut out);
            assert_eq!(did, (packed.len(), samples.len()));
            assert_eq!(out, samples, "{name}, {}", backend.name());
            let mut out = vec![0; packed.len()];
            let did = (layout.pack)(backend, samples, &mut out);
            assert_eq!(did, (samples.len(), packed.len()));
            assert_eq!(out, packed, "{name}, {}", backend.name());
        }
    }
    for layout in layouts {
        assert!(cases.iter().any(|(name, ..)| *name == layout.name), "{}", layout.name);
    }
}

/// RAW10: stevenbell/csirx unit_tests/raw10_decoder_testvec.txt; the others follow from the layouts by hand.
#[test]
fn known_answers() {
    let raw14: &[u16] = &[0x0001, 0x1FC2, 0x2A83, 0x3FFF];
    knows(
        NARROW,
        &[
            ("RAW10", &[0x17B, 0x308, 0x283, 0x2AC], &[0x5E, 0xC2, 0xA0, 0xAB, 0x33]),
            ("RAW10", &[0x001, 0x002, 0x003, 0x3FC], &[0x00, 0x00, 0x00, 0xFF, 0x39]),
            ("RAW12", &[0xABC, 0x123], &[0xAB, 0x12, 0x3C]),
            ("RAW14", raw14, &[0x00, 0x7F, 0xAA, 0xFF, 0x81, 0x30, 0xFC]),
            ("RAW6", &[0x01, 0x22, 0x13, 0x3C], &[0x81, 0x38, 0xF1]),
            ("RAW7", &[0, 0, 0x7F, 0, 0, 0, 0, 0], &[0x00, 0xC0, 0x1F, 0, 0, 0, 0]),
            ("RAW16", &[0x1234, 0xABCD], &[0x12, 0x34, 0xAB, 0xCD]),
            ("RAW8", &[0x12, 0xAB], &[0x12, 0xAB]),
            // Red, green, blue.
            (
                "RGB565",
                &[0, 0, 31, 0, 63, 0, 31, 0, 0],
                &[0x00, 0xF8, 0xE0, 0x07, 0x1F, 0x00],
            ),
            (
                "RGB555",
                &[0, 0, 31, 0, 31, 0, 31, 0, 0],
                &[0x00, 0xF8, 0xC0, 0x07, 0x1F, 0x00],
            ),
            (
                "RGB444",
                &[0, 0, 15, 0, 15, 0, 15, 0, 0],
                &[0x00, 0xF0, 0x80, 0x07, 0x1E, 0x00],
            ),
        ],
    );
    knows(
        WIDE,
        &[
            ("RAW20", &[0x12345, 0xABCDE], &[0x12, 0xD1, 0xAB, 0x37, 0xB4]),
            ("RAW24", &[0x123456], &[0x12, 0x45, 0x63]),
            (
                "RAW28",
                &[0x1234567, 0x89ABCDE],
                &[0x12, 0x15, 0x89, 0xF3, 0xCD, 0xA9, 0x7A],
            ),
        ],
    );
}

/// Of the colours in 16 bits the value of padding is not public: ours is 0, and any is accepted.
#[test]
fn padding_is_sent_as_zero_and_ignored() {
    let padded = NARROW.iter().filter(|layout| layout.map().contains(&None));
    assert_eq!(padded.clone().count(), 2);
    for layout in padded {
        let full = layout.model(&[0xFF; 2]);
        for backend in Backend::available() {
            let mut packed = [0xA5; 2];
            (layout.pack)(backend, &[u16::MAX; 3], &mut packed);
            assert_eq!(packed[..], layout.without_padding(&[0xFF; 2]), "{}", layout.name);
            let mut samples = [0; 3];
            (layout.unpack)(backend, &packed, &mut samples);
            assert_eq!(samples[..], full);
            (layout.unpack)(backend, &[0xFF; 2], &mut samples);
            assert_eq!(samples[..], full);
        }
    }
}

/// Payload and its samples, bit by bit.
struct Truth<S> {
    packed: Vec<u8>,
    samples: Vec<S>,
    /// High bits of the samples that must not leak into their neighbours.
    dirty: Vec<S>,
    /// What the samples are packed to.
    sent: Vec<u8>,
}

impl<S: Cell> Truth<S> {
    fn new(layout: &Layout<S>, length: usize) -> Self {
        let packed = noise(length, length as u64);
        let samples = layout.model(&packed);
        let above = |(index, &sample): (usize, &S)| S::cut(sample.into() | !layout.mask(index));
        Self {
            dirty: samples.iter().enumerate().map(above).collect(),
            sent: layout.without_padding(&packed),
            samples,
            packed,
        }
    }
}

/// Every backend, with either way to write.
fn backends() -> impl Iterator<Item = Backend> {
    let stores = [Stores::Cached, Stores::Streamed];
    Backend::available().flat_map(move |backend| stores.map(|stores| backend.with_stores(stores)))
}

/// Where `buffer` begins a line of 64 bytes.
fn line<T>(buffer: &[T]) -> usize {
    buffer.as_ptr().align_offset(64)
}

/// Unpacks `length` bytes into `room` samples and packs them again, `offset` elements behind the beginning of a line.
fn agrees<S: Cell>(layout: &Layout<S>, backend: Backend, truth: &Truth<S>, length: usize, room: usize, offset: usize) {
    let label = format!(
        "{} {backend:?} {length} bytes, room {room}, offset {offset}",
        layout.name
    );
    let (group, width) = layout.group();
    let groups = (length / group).min(room / width);
    let (bytes, count) = (groups * group, groups * width);
    let mut out = vec![S::GUARD; room + 64 + 8];
    let begin = line(&out) + offset;
    let did = (layout.unpack)(backend, &truth.packed[..length], &mut out[begin..begin + room]);
    assert_eq!(did, (bytes, count), "{label}");
    assert_eq!(out[begin..begin + count], truth.samples[..count], "{label}");
    let beyond = out[begin + count..].iter().chain(&out[..begin]);
    assert!(
        beyond.copied().all(|sample| sample == S::GUARD),
        "wrote beyond: {label}"
    );

    let mut back = vec![0xA5; bytes + 64 + 8];
    let begin = line(&back) + offset;
    let did = (layout.pack)(backend, &truth.dirty[..count], &mut back[begin..]);
    assert_eq!(did, (count, bytes), "{label}");
    assert_eq!(back[begin..begin + bytes], truth.sent[..bytes], "{label}");
    let beyond = back[begin + bytes..].iter().chain(&back[..begin]);
    assert!(beyond.copied().all(|byte| byte == 0xA5), "wrote beyond: {label}");
}

fn agrees_around_groups<S: Cell>(layout: &Layout<S>) {
    let (group, width) = layout.group();
    let truth = Truth::new(layout, 2 * 256 / width * group + 3 * group);
    for backend in backends() {
        for length in 0..=4 * group + 1 {
            for (room, offset) in (0..=4 * width + 1).zip((0..4).cycle()) {
                agrees(layout, backend, &truth, length, room, offset);
            }
        }
        // All that a wide body could split differently: its vectors, its blocks of vectors, and what is left.
        for length in 0..truth.packed.len() {
            let room = length / group * width;
            agrees(layout, backend, &truth, length, room, 0);
            agrees(layout, backend, &truth, length, room + 3, 1 + length % 7);
        }
    }
}

#[test]
fn every_length_of_two_blocks() {
    NARROW.iter().for_each(agrees_around_groups);
    WIDE.iter().for_each(agrees_around_groups);
}

fn agrees_on_a_line<S: Cell>(layout: &Layout<S>) {
    let (group, width) = layout.group();
    let length = 4056 / width * group;
    let truth = Truth::new(layout, length + 1);
    for backend in backends() {
        for length in [length - 1, length, length + 1] {
            for (room, offset) in (4055..=4059).zip(0..) {
                agrees(layout, backend, &truth, length, room, offset);
            }
        }
    }
}

#[test]
fn a_line_of_4056_samples() {
    NARROW.iter().for_each(agrees_on_a_line);
    WIDE.iter().for_each(agrees_on_a_line);
}

const ROWS: [(Raw, &str); 5] = [
    (Raw::Raw8, "RAW8"),
    (Raw::Raw10, "RAW10"),
    (Raw::Raw12, "RAW12"),
    (Raw::Raw14, "RAW14"),
    (Raw::Raw16, "RAW16"),
];

/// Rows that begin lines and rows that do not, some shorter than their room.
#[test]
fn rows_are_as_each_by_itself() {
    const WIDTH: usize = 300;
    for (format, name) in ROWS {
        let layout = NARROW.iter().find(|layout| layout.name == name).unwrap();
        let (group, width) = layout.group();
        let row = WIDTH / width * group;
        let truth = Truth::new(layout, 5 * row);
        for (backend, stride) in backends().flat_map(|backend| [320, WIDTH].map(|stride| (backend, stride))) {
            let mut frame = vec![u16::GUARD; 5 * stride + 64];
            let begin = line(&frame);
            let packed = truth.packed.chunks(row);
            let rows = packed.zip(frame[begin..].chunks_exact_mut(stride));
            assert_eq!(
                unpack_rows(backend, format, rows),
                (5 * row, 5 * WIDTH),
                "{name} {backend:?}"
            );
            for (index, samples) in truth.samples.chunks(WIDTH).enumerate() {
                let (made, beyond) = frame[begin + index * stride..][..stride].split_at(WIDTH);
                assert_eq!(made, samples, "{name} {backend:?} row {index}");
                assert!(beyond.iter().all(|&sample| sample == u16::GUARD));
            }

            let place = vec![u16::GUARD; 5 * stride + 64];
            let first = line(&place);
            let mut posted = Posted::new(place);
            for (at, packed) in (first..).step_by(stride).zip(truth.packed.chunks(row)) {
                let did = posted.unpack(backend, format, packed, at..at + WIDTH);
                assert_eq!(did, (row, WIDTH), "{name} {backend:?}");
            }
            assert_eq!(
                posted.unpack(backend, format, &truth.packed, 0..5 * stride + 65),
                (0, 0)
            );
            assert!(posted.into_samples()[first..first + 5 * stride] == frame[begin..begin + 5 * stride]);

            let stride = row.next_multiple_of(64) + if stride == WIDTH { 1 } else { 0 };
            let mut packed = vec![0xA5; 5 * stride + 64];
            let begin = line(&packed);
            let rows = truth.dirty.chunks(WIDTH).zip(packed[begin..].chunks_exact_mut(stride));
            assert_eq!(
                pack_rows(backend, format, rows),
                (5 * WIDTH, 5 * row),
                "{name} {backend:?}"
            );
            for (index, bytes) in truth.sent.chunks(row).enumerate() {
                let (made, beyond) = packed[begin + index * stride..][..stride].split_at(row);
                assert_eq!(made, bytes, "{name} {backend:?} row {index}");
                assert!(beyond.iter().all(|&byte| byte == 0xA5));
            }
        }
    }
}

#[test]
fn a_copy_is_a_copy() {
    let bytes = noise(700, 3);
    for backend in backends() {
        for (length, offset) in (0..600).zip((0..3).cycle()) {
            for room in [length - length.min(1), length, length + 1] {
                let mut out = vec![0xA5; room + 128];
                let begin = line(&out) + offset;
                let count = copy(backend, &bytes[..length], &mut out[begin..begin + room]);
                assert_eq!(count, length.min(room));
                assert_eq!(out[begin..begin + count], bytes[..count], "{backend:?} {length} bytes");
                let beyond = out[begin + count..].iter().chain(&out[..begin]);
                assert!(beyond.copied().all(|byte| byte == 0xA5));
            }
        }
    }
}

fn stops_at_the_end<S: Cell>(layout: &Layout<S>) {
    let (group, width) = layout.group();
    for backend in backends() {
        for count in 0..=3 * width + 1 {
            for room in 0..=3 * group + 1 {
                let samples = vec![S::GUARD; count];
                let groups = (count / width).min(room / group);
                let did = (layout.pack)(backend, &samples, &mut vec![0; room]);
                assert_eq!(did, (groups * width, groups * group), "{}", layout.name);
            }
        }
    }
}

#[test]
fn packing_stops_where_either_slice_ends() {
    NARROW.iter().for_each(stops_at_the_end);
    WIDE.iter().for_each(stops_at_the_end);
}

fn comes_back<S: Cell>(layout: &Layout<S>, values: &[u32]) -> Result<(), TestCaseError> {
    let (group, width) = layout.group();
    let samples: Vec<S> = values[..values.len() / width * width]
        .iter()
        .copied()
        .map(S::cut)
        .collect();
    for backend in Backend::available() {
        let mut packed = vec![0; samples.len() / width * group];
        let mut back = vec![S::GUARD; samples.len()];
        (layout.pack)(backend, &samples, &mut packed);
        (layout.unpack)(backend, &packed, &mut back);
        for (index, (&back, &sample)) in back.iter().zip(&samples).enumerate() {
            prop_assert_eq!(back.into(), sample.into() & layout.mask(index), "{}", layout.name);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn unpacking_inverts_packing(values in prop::collection::vec(any::<u32>(), 0..600)) {
        for layout in NARROW {
            comes_back(layout, &values)?;
        }
        for layout in WIDE {
            comes_back(layout, &values)?;
        }
    }
}
