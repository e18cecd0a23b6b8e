//! Pictures as input: what `encode` and `pack` send.

use crate::failure::Failure;
use crate::input;
use csi2_pixel::Samples;
use std::io::{Read as _, Seek as _};

mod form;
mod link;
mod npy;
mod pgm;
mod png;
mod raw;

pub(crate) use form::{Form, Wanted};
pub(crate) use link::place;

/// Frames of one file: one, or a stack.
#[derive(Debug)]
pub(crate) struct Pictures {
    pub(crate) form: Form,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Significant bits of grey, or of red, green and blue, where the file says.
    pub(crate) depth: Option<[u8; 3]>,
    /// Components go from 0 to the most that so many bits hold, whatever data type they are for (PNG in colour).
    pub(crate) full_scale: Option<u8>,
    /// `frames` times [`Form::samples`].
    pub(crate) cells: Cells,
}

/// Samples of either width.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Cells {
    /// Up to 16 bits.
    Narrow(Vec<u16>),
    /// More.
    Wide(Vec<u32>),
}

impl Cells {
    /// As wide as the bits that are wanted need.
    fn fit(&mut self, wanted: &Wanted<'_>) -> Result<(), String> {
        match (&mut *self, wanted.bits) {
            (Self::Wide(samples), Some(bits @ ..=16)) => {
                let narrow: Option<Vec<u16>> = samples.iter().map(|sample| u16::try_from(*sample).ok()).collect();
                *self = Self::Narrow(narrow.ok_or_else(|| {
                    let most = samples.iter().max().copied().unwrap_or_default();
                    format!(
                        "samples up to {most}, but {} has {bits} bits",
                        wanted.name.unwrap_or("the format")
                    )
                })?);
            }
            (Self::Narrow(samples), Some(17..)) => *self = Self::Wide(samples.iter().copied().map(u32::from).collect()),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn samples(&self) -> Samples<'_> {
        match self {
            Self::Narrow(samples) => Samples::Narrow(samples),
            Self::Wide(samples) => Samples::Wide(samples),
        }
    }
}

impl Pictures {
    /// Samples of a frame.
    fn frame(&self) -> usize {
        self.form.samples(self.width, self.height)
    }

    /// How many frames.
    pub(crate) fn frames(&self) -> usize {
        self.cells.samples().len() / self.frame().max(1)
    }
}

/// Why a file is no picture: byte offset, and what was expected there.
#[derive(Debug)]
pub(crate) struct Wrong {
    offset: usize,
    expected: String,
}

fn wrong(offset: usize, expected: impl Into<String>) -> Wrong {
    Wrong {
        offset,
        expected: expected.into(),
    }
}

/// A kind of picture file: how it begins, and its reader.
struct Kind {
    magic: &'static [u8],
    read: fn(&[u8], &Wanted<'_>) -> Result<Pictures, Wrong>,
}

const KINDS: &[Kind] = &[npy::KIND, png::KIND, pgm::KIND];

/// What is done with pictures, and with the number of the first of them in its file.
pub(crate) type Each<'a> = dyn FnMut(&Pictures, usize) -> Result<(), Failure> + 'a;

/// Reads a picture file; `-` is standard input. A stack in an npy file is read frame by frame, everything else at once. With
/// a size, a file without a signature is raw samples, as the `raw` sink writes them.
pub(crate) fn each(name: &str, wanted: &Wanted<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
    let failed = |error| Failure::file(name, error);
    if name == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
        return each(&picture(name, &bytes, wanted)?, 0);
    }
    let mut file = input::open(name).map_err(failed)?;
    let Some(stack) = npy::Stack::open(&mut file, wanted).map_err(failed)? else {
        let mut bytes = Vec::new();
        file.rewind()
            .and_then(|()| file.read_to_end(&mut bytes))
            .map_err(failed)?;
        return each(&picture(name, &bytes, wanted)?, 0);
    };
    let mut bytes = Vec::new();
    for frame in 0..stack.frames {
        stack.read(&mut file, &mut bytes).map_err(failed)?;
        each(&checked(name, stack.picture(&bytes), wanted)?, frame)?;
    }
    Ok(())
}

fn picture(name: &str, bytes: &[u8], wanted: &Wanted<'_>) -> Result<Pictures, Failure> {
    checked(name, parse(bytes, wanted), wanted)
}

/// With samples as wide as is wanted.
fn checked(name: &str, pictures: Result<Pictures, Wrong>, wanted: &Wanted<'_>) -> Result<Pictures, Failure> {
    let mut pictures =
        pictures.map_err(|wrong| Failure::file(name, format!("byte {}: expected {}", wrong.offset, wrong.expected)))?;
    pictures
        .cells
        .fit(wanted)
        .map_err(|message| Failure::file(name, message))?;
    if pictures.cells.samples().is_empty() {
        return Err(Failure::file(name, "the picture has no samples"));
    }
    Ok(pictures)
}

fn parse(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Pictures, Wrong> {
    match (KINDS.iter().find(|kind| bytes.starts_with(kind.magic)), wanted.size) {
        (Some(kind), _) => (kind.read)(bytes, wanted),
        (None, Some(size)) => raw::read(bytes, size, wanted),
        (None, None) => Err(wrong(0, "npy, PNG or PGM (P5); raw samples need --size WIDTHxHEIGHT")),
    }
}

/// Number of samples of a picture of this shape, kept far from overflow.
fn count(offset: usize, shape: &[usize]) -> Result<usize, Wrong> {
    const LIMIT: usize = 1 << 34;
    shape
        .iter()
        .try_fold(1_usize, |product, side| product.checked_mul(*side))
        .filter(|product| *product <= LIMIT)
        .ok_or_else(|| wrong(offset, format!("at most {LIMIT} samples, not {shape:?}")))
}

/// Exactly `required` bytes of samples.
fn body(bytes: &[u8], offset: usize, required: usize) -> Result<&[u8], Wrong> {
    let available = bytes.len().saturating_sub(offset);
    bytes
        .get(offset..)
        .and_then(|body| body.get(..required))
        .ok_or_else(|| {
            wrong(
                bytes.len(),
                format!("{required} bytes of samples from byte {offset}, not {available}"),
            )
        })
}

#[cfg(test)]
mod tests;
