//! What a decoded frame is written as: a table, one row a format.

use crate::failure::Failure;
use crate::output::Output;
use csi2_analyzer::{Keep, Pixels};
use std::io::{self, Write};
use std::path::Path;

pub(crate) mod npy;
mod packed;
mod pgm;
mod png;
mod raw;

/// A picture to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture<'a> {
    /// Samples per row; bytes per row where `pixels` are packed.
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Significant bits of a sample.
    pub(crate) bits: u8,
    pub(crate) pixels: Pixels<'a>,
}

/// How the user wants it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SinkOptions {
    /// Scale to the full range of the container, for viewing.
    pub(crate) stretch: bool,
}

/// A format of pictures.
pub(crate) struct Sink {
    /// Name for `--format`.
    pub(crate) name: &'static str,
    /// One line for people.
    pub(crate) description: &'static str,
    /// Extension of its files.
    pub(crate) extension: &'static str,
    /// What it needs of a frame.
    pub(crate) keep: Keep,
    /// Whether [`SinkOptions::stretch`] means something to it.
    pub(crate) stretches: bool,
    /// Writes samples (or, for [`Keep::Packed`], never called with samples).
    pub(crate) write: fn(&Picture<'_>, SinkOptions, &mut dyn Write) -> io::Result<()>,
}

/// All formats; the first is the default.
pub(crate) const SINKS: &[Sink] = &[png::SINK, pgm::SINK, npy::SINK, raw::SINK, packed::SINK];

/// The format of this name.
pub(crate) fn find(name: &str) -> Option<&'static Sink> {
    SINKS.iter().find(|sink| sink.name == name)
}

/// The format of a file name's extension.
pub(crate) fn by_extension(path: &Path) -> Option<&'static Sink> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    SINKS.iter().find(|sink| sink.extension == extension)
}

/// Names for an option's value.
pub(crate) fn names() -> clap::builder::PossibleValuesParser {
    SINKS
        .iter()
        .map(|sink| clap::builder::PossibleValue::new(sink.name).help(sink.description))
        .collect::<Vec<_>>()
        .into()
}

/// The row that writes this picture: payload without a codec can only be written as it came.
pub(crate) fn fitting(sink: &'static Sink, pixels: &Pixels<'_>) -> &'static Sink {
    match (pixels, sink.keep) {
        (Pixels::Packed(_), Keep::Samples) => &packed::OPAQUE,
        _ => sink,
    }
}

/// Writes one picture as a file of its own.
pub(crate) fn write_file(sink: &Sink, picture: &Picture<'_>, options: SinkOptions, path: &Path) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.write(|out| (sink.write)(picture, options, out))?;
    output.finish()
}

/// Samples as little-endian bytes: one byte each to 8 bits, else two.
pub(crate) fn little_endian(samples: &[u16], bits: u8, out: &mut dyn Write) -> io::Result<()> {
    let mut buffer = [0; 8192];
    if bits <= 8 {
        for piece in samples.chunks(buffer.len()) {
            for (byte, sample) in buffer.iter_mut().zip(piece) {
                *byte = sample.to_le_bytes()[0];
            }
            out.write_all(buffer.get(..piece.len()).unwrap_or_default())?;
        }
    } else {
        for piece in samples.chunks(buffer.len() / 2) {
            for (bytes, sample) in buffer.chunks_exact_mut(2).zip(piece) {
                bytes.copy_from_slice(&sample.to_le_bytes());
            }
            out.write_all(buffer.get(..2 * piece.len()).unwrap_or_default())?;
        }
    }
    Ok(())
}

/// Samples as big-endian bytes, each passed through `scale`.
fn big_endian(samples: &[u16], bits: u8, scale: impl Fn(u16) -> u16, out: &mut dyn Write) -> io::Result<()> {
    let mut buffer = [0; 8192];
    if bits <= 8 {
        for piece in samples.chunks(buffer.len()) {
            for (byte, sample) in buffer.iter_mut().zip(piece) {
                *byte = scale(*sample).to_le_bytes()[0];
            }
            out.write_all(buffer.get(..piece.len()).unwrap_or_default())?;
        }
    } else {
        for piece in samples.chunks(buffer.len() / 2) {
            for (bytes, sample) in buffer.chunks_exact_mut(2).zip(piece) {
                bytes.copy_from_slice(&scale(*sample).to_be_bytes());
            }
            out.write_all(buffer.get(..2 * piece.len()).unwrap_or_default())?;
        }
    }
    Ok(())
}

/// Maps 0..=2^bits-1 onto the whole range of the 8 or 16 bits it is stored in.
fn full_range(bits: u8) -> impl Fn(u16) -> u16 {
    let container: u32 = if bits <= 8 { 0xFF } else { 0xFFFF };
    let top = (1u32 << bits.clamp(1, 16)) - 1;
    move |sample| {
        let scaled = (u32::from(sample).min(top) * container + top / 2) / top;
        u16::try_from(scaled).unwrap_or(u16::MAX)
    }
}

/// A packed picture has no samples: the caller picked a sink that does not fit.
fn samples<'a>(picture: &Picture<'a>) -> io::Result<&'a [u16]> {
    match picture.pixels {
        Pixels::Samples(samples) => Ok(samples),
        Pixels::Packed(_) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this data type has no samples; use --format packed",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_mapped_end_to_end() {
        let ten = full_range(10);
        assert_eq!((ten(0), ten(1023), ten(512)), (0, 65535, 32800));
        let six = full_range(6);
        assert_eq!((six(0), six(63)), (0, 255));
        let sixteen = full_range(16);
        assert!((0..=u16::MAX).all(|value| sixteen(value) == value));
    }

    #[test]
    fn little_endian_widths() {
        let mut bytes = Vec::new();
        little_endian(&[1, 0x3FF], 10, &mut bytes).expect("memory");
        little_endian(&[1, 0xFF], 8, &mut bytes).expect("memory");
        assert_eq!(bytes, [1, 0, 0xFF, 3, 1, 0xFF]);
        let long: Vec<u16> = (0..20_000).collect();
        let mut bytes = Vec::new();
        little_endian(&long, 16, &mut bytes).expect("memory");
        assert!(bytes.len() == 40_000 && bytes[39_998..] == 19_999_u16.to_le_bytes());
    }
}
