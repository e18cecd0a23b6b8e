//! OmniVision OV5647.
//!
//! Ref: torvalds/linux drivers/media/i2c/ov5647.c (modes, colour filter, line sync with a gated clock).

use crate::{Bayer, Clock, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const OV5647: Profile = Profile {
    bayer: Some(Bayer::Bggr),
    modes: MODES,
    active: Some(Size::new(2592, 1944)),
    ..Profile::named("ov5647")
};

const MODES: &[Mode] = &[
    mode("full-10bit", 2592, 1944)
        .link(2, 437_500_000)
        .raster(87_500_000, 2844, 1968),
    mode("1080p-10bit", 1920, 1080)
        .link(2, 437_500_000)
        .raster(87_500_000, 2416, 1104),
    mode("1296x972-10bit", 1296, 972)
        .link(2, 437_500_000)
        .raster(87_500_000, 1896, 1435)
        .binned(2),
    mode("vga-10bit", 640, 480)
        .link(2, 291_670_000)
        .raster(58_333_000, 1852, 504)
        .binned(2),
];

const fn mode(name: &'static str, width: u16, height: u16) -> Mode {
    Mode::new(name, width, height, DataType::RAW10)
        .clocked(Clock::Gated)
        .line_synced()
}
