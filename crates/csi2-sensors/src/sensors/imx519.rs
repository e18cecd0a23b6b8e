//! Sony IMX519.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx519.cpp; raspberrypi/linux drivers/media/i2c/imx519.c (modes).

use crate::{Bayer, CCS, EmbeddedMap, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX519: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(32),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
    modes: MODES,
    array: Some(Size::new(4672, 3648)),
    active: Some(Size::new(4656, 3496)),
    ..Profile::named("imx519")
};

const EMBEDDED: EmbeddedMap = EmbeddedMap {
    temperature: None,
    ..CCS
};

const MODES: &[Mode] = &[
    mode("full-10bit", 4656, 3496, 16_896, 4060),
    mode("4k-10bit", 3840, 2160, 14_448, 2260),
    mode("2328x1748-10bit", 2328, 1748, 9234, 2476).binned(2),
    mode("1080p-10bit", 1920, 1080, 9689, 1180).binned(2),
    mode("720p-10bit", 1280, 720, 6971, 820).binned(2),
];

const fn mode(name: &'static str, width: u16, height: u16, line_length: u32, frame_length: u32) -> Mode {
    Mode::new(name, width, height, DataType::RAW10)
        .link(2, 987_000_000)
        .raster(686_000_000, line_length, frame_length)
}
