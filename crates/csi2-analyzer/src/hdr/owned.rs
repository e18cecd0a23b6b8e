//! Frames that are kept.

use crate::{Frame, Pixels};
use alloc::vec::Vec;
use csi2_pixel::Samples;

/// A frame with content of its own.
#[derive(Clone, Debug)]
pub struct OwnedFrame {
    /// All but what is kept below, which is empty here.
    head: Frame<'static>,
    cells: Cells,
    missing: Vec<u32>,
    bad: Vec<u32>,
}

/// Content, as [`Pixels`] has it.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
    Packed(Vec<u8>),
}

/// What a frame of an exposure has that the frame it was cut from has not.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) cells: Cells,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) line_bytes: u32,
    pub(super) rest_bytes: u32,
    pub(super) bits: u8,
    pub(super) complete: bool,
    pub(super) missing: Vec<u32>,
    pub(super) bad: Vec<u32>,
}

impl OwnedFrame {
    /// A copy.
    pub fn of(frame: &Frame<'_>) -> Self {
        Self {
            head: head(frame),
            cells: Cells::of(frame.pixels),
            missing: frame.missing_lines.to_vec(),
            bad: frame.bad_lines.to_vec(),
        }
    }

    /// Part of a frame.
    pub(super) fn cut(frame: &Frame<'_>, cut: Cut) -> Self {
        Self {
            head: Frame {
                width: cut.width,
                height: cut.height,
                line_bytes: cut.line_bytes,
                rest_bytes: cut.rest_bytes,
                bits: cut.bits,
                complete: cut.complete,
                ..head(frame)
            },
            cells: cut.cells,
            missing: cut.missing,
            bad: cut.bad,
        }
    }

    /// As the assembler lends frames.
    pub fn frame(&self) -> Frame<'_> {
        Frame {
            pixels: match &self.cells {
                Cells::Narrow(cells) => Pixels::Samples(Samples::Narrow(cells)),
                Cells::Wide(cells) => Pixels::Samples(Samples::Wide(cells)),
                Cells::Packed(cells) => Pixels::Packed(cells),
            },
            missing_lines: &self.missing,
            bad_lines: &self.bad,
            ..self.head.clone()
        }
    }
}

impl Cells {
    fn of(pixels: Pixels<'_>) -> Self {
        match pixels {
            Pixels::Samples(Samples::Narrow(cells)) => Self::Narrow(cells.to_vec()),
            Pixels::Samples(Samples::Wide(cells)) => Self::Wide(cells.to_vec()),
            Pixels::Packed(cells) => Self::Packed(cells.to_vec()),
        }
    }

    /// Zeros, as wide as `like`.
    pub(super) fn zeros(like: Pixels<'_>, count: usize) -> Self {
        match like {
            Pixels::Samples(Samples::Narrow(_)) => Self::Narrow(alloc::vec![0; count]),
            Pixels::Samples(Samples::Wide(_)) => Self::Wide(alloc::vec![0; count]),
            Pixels::Packed(_) => Self::Packed(alloc::vec![0; count]),
        }
    }

    /// Copies cells of `from`, those at `source`, over those from `to`. What is outside of either is left out.
    pub(super) fn copy(&mut self, from: Pixels<'_>, source: core::ops::Range<usize>, to: usize) {
        match (self, from) {
            (Self::Narrow(cells), Pixels::Samples(Samples::Narrow(from))) => copy(cells, from, source, to),
            (Self::Wide(cells), Pixels::Samples(Samples::Wide(from))) => copy(cells, from, source, to),
            (Self::Packed(cells), Pixels::Packed(from)) => copy(cells, from, source, to),
            _ => {}
        }
    }
}

fn copy<T: Copy>(cells: &mut [T], from: &[T], source: core::ops::Range<usize>, to: usize) {
    let Some(from) = from.get(source) else { return };
    if let Some(place) = to.checked_add(from.len()).and_then(|end| cells.get_mut(to..end)) {
        place.copy_from_slice(from);
    }
}

fn head(frame: &Frame<'_>) -> Frame<'static> {
    Frame {
        channel: frame.channel,
        data_type: frame.data_type,
        index: frame.index,
        number: frame.number,
        codec: frame.codec,
        width: frame.width,
        height: frame.height,
        bits: frame.bits,
        line_bytes: frame.line_bytes,
        rest_bytes: frame.rest_bytes,
        pixels: Pixels::Packed(&[]),
        complete: frame.complete,
        missing_lines: &[],
        bad_lines: &[],
        first_packet: frame.first_packet,
        at: frame.at,
    }
}
