//! PNG, grey or colour, 8 or 16 bits deep.

use super::{Cells, Form, Kind, Pictures, Wanted, Wrong, count, wrong};
use png::{BitDepth, ColorType, Decoder, Transformations};
use std::io::Cursor;

pub(super) const KIND: Kind = Kind {
    magic: b"\x89PNG\r\n\x1a\n",
    read,
};

/// Without the debug output of a chunk: `ChunkType { type: IDAT, critical: true, ... }` is IDAT.
fn plain(message: &str) -> String {
    let parts = message.split_once("ChunkType { type: ").and_then(|(before, rest)| {
        let (chunk, after) = rest.split_once('}')?;
        Some((before, chunk.split(',').next()?, after))
    });
    match parts {
        Some((before, chunk, after)) => format!("{before}{chunk}{after}"),
        None => message.to_owned(),
    }
}

fn read(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Pictures, Wrong> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::IDENTITY);
    let malformed = |error: png::DecodingError| wrong(0, format!("a PNG picture: {}", plain(&error.to_string())));
    let mut reader = decoder.read_info().map_err(malformed)?;
    let info = reader.info();
    let (color, depth) = (info.color_type, info.bit_depth);
    let (form, wide) = match (color, depth) {
        (ColorType::Grayscale, BitDepth::Eight) => (Form::Grey, false),
        (ColorType::Grayscale, BitDepth::Sixteen) => (Form::Grey, true),
        (ColorType::Rgb, BitDepth::Eight) => (Form::Rgb, false),
        (ColorType::Rgb, BitDepth::Sixteen) => (Form::Rgb, true),
        _ => {
            return Err(wrong(
                24,
                format!(
                    "grey or RGB of 8 or 16 bits, not {color:?} of {} bits: `ffmpeg -i picture.png -pix_fmt rgb24 colour.png` \
                     makes it colour, `-pix_fmt gray` grey",
                    depth as u8
                ),
            ));
        }
    };
    let says = info.sbit.as_ref().map(|bits| bits.as_ref());
    let depth = match (form, says) {
        (Form::Rgb, Some(&[red, green, blue])) => Some([red, green, blue]),
        (Form::Rgb, _) => None,
        (_, Some(&[bits])) => Some([bits; 3]),
        _ => None,
    };
    wanted.accept(
        24,
        form,
        &format!("a {} PNG", if form == Form::Rgb { "colour" } else { "grey" }),
    )?;
    let side = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
    let (width, height) = (side(info.width), side(info.height));
    let length = count(16, &[form.samples(width, height), if wide { 2 } else { 1 }])
        .map_err(|_| wrong(16, format!("a picture that fits into memory, not {width}x{height}")))?;
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
    Ok(Pictures {
        form,
        width,
        height,
        depth,
        full_scale: (form == Form::Rgb).then_some(if wide { 16 } else { 8 }),
        cells: Cells::Narrow(samples),
    })
}
