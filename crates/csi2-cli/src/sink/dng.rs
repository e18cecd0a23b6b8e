//! DNG: the samples of a RAW frame as they are, with what a developer of raw pictures has to know of them.
//!
//! Ref: Adobe Digital Negative 1.4, chapter 4 (tags), as read by dcraw, LibRaw and ExifTool; TIFF/EP for the colour filter.

use super::ifd::{Directory, Strip, Value};
use super::samples::{little_endian, narrow};
use super::{Picture, Sink, SinkOptions};
use crate::render;
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{BayerOrder, Layout, Samples};
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "dng",
    description: "DNG of RAW to 16 bits, for developers of raw pictures: colour filter, black and white level, orientation",
    extension: "dng",
    keep: Keep::Samples,
    stretches: false,
    streams: false,
    lacks,
    write,
};

/// PhotometricInterpretation.
const COLOUR_FILTER_ARRAY: u16 = 32803;
const LINEAR_RAW: u16 = 34892;
/// Places of a number that is written as a fraction.
const DECIMALS: u32 = 10_000;

fn lacks(picture: &Picture<'_>, _: SinkOptions) -> Option<&'static str> {
    match (picture.layout, picture.pixels) {
        (Layout::Single, Pixels::Samples(Samples::Narrow(_))) => None,
        (Layout::Single, _) => Some("programs that read DNG take 16 bits"),
        _ => Some("a DNG holds RAW samples"),
    }
}

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let samples = narrow(picture)?;
    let pattern = options.bayer.and_then(pattern);
    let mut directory = Directory::new(Strip {
        width: picture.width,
        height: picture.height,
        samples: 1,
        bits: 16,
        photometric: if pattern.is_some() {
            COLOUR_FILTER_ARRAY
        } else {
            LINEAR_RAW
        },
    })?;
    let model = options.model.unwrap_or("CSI-2");
    let (black, white) = options.levels(picture.bits);
    let shorts = |values: &[u16]| Value::Shorts(values.to_vec());
    let mut set = |tag, value| directory.set(tag, value);
    set(271, Value::Text("MIPI".into())); // Make
    set(272, Value::Text(model.into())); // Model
    set(274, shorts(&[options.orientation.number().into()])); // Orientation
    set(50706, Value::Bytes(vec![1, 4, 0, 0])); // DNGVersion
    set(50707, Value::Bytes(vec![1, 1, 0, 0])); // DNGBackwardVersion
    set(50708, Value::Text(format!("MIPI {model}"))); // UniqueCameraModel
    set(50714, Value::Longs(vec![black])); // BlackLevel
    set(50717, Value::Longs(vec![white])); // WhiteLevel
    if let Some(pattern) = pattern {
        set(33421, shorts(&[2, 2])); // CFARepeatPatternDim
        set(33422, Value::Bytes(pattern.to_vec())); // CFAPattern
        set(50710, Value::Bytes(vec![0, 1, 2])); // CFAPlaneColor: red, green, blue
        set(50711, shorts(&[1])); // CFALayout: rectangular
        // The camera's colours are taken for those of CIE XYZ: what they are is not known here.
        set(50721, identity()); // ColorMatrix1
        set(50778, shorts(&[21])); // CalibrationIlluminant1: D65
        let neutral = render::neutral(picture, options)?;
        let fraction = |response: f64| ((response * f64::from(DECIMALS)).round() as u32, DECIMALS);
        set(50728, Value::Rationals(neutral.map(fraction).to_vec())); // AsShotNeutral: of a grey world
    }
    directory.write(out)?;
    // Always 16 bits, as readers of more than 8 expect; little_endian would write bytes to 8 bits.
    little_endian(samples, 16, out)
}

/// Colours of the tile: 0 red, 1 green, 2 blue.
const fn pattern(order: BayerOrder) -> Option<[u8; 4]> {
    match order {
        BayerOrder::Rggb => Some([0, 1, 1, 2]),
        BayerOrder::Grbg => Some([1, 0, 2, 1]),
        BayerOrder::Gbrg => Some([1, 2, 0, 1]),
        BayerOrder::Bggr => Some([2, 1, 1, 0]),
        BayerOrder::Mono => None,
    }
}

fn identity() -> Value {
    let one = |place: usize| (i32::from(place.is_multiple_of(4)), 1);
    Value::SignedRationals((0..9).map(one).collect())
}
