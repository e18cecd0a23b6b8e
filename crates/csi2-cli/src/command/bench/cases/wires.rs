//! Samples of wires to lane bytes, and oversampled ones to one sample a bit.

use super::super::buffer::{Buffer, DESTINATION, Ring, SOURCE};
use super::super::case::{Case, Reference, Variant};
use super::super::inputs::{self, LANES, Scale};
use super::super::references;
use super::{Copies, Set, only_moves};
use csi2_kernels::{Backend, Tap, clocked_samples, sample_bytes};
use std::hint::black_box;

/// Samples of a RAW10 line with header and footer, one a bit.
const LINE: usize = (inputs::line_bytes(10) + 6) * 8 / LANES;
/// Lines repeat after so many.
const DISTINCT: usize = 32;
/// Samples a bit where there is a clock.
const OVERSAMPLE: usize = 4;
/// Bytes behind what is kept, as a buffer that is filled piece by piece has: only its last is taken with care.
const SPARE: usize = 128;
/// The bit of a sample that is the clock.
const CLOCK: u32 = 4;

/// Samples of wires, taken piece by piece into one output that stays in the first cache, as lines of the whole path do.
pub(in super::super) struct Wires {
    /// Samples of a piece.
    piece: usize,
    /// Samples of a frame.
    bytes: usize,
    frames: Ring<Buffer<u8>>,
    out: Buffer<u8>,
    /// Of the first pieces; the others repeat them.
    expected: Vec<Vec<u8>>,
    copies: Copies,
    ours: fn(Backend, &[u8], &mut [u8]) -> usize,
    scalar: fn(&[u8], &mut [u8]) -> usize,
}

impl Wires {
    /// A bit of each of four lanes a sample, to merged lane bytes.
    pub(in super::super) fn one_a_bit(set: Set, scale: Scale) -> Self {
        let lines = set.lines(scale);
        let samples = inputs::noise(LINE * lines.min(DISTINCT));
        let bytes = |line: &[u8]| -> Vec<u8> {
            let byte = |row: &[u8], lane: usize| (0..8).fold(0, |byte, k| byte | (row[k] >> lane & 1) << k);
            let rows = line.chunks_exact(8);
            rows.flat_map(|row| (0..LANES).map(move |lane| byte(row, lane)))
                .collect()
        };
        let expected = samples.chunks_exact(LINE).map(bytes).collect();
        Self::new(
            &samples,
            (LINE, lines),
            expected,
            (set, scale),
            to_lane_bytes,
            references::shift_registers,
        )
    }

    /// Four samples a bit of four lanes and a clock, to one. A piece is as many samples as a line has bits, for a whole line
    /// would not fit the first cache.
    pub(in super::super) fn clocked(set: Set, scale: Scale) -> Self {
        let pieces = match set {
            Set::L1 => 1,
            Set::L3 | Set::Dram => OVERSAMPLE * set.lines(scale),
        };
        let bits = inputs::noise(LINE / OVERSAMPLE * pieces.min(DISTINCT));
        // The clock changes in the middle of each bit, and is low before the first.
        let sample = |(at, bit): (usize, u8)| {
            let clock = u8::from((at + OVERSAMPLE / 2) / OVERSAMPLE % 2 == 1);
            bit & 15 | clock << CLOCK
        };
        let oversampled = bits.iter().flat_map(|bit| [*bit; OVERSAMPLE]);
        let samples: Vec<u8> = oversampled.enumerate().map(sample).collect();
        let kept = |piece: &[u8]| -> Vec<u8> {
            let both = |pair: &&[u8]| (pair[0] >> CLOCK & 1) != (pair[1] >> CLOCK & 1);
            let pairs = piece.windows(2).filter(both);
            // No piece begins with an edge: the clock is low in its first sample, as before it.
            pairs.map(|pair| pair[0]).collect()
        };
        let expected = samples.chunks_exact(LINE).map(kept).collect();
        Self::new(
            &samples,
            (LINE, pieces),
            expected,
            (set, scale),
            keep_clocked,
            |samples, out| references::keep_clocked(samples, CLOCK, 0, out),
        )
    }

    fn new(
        samples: &[u8],
        (piece, pieces): (usize, usize),
        expected: Vec<Vec<u8>>,
        (set, scale): (Set, Scale),
        ours: fn(Backend, &[u8], &mut [u8]) -> usize,
        scalar: fn(&[u8], &mut [u8]) -> usize,
    ) -> Self {
        let room = expected.iter().map(Vec::len).max().unwrap_or(0);
        let traffic = pieces * (piece + room);
        let count = set.count(scale, pieces * piece);
        let frame = |_| {
            let mut frame = Buffer::new(pieces * piece, SOURCE);
            let source = samples.iter().cycle();
            frame.iter_mut().zip(source).for_each(|(to, from)| *to = *from);
            frame
        };
        Self {
            piece,
            bytes: pieces * piece,
            frames: Ring::new(count, frame),
            out: Buffer::new(room + SPARE, DESTINATION),
            expected,
            copies: Copies::new(traffic, set.count(scale, 2 * traffic)),
            ours,
            scalar,
        }
    }

    /// Runs the next frame; `each` gets every piece's number and answer.
    #[inline(always)]
    fn pieces(&mut self, work: impl Fn(&[u8], &mut [u8]) -> usize, mut each: impl FnMut(usize, &mut [u8])) {
        let frame = self.frames.turn();
        for (index, samples) in frame.chunks_exact(self.piece).enumerate() {
            let done = work(black_box(samples), black_box(&mut self.out));
            each(index, &mut self.out[..done]);
        }
    }
}

fn to_lane_bytes(backend: Backend, samples: &[u8], out: &mut [u8]) -> usize {
    let taps: [Tap; LANES] = std::array::from_fn(|lane| Tap {
        bit: lane as u8,
        ..Tap::default()
    });
    LANES * sample_bytes(backend, samples, 1, &taps, out)
}

fn keep_clocked(backend: Backend, samples: &[u8], out: &mut [u8]) -> usize {
    clocked_samples(backend, samples, CLOCK, 0, out).1
}

impl Case for Wires {
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn check(&mut self, variant: Variant) -> bool {
        let expected = std::mem::take(&mut self.expected);
        let mut good = true;
        // The next answer finds nothing of this one.
        let each = |index: usize, out: &mut [u8]| {
            good &= *out == expected[index % expected.len()];
            out.fill(0);
        };
        match variant {
            Variant::Kernel(backend) => {
                let ours = self.ours;
                self.pieces(|samples, out| ours(backend, samples, out), each);
            }
            Variant::Reference(Reference::Scalar) => self.pieces(self.scalar, each),
            Variant::Reference(reference) => good = only_moves(reference),
        }
        self.expected = expected;
        good
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        match variant {
            Variant::Kernel(backend) => {
                let ours = self.ours;
                for _ in 0..passes {
                    self.pieces(|samples, out| ours(backend, samples, out), |_, _| {});
                }
            }
            Variant::Reference(Reference::Scalar) => {
                for _ in 0..passes {
                    self.pieces(self.scalar, |_, _| {});
                }
            }
            Variant::Reference(Reference::Read) => {
                for _ in 0..passes {
                    black_box(references::read(black_box(self.frames.turn())));
                }
            }
            Variant::Reference(reference) => self.copies.run(reference, passes),
        }
    }
}
