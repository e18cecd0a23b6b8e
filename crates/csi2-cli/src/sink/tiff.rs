//! TIFF: grey of 8, 16 or 32 bits, samples right-aligned, or 8-bit RGB.
//!
//! Ref: TIFF 6.0, sections 4 (grey) and 6 (RGB).

use super::ifd::{Directory, Strip, Value};
use super::samples::little_endian_samples;
use super::{Picture, Sink, SinkOptions};
use crate::render;
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::Layout;
use std::io::{self, Write};

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

/// PhotometricInterpretation.
const BLACK_IS_ZERO: u16 = 1;
const RGB: u16 = 2;

fn lacks(picture: &Picture<'_>, _: SinkOptions) -> Option<&'static str> {
    match picture.layout {
        Layout::Single | Layout::Bgr => None,
        _ => Some("a TIFF of YUV is read by few; --format png renders it as RGB"),
    }
}

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let (samples, bits, photometric) = match (picture.layout, picture.bits) {
        (Layout::Bgr, _) => (3, 8, RGB),
        (_, ..=8) => (1, 8, BLACK_IS_ZERO),
        (_, 9..=16) => (1, 16, BLACK_IS_ZERO),
        (_, 17..) => (1, 32, BLACK_IS_ZERO),
    };
    let mut directory = Directory::new(Strip {
        width: picture.width,
        height: picture.height,
        samples,
        bits,
        photometric,
    })?;
    directory.set(274, Value::Shorts(vec![options.orientation.number().into()])); // Orientation
    // Readers insist on a resolution; that of a sensor is none.
    directory.set(282, Value::Rationals(vec![(1, 1)])); // XResolution
    directory.set(283, Value::Rationals(vec![(1, 1)])); // YResolution
    directory.set(296, Value::Shorts(vec![1])); // ResolutionUnit: none
    directory.write(out)?;
    match (picture.layout, picture.pixels) {
        (Layout::Bgr, _) => out.write_all(&render::rgb(picture)?.bytes),
        (Layout::Single, Pixels::Samples(samples)) => little_endian_samples(samples, picture.bits, out),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "neither RAW nor RGB; use --format npy",
        )),
    }
}
