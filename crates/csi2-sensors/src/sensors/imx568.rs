//! Sony IMX568: its geometry.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx568 and its device trees.

use crate::{Profile, Size};

pub(super) const IMX568: Profile = Profile {
    active: Some(Size::new(2472, 2064)),
    ..Profile::named("imx568")
};
