//! Merging and distributing four lanes.

use super::super::buffer::{Buffer, DESTINATION, SOURCE};
use super::super::case::{Case, Reference, Variant};
use super::super::inputs::{self, LANES, LaneFrame, Lines, Scale};
use super::super::references;
use super::{Copies, Set, only_moves};
use csi2_kernels::{deinterleave, interleave};
use csi2_packet::{EccVerdict, PacketHeader, VcExtension};
use std::hint::black_box;
use std::ops::Range;

/// A RAW10 line with header and footer.
const BURST: usize = inputs::line_bytes(10) + 6;

/// Lanes of one line, merged.
pub(in super::super) struct Merging {
    lanes: [Buffer<u8>; LANES],
    burst: Buffer<u8>,
    copies: Copies,
}

impl Merging {
    pub(in super::super) fn new() -> Self {
        let bytes = inputs::noise(BURST);
        let lane = |lane| {
            let lane: Vec<u8> = bytes.iter().copied().skip(lane).step_by(LANES).collect();
            Buffer::holding(&lane, lane.len(), SOURCE)
        };
        Self {
            lanes: std::array::from_fn(lane),
            burst: Buffer::new(BURST, DESTINATION),
            copies: Copies::new(2 * BURST, 1),
        }
    }
}

impl Case for Merging {
    fn bytes(&self) -> usize {
        BURST
    }

    fn check(&mut self, variant: Variant) -> bool {
        self.burst.fill(0);
        self.run(variant, 1);
        let moves = matches!(variant, Variant::Reference(reference) if only_moves(reference));
        moves || (0..BURST).all(|at| self.burst[at] == self.lanes[at % LANES][at / LANES])
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        let lanes = self.lanes.each_ref().map(|lane| &**lane);
        match variant {
            Variant::Kernel(backend) => {
                for _ in 0..passes {
                    interleave(backend, black_box(&lanes), black_box(&mut self.burst));
                }
            }
            Variant::Reference(Reference::Scalar) => {
                for _ in 0..passes {
                    references::merge4(black_box(lanes), black_box(&mut self.burst));
                }
            }
            Variant::Reference(reference) => self.copies.run(reference, passes),
        }
    }
}

/// One line, distributed over lanes.
pub(in super::super) struct Distributing {
    burst: Buffer<u8>,
    lanes: [Buffer<u8>; LANES],
    copies: Copies,
}

impl Distributing {
    pub(in super::super) fn new() -> Self {
        Self {
            burst: Buffer::holding(&inputs::noise(BURST), BURST, SOURCE),
            lanes: std::array::from_fn(|_| Buffer::new(BURST / LANES, DESTINATION)),
            copies: Copies::new(2 * BURST, 1),
        }
    }
}

impl Case for Distributing {
    fn bytes(&self) -> usize {
        BURST
    }

    fn check(&mut self, variant: Variant) -> bool {
        self.lanes.iter_mut().for_each(|lane| lane.fill(0));
        self.run(variant, 1);
        let moves = matches!(variant, Variant::Reference(reference) if only_moves(reference));
        moves || (0..BURST).all(|at| self.burst[at] == self.lanes[at % LANES][at / LANES])
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        match variant {
            Variant::Kernel(backend) => {
                let mut lanes = self.lanes.each_mut().map(|lane| &mut **lane);
                for _ in 0..passes {
                    deinterleave(backend, black_box(&self.burst), black_box(&mut lanes));
                }
            }
            Variant::Reference(Reference::Scalar) => {
                for _ in 0..passes {
                    let lanes = self.lanes.each_mut().map(|lane| &mut **lane);
                    references::distribute4(black_box(&self.burst), black_box(lanes));
                }
            }
            Variant::Reference(reference) => self.copies.run(reference, passes),
        }
    }
}

/// Lanes of a frame, merged line by line into one line that stays in the first cache, with each header judged.
pub(in super::super) struct MergingFrame {
    frame: [Buffer<u8>; LANES],
    bursts: Vec<[Range<usize>; LANES]>,
    line: Buffer<u8>,
    copies: Copies,
}

impl MergingFrame {
    pub(in super::super) fn new(scale: Scale) -> Self {
        let LaneFrame { lanes, bursts } = LaneFrame::new(&Lines::new(10, Set::L3.lines(scale)).samples);
        let bytes: usize = lanes.iter().map(Vec::len).sum();
        Self {
            frame: lanes.map(|lane| Buffer::holding(&lane, lane.len(), SOURCE)),
            bursts,
            line: Buffer::new(BURST, DESTINATION),
            copies: Copies::new(2 * bytes, 1),
        }
    }

    /// Clean headers of a frame. `merge` makes a line of lanes.
    #[inline(always)]
    fn headers(&mut self, merge: impl Fn([&[u8]; LANES], &mut [u8])) -> usize {
        let mut clean = 0;
        for burst in &self.bursts {
            let lanes = std::array::from_fn(|lane| &self.frame[lane][burst[lane].clone()]);
            let length: usize = burst.iter().map(ExactSizeIterator::len).sum();
            let line = &mut self.line[..length];
            merge(black_box(lanes), line);
            let [a, b, c, d, ..] = *black_box(&*line) else { continue };
            let received = PacketHeader::receive([a, b, c, d], VcExtension::Extended);
            clean += usize::from(received.ecc == EccVerdict::Clean);
        }
        clean
    }

    fn once(&mut self, variant: Variant) -> usize {
        match variant {
            Variant::Kernel(backend) => self.headers(|lanes, line| {
                interleave(backend, &lanes, line);
            }),
            Variant::Reference(Reference::Scalar) => self.headers(references::merge4),
            Variant::Reference(Reference::Read) => {
                self.frame.iter().for_each(|lane| {
                    black_box(references::read(black_box(lane)));
                });
                0
            }
            Variant::Reference(reference) => {
                self.copies.run(reference, 1);
                0
            }
        }
    }
}

impl Case for MergingFrame {
    fn bytes(&self) -> usize {
        self.frame.iter().map(|lane| lane.len()).sum()
    }

    /// Headers of all bursts, and every byte of the last but one, which is a line.
    fn check(&mut self, variant: Variant) -> bool {
        if matches!(variant, Variant::Reference(reference) if only_moves(reference)) {
            self.once(variant);
            return true;
        }
        let all = std::mem::take(&mut self.bursts);
        let lines = all[..all.len() - 1].to_vec();
        self.bursts = lines;
        self.line.fill(0);
        let good = self.once(variant) == self.bursts.len();
        let last = &self.bursts[self.bursts.len() - 1];
        let merged = (0..BURST).all(|at| self.line[at] == self.frame[at % LANES][last[at % LANES].start + at / LANES]);
        self.bursts = all;
        good && merged
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        for _ in 0..passes {
            black_box(self.once(variant));
        }
    }
}
