//! Samples without a header, as the `raw` sink writes them: bytes where the depth is known to be at most 8 bits, u16
//! little-endian to 16, else u32. Grey; red, green and blue; UYVY; or the planes Y, U and V.

use super::{Cells, Form, Pictures, Wanted, Wrong, wrong};
use crate::number::Size;

pub(super) fn read(bytes: &[u8], size: Size, wanted: &Wanted<'_>) -> Result<Pictures, Wrong> {
    let form = wanted.form.unwrap_or_default().in_raw(wanted.bits);
    let Size { width, height } = size;
    let odd = (form.is_yuv() && !width.is_multiple_of(2)) || (form == Form::I420 && !height.is_multiple_of(2));
    if odd {
        return Err(wanted.refuse(0, form, &format!("a picture of {width}x{height}")));
    }
    let (name, unit) = match wanted.bits {
        Some(..=8) => ("u8", 1),
        Some(17..) => ("u32 little-endian", 4),
        _ => ("u16 little-endian", 2),
    };
    let frame = form.samples(width, height) * unit;
    let frames = bytes.len() / frame;
    if frames == 0 || !bytes.len().is_multiple_of(frame) {
        return Err(wrong(
            frames * frame,
            format!(
                "{name} samples of whole {width}x{height} {} frames, {frame} bytes each; the file has {} bytes",
                form.pixel_format(),
                bytes.len()
            ),
        ));
    }
    let cells = match unit {
        1 => Cells::Narrow(bytes.iter().map(|byte| u16::from(*byte)).collect()),
        2 => Cells::Narrow(bytes.as_chunks().0.iter().map(|b| u16::from_le_bytes(*b)).collect()),
        _ => Cells::Wide(bytes.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b)).collect()),
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
