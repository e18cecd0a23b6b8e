//! TIFF: grey of 8, 16 or 32 bits, samples right-aligned, or 8-bit RGB.
//!
//! Ref: TIFF 6.0, sections 4 (grey) and 6 (RGB).

use super::samples::little_endian_samples;
use super::strip::{self, Tags};
use super::{Picture, Sink, SinkOptions};
use crate::render;
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{Layout, Samples};
use std::io::{self, Write};
use tiff::encoder::colortype::{Gray8, Gray16, Gray32, RGB8};

pub(super) const SINK: Sink = Sink {
    name: "tiff",
    description: "TIFF of RAW, 8, 16 or 32 bits, samples right-aligned; RGB as 8 bits",
    extension: "tiff",
    keep: Keep::Samples,
    stretches: false,
    streams: false,
    lacks,
    write,
};

fn lacks(picture: &Picture<'_>, _: SinkOptions) -> Option<&'static str> {
    match picture.layout {
        Layout::Single | Layout::Bgr => None,
        _ => Some("a TIFF of YUV is read by few; the png format renders it as RGB"),
    }
}

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let size = (picture.width, picture.height);
    let orientation = u16::from(options.orientation.number());
    let tags = |tags: &mut Tags<'_, '_, '_>| tags.set(274, orientation); // Orientation
    match (picture.layout, picture.pixels) {
        (Layout::Bgr, _) => strip::write::<RGB8>(size, &render::rgb(picture)?.bytes, tags, out),
        (Layout::Single, Pixels::Samples(Samples::Wide(samples))) => strip::write::<Gray32>(size, samples, tags, out),
        (Layout::Single, Pixels::Samples(Samples::Narrow(samples))) if picture.bits > 8 => {
            strip::write::<Gray16>(size, samples, tags, out)
        }
        (Layout::Single, Pixels::Samples(samples)) => {
            let mut bytes = Vec::with_capacity(samples.len());
            little_endian_samples(samples, picture.bits, &mut bytes)?;
            strip::write::<Gray8>(size, &bytes, tags, out)
        }
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "neither RAW nor RGB; the npy format holds it",
        )),
    }
}
