//! Sony IMX662.
//!
//! Ref: raspberrypi/libcamera pull request 353 (gain); framosimaging/framos-jetson-drivers fr_imx662 and its device trees (colour
//! filter, black level, modes, rows of a set).

use super::by_information;
use crate::{Bayer, BlackLevel, Dol, Gain, Margin, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX662: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 50, bits: 10 }),
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(6),
    embedded_rows: Some(1),
    modes: MODES,
    active: Some(Size::new(1936, 1100)),
    frame_margin: Some(70),
    ..Profile::named("imx662")
};

/// RHS1 is 157: the shorter exposure trails by (157 - 1) / 2 rows. How many of the rows above the image are optical black
/// nobody says; binned, all numbers are half, and the line length is not said.
const MODES: &[Mode] = &[
    Mode::new("1080p-10bit", 1920, 1080, DataType::RAW10)
        .link(4, 720_000_000)
        .raster(74_250_000, 660, 1150),
    Mode::new("1080p-12bit", 1920, 1080, DataType::RAW12)
        .link(4, 594_000_000)
        .raster(74_250_000, 990, 1150),
    Mode::new("1080p-10bit-2lane", 1920, 1080, DataType::RAW10)
        .link(2, 1_440_000_000)
        .raster(74_250_000, 660, 1150),
    Mode::new("1080p-12bit-2lane", 1920, 1080, DataType::RAW12)
        .link(2, 1_188_000_000)
        .raster(74_250_000, 990, 1150),
    Mode::new("dol2-12bit", 1920, 1080, DataType::RAW12)
        .link(4, 594_000_000)
        .raster(74_250_000, 990, 2500 / 2)
        .overlapped(DOL),
    Mode::new("dol2-10bit", 1920, 1080, DataType::RAW10)
        .link(4, 720_000_000)
        .raster(74_250_000, 660, 2500 / 2)
        .overlapped(DOL),
    Mode::new("dol2-binning-12bit", 960, 550, DataType::RAW12)
        .link(4, 594_000_000)
        .binned(2)
        .overlapped(Dol {
            margin: Margin {
                left: 4,
                right: 4,
                top: 10,
            },
            ..by_information(16, 2, [39, 0])
        }),
];

const DOL: Dol = Dol {
    margin: Margin {
        left: 8,
        right: 8,
        top: 40,
    },
    ..by_information(16, 2, [78, 0])
};
