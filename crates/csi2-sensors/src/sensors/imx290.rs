//! Sony IMX290 and its siblings IMX327 and IMX462.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx290.cpp; torvalds/linux drivers/media/i2c/imx290.c.

use crate::{Bayer, Gain, Profile};

pub(super) const IMX290: Profile = Profile {
    name: "imx290",
    also_known: &["imx327", "imx462"],
    bayer: Some(Bayer::Rggb),
    black_level: None,
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(2),
    embedded_rows: None,
    embedded: None,
    modes: &[],
};
