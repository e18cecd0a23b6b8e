//! Sony IMX585.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx585 and its device trees (geometry); raspberrypi/libcamera issue 278 (types of
//! optical black rows). Its high dynamic range is one frame of 16 bits, not DOL.

use crate::{Profile, Size};
use csi2_packet::DataType;

pub(super) const IMX585: Profile = Profile {
    active: Some(Size::new(3856, 2180)),
    black_type: Some(DataType::USER8),
    ..Profile::named("imx585")
};
