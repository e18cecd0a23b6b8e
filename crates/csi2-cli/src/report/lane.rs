//! Lanes by name.

use csi2_dphy::Lane;
use serde::Serialize;

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum LaneName {
    Data(u8),
    Clock(&'static str),
}

impl From<Lane> for LaneName {
    fn from(lane: Lane) -> Self {
        match lane {
            Lane::Clock => Self::Clock("clock"),
            Lane::Data(lane) => Self::Data(lane),
        }
    }
}
