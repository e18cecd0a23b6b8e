//! One file a sensor.

mod imx219;
mod imx283;
mod imx290;
mod imx296;
mod imx412;
mod imx415;
mod imx477;
mod imx500;
mod imx519;
mod imx662;
mod imx708;

use crate::Profile;

/// All sensors, by name.
pub const PROFILES: &[Profile] = &[
    imx219::IMX219,
    imx283::IMX283,
    imx290::IMX290,
    imx296::IMX296,
    imx412::IMX412,
    imx415::IMX415,
    imx477::IMX477,
    imx500::IMX500,
    imx519::IMX519,
    imx662::IMX662,
    imx708::IMX708,
];
