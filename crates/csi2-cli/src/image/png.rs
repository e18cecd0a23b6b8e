//! Greyscale PNG, 8 or 16 bits deep.

use super::{Images, Kind, Wrong, count, wrong};
use png::{BitDepth, ColorType, Decoder, Transformations};
use std::io::Cursor;

pub(super) const KIND: Kind = Kind {
    magic: b"\x89PNG\r\n\x1a\n",
    read,
};

fn read(bytes: &[u8]) -> Result<Images, Wrong> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::IDENTITY);
    let malformed = |error: png::DecodingError| wrong(0, format!("a PNG picture: {error}"));
    let mut reader = decoder.read_info().map_err(malformed)?;
    let info = reader.info();
    let (color, depth) = (info.color_type, info.bit_depth);
    let wide = match (color, depth) {
        (ColorType::Grayscale, BitDepth::Eight) => false,
        (ColorType::Grayscale, BitDepth::Sixteen) => true,
        _ => {
            return Err(wrong(
                24,
                format!(
                    "greyscale of 8 or 16 bits, not {color:?} of {} bits: convert it first",
                    depth as u8
                ),
            ));
        }
    };
    let bits = info.sbit.as_ref().and_then(|bits| bits.first().copied());
    let side = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
    let (width, height) = (side(info.width), side(info.height));
    let length = count(16, &[width, height])? * if wide { 2 } else { 1 };
    if reader.output_buffer_size() != Some(length) {
        return Err(wrong(16, format!("{length} bytes of samples")));
    }
    let mut data = vec![0; length];
    reader.next_frame(&mut data).map_err(malformed)?;
    let samples = if wide {
        data.as_chunks()
            .0
            .iter()
            .map(|pair| u16::from_be_bytes(*pair))
            .collect()
    } else {
        data.iter().map(|byte| u16::from(*byte)).collect()
    };
    Ok(Images {
        width,
        height,
        bits,
        samples,
    })
}
