//! Sony IMX715: its geometry.
//!
//! Ref: framosimaging/framos-jetson-drivers fr_imx715 and its device trees.

use crate::{Bayer, Profile, Size};

pub(super) const IMX715: Profile = Profile {
    bayer: Some(Bayer::Gbrg),
    active: Some(Size::new(3864, 2192)),
    ..Profile::named("imx715")
};
