//! The figures of all layouts as places of bits, one bit at a time; shares nothing with the code under test.
//!
//! Ref: torvalds/linux Documentation/userspace-api/media/v4l (RAW10, RAW12, RAW14) and
//! include/uapi/linux/media-bus-format.h (metadata formats: bytes of RAW20, RAW24); Microchip CSI-2 receiver documentation
//! (RAW6, RAW7, YUV420, RGB666); sophgo/sophgo-doc `SG200X/TRM/contents/en/video/mipi_rx.rst` (YUV422, RAW16).

#![allow(dead_code)]

/// How the samples of a line follow each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Line {
    /// So many samples for so many pixels, alike on all lines.
    Alike(usize, usize),
    /// A sample a pixel on lines 1, 3, ... counted from 1, and two on the others.
    ShortThenLong,
}

/// A layout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) code: u8,
    pub(crate) bytes: usize,
    pub(crate) samples: usize,
    /// Bits of samples, which repeat.
    pub(crate) bits: &'static [usize],
    pub(crate) line: Line,
    /// The bit of the group, counted from bit 0 of its first byte, that is bit `b` of sample `n`.
    place: fn(n: usize, b: usize) -> usize,
}

const RAW: Line = Line::Alike(1, 1);
const RGB: Line = Line::Alike(3, 1);
const UYVY: Line = Line::Alike(4, 2);

#[rustfmt::skip]
pub(crate) const FIGURES: &[Figure] = &[
    Figure { code: 0x18, bytes: 2, samples: 2,  bits: &[8],       line: Line::ShortThenLong, place: |n, b| 8 * n + b },
    Figure { code: 0x19, bytes: 5, samples: 4,  bits: &[10],      line: Line::ShortThenLong, place: raw10 },
    Figure { code: 0x1A, bytes: 3, samples: 3,  bits: &[8],       line: Line::Alike(3, 2),   place: |n, b| 8 * n + b },
    Figure { code: 0x1C, bytes: 2, samples: 2,  bits: &[8],       line: Line::ShortThenLong, place: |n, b| 8 * n + b },
    Figure { code: 0x1D, bytes: 5, samples: 4,  bits: &[10],      line: Line::ShortThenLong, place: raw10 },
    Figure { code: 0x1E, bytes: 4, samples: 4,  bits: &[8],       line: UYVY,                place: |n, b| 8 * n + b },
    Figure { code: 0x1F, bytes: 5, samples: 4,  bits: &[10],      line: UYVY,                place: raw10 },
    Figure { code: 0x20, bytes: 2, samples: 3,  bits: &[4],       line: RGB,                 place: |n, b| [1, 7, 12][n] + b },
    Figure { code: 0x21, bytes: 2, samples: 3,  bits: &[5],       line: RGB,                 place: |n, b| [0, 6, 11][n] + b },
    Figure { code: 0x22, bytes: 2, samples: 3,  bits: &[5, 6, 5], line: RGB,                 place: |n, b| [0, 5, 11][n] + b },
    Figure { code: 0x23, bytes: 9, samples: 12, bits: &[6],       line: RGB,                 place: |n, b| 6 * n + b },
    Figure { code: 0x24, bytes: 3, samples: 3,  bits: &[8],       line: RGB,                 place: |n, b| 8 * n + b },
    Figure { code: 0x26, bytes: 7, samples: 2,  bits: &[28],      line: RAW,                 place: |n, b| raw14(2 * n + 1 - b / 14, b % 14) },
    Figure { code: 0x27, bytes: 3, samples: 1,  bits: &[24],      line: RAW,                 place: |n, b| raw12(2 * n + 1 - b / 12, b % 12) },
    Figure { code: 0x28, bytes: 3, samples: 4,  bits: &[6],       line: RAW,                 place: |n, b| 6 * n + b },
    Figure { code: 0x29, bytes: 7, samples: 8,  bits: &[7],       line: RAW,                 place: |n, b| 7 * n + b },
    Figure { code: 0x2A, bytes: 1, samples: 1,  bits: &[8],       line: RAW,                 place: |_, b| b },
    Figure { code: 0x2B, bytes: 5, samples: 4,  bits: &[10],      line: RAW,                 place: raw10 },
    Figure { code: 0x2C, bytes: 3, samples: 2,  bits: &[12],      line: RAW,                 place: raw12 },
    Figure { code: 0x2D, bytes: 7, samples: 4,  bits: &[14],      line: RAW,                 place: raw14 },
    Figure { code: 0x2E, bytes: 2, samples: 1,  bits: &[16],      line: RAW,                 place: |_, b| (b + 8) % 16 },
    Figure { code: 0x2F, bytes: 5, samples: 2,  bits: &[20],      line: RAW,                 place: |n, b| raw10(2 * n + 1 - b / 10, b % 10) },
];

