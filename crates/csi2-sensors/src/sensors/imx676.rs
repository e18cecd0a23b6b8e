//! Sony IMX676.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx676 and its device trees.

use super::by_information;
use crate::{Bayer, BlackLevel, Dol, Gain, Margin, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX676: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 50, bits: 10 }),
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(8),
    embedded_rows: Some(1),
    modes: MODES,
    active: Some(Size::new(3552, 3556)),
    frame_margin: Some(72),
    ..Profile::named("imx676")
};

/// RHS1 is 250: the shorter exposure trails by (250 - 2) / 2 rows. How many of the rows above the image are optical black
/// nobody says; binned, all numbers are half, and the line length is not said.
const MODES: &[Mode] = &[
    Mode::new("full-10bit", 3552, 3556, DataType::RAW10)
        .link(4, 2_376_000_000)
        .raster(74_250_000, 318, 3628),
    Mode::new("full-12bit", 3552, 3556, DataType::RAW12)
        .link(4, 1_440_000_000)
        .raster(74_250_000, 628, 3628),
    Mode::new("dol2-10bit", 3552, 3556, DataType::RAW10)
        .link(4, 2_376_000_000)
        .raster(74_250_000, 318, (7400 + 72) / 2)
        .overlapped(Dol {
            margin: Margin {
                top: 20,
                ..Margin::NONE
            },
            ..by_information(16, 2, [124, 0])
        }),
    Mode::new("dol2-binning-12bit", 1776, 1778, DataType::RAW12)
        .link(4, 1_782_000_000)
        .binned(2)
        .overlapped(Dol {
            margin: Margin {
                top: 10,
                ..Margin::NONE
            },
            ..by_information(16, 2, [62, 0])
        }),
];
