//! Sony IMX290 and its siblings IMX327 and IMX462.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx290.cpp and
//! src/ipa/libipa/camera_sensor_helper.cpp (black level); torvalds/linux drivers/media/i2c/imx290.c (modes);
//! rockchip-linux/kernel drivers/media/i2c/imx327.c (sets of two); teslamotors/linux
//! drivers/media/i2c/crlmodule/crl_imx290_configuration.h (sets of three).

use super::by_information;
use crate::{Bayer, BlackLevel, Dol, Gain, Margin, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX290: Profile = Profile {
    also_known: &["imx327", "imx462"],
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 240, bits: 12 }),
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(2),
    modes: MODES,
    active: Some(Size::new(1948, 1097)),
    black_rows: Some(10),
    ..Profile::named("imx290")
};

const MODES: &[Mode] = &[
    hd("1080p-12bit", DataType::RAW12, 4, 445_500_000, 2200),
    hd("1080p-10bit", DataType::RAW10, 4, 445_500_000, 2200),
    hd("1080p-12bit-2lane", DataType::RAW12, 2, 891_000_000, 4400),
    hd("1080p-10bit-2lane", DataType::RAW10, 2, 891_000_000, 4400),
    small("720p-12bit", DataType::RAW12, 4, 297_000_000, 3300),
    small("720p-10bit", DataType::RAW10, 4, 297_000_000, 3300),
    small("720p-12bit-2lane", DataType::RAW12, 2, 594_000_000, 6600),
    small("720p-10bit-2lane", DataType::RAW10, 2, 594_000_000, 6600),
    // As the IMX327 is driven: a register of 2418 rows a set.
    Mode::new("dol2-10bit", 1948, 1089, DataType::RAW10)
        .link(4, 445_500_000)
        .raster(148_500_000, 2028, 1464)
        .overlapped(Dol {
            margin: Margin { top: 8, ..Margin::NONE },
            ..by_information(4, 2, [112, 0])
        }),
    Mode::new("dol3-10bit", 1948, 1097, DataType::RAW10)
        .link(4, 891_000_000)
        .raster(148_500_000, 1100, 1125)
        .embedded(1)
        .overlapped(Dol {
            exposures: 3,
            ..by_information(4, 4, [44, 48])
        }),
];

const fn hd(name: &'static str, data_type: DataType, lanes: u8, lane_rate: u64, line_length: u32) -> Mode {
    Mode::new(name, 1920, 1080, data_type)
        .link(lanes, lane_rate)
        .raster(148_500_000, line_length, 1125)
}

const fn small(name: &'static str, data_type: DataType, lanes: u8, lane_rate: u64, line_length: u32) -> Mode {
    Mode::new(name, 1280, 720, data_type)
        .link(lanes, lane_rate)
        .raster(148_500_000, line_length, 750)
}
