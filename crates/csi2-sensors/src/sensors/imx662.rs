//! Sony IMX662.
//!
//! Ref: raspberrypi/libcamera pull request 353 (gain); framosimaging/framos-jetson-drivers (colour filter, rows).

use crate::{Bayer, Gain, Profile};

pub(super) const IMX662: Profile = Profile {
    name: "imx662",
    also_known: &[],
    bayer: Some(Bayer::Rggb),
    black_level: None,
    gain: Some(Gain::Decibels { tenths: 3 }),
    exposure_margin: Some(6),
    embedded_rows: Some(1),
    embedded: None,
    modes: &[],
};
