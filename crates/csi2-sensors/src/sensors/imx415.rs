//! Sony IMX415.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx415.cpp; rockchip-linux/kernel
//! drivers/media/i2c/imx415.c (colour filter, modes, virtual channels and delays of the exposures).

use super::by_channel;
use crate::{Bayer, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX415: Profile = Profile {
    bayer: Some(Bayer::Gbrg),
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(8),
    modes: MODES,
    active: Some(Size::new(3864, 2192)),
    frame_margin: Some(46),
    ..Profile::named("imx415")
};

/// The clock of the line length is 74.25 MHz, whatever the samples come at.
const MODES: &[Mode] = &[
    mode("full-12bit", DataType::RAW12, 891_000_000, 1100, 2250),
    mode("full-10bit", DataType::RAW10, 891_000_000, 1100, 2250),
    // RHS1 is 77: (77 - 1) / 2.
    mode("dol2-12bit", DataType::RAW12, 1_782_000_000, 550, 2276).overlapped(by_channel(2, 2, [38, 0])),
    mode("dol2-10bit", DataType::RAW10, 1_485_000_000, 550, 2300).overlapped(by_channel(2, 2, [38, 0])),
    // RHS1 and RHS2 are 25 and 50: (25 - 1) / 3, (50 - 2) / 3.
    mode("dol3-12bit", DataType::RAW12, 1_782_000_000, 550, 1686).overlapped(by_channel(3, 4, [8, 16])),
    // 145 and 194.
    mode("dol3-10bit", DataType::RAW10, 1_782_000_000, 458, 2026).overlapped(by_channel(3, 4, [48, 64])),
];

const fn mode(name: &'static str, data_type: DataType, lane_rate: u64, line_length: u32, frame_length: u32) -> Mode {
    Mode::new(name, 3864, 2192, data_type)
        .link(4, lane_rate)
        .raster(74_250_000, line_length, frame_length)
}
