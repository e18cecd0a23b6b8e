//! Sony IMX412 and its sibling IMX577, which has the same model id.
//!
//! Ref: Sony product brief IMX412-AACK (drive modes, rates); torvalds/linux drivers/media/i2c/imx412.c (gain, margin, colour
//! filter, clocks); framosimaging/framos-jetson-drivers fr_imx412 (line lengths, digital gain, black level);
//! intel/linux-intel-lts drivers/media/i2c/kmb-imx412.c (DOL, two lanes); raspberrypi/libcamera
//! src/ipa/rpi/cam_helper/cam_helper_imx477.cpp (registers).

use crate::{Bayer, BlackLevel, CCS, Dol, DolMethod, EmbeddedMap, Field, Gain, Mode, Pace, Profile};
use csi2_packet::{DataType, VirtualChannel};

pub(super) const IMX412: Profile = Profile {
    name: "imx412",
    also_known: &["imx577"],
    bayer: Some(Bayer::Rggb),
    black_level: Some(BlackLevel { level: 64, bits: 10 }),
    gain: Some(Gain::Ratio { full: 1024 }),
    exposure_margin: Some(22),
    embedded_rows: Some(2),
    embedded: Some(&EMBEDDED),
    modes: MODES,
};

/// Of the whole family. The shift of long exposures (0x3100, 0x3210) is not in the rows.
pub(super) const EMBEDDED: EmbeddedMap = EmbeddedMap {
    digital_gain: Some(Field::Word(0x020E)),
    ..CCS
};

/// Frame lengths follow from the frame rates of the brief.
const MODES: &[Mode] = &[
    fast("full-10bit", 4056, 3040, DataType::RAW10, 4512, 3102),
    fast("full-12bit", 4056, 3040, DataType::RAW12, 6224, 3374),
    fast("4k2k-10bit", 4056, 2288, DataType::RAW10, 4512, 2356),
    fast("1080p-binning-10bit", 2028, 1112, DataType::RAW10, 2976, 1176),
    Mode {
        dol: Some(dol(2, 2, [200, 0])),
        ..fast("full-dol2-10bit", 4056, 3040, DataType::RAW10, 4512, 3102)
    },
    driver("full-10bit-30fps", 4, 1200, 480_000_000, 4512, 3546, DataType::RAW10),
    driver("full-10bit-2lane", 2, 2100, 840_000_000, 9024, 3102, DataType::RAW10),
    Mode {
        dol: Some(dol(2, 2, [200, 0])),
        ..driver("dol2-12bit", 4, 1452, 580_800_000, 6224, 3110, DataType::RAW12)
    },
    Mode {
        dol: Some(dol(3, 4, [246, 282])),
        ..driver("dol3", 4, 1452, 580_800_000, 6224, 3110, DataType::RAW12)
    },
];

/// At the highest rate: four lanes of 2.1 Gbps, 840 MHz.
const fn fast(
    name: &'static str,
    width: u16,
    height: u16,
    data_type: DataType,
    line_length: u32,
    frame_length: u32,
) -> Mode {
    Mode {
        name,
        width,
        height,
        data_type,
        lanes: 4,
        lane_rate: 2_100_000_000,
        pace: Some(Pace {
            pixel_rate: 840_000_000,
            line_length,
            frame_length,
        }),
        dol: None,
    }
}

/// All pixels, as a driver has it.
const fn driver(
    name: &'static str,
    lanes: u8,
    megabits: u64,
    pixel_rate: u64,
    line_length: u32,
    frame_length: u32,
    data_type: DataType,
) -> Mode {
    Mode {
        lanes,
        lane_rate: megabits * 1_000_000,
        pace: Some(Pace {
            pixel_rate,
            line_length,
            frame_length,
        }),
        ..fast(name, 4056, 3040, data_type, line_length, frame_length)
    }
}

/// A virtual channel an exposure, as registers 0x3E10 and 0x3E11 are set by all drivers.
const fn dol(exposures: u8, slots_per_line: u8, delays: [u16; 2]) -> Dol {
    Dol {
        exposures,
        method: DolMethod::VirtualChannel([
            VirtualChannel::ZERO,
            VirtualChannel::from_wire(1, 0),
            VirtualChannel::from_wire(2, 0),
        ]),
        delays,
        slots_per_line,
        blanking_rows: false,
        black_rows: 0,
    }
}
