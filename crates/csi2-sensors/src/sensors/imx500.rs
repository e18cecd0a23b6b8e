//! Sony IMX500.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx500.cpp.

use crate::{CCS, Gain, Profile};

pub(super) const IMX500: Profile = Profile {
    name: "imx500",
    also_known: &[],
    bayer: None,
    black_level: None,
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(22),
    embedded_rows: None,
    embedded: Some(&CCS),
    modes: &[],
};
