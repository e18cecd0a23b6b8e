//! Sony IMX675: its geometry.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx675 and its device trees.

use crate::{Profile, Size};

pub(super) const IMX675: Profile = Profile {
    active: Some(Size::new(2608, 1964)),
    ..Profile::named("imx675")
};
