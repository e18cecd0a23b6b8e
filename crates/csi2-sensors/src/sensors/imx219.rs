//! Sony IMX219.
//!
//! Ref: Sony IMX219PQH5-C data sheet; raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx219.cpp; torvalds/linux
//! drivers/media/i2c/imx219.c.

use crate::{Bayer, EmbeddedMap, Field, Gain, Profile};

pub(super) const IMX219: Profile = Profile {
    name: "imx219",
    also_known: &[],
    bayer: Some(Bayer::Rggb),
    black_level: None,
    gain: Some(Gain::Ratio { full: 256 }),
    exposure_margin: Some(4),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
    modes: &[],
};

/// Now and then these rows hold junk; libcamera does not rely on them.
const EMBEDDED: EmbeddedMap = EmbeddedMap {
    frame_count: None,
    exposure_lines: Some(Field::Word(0x015A)),
    gain_code: Some(Field::Byte(0x0157)),
    digital_gain: None,
    frame_length_lines: Some(Field::Word(0x0160)),
    line_length_pixels: Some(Field::Word(0x0162)),
    temperature: None,
};
