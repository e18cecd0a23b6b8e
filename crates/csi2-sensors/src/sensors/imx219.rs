//! Sony IMX219.
//!
//! Ref: Sony IMX219PQH5-C data sheet; raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx219.cpp and
//! src/ipa/libipa/camera_sensor_helper.cpp (black level); torvalds/linux drivers/media/i2c/imx219.c (modes).

use crate::{Bayer, BlackLevel, EmbeddedMap, Field, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX219: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 64, bits: 10 }),
    gain: Some(Gain::Ratio { full: 256 }),
    exposure_margin: Some(4),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
    modes: MODES,
    array: Some(Size::new(3296, 2480)),
    active: Some(Size::new(3280, 2464)),
    ..Profile::named("imx219")
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

const MODES: &[Mode] = &[
    mode("full-10bit", 3280, 2464, DataType::RAW10, 3526),
    mode("full-8bit", 3280, 2464, DataType::RAW8, 3526),
    mode("1080p-10bit", 1920, 1080, DataType::RAW10, 1763),
    mode("1080p-8bit", 1920, 1080, DataType::RAW8, 1763),
    mode("1640x1232-10bit", 1640, 1232, DataType::RAW10, 1763).binned(2),
    mode("1640x1232-8bit", 1640, 1232, DataType::RAW8, 1763).binned(2),
    mode("vga-10bit", 640, 480, DataType::RAW10, 1763).binned(2),
    mode("vga-8bit", 640, 480, DataType::RAW8, 1763).binned(2),
];

/// All share their link and line.
const fn mode(name: &'static str, width: u16, height: u16, data_type: DataType, frame_length: u32) -> Mode {
    Mode::new(name, width, height, data_type)
        .link(2, 912_000_000)
        .raster(182_400_000, 3448, frame_length)
}
