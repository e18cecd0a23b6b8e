//! Sony IMX283.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx283.cpp and
//! src/ipa/libipa/camera_sensor_helper.cpp (black level).

use crate::{BlackLevel, Gain, Profile};

pub(super) const IMX283: Profile = Profile {
    black_level: Some(BlackLevel { level: 50, bits: 10 }),
    gain: Some(Gain::Ratio { full: 2048 }),
    exposure_margin: Some(4),
    ..Profile::named("imx283")
};
