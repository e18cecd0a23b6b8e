//! Sony IMX477 and its sibling IMX378.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx477.cpp; raspberrypi/linux drivers/media/i2c/imx477.c.

use crate::Profile;

use super::imx412::IMX412;

pub(super) const IMX477: Profile = Profile {
    name: "imx477",
    also_known: &["imx378"],
    modes: &[],
    ..IMX412
};
