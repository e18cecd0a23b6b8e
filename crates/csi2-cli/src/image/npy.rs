//! NumPy arrays of unsigned integers, one picture or a stack.
//!
//! Ref: numpy/numpy `numpy/lib/_format_impl.py`.

use super::{Cells, Form, Kind, Pictures, Wanted, Wrong, body, count, wrong};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

pub(super) const KIND: Kind = Kind {
    magic: b"\x93NUMPY",
    read,
};

/// Frames of one array in a file.
pub(super) struct Stack {
    header: Header,
    pub(super) frames: usize,
}

impl Stack {
    /// The file stands at its first frame; `None` when it holds no such stack, or not all of it: [`read`] says why.
    pub(super) fn open(file: &mut File, wanted: &Wanted<'_>) -> io::Result<Option<Self>> {
        // Headers are small; longer ones are read with the rest.
        const HEADER: u64 = 1 << 12;
        let mut start = Vec::new();
        if !file.metadata()?.is_file() {
            return Ok(None);
        }
        (&mut *file).take(HEADER).read_to_end(&mut start)?;
        let header = Some(&start).filter(|start| start.starts_with(KIND.magic));
        let Some((header, frames)) = header.and_then(|start| header_of(start, wanted).ok()) else {
            return Ok(None);
        };
        let whole = header.bytes().and_then(|bytes| bytes.checked_mul(frames));
        let end = whole.and_then(|bytes| u64::try_from(header.start.checked_add(bytes)?).ok());
        if frames < 2 || header.samples == 0 || end.is_none_or(|end| end > file.metadata().map_or(0, |it| it.len())) {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(header.start as u64))?;
        Ok(Some(Self { header, frames }))
    }

    /// The bytes of the next frame.
    pub(super) fn read(&self, file: &mut File, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(self.header.bytes().unwrap_or(0), 0);
        file.read_exact(bytes)
    }

    pub(super) fn picture(&self, bytes: &[u8]) -> Result<Pictures, Wrong> {
        Ok(self.header.pictures(cells(self.header.kind, bytes)))
    }
}

/// What a header says of one frame.
struct Header {
    form: Form,
    width: usize,
    height: usize,
    /// Of a frame.
    samples: usize,
    kind: Samples,
    /// Where the first begins.
    start: usize,
}

/// Type and byte order of samples.
#[derive(Clone, Copy)]
enum Samples {
    U8,
    U16(fn([u8; 2]) -> u16),
    U32(fn([u8; 4]) -> u32),
}

impl Header {
    /// Of a frame.
    fn bytes(&self) -> Option<usize> {
        self.samples.checked_mul(self.kind.size())
    }

    fn pictures(&self, cells: Cells) -> Pictures {
        Pictures {
            form: self.form,
            width: self.width,
            height: self.height,
            depth: None,
            full_scale: None,
            cells,
        }
    }
}

impl Samples {
    const fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16(_) => 2,
            Self::U32(_) => 4,
        }
    }
}

fn cells(kind: Samples, bytes: &[u8]) -> Cells {
    match kind {
        Samples::U8 => Cells::Narrow(bytes.iter().map(|byte| u16::from(*byte)).collect()),
        Samples::U16(sample) => Cells::Narrow(each(bytes, sample)),
        Samples::U32(sample) => Cells::Wide(each(bytes, sample)),
    }
}

fn read(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Pictures, Wrong> {
    let (header, frames) = header_of(bytes, wanted)?;
    let required = header.samples * frames * header.kind.size();
    let cells = cells(header.kind, body(bytes, header.start, required)?);
    Ok(header.pictures(cells))
}

/// What the header says, and how many frames there are: together of a size that can be reckoned with.
fn header_of(bytes: &[u8], wanted: &Wanted<'_>) -> Result<(Header, usize), Wrong> {
    let truncated = || wrong(bytes.len(), "the rest of the npy header");
    let major = *bytes.get(6).ok_or_else(truncated)?;
    let (length, start) = match major {
        1 => {
            let field = bytes.get(8..10).and_then(|b| b.first_chunk()).ok_or_else(truncated)?;
            (usize::from(u16::from_le_bytes(*field)), 10)
        }
        2 | 3 => {
            let field = bytes.get(8..12).and_then(|b| b.first_chunk()).ok_or_else(truncated)?;
            (usize::try_from(u32::from_le_bytes(*field)).unwrap_or(usize::MAX), 12)
        }
        other => return Err(wrong(6, format!("npy version 1, 2 or 3, not {other}"))),
    };
    let dict = bytes.get(start..).and_then(|b| b.get(..length)).ok_or_else(truncated)?;
    let dict = std::str::from_utf8(dict).map_err(|_| wrong(start, "a header in UTF-8"))?;
    let descr = text(value(dict, "descr")).ok_or_else(|| wrong(start, "'descr' in the npy header"))?;
    if value(dict, "fortran_order").is_some_and(|order| order.starts_with("True")) {
        return Err(wrong(start, "rows in C order: np.ascontiguousarray makes it so"));
    }
    let shape = value(dict, "shape")
        .and_then(numbers)
        .ok_or_else(|| wrong(start, "'shape' in the npy header"))?;
    let form = wanted.form.unwrap_or(match *shape.as_slice() {
        [_, _, 3] | [_, _, _, 3] => Form::Rgb,
        _ => Form::Grey,
    });
    let (frames, height, width) = form
        .of_shape(&shape)
        .ok_or_else(|| wanted.refuse(start, form, &format!("one of shape {shape:?}")))?;
    let samples = count(start, &shape)?;
    let kind = match descr {
        "|u1" | "<u1" | ">u1" | "u1" => Samples::U8,
        "<u2" => Samples::U16(u16::from_le_bytes),
        ">u2" => Samples::U16(u16::from_be_bytes),
        "<u4" => Samples::U32(u32::from_le_bytes),
        ">u4" => Samples::U32(u32::from_be_bytes),
        other => {
            return Err(wrong(
                10,
                format!("samples of type uint8, uint16 or uint32, not '{other}'"),
            ));
        }
    };
    let header = Header {
        form,
        width,
        height,
        samples: samples.checked_div(frames).unwrap_or(0),
        kind,
        start: start + length,
    };
    Ok((header, frames))
}

/// Samples of `N` bytes.
fn each<const N: usize, S>(bytes: &[u8], sample: fn([u8; N]) -> S) -> Vec<S> {
    bytes.as_chunks().0.iter().map(|bytes| sample(*bytes)).collect()
}

/// What follows `'key':` in the header's dict.
fn value<'a>(dict: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = dict
        .split_once(&format!("'{key}'"))
        .or_else(|| dict.split_once(&format!("\"{key}\"")))?;
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

/// A quoted text.
fn text(value: Option<&str>) -> Option<&str> {
    let value = value?;
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    value.get(1..)?.split(quote).next()
}

/// A tuple of numbers.
fn numbers(value: &str) -> Option<Vec<usize>> {
    let inner = value.strip_prefix('(')?.split(')').next()?;
    inner
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}
