//! Values of the options for exposures that share a link: the same where they are read and where they are made.

use clap::ValueEnum;
use csi2_sensors::Placement;

/// Heading of these options.
pub(crate) const HEADING: &str = "Exposures (DOL-HDR)";

/// `--li-placement`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PlacementName {
    /// In the low bits
    Low,
    /// In the high bits
    High,
}

/// `--vbp`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

impl PlacementName {
    pub(crate) const fn placement(self) -> Placement {
        match self {
            Self::Low => Placement::Low,
            Self::High => Placement::High,
        }
    }
}
