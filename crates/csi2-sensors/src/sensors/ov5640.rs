//! OmniVision OV5640, with a picture processor of its own.
//!
//! Ref: torvalds/linux drivers/media/i2c/ov5640.c; libcamera-org/libcamera src/ipa/libipa/camera_sensor_helper.cpp (black
//! level). Its JPEG has as many rows as it happens to have: no mode here.

use crate::{BlackLevel, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const OV5640: Profile = Profile {
    black_level: Some(BlackLevel { level: 16, bits: 10 }),
    modes: MODES,
    active: Some(Size::new(2592, 1944)),
    ..Profile::named("ov5640")
};

/// Pixel clocks follow from the 15 and 30 frames per second that the driver declares.
const MODES: &[Mode] = &[
    Mode::new("full-uyvy", 2592, 1944, DataType::YUV422_8)
        .link(2, 768_000_000)
        .raster(84_000_000, 2844, 1968),
    Mode::new("full-rgb565", 2592, 1944, DataType::RGB565)
        .link(2, 768_000_000)
        .raster(84_000_000, 2844, 1968),
    Mode::new("full-8bit", 2592, 1944, DataType::RAW8)
        .link(2, 768_000_000)
        .raster(84_000_000, 2844, 1968),
    Mode::new("1080p-uyvy", 1920, 1080, DataType::YUV422_8)
        .link(2, 768_000_000)
        .raster(74_000_000, 2234, 1104),
];
