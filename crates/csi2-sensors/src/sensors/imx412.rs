//! Sony IMX412 and its sibling IMX577, which has the same model id.
//!
//! Ref: Sony product brief IMX412-AACK (drive modes, rates); torvalds/linux drivers/media/i2c/imx412.c (gain, margin, colour
//! filter, clocks); framosimaging/framos-jetson-drivers fr_imx412 (line lengths, least frame length, digital gain, black level);
//! intel/linux-intel-lts drivers/media/i2c/kmb-imx412.c (DOL, two lanes); raspberrypi/libcamera
//! src/ipa/rpi/cam_helper/cam_helper_imx477.cpp (registers).

use super::by_channel;
use crate::{Bayer, BlackLevel, CCS, EmbeddedMap, Field, Gain, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX412: Profile = Profile {
    also_known: &["imx577"],
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 64, bits: 10 }),
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(22),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
    modes: MODES,
    array: Some(Size::new(4072, 3176)),
    active: Some(Size::new(4056, 3040)),
    frame_margin: Some(52),
    ..Profile::named("imx412")
};

/// Of the whole family. The shift of long exposures (0x3100, 0x3210) is not in the rows.
pub(super) const EMBEDDED: EmbeddedMap = EmbeddedMap {
    digital_gain: Some(Field::Word(0x020E)),
    ..CCS
};

/// Frame lengths of the first five follow from the frame rates of the brief, their line lengths from the driver.
const MODES: &[Mode] = &[
    Mode::new("full-10bit", 4056, 3040, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 4512, 3102),
    Mode::new("full-12bit", 4056, 3040, DataType::RAW12)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 6224, 3374),
    Mode::new("4k2k-10bit", 4056, 2288, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 4512, 2356),
    Mode::new("1080p-binning-10bit", 2028, 1112, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 2976, 1176)
        .binned(2),
    Mode::new("full-dol2-10bit", 4056, 3040, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 4512, 3102)
        .overlapped(by_channel(2, 2, [200, 0])),
    Mode::new("full-10bit-30fps", 4056, 3040, DataType::RAW10)
        .link(4, 1_200_000_000)
        .raster(480_000_000, 4512, 3546),
    Mode::new("full-10bit-2lane", 4056, 3040, DataType::RAW10)
        .link(2, 2_100_000_000)
        .raster(840_000_000, 9024, 3102),
    Mode::new("4k-10bit", 3840, 2160, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 4512, 2212),
    Mode::new("4k-12bit", 3840, 2160, DataType::RAW12)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 6224, 2212),
    Mode::new("1080p-crop-binning-10bit", 1920, 1080, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(840_000_000, 2976, 1132)
        .binned(2),
    Mode::new("3200x1800-10bit-2lane", 3200, 1800, DataType::RAW10)
        .link(2, 1_260_000_000)
        .raster(504_000_000, 9024, 1861),
    Mode::new("1080p-scaled-12bit-2lane", 1920, 1080, DataType::RAW12)
        .link(2, 1_200_000_000)
        .raster(480_000_000, 6224, 2570),
    Mode::new("dol2-12bit", 4056, 3040, DataType::RAW12)
        .link(4, 1_452_000_000)
        .raster(580_800_000, 6224, 3110)
        .overlapped(by_channel(2, 2, [200, 0])),
    Mode::new("dol3", 4056, 3040, DataType::RAW12)
        .link(4, 1_452_000_000)
        .raster(580_800_000, 6224, 3110)
        .overlapped(by_channel(3, 4, [246, 282])),
];
