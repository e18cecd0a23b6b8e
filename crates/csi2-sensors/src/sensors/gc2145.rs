//! GalaxyCore GC2145, with a picture processor of its own.
//!
//! Ref: torvalds/linux drivers/media/i2c/gc2145.c. Its blanking does not agree with the 20 and 30 frames per second that it
//! declares: no pace here.

use crate::{Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const GC2145: Profile = Profile {
    modes: MODES,
    active: Some(Size::new(1600, 1200)),
    ..Profile::named("gc2145")
};

const MODES: &[Mode] = &[
    Mode::new("full-uyvy", 1600, 1200, DataType::YUV422_8).link(2, 480_000_000),
    Mode::new("full-rgb565", 1600, 1200, DataType::RGB565).link(2, 480_000_000),
    Mode::new("720p-uyvy", 1280, 720, DataType::YUV422_8).link(2, 384_000_000),
    Mode::new("720p-rgb565", 1280, 720, DataType::RGB565).link(2, 384_000_000),
    Mode::new("vga-uyvy", 640, 480, DataType::YUV422_8).link(2, 240_000_000),
    Mode::new("vga-rgb565", 640, 480, DataType::RGB565).link(2, 240_000_000),
];
