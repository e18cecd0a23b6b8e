//! Sony IMX477 and its sibling IMX378.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx477.cpp; raspberrypi/linux
//! drivers/media/i2c/imx477.c (modes, array); teslamotors/linux drivers/media/i2c/crlmodule/crl_imx477_master_configuration.h (DOL).

use super::by_channel;
use super::imx412::IMX412;
use crate::{Mode, Profile};
use csi2_packet::DataType;

/// The chip of the IMX412 with other settings.
pub(super) const IMX477: Profile = Profile {
    name: "imx477",
    also_known: &["imx378"],
    modes: MODES,
    ..IMX412
};

/// Rows of the last three come at a pace that no source says; delays are those that drivers of the IMX412 set.
const MODES: &[Mode] = &[
    Mode::new("full-12bit", 4056, 3040, DataType::RAW12)
        .link(2, 900_000_000)
        .raster(840_000_000, 24_000, 3500),
    Mode::new("2028x1520-12bit", 2028, 1520, DataType::RAW12)
        .link(2, 900_000_000)
        .raster(840_000_000, 12_740, 1648)
        .binned(2),
    Mode::new("2028x1080-12bit", 2028, 1080, DataType::RAW12)
        .link(2, 900_000_000)
        .raster(840_000_000, 12_740, 1318)
        .binned(2),
    Mode::new("1332x990-10bit", 1332, 990, DataType::RAW10)
        .link(2, 900_000_000)
        .raster(840_000_000, 6664, 1050)
        .binned(2),
    Mode::new("full-10bit", 4056, 3040, DataType::RAW10).link(2, 1_200_000_000),
    Mode::new("dol2-10bit", 4056, 3040, DataType::RAW10)
        .link(2, 1_200_000_000)
        .overlapped(by_channel(2, 2, [200, 0])),
    Mode::new("dol3-10bit", 4056, 3040, DataType::RAW10)
        .link(2, 1_200_000_000)
        .overlapped(by_channel(3, 4, [246, 282])),
];
