//! Sony IMX274.
//!
//! Ref: NVIDIA Jetson kernel imx274_mode_tbls.h and its device trees (modes, rows of a set); teslamotors/linux
//! drivers/media/i2c/crlmodule/crl_imx274_configuration.h (embedded row).

use super::by_information;
use crate::{Bayer, Dol, Margin, Mode, Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX274: Profile = Profile {
    bayer: Some(Bayer::Rggb),
    embedded_rows: Some(1),
    modes: MODES,
    active: Some(Size::new(3840, 2160)),
    ..Profile::named("imx274")
};

/// Frame lengths follow from the frame rates; the second set has a line length that no source says.
const MODES: &[Mode] = &[
    Mode::new("4k-10bit", 3840, 2160, DataType::RAW10)
        .link(4, 1_440_000_000)
        .raster(576_000_000, 4208, 2281),
    Mode::new("4k-dol2-10bit", 3840, 2160, DataType::RAW10)
        .link(4, 1_440_000_000)
        .raster(576_000_000, 4208, 2281)
        .overlapped(Dol {
            black_rows: 8,
            margin: Margin {
                left: 12,
                right: 0,
                top: 6,
            },
            ..by_information(4, 2, [50, 0])
        }),
    Mode::new("1080p-dol2-10bit", 1920, 1080, DataType::RAW10)
        .link(4, 1_440_000_000)
        .binned(2)
        .overlapped(Dol {
            black_rows: 8,
            margin: Margin {
                left: 6,
                right: 6,
                top: 6,
            },
            ..by_information(4, 2, [38, 0])
        }),
];
