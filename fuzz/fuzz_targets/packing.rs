//! Any payload of raw samples of 8 to 16 bits, at any place, with any room, on every backend with either way to write:
//!
//! - the samples are those of the portable code and, bit by bit, those of the definition; packed they are the payload again;
//! - as many groups are done as both slices have room for, and nothing beyond is touched;
//! - rows are as each by itself, and a copy is a copy.
//!
//! The first four bytes are the format, the room, the place and how often the rest is repeated: vectors are longer than inputs.
#![no_main]

use csi2_kernels::*;
use libfuzzer_sys::fuzz_target;

type Unpack = fn(Backend, &[u8], &mut [u16]) -> (usize, usize);
type Pack = fn(Backend, &[u16], &mut [u8]) -> (usize, usize);

/// Bits, samples of a group, functions.
const FORMATS: [(usize, usize, Raw, Unpack, Pack); 5] = [
    (8, 1, Raw::Raw8, unpack_raw8, pack_raw8),
    (10, 4, Raw::Raw10, unpack_raw10, pack_raw10),
    (12, 2, Raw::Raw12, unpack_raw12, pack_raw12),
    (14, 4, Raw::Raw14, unpack_raw14, pack_raw14),
    (16, 1, Raw::Raw16, unpack_raw16, pack_raw16),
];

fuzz_target!(|data: &[u8]| {
    let Some((&[format, room, place, times], payload)) = data.split_first_chunk() else {
        return;
    };
    let (bits, width, raw, unpack, pack) = FORMATS[usize::from(format) % FORMATS.len()];
    let payload = payload.repeat(usize::from(times % 16) + 1);
    let group = width * bits / 8;
    let whole = payload.len() / group;
    // From no room to more than enough.
    let room = (whole * width + width) * usize::from(room) / 255;
    let (groups, offset) = (whole.min(room / width), usize::from(place % 64));
    let (bytes, count) = (groups * group, groups * width);
    let truth: Vec<u16> = (0..count).map(|index| sample(bits, width, &payload, index)).collect();

    let mut portable = vec![0; room];
    assert_eq!(unpack(Backend::PORTABLE, &payload, &mut portable), (bytes, count));
    assert_eq!(portable[..count], truth);
    // What is above the bits of a sample is nobody's.
    let dirty: Vec<u16> = truth
        .iter()
        .map(|sample| sample | u16::MAX.checked_shl(bits as u32).unwrap_or(0))
        .collect();

    for backend in Backend::available() {
        for backend in [Stores::Cached, Stores::Streamed].map(|stores| backend.with_stores(stores)) {
            let mut samples = Aligned::new(offset, room, 0xDEAD_u16);
            assert_eq!(unpack(backend, &payload, samples.get()), (bytes, count), "{backend:?}");
            samples.check(&truth, backend);

            let mut packed = Aligned::new(offset, bytes + 7, 0xA5_u8);
            assert_eq!(pack(backend, &dirty, packed.get()), (count, bytes), "{backend:?}");
            packed.check(&payload[..bytes], backend);

            let mut twice = Aligned::new(offset, 2 * room, 0xDEAD_u16);
            let (first, second) = twice.get().split_at_mut(room);
            let did = unpack_rows(backend, raw, [(&payload[..], first), (&payload[..], second)]);
            assert_eq!(did, (2 * bytes, 2 * count), "{backend:?}");
            assert_eq!(twice.get()[..count], truth, "{backend:?}");
            assert_eq!(twice.get()[room..room + count], truth, "{backend:?}");

            let mut posted = Posted::new(vec![0xDEAD; 2 * room]);
            assert_eq!(
                posted.unpack(backend, raw, &payload, 0..room),
                (bytes, count),
                "{backend:?}"
            );
            assert_eq!(
                posted.unpack(backend, raw, &payload, room..2 * room),
                (bytes, count),
                "{backend:?}"
            );
            assert!(posted.into_samples() == twice.get(), "{backend:?}");

            let mut copied = Aligned::new(offset, payload.len() + 1, 0xA5_u8);
            assert_eq!(copy(backend, &payload, copied.get()), payload.len());
            copied.check(&payload, backend);
        }
    }
});

/// Elements from `offset` behind the beginning of a line of 64 bytes, with others around them that nobody may touch.
struct Aligned<T> {
    buffer: Vec<T>,
    begin: usize,
    length: usize,
    guard: T,
}

impl<T: Copy + PartialEq + std::fmt::Debug> Aligned<T> {
    fn new(offset: usize, length: usize, guard: T) -> Self {
        let buffer = vec![guard; offset + length + 128];
        let begin = buffer.as_ptr().align_offset(64) + offset;
        Self {
            buffer,
            begin,
            length,
            guard,
        }
    }

    fn get(&mut self) -> &mut [T] {
        &mut self.buffer[self.begin..self.begin + self.length]
    }

    fn check(&self, expected: &[T], backend: Backend) {
        let (before, rest) = self.buffer.split_at(self.begin);
        let (made, beyond) = rest.split_at(expected.len());
        assert_eq!(made, expected, "{backend:?}");
        assert!(
            before.iter().chain(beyond).all(|value| *value == self.guard),
            "{backend:?}"
        );
    }
}

/// A sample by the definition: its high eight bits are a byte; those below follow the bytes of its group, sample after sample,
/// the least significant first.
fn sample(bits: usize, width: usize, payload: &[u8], index: usize) -> u16 {
    let group = &payload[index / width * (width * bits / 8)..];
    let (index, low) = (index % width, bits - 8);
    let high = u16::from(group[index]) << low;
    (0..low).fold(high, |value, bit| {
        let at = index * low + bit;
        value | u16::from(group[width + at / 8] >> (at % 8) & 1) << bit
    })
}
