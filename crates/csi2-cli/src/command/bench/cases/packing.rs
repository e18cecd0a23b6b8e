//! Payload to samples and back, a line at a time.

use super::super::buffer::{Buffer, DESTINATION, Ring, SOURCE};
use super::super::case::{Case, Reference, Variant};
use super::super::inputs::{self, Lines, Scale, WIDTH};
use super::{Copies, Set, only_moves};
use csi2_kernels::{Backend, Raw, Stores, pack_rows, unpack_rows};
use std::hint::black_box;

/// A format to unpack or to pack.
#[derive(Clone, Copy)]
pub(in super::super) struct Format<Kernel, Scalar> {
    /// Bits of a sample.
    pub(in super::super) bits: usize,
    /// Ours, a line.
    pub(in super::super) kernel: Kernel,
    /// Ours, a frame.
    pub(in super::super) rows: Raw,
    /// The plain loop.
    pub(in super::super) scalar: Scalar,
}

pub(in super::super) type Unpack = Format<fn(Backend, &[u8], &mut [u16]) -> (usize, usize), fn(&[u8], &mut [u16])>;
pub(in super::super) type Pack = Format<fn(Backend, &[u16], &mut [u8]) -> (usize, usize), fn(&[u16], &mut [u8])>;

/// Samples from one row of a frame to the next: rows begin at multiples of 64 bytes, because only whole lines of memory can go
/// past the caches.
const STRIDE: usize = WIDTH.next_multiple_of(32);

/// Lines that are unpacked.
pub(in super::super) struct Unpacking {
    of: Unpack,
    set: Set,
    stores: Stores,
    /// Packed lines one after another; rows of samples.
    ring: Ring<(Buffer<u8>, Buffer<u16>)>,
    copies: Copies,
    expected: Vec<u16>,
}

impl Unpacking {
    pub(in super::super) fn new(of: Unpack, set: Set, scale: Scale) -> Self {
        let lines = set.lines(scale);
        let input = Lines::new(of.bits, lines);
        let (packed, samples) = (input.packed.len(), lines * STRIDE);
        let traffic = packed + 2 * input.samples.len();
        let count = set.count(scale, packed + 2 * samples + traffic);
        let frame = |_| {
            let from = Buffer::holding(&input.packed, packed, SOURCE);
            (from, Buffer::new(samples, DESTINATION))
        };
        Self {
            of,
            set,
            stores: set.stores(2 * samples),
            ring: Ring::new(count, frame),
            copies: Copies::new(traffic, count),
            expected: input.samples,
        }
    }

    #[inline(always)]
    fn lines(&mut self, passes: usize, each: impl Fn(&[u8], &mut [u16])) {
        let row = inputs::line_bytes(self.of.bits);
        for _ in 0..passes {
            let (packed, samples) = self.ring.turn();
            for (packed, samples) in packed.chunks_exact(row).zip(samples.chunks_exact_mut(STRIDE)) {
                each(black_box(packed), black_box(&mut samples[..WIDTH]));
            }
        }
    }
}

impl Case for Unpacking {
    fn bytes(&self) -> usize {
        self.expected.len() * self.of.bits / 8
    }

    fn check(&mut self, variant: Variant) -> bool {
        self.run(variant, 1);
        if matches!(variant, Variant::Reference(reference) if only_moves(reference)) {
            return true;
        }
        let (_, samples) = self.ring.last();
        let rows = samples.chunks_exact(STRIDE).map(|row| &row[..WIDTH]);
        let good = rows.eq(self.expected.chunks_exact(WIDTH));
        // The next variant finds nothing of this answer.
        samples.fill(0);
        good
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        match variant {
            Variant::Kernel(backend) => {
                let Unpack { kernel, rows, .. } = self.of;
                let backend = backend.with_stores(self.stores);
                if self.set == Set::L1 {
                    return self.lines(passes, |packed, samples| {
                        kernel(backend, packed, samples);
                    });
                }
                let row = inputs::line_bytes(self.of.bits);
                for _ in 0..passes {
                    let (packed, samples) = black_box(self.ring.turn());
                    let samples = samples.chunks_exact_mut(STRIDE).map(|row| &mut row[..WIDTH]);
                    unpack_rows(backend, rows, packed.chunks_exact(row).zip(samples));
                }
            }
            Variant::Reference(Reference::Scalar) => self.lines(passes, self.of.scalar),
            Variant::Reference(reference) => self.copies.run(reference, passes),
        }
    }
}

