//! onsemi AR0521.
//!
//! Ref: torvalds/linux drivers/media/i2c/ar0521.c.

use crate::{Bayer, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const AR0521: Profile = Profile {
    bayer: Some(Bayer::Grbg),
    modes: MODES,
    active: Some(Size::new(2592, 1944)),
    frame_margin: Some(38),
    ..Profile::named("ar0521")
};

/// At the least line and frame lengths.
const MODES: &[Mode] = &[Mode::new("full-8bit", 2592, 1944, DataType::RAW8)
    .link(4, 368_000_000)
    .raster(184_000_000, 3164, 1982)];
