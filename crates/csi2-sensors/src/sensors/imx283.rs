//! Sony IMX283.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx283.cpp.

use crate::{Gain, Profile};

pub(super) const IMX283: Profile = Profile {
    name: "imx283",
    also_known: &[],
    bayer: None,
    black_level: None,
    gain: Some(Gain::Ratio { full: 2048 }),
    exposure_margin: Some(4),
    embedded_rows: None,
    embedded: None,
    modes: &[],
};
