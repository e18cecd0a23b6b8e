//! NumPy arrays of unsigned integers, (H, W) or (N, H, W).
//!
//! Ref: numpy/numpy `numpy/lib/_format_impl.py`.

use super::{Images, Kind, Wrong, body, count, wrong};

pub(super) const KIND: Kind = Kind {
    magic: b"\x93NUMPY",
    read,
};

fn read(bytes: &[u8]) -> Result<Images, Wrong> {
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
    let (frames, height, width) = match *shape.as_slice() {
        [height, width] => (1, height, width),
        [_, _, 3] => {
            return Err(wrong(
                start,
                format!("grey samples, not {shape:?}, which is colour as (H, W, 3)"),
            ));
        }
        [frames, height, width] => (frames, height, width),
        _ => return Err(wrong(start, format!("shape (H, W) or (N, H, W), not {shape:?}"))),
    };
    let samples = count(start, &[frames, height, width])?;
    let start = start + length;
    let pairs = |bytes| Ok::<_, Wrong>(body(bytes, start, 2 * samples)?.as_chunks().0.iter());
    let samples: Vec<u16> = match descr {
        "|u1" | "<u1" | ">u1" | "u1" => body(bytes, start, samples)?
            .iter()
            .map(|byte| u16::from(*byte))
            .collect(),
        "<u2" => pairs(bytes)?.map(|pair| u16::from_le_bytes(*pair)).collect(),
        ">u2" => pairs(bytes)?.map(|pair| u16::from_be_bytes(*pair)).collect(),
        other => return Err(wrong(10, format!("samples of type uint8 or uint16, not '{other}'"))),
    };
    Ok(Images {
        width,
        height,
        bits: None,
        samples,
    })
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
