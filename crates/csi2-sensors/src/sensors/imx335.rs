//! Sony IMX335.
//!
//! Ref: torvalds/linux drivers/media/i2c/imx335.c (modes, array, margin); libcamera-org/libcamera
//! src/ipa/libipa/camera_sensor_helper.cpp (gain, black level). Its DOL by virtual channel is in drivers of Arm, at rates
//! that they do not say.

use crate::{Bayer, BlackLevel, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX335: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 50, bits: 10 }),
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(9),
    modes: MODES,
    array: Some(Size::new(2616, 1964)),
    active: Some(Size::new(2592, 1944)),
    ..Profile::named("imx335")
};

/// The driver counts 4500 lines of 2934 clocks, of which each row takes two.
const MODES: &[Mode] = &[
    mode("full-12bit", DataType::RAW12, 4, 1_188_000_000),
    mode("full-10bit", DataType::RAW10, 4, 1_188_000_000),
    mode("full-12bit-891", DataType::RAW12, 4, 891_000_000),
    mode("full-10bit-891", DataType::RAW10, 4, 891_000_000),
    mode("full-12bit-2lane", DataType::RAW12, 2, 1_188_000_000),
    mode("full-10bit-2lane", DataType::RAW10, 2, 1_188_000_000),
];

const fn mode(name: &'static str, data_type: DataType, lanes: u8, lane_rate: u64) -> Mode {
    Mode::new(name, 2592, 1944, data_type)
        .link(lanes, lane_rate)
        .raster(396_000_000, 2 * 2934, 4500 / 2)
}
