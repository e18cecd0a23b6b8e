//! Rows of a frame that are written past the caches.
//!
//! They are [posted](Posted): the next line is received while memory takes them, and the frame's end waits for all. Memory takes
//! whole cache lines. What a row leaves of one is kept packed, and written with what the next row has of it: writing it by parts
//! would read it first.

use super::super::plane::Plane;
use csi2_kernels::{Backend, Posted, Raw, Stores};

/// Samples of a cache line.
const LINE: usize = 32;
/// Cache lines that are written at once at least: kernels want 64 bytes to begin with.
const LEAST: usize = 2;
/// Bytes of so many: 16 bits a sample.
const SEAM: usize = LEAST * LINE * 2;

/// Rows under way, of a frame whose memory this has meanwhile.
#[derive(Debug, Default)]
pub(super) struct Posting {
    way: Option<Way>,
}

#[derive(Debug)]
struct Way {
    memory: Posted,
    raw: Raw,
    backend: Backend,
    /// What is left of a row, packed: samples before `end`, from the beginning of a cache line on, fewer than [`LEAST`] lines.
    seam: [u8; SEAM],
    kept: usize,
    /// Where in memory the first row begins, at a cache line, and the next one.
    first: usize,
    end: usize,
}

impl Posting {
    /// Writes a row of `plane` whose samples are packed in `bytes`. `limit`: cells that the plane may have.
    pub(super) fn push(&mut self, raw: Raw, backend: Backend, bytes: &[u8], plane: &mut Plane<u16>, limit: usize) {
        let place = match &self.way {
            Some(way) if way.raw == raw => plane.append_lent(),
            _ => None,
        };
        let place = place.or_else(|| {
            self.settle(plane);
            let (memory, first) = plane.lend(limit);
            let place = plane.append_lent()?;
            self.way = Some(Way {
                memory: Posted::new(memory),
                raw,
                backend,
                seam: [0; SEAM],
                kept: 0,
                first,
                end: place.start,
            });
            Some(place)
        });
        if let (Some(way), Some(place)) = (&mut self.way, place) {
            way.push(bytes);
            way.end = place.end;
        }
    }

    /// Gives the memory back, with all rows in it. To be called before any row is touched, or looked at.
    pub(super) fn settle(&mut self, plane: &mut Plane<u16>) {
        if let Some(mut way) = self.way.take() {
            way.sew();
            plane.take_back(way.memory.into_samples());
        }
    }
}

impl Way {
    /// Samples from `self.end` on.
    fn push(&mut self, mut bytes: &[u8]) {
        let (group_bytes, group) = self.raw.group();
        let line_bytes = LINE / group * group_bytes;
        let mut at = self.end;
        let begun = (at - self.first) % LINE;
        if self.kept == 0 && begun > 0 {
            // Behind what is in memory already.
            let (lead, rest) = bytes.split_at(((LINE - begun) / group * group_bytes).min(bytes.len()));
            at += self.write(Stores::Cached, lead, at);
            bytes = rest;
        }
        while self.kept > 0 && !bytes.is_empty() {
            let room = LEAST * line_bytes - self.kept;
            let (part, rest) = bytes.split_at(room.min(bytes.len()));
            at += self.keep(part);
            bytes = rest;
            if self.kept == LEAST * line_bytes {
                let seam = self.seam;
                self.write(Stores::Streamed, &seam[..self.kept], at - LEAST * LINE);
                self.kept = 0;
            }
        }
        let lines = bytes.len() / line_bytes;
        if lines >= LEAST {
            let (whole, rest) = bytes.split_at(lines * line_bytes);
            self.write(Stores::Streamed, whole, at);
            bytes = rest;
        }
        self.keep(bytes);
    }

    /// Returns the samples in `bytes`, which wait.
    fn keep(&mut self, bytes: &[u8]) -> usize {
        let (group_bytes, group) = self.raw.group();
        if let Some(room) = self.seam.get_mut(self.kept..self.kept + bytes.len()) {
            room.copy_from_slice(bytes);
            self.kept += bytes.len();
        }
        bytes.len() / group_bytes * group
    }

    /// Writes what waits, before `end`.
    fn sew(&mut self) {
        let (group_bytes, group) = self.raw.group();
        let seam = self.seam;
        let samples = self.kept / group_bytes * group;
        self.write(Stores::Cached, &seam[..self.kept], self.end - samples);
        self.kept = 0;
    }

    /// Writes samples from `at` on; returns how many.
    fn write(&mut self, stores: Stores, bytes: &[u8], at: usize) -> usize {
        let (group_bytes, group) = self.raw.group();
        let samples = bytes.len() / group_bytes * group;
        let backend = self.backend.with_stores(stores);
        self.memory.unpack(backend, self.raw, bytes, at..at + samples);
        samples
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use csi2_kernels::unpack_rows;
    use std::vec;

    /// Rows that begin anywhere in a cache line, none of a whole number of those, with looks at them in between, or none.
    #[test]
    fn rows_are_as_if_written_one_by_one() {
        const ROWS: usize = 9;
        let noise: [u8; 600] = core::array::from_fn(|at| (at * 37 + at / 7) as u8);
        for raw in [Raw::Raw8, Raw::Raw10, Raw::Raw12, Raw::Raw14, Raw::Raw16] {
            let (bytes, samples) = raw.group();
            for groups in 0..200 / samples {
                let (width, length) = (groups * samples, groups * bytes);
                let packed = |row: usize| &noise[row * 9..][..length];
                let mut expected = vec![0; ROWS * width];
                for (row, samples) in expected.chunks_mut(width.max(1)).enumerate() {
                    unpack_rows(Backend::PORTABLE, raw, [(packed(row), samples)]);
                }
                for (backend, looks) in Backend::available().flat_map(|of| (1..=ROWS).map(move |looks| (of, looks))) {
                    let backend = backend.with_stores(Stores::Streamed);
                    let (mut plane, mut posting) = (Plane::default(), Posting::default());
                    plane.clear(width);
                    for row in 0..ROWS {
                        posting.push(raw, backend, packed(row), &mut plane, ROWS * width);
                        assert_eq!(plane.holds_memory(), width > 0);
                        if (row + 1) % looks == 0 {
                            posting.settle(&mut plane);
                            assert_eq!(
                                plane.cells(),
                                &expected[..(row + 1) * width],
                                "{raw:?} {width} {backend:?}"
                            );
                        }
                    }
                    posting.settle(&mut plane);
                    assert_eq!(plane.cells(), expected, "{raw:?} {width} {backend:?} {looks}");
                }
            }
        }
    }

    #[test]
    fn a_row_of_another_packing_follows() {
        let (mut plane, mut posting) = (Plane::default(), Posting::default());
        plane.clear(4);
        posting.push(Raw::Raw10, Backend::detect(), &[1, 2, 3, 4, 0], &mut plane, 8);
        posting.push(Raw::Raw8, Backend::detect(), &[5, 6, 7, 8], &mut plane, 8);
        posting.settle(&mut plane);
        assert_eq!(plane.cells(), [4, 8, 12, 16, 5, 6, 7, 8]);
    }
}
