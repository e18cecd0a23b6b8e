//! Sony IMX708.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx708.cpp; raspberrypi/linux drivers/media/i2c/imx708.c.

use crate::{Bayer, CCS, Gain, Profile};

pub(super) const IMX708: Profile = Profile {
    name: "imx708",
    also_known: &[],
    bayer: Some(Bayer::Rggb),
    black_level: None,
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(48),
    // Two of registers, one of phase detection, two of a histogram.
    embedded_rows: Some(5),
    embedded: Some(&CCS),
    modes: &[],
};
