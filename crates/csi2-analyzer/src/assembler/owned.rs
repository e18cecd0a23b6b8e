//! Frames that are kept.

use super::buffers::Buffers;
use super::{Frame, Pixels};
use alloc::vec::Vec;
use csi2_pixel::Samples;

/// A frame with content of its own, which may go to another thread.
#[derive(Clone, Debug)]
pub struct OwnedFrame {
    /// All but what is kept below, which is empty here.
    head: Frame<'static>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    /// A copy, or a part.
    Cells {
        cells: Cells,
        missing: Vec<u32>,
        bad: Vec<u32>,
    },
    /// What an assembler has put it together in.
    Buffers(Buffers),
}

/// Content, as [`Pixels`] has it.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
    Packed(Vec<u8>),
}

/// What a frame of an exposure has that the frame it was cut from has not.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) cells: Cells,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) line_bytes: u32,
    pub(crate) rest_bytes: u32,
    pub(crate) bits: u8,
    pub(crate) complete: bool,
    pub(crate) missing: Vec<u32>,
    pub(crate) bad: Vec<u32>,
}

impl OwnedFrame {
    /// A copy.
    pub fn of(frame: &Frame<'_>) -> Self {
        Self {
            head: head(frame),
            content: Content::Cells {
                cells: Cells::of(frame.pixels),
                missing: frame.missing_lines.to_vec(),
                bad: frame.bad_lines.to_vec(),
            },
        }
    }

    /// A frame in the buffers that it was put together in, which it is without.
    pub(super) fn within(head: Frame<'static>, buffers: Buffers) -> Self {
        Self {
            head,
            content: Content::Buffers(buffers),
        }
    }

    /// The buffers it was put together in, if it has them.
    pub(super) fn into_buffers(self) -> Option<Buffers> {
        match self.content {
            Content::Buffers(buffers) => Some(buffers),
            Content::Cells { .. } => None,
        }
    }

    /// Part of a frame.
    pub(crate) fn cut(frame: &Frame<'_>, cut: Cut) -> Self {
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
            content: Content::Cells {
                cells: cut.cells,
                missing: cut.missing,
                bad: cut.bad,
            },
        }
    }

    /// As the assembler lends frames.
    pub fn frame(&self) -> Frame<'_> {
        let (pixels, missing_lines, bad_lines) = match &self.content {
            Content::Cells { cells, missing, bad } => (cells.pixels(), missing, bad),
            Content::Buffers(buffers) => (buffers.pixels(self.head.pixels), &buffers.missing, &buffers.bad),
        };
        Frame {
            pixels,
            missing_lines,
            bad_lines,
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

    fn pixels(&self) -> Pixels<'_> {
        match self {
            Self::Narrow(cells) => Pixels::Samples(Samples::Narrow(cells)),
            Self::Wide(cells) => Pixels::Samples(Samples::Wide(cells)),
            Self::Packed(cells) => Pixels::Packed(cells),
        }
    }

    /// Zeros, as wide as `like`.
    pub(crate) fn zeros(like: Pixels<'_>, count: usize) -> Self {
        match like {
            Pixels::Samples(Samples::Narrow(_)) => Self::Narrow(alloc::vec![0; count]),
            Pixels::Samples(Samples::Wide(_)) => Self::Wide(alloc::vec![0; count]),
            Pixels::Packed(_) => Self::Packed(alloc::vec![0; count]),
        }
    }

    /// Copies cells of `from`, those at `source`, over those from `to`. What is outside of either is left out.
    pub(crate) fn copy(&mut self, from: Pixels<'_>, source: core::ops::Range<usize>, to: usize) {
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

/// All but the content, of which only the kind is left.
pub(super) fn head(frame: &Frame<'_>) -> Frame<'static> {
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
        pixels: match frame.pixels {
            Pixels::Samples(Samples::Narrow(_)) => Pixels::Samples(Samples::Narrow(&[])),
            Pixels::Samples(Samples::Wide(_)) => Pixels::Samples(Samples::Wide(&[])),
            Pixels::Packed(_) => Pixels::Packed(&[]),
        },
        complete: frame.complete,
        missing_lines: &[],
        bad_lines: &[],
        first_packet: frame.first_packet,
        at: frame.at,
    }
}
