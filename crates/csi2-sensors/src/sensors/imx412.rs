//! Sony IMX412 and its sibling IMX577, which has the same model id.
//!
//! Ref: torvalds/linux drivers/media/i2c/imx412.c (gain, margin, colour filter); framosimaging/framos-jetson-drivers fr_imx412
//! (digital gain, black level); raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx477.cpp (registers).

use crate::{Bayer, BlackLevel, CCS, EmbeddedMap, Field, Gain, Profile};

pub(super) const IMX412: Profile = Profile {
    name: "imx412",
    also_known: &["imx577"],
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 64, bits: 10 }),
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(22),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
};

/// Of the whole family. The shift of long exposures (0x3100, 0x3210) is not in the rows.
pub(super) const EMBEDDED: EmbeddedMap = EmbeddedMap {
    digital_gain: Some(Field::Word(0x020E)),
    ..CCS
};
