//! Sony IMX464: its geometry.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx464 and its device trees.
//! Drivers set DOL by virtual channel or line information, at rates that they do not say.

use crate::{Profile, Size};

pub(super) const IMX464: Profile = Profile {
    active: Some(Size::new(2712, 1538)),
    ..Profile::named("imx464")
};
