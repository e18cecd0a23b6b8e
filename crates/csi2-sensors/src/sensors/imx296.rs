//! Sony IMX296, with a colour filter or without.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx296.cpp.

use crate::{Gain, Profile};

pub(super) const IMX296: Profile = Profile {
    name: "imx296",
    also_known: &[],
    bayer: None,
    black_level: None,
    gain: Some(Gain::Decibels { tenths: 1 }),
    exposure_margin: Some(4),
    embedded_rows: None,
    embedded: None,
    modes: &[],
};
