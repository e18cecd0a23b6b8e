//! DNG: the samples of a RAW frame as they are, with what a developer of raw pictures has to know of them.
//!
//! Ref: Adobe Digital Negative 1.4, chapter 4 (tags), as read by dcraw, LibRaw and ExifTool; TIFF/EP for the colour filter.

use super::samples::narrow;
use super::{Picture, Sink, SinkOptions, strip};
use crate::render;
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{BayerOrder, Layout, Samples};
use std::io::{self, Write};
use tiff::encoder::colortype::Gray16;
use tiff::encoder::{Rational, SRational};

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
    let photometric = if pattern.is_some() {
        COLOUR_FILTER_ARRAY
    } else {
        LINEAR_RAW
    };
    let model = options.model.unwrap_or("CSI-2");
    let (black, white) = options.levels(picture.bits);
    let neutral = pattern.map(|_| render::neutral(picture, options)).transpose()?;
    // Always 16 bits, as readers of more than 8 expect.
    strip::write::<Gray16>(
        (picture.width, picture.height),
        samples,
        |tags| {
            tags.set(262, photometric)?; // PhotometricInterpretation
            tags.set(271, "MIPI")?; // Make
            tags.set(272, model)?; // Model
            tags.set(274, u16::from(options.orientation.number()))?; // Orientation
            tags.set(50706, [1_u8, 4, 0, 0])?; // DNGVersion
            tags.set(50707, [1_u8, 1, 0, 0])?; // DNGBackwardVersion
            tags.set(50708, format!("MIPI {model}").as_str())?; // UniqueCameraModel
            tags.set(50714, black)?; // BlackLevel
            tags.set(50717, white)?; // WhiteLevel
            let (Some(pattern), Some(neutral)) = (pattern, neutral) else {
                return Ok(());
            };
            tags.set(33421, [2_u16, 2])?; // CFARepeatPatternDim
            tags.set(33422, pattern)?; // CFAPattern
            tags.set(50710, [0_u8, 1, 2])?; // CFAPlaneColor: red, green, blue
            tags.set(50711, 1_u16)?; // CFALayout: rectangular
            // The camera's colours are taken for those of CIE XYZ: what they are is not known here.
            tags.set(50721, identity())?; // ColorMatrix1
            tags.set(50778, 21_u16)?; // CalibrationIlluminant1: D65
            tags.set(50728, neutral.map(fraction)) // AsShotNeutral: of a grey world
        },
        out,
    )
}

fn fraction(response: f64) -> Rational {
    Rational {
        n: (response * f64::from(DECIMALS)).round() as u32,
        d: DECIMALS,
    }
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

fn identity() -> [SRational; 9] {
    core::array::from_fn(|place| SRational {
        n: i32::from(place.is_multiple_of(4)),
        d: 1,
    })
}