/// The upper eight bits of four samples, then the lower two of each.
fn raw10(n: usize, b: usize) -> usize {
    if b >= 2 { 8 * n + b - 2 } else { 32 + 2 * n + b }
}

fn raw12(n: usize, b: usize) -> usize {
    if b >= 4 { 8 * n + b - 4 } else { 16 + 4 * n + b }
}

fn raw14(n: usize, b: usize) -> usize {
    if b >= 6 { 8 * n + b - 6 } else { 32 + 6 * n + b }
}

impl Figure {
    /// Samples of line `row`, counted from 0, of `width` pixels.
    pub(crate) fn samples_of(&self, row: usize, width: usize) -> usize {
        match self.line {
            Line::Alike(samples, pixels) => width / pixels * samples,
            Line::ShortThenLong => width * (1 + row % 2),
        }
    }

    /// The least number of pixels.
    pub(crate) fn pixels(&self) -> usize {
        match self.line {
            Line::Alike(samples, pixels) => self.samples / samples * pixels,
            Line::ShortThenLong => self.samples,
        }
    }

    /// Bits of sample `n` of a line.
    pub(crate) fn bits_of(&self, n: usize) -> usize {
        self.bits[n % self.bits.len()]
    }

    /// The samples of whole groups; what is left over is none.
    pub(crate) fn unpack(&self, payload: &[u8]) -> Vec<u32> {
        let group = |group: &[u8], n| {
            (0..self.bits_of(n)).fold(0, |sample, b| {
                let at = (self.place)(n, b);
                sample | u32::from(group[at / 8] >> (at % 8) & 1) << b
            })
        };
        let groups = payload.chunks_exact(self.bytes);
        groups
            .flat_map(|bytes| (0..self.samples).map(move |n| group(bytes, n)))
            .collect()
    }
}

#[test]
fn every_bit_has_a_place_of_its_own() {
    for figure in FIGURES {
        let mut seen = vec![false; 8 * figure.bytes];
        for n in 0..figure.samples {
            for b in 0..figure.bits_of(n) {
                let at = (figure.place)(n, b);
                assert!(!std::mem::replace(&mut seen[at], true), "{figure:?} {n} {b}");
            }
        }
        // RGB444 and RGB555 have bits that are nothing.
        let padding = seen.iter().filter(|seen| !**seen).count();
        let expected = match figure.code {
            0x20 => 4,
            0x21 => 1,
            _ => 0,
        };
        assert_eq!(padding, expected, "{figure:?}");
    }
}

#[test]
fn the_figures_know_published_answers() {
    let known = |code, payload: &[u8], samples: &[u32]| {
        let figure = FIGURES.iter().find(|figure| figure.code == code).unwrap();
        assert_eq!(figure.unpack(payload), samples, "{code:#x}");
    };
    // stevenbell/csirx unit_tests/raw10_decoder_testvec.txt; the others by hand.
    known(0x2B, &[0x5E, 0xC2, 0xA0, 0xAB, 0x33], &[0x17B, 0x308, 0x283, 0x2AC]);
    known(0x28, &[0x81, 0x38, 0xF1], &[0x01, 0x22, 0x13, 0x3C]);
    known(0x2F, &[0x12, 0xD1, 0xAB, 0x37, 0xB4], &[0x12345, 0xABCDE]);
    known(0x27, &[0x12, 0x45, 0x63], &[0x123456]);
    known(0x22, &[0x00, 0xF8, 0xE0, 0x07], &[0, 0, 31, 0, 63, 0]);
    known(0x1F, &[0x80, 0x40, 0xC0, 0x3F, 0x39], &[0x201, 0x102, 0x303, 0x0FC]);
}
