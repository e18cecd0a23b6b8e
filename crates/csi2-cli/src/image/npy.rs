//! NumPy arrays of unsigned integers, one picture or a stack.
//!
//! Ref: numpy/numpy `numpy/lib/_format_impl.py`.

use super::{Cells, Form, Kind, Pictures, Wanted, Wrong, body, count, wrong};

pub(super) const KIND: Kind = Kind {
    magic: b"\x93NUMPY",
    read,
};

fn read(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Pictures, Wrong> {
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
    let (_, height, width) = form
        .of_shape(&shape)
        .ok_or_else(|| wanted.refuse(start, form, &format!("one of shape {shape:?}")))?;
    let samples = count(start, &shape)?;
    let start = start + length;
    let bytes = |unit| body(bytes, start, unit * samples);
    let cells = match descr {
        "|u1" | "<u1" | ">u1" | "u1" => Cells::Narrow(bytes(1)?.iter().map(|byte| u16::from(*byte)).collect()),
        "<u2" => Cells::Narrow(each(bytes(2)?, u16::from_le_bytes)),
        ">u2" => Cells::Narrow(each(bytes(2)?, u16::from_be_bytes)),
        "<u4" => Cells::Wide(each(bytes(4)?, u32::from_le_bytes)),
        ">u4" => Cells::Wide(each(bytes(4)?, u32::from_be_bytes)),
        other => {
            return Err(wrong(
                10,
                format!("samples of type uint8, uint16 or uint32, not '{other}'"),
            ));
        }
    };
    Ok(Pictures {
        form,
        width,
        height,
        depth: None,
        full_scale: None,
        cells,
    })
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
