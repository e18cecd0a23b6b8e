//! Portable greymaps, binary (P5).
//!
//! Ref: netpbm `pgm(5)`. Several pictures in one file are several frames.

use super::{Cells, Form, Kind, Pictures, Wanted, Wrong, body, count, wrong};

pub(super) const KIND: Kind = Kind { magic: b"P5", read };

fn read(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Pictures, Wrong> {
    wanted.accept(0, Form::Grey, "a greymap")?;
    let (first, mut samples, mut position) = picture(bytes, 0)?;
    while position < bytes.len() {
        let (next, more, end) = picture(bytes, position)?;
        if next != first {
            return Err(wrong(
                position,
                format!("another {}x{} picture of the same depth", first.width, first.height),
            ));
        }
        samples.extend(more);
        position = end;
    }
    Ok(Pictures {
        form: Form::Grey,
        width: first.width,
        height: first.height,
        depth: first.bits.map(|bits| [bits; 3]),
        full_scale: None,
        cells: Cells::Narrow(samples),
    })
}

/// What a header says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Header {
    width: usize,
    height: usize,
    bits: Option<u8>,
}

/// The picture at `start`, its samples, and where it ends.
fn picture(bytes: &[u8], start: usize) -> Result<(Header, Vec<u16>, usize), Wrong> {
    if !bytes.get(start..).is_some_and(|rest| rest.starts_with(KIND.magic)) {
        return Err(wrong(start, "P5"));
    }
    let mut position = start + 2;
    let width = number(bytes, &mut position, "the width")?;
    let height = number(bytes, &mut position, "the height")?;
    let at = position;
    let maximum = number(bytes, &mut position, "the maximum")?;
    if maximum == 0 || maximum > 65535 {
        return Err(wrong(at, format!("a maximum of 1 to 65535, not {maximum}")));
    }
    // One white space character ends the header.
    position += 1;
    let samples = count(start, &[width, height])?;
    if samples == 0 {
        return Err(wrong(start, format!("a picture with samples, not {width}x{height}")));
    }
    let wide = maximum > 255;
    let data = body(bytes, position, if wide { 2 * samples } else { samples })?;
    let samples = if wide {
        data.as_chunks()
            .0
            .iter()
            .map(|pair| u16::from_be_bytes(*pair))
            .collect()
    } else {
        data.iter().map(|byte| u16::from(*byte)).collect()
    };
    // 255 and 65535 say the container's width and nothing about the samples in it.
    let depth = (maximum + 1).trailing_zeros();
    let says = (maximum + 1).is_power_of_two() && maximum != 255 && maximum != 65535;
    Ok((
        Header {
            width,
            height,
            bits: u8::try_from(depth).ok().filter(|_| says),
        },
        samples,
        position + data.len(),
    ))
}

/// A decimal number after white space and `#` comments.
fn number(bytes: &[u8], position: &mut usize, what: &str) -> Result<usize, Wrong> {
    let start = *position;
    let mut comment = false;
    while let Some(byte) = bytes.get(*position) {
        match byte {
            b'\n' => comment = false,
            b'#' => comment = true,
            _ if comment || byte.is_ascii_whitespace() => {}
            _ => break,
        }
        *position += 1;
    }
    let mut value: Option<usize> = None;
    while let Some(digit @ b'0'..=b'9') = bytes.get(*position) {
        let digit = usize::from(digit - b'0');
        value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        *position += 1;
    }
    value.ok_or_else(|| wrong(start, format!("{what} in decimal digits")))
}
