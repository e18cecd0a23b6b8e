//! Sony IMX296, with a colour filter or without.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx296.cpp; torvalds/linux drivers/media/i2c/imx296.c (mode).

use crate::{Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX296: Profile = Profile {
    gain: Some(Gain::Decibels { tenths: 1 }),
    exposure_margin: Some(4),
    modes: MODES,
    active: Some(Size::new(1456, 1088)),
    ..Profile::named("imx296")
};

/// The sensor sets its lane rate itself, from 1122 to 1198 Mb/s: this one is nominal.
const MODES: &[Mode] = &[Mode::new("full-10bit", 1456, 1088, DataType::RAW10)
    .link(1, 1_188_000_000)
    .raster(74_250_000, 1100, 1118)];
