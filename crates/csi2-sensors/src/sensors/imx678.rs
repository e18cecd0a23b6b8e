//! Sony IMX678.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx678 and its device trees.

use super::by_information;
use crate::{Bayer, BlackLevel, Dol, Gain, Margin, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX678: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 50, bits: 10 }),
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(8),
    embedded_rows: Some(1),
    modes: MODES,
    active: Some(Size::new(3856, 2180)),
    frame_margin: Some(70),
    ..Profile::named("imx678")
};

/// RHS1 is 169: the shorter exposure trails by (169 - 1) / 2 rows. How many of the rows above the image are optical black
/// nobody says; binned, all numbers are half, and the line length is not said.
const MODES: &[Mode] = &[
    Mode::new("full-10bit", 3856, 2180, DataType::RAW10)
        .link(4, 2_376_000_000)
        .raster(74_250_000, 458, 2250),
    Mode::new("full-12bit", 3856, 2180, DataType::RAW12)
        .link(4, 1_782_000_000)
        .raster(74_250_000, 550, 2250),
    Mode::new("full-10bit-2lane", 3856, 2180, DataType::RAW10)
        .link(2, 1_782_000_000)
        .raster(74_250_000, 1100, 2250),
    Mode::new("dol2-10bit", 3840, 2160, DataType::RAW10)
        .link(4, 1_782_000_000)
        .raster(74_250_000, 550, (4568 + 70) / 2)
        .overlapped(DOL),
    Mode::new("dol2-12bit", 3840, 2160, DataType::RAW12)
        .link(4, 1_782_000_000)
        .raster(74_250_000, 550, (4568 + 70) / 2)
        .overlapped(DOL),
    Mode::new("dol2-binning-12bit", 1920, 1090, DataType::RAW12)
        .link(4, 1_440_000_000)
        .binned(2)
        .overlapped(Dol {
            margin: Margin {
                left: 4,
                right: 4,
                top: 10,
            },
            ..by_information(16, 2, [42, 0])
        }),
];

const DOL: Dol = Dol {
    margin: Margin {
        left: 8,
        right: 8,
        top: 40,
    },
    ..by_information(16, 2, [84, 0])
};
