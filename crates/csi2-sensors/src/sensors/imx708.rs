//! Sony IMX708.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/cam_helper_imx708.cpp and
//! src/ipa/libipa/camera_sensor_helper.cpp (black level); raspberrypi/linux drivers/media/i2c/imx708.c (modes).

use crate::{Bayer, BlackLevel, CCS, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX708: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 64, bits: 10 }),
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(48),
    // Two of registers, one of phase detection, two of a histogram.
    embedded_rows: Some(5),
    embedded: Some(&CCS),
    modes: MODES,
    array: Some(Size::new(4640, 2658)),
    active: Some(Size::new(4608, 2592)),
    ..Profile::named("imx708")
};

/// The last one combines exposures on the chip: it reads several lines for each row that it sends, how many nobody says.
const MODES: &[Mode] = &[
    Mode::new("full-10bit", 4608, 2592, DataType::RAW10)
        .link(2, 900_000_000)
        .raster(595_200_000, 15_648, 2650),
    Mode::new("2304x1296-10bit", 2304, 1296, DataType::RAW10)
        .link(2, 900_000_000)
        .raster(585_600_000, 7824, 1336)
        .binned(2),
    Mode::new("1536x864-10bit", 1536, 864, DataType::RAW10)
        .link(2, 900_000_000)
        .raster(566_400_000, 5216, 904)
        .binned(2),
    Mode::new("2304x1296-hdr-10bit", 2304, 1296, DataType::RAW10)
        .link(2, 900_000_000)
        .raster(777_600_000, 5216, 4969),
];
