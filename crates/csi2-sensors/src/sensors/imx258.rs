//! Sony IMX258.
//!
//! Ref: torvalds/linux drivers/media/i2c/imx258.c (modes, array, margin); libcamera-org/libcamera
//! src/ipa/libipa/camera_sensor_helper.cpp (gain, black level). The pixel clock of two lanes is worked out from the clock
//! settings: the driver's tables of 19.2 and 24 MHz disagree about it.

use crate::{Bayer, BlackLevel, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX258: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 64, bits: 10 }),
    gain: Some(Gain::Ratio { full: 512 }),
    exposure_margin: Some(10),
    modes: MODES,
    array: Some(Size::new(4224, 3192)),
    active: Some(Size::new(4208, 3120)),
    ..Profile::named("imx258")
};

const MODES: &[Mode] = &[
    Mode::new("full-10bit", 4208, 3120, DataType::RAW10)
        .link(4, 1_267_200_000)
        .raster(506_880_000, 5352, 3152),
    // From 24 MHz, not 19.2.
    Mode::new("full-10bit-24mhz", 4208, 3120, DataType::RAW10)
        .link(4, 1_272_000_000)
        .raster(508_800_000, 5352, 3152),
    Mode::new("full-10bit-2lane", 4208, 3120, DataType::RAW10)
        .link(2, 1_267_200_000)
        .raster(253_440_000, 5352, 3152),
    Mode::new("2104x1560-10bit", 2104, 1560, DataType::RAW10)
        .link(4, 640_000_000)
        .raster(256_000_000, 5352, 1592)
        .binned(2),
    // The driver calls it 30 frames per second, its numbers do not.
    Mode::new("1048x780-10bit", 1048, 780, DataType::RAW10)
        .link(4, 640_000_000)
        .binned(4),
];
