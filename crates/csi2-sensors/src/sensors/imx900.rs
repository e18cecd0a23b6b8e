//! Sony IMX900: its geometry.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx900 and its device trees.

use crate::{Profile, Size};

pub(super) const IMX900: Profile = Profile {
    active: Some(Size::new(2064, 1552)),
    ..Profile::named("imx900")
};
