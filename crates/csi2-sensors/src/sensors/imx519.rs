//! Sony IMX519.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx519.cpp; raspberrypi/linux drivers/media/i2c/imx519.c.

use crate::{Bayer, CCS, EmbeddedMap, Gain, Profile};

pub(super) const IMX519: Profile = Profile {
    name: "imx519",
    also_known: &[],
    bayer: Some(Bayer::Rggb),
    black_level: None,
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(32),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
    modes: &[],
};

const EMBEDDED: EmbeddedMap = EmbeddedMap {
    temperature: None,
    ..CCS
};
