//! OmniVision OV9281 and its sibling OV9282: global shutter, no colour filter.
//!
//! Ref: torvalds/linux drivers/media/i2c/ov9282.c. A clock that stops between rows costs 74 pixel clocks a row.

use crate::{Bayer, Clock, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const OV9281: Profile = Profile {
    also_known: &["ov9282"],
    bayer: Some(Bayer::Mono),
    modes: MODES,
    active: Some(Size::new(1280, 800)),
    ..Profile::named("ov9281")
};

const MODES: &[Mode] = &[
    mode("full-10bit", DataType::RAW10)
        .raster(160_000_000, 1456, 910)
        .clocked(Clock::Continuous),
    mode("full-10bit-gated", DataType::RAW10)
        .raster(160_000_000, 1530, 910)
        .clocked(Clock::Gated),
    mode("full-8bit", DataType::RAW8)
        .raster(200_000_000, 1456, 910)
        .clocked(Clock::Continuous),
    mode("full-8bit-gated", DataType::RAW8)
        .raster(200_000_000, 1530, 910)
        .clocked(Clock::Gated),
];

const fn mode(name: &'static str, data_type: DataType) -> Mode {
    Mode::new(name, 1280, 800, data_type).link(2, 800_000_000)
}
