//! Sony IMX415.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx415.cpp; rockchip-linux/kernel drivers/media/i2c/imx415.c (colour filter).

use crate::{Bayer, Gain, Profile};

pub(super) const IMX415: Profile = Profile {
    name: "imx415",
    also_known: &[],
    bayer: Some(Bayer::Gbrg),
    black_level: None,
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(8),
    embedded_rows: None,
    embedded: None,
    modes: &[],
};
