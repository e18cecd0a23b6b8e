//! Pictures as input: what `encode` and `pack` send.

use crate::failure::Failure;
use crate::input;
use crate::number::Size;
use std::io::Read as _;

mod npy;
mod pgm;
mod png;
mod raw;

/// Frames of one file: one, or the stack of a 3-D array.
#[derive(Debug)]
pub(crate) struct Images {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Significant bits, where the file says.
    pub(crate) bits: Option<u8>,
    /// `frames * height * width` samples.
    pub(crate) samples: Vec<u16>,
}

impl Images {
    /// The frames, in order.
    pub(crate) fn frames(&self) -> impl Iterator<Item = &[u16]> {
        self.samples.chunks_exact(self.width * self.height)
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
    read: fn(&[u8]) -> Result<Images, Wrong>,
}

const KINDS: &[Kind] = &[npy::KIND, png::KIND, pgm::KIND];

/// Reads a picture file; `-` is standard input. With `size`, a file without a signature is raw samples, of `bits` bits
/// where that is known.
pub(crate) fn read(name: &str, size: Option<Size>, bits: Option<u8>) -> Result<Images, Failure> {
    let mut bytes = Vec::new();
    let result = if name == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        input::open(name).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    result.map_err(|error| Failure::file(name, error))?;
    let images = match (KINDS.iter().find(|kind| bytes.starts_with(kind.magic)), size) {
        (Some(kind), _) => (kind.read)(&bytes),
        (None, Some(size)) => raw::read(&bytes, size, bits),
        (None, None) => Err(wrong(0, "npy, PNG or PGM (P5); raw samples need --size WIDTHxHEIGHT")),
    }
    .map_err(|wrong| Failure::file(name, format!("byte {}: expected {}", wrong.offset, wrong.expected)))?;
    if images.samples.is_empty() {
        return Err(Failure::file(name, "the picture has no samples"));
    }
    Ok(images)
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