/// Lines that are packed.
pub(in super::super) struct Packing {
    of: Pack,
    set: Set,
    stores: Stores,
    /// Bytes from one packed line to the next.
    stride: usize,
    /// Rows of samples; rows of packed bytes.
    ring: Ring<(Buffer<u16>, Buffer<u8>)>,
    copies: Copies,
    expected: Vec<u8>,
}

impl Packing {
    pub(in super::super) fn new(of: Pack, set: Set, scale: Scale) -> Self {
        let lines = set.lines(scale);
        let input = Lines::new(of.bits, lines);
        let stride = inputs::line_bytes(of.bits).next_multiple_of(64);
        let (samples, packed) = (lines * STRIDE, lines * stride);
        let traffic = input.packed.len() + 2 * input.samples.len();
        let count = set.count(scale, packed + 2 * samples + traffic);
        let frame = |_| {
            let mut from = Buffer::new(samples, SOURCE);
            for (to, row) in from.chunks_exact_mut(STRIDE).zip(input.samples.chunks_exact(WIDTH)) {
                to[..WIDTH].copy_from_slice(row);
            }
            (from, Buffer::new(packed, DESTINATION))
        };
        Self {
            of,
            set,
            stores: set.stores(packed),
            stride,
            ring: Ring::new(count, frame),
            copies: Copies::new(traffic, count),
            expected: input.packed,
        }
    }

    #[inline(always)]
    fn lines(&mut self, passes: usize, each: impl Fn(&[u16], &mut [u8])) {
        let row = inputs::line_bytes(self.of.bits);
        for _ in 0..passes {
            let (samples, packed) = self.ring.turn();
            for (samples, packed) in samples.chunks_exact(STRIDE).zip(packed.chunks_exact_mut(self.stride)) {
                each(black_box(&samples[..WIDTH]), black_box(&mut packed[..row]));
            }
        }
    }
}

impl Case for Packing {
    fn bytes(&self) -> usize {
        self.expected.len()
    }

    fn check(&mut self, variant: Variant) -> bool {
        self.run(variant, 1);
        if matches!(variant, Variant::Reference(reference) if only_moves(reference)) {
            return true;
        }
        let row = inputs::line_bytes(self.of.bits);
        let (_, packed) = self.ring.last();
        let rows = packed.chunks_exact(self.stride).map(|line| &line[..row]);
        let good = rows.eq(self.expected.chunks_exact(row));
        packed.fill(0);
        good
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        match variant {
            Variant::Kernel(backend) => {
                let Pack { kernel, rows, .. } = self.of;
                let backend = backend.with_stores(self.stores);
                if self.set == Set::L1 {
                    return self.lines(passes, |samples, packed| {
                        kernel(backend, samples, packed);
                    });
                }
                let row = inputs::line_bytes(self.of.bits);
                for _ in 0..passes {
                    let (samples, packed) = black_box(self.ring.turn());
                    let samples = samples.chunks_exact(STRIDE).map(|row| &row[..WIDTH]);
                    let packed = packed.chunks_exact_mut(self.stride).map(|line| &mut line[..row]);
                    pack_rows(backend, rows, samples.zip(packed));
                }
            }
            Variant::Reference(Reference::Scalar) => self.lines(passes, self.of.scalar),
            Variant::Reference(reference) => self.copies.run(reference, passes),
        }
    }
}
