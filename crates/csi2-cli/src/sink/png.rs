//! Greyscale PNG: 8 bits deep to 8 bits, else 16, samples right-aligned; `sBIT` tells the true depth.

use super::{Picture, Sink, SinkOptions, big_endian, full_range, samples};
use csi2_analyzer::Keep;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "png",
    description: "greyscale PNG, samples right-aligned with their depth in sBIT; --stretch scales them for viewing",
    extension: "png",
    keep: Keep::Samples,
    stretches: true,
    write,
};

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    encode(picture, options, out).map_err(|error| match error {
        EncodingError::IoError(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    })
}

fn encode(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> Result<(), EncodingError> {
    let samples = samples(picture)?;
    let side = |length: usize| u32::try_from(length).map_err(|_| EncodingError::LimitsExceeded);
    let mut encoder = Encoder::new(out, side(picture.width)?, side(picture.height)?);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(if picture.bits <= 8 {
        BitDepth::Eight
    } else {
        BitDepth::Sixteen
    });
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    if !options.stretch {
        writer.write_chunk(png::chunk::sBIT, &[picture.bits])?;
    }
    let mut stream = writer.stream_writer_with_size(1 << 20)?;
    if options.stretch {
        big_endian(samples, picture.bits, full_range(picture.bits), &mut stream)?;
    } else {
        big_endian(samples, picture.bits, |sample| sample, &mut stream)?;
    }
    stream.finish()?;
    writer.finish()
}
