//! Sony IMX500.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx500.cpp.

use crate::{CCS, Gain, Profile};

pub(super) const IMX500: Profile = Profile {
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(22),
    embedded: Some(&CCS),
    ..Profile::named("imx500")
};
