//! Sony IMX565: its geometry.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx565 and its device trees.

use crate::{Profile, Size};

pub(super) const IMX565: Profile = Profile {
    active: Some(Size::new(4128, 3008)),
    ..Profile::named("imx565")
};
