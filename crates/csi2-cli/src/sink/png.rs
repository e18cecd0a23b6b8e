//! PNG: grey, 8 bits deep to 8 bits, else 16, samples right-aligned; or 8-bit RGB. `sBIT` tells the true depth.
//!
//! Ref: W3C PNG, 12.4 (sample depth scaling) and 11.3.2.7 (sBIT).

use super::samples::big_endian;
use super::{Picture, Sink, SinkOptions};
use crate::render::{self, Raster};
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{Layout, Samples};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "png",
    description: "PNG, grey with samples right-aligned and their depth in sBIT (--stretch scales them for viewing), or 8-bit RGB; YUV is rendered",
    extension: "png",
    keep: Keep::Samples,
    stretches: true,
    streams: true,
    lacks,
    write,
};

fn lacks(picture: &Picture<'_>, options: SinkOptions) -> Option<&'static str> {
    match picture.pixels {
        Pixels::Samples(Samples::Wide(_)) if !options.stretch => {
            Some("a PNG holds 16 bits; --stretch writes the top 16")
        }
        _ => None,
    }
}

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    match picture.layout {
        Layout::Single => grey(picture, options, out).map_err(failed),
        // Samples are left-aligned and repeated below, as PNG would have them: shifting right by the missing bits gives
        // them back.
        Layout::Bgr => {
            let [blue, green, red] = picture.depth;
            write_raster(&render::rgb(picture)?, Some([red, green, blue]), out)
        }
        _ => write_raster(&render::yuv(picture, options.yuv)?, None, out),
    }
}

/// Eight-bit pixels. `depth`: significant bits of red, green and blue.
pub(super) fn write_raster(raster: &Raster, depth: Option<[u8; 3]>, out: &mut dyn Write) -> io::Result<()> {
    let colour = if raster.channels == 1 {
        ColorType::Grayscale
    } else {
        ColorType::Rgb
    };
    encode(raster.width, raster.height, (colour, BitDepth::Eight), out, |writer| {
        if let Some(depth) = depth {
            writer.write_chunk(png::chunk::sBIT, &depth)?;
        }
        writer.write_image_data(&raster.bytes)
    })
    .map_err(failed)
}

fn grey(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> Result<(), EncodingError> {
    let depth = if picture.bits <= 8 {
        BitDepth::Eight
    } else {
        BitDepth::Sixteen
    };
    let form = (ColorType::Grayscale, depth);
    encode(picture.width, picture.height, form, out, |writer| {
        if !options.stretch {
            writer.write_chunk(png::chunk::sBIT, &[picture.bits])?;
        }
        let mut stream = writer.stream_writer_with_size(1 << 20)?;
        big_endian(picture, options.stretch, &mut stream)?;
        stream.finish()
    })
}

fn encode<'a>(
    width: usize,
    height: usize,
    (colour, depth): (ColorType, BitDepth),
    out: &'a mut dyn Write,
    body: impl FnOnce(&mut png::Writer<&'a mut dyn Write>) -> Result<(), EncodingError>,
) -> Result<(), EncodingError> {
    let side = |length: usize| u32::try_from(length).map_err(|_| EncodingError::LimitsExceeded);
    let mut encoder = Encoder::new(out, side(width)?, side(height)?);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    body(&mut writer)?;
    writer.finish()
}

fn failed(error: EncodingError) -> io::Error {
    match error {
        EncodingError::IoError(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}
