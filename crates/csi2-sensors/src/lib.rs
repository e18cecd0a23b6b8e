//! Camera sensors as data.
//!
//! A sensor is one [`Profile`], a const in a file of its own and a row of [`PROFILES`]. What no public source says of a sensor
//! is `None`, never a guess. [`EmbeddedMap`] says which registers, repeated in the embedded rows of a frame, tell how that
//! frame was exposed; [`CCS`] is the map for a sensor nobody has named.
//!
//! ```
//! let sensor = csi2_sensors::find("IMX577").unwrap();
//! assert_eq!(sensor.name, "imx412");
//! let values = sensor.embedded.unwrap().read(|address| match address {
//!     0x0202 => Some(0x06),
//!     0x0203 => Some(0x40),
//!     0x0204 => Some(0x02),
//!     0x0205 => Some(0x00),
//!     _ => None,
//! });
//! assert_eq!((values.exposure_lines, values.gain_code), (Some(1600), Some(512)));
//! assert_eq!(sensor.gain.unwrap().factor(512), Some(2.0));
//! ```
#![no_std]

mod budget;
mod dol;
mod embedded;
mod mode;
mod profile;
mod sensors;

pub use budget::{LineMisfit, Misfit};
pub use dol::{Dol, DolMethod, Exposure, LineInformation, MAX_EXPOSURES, Margin, Placement};
pub use embedded::{CCS, Container, EmbeddedMap, EmbeddedValues, Field};
pub use mode::{Clock, Mode, Pace};
pub use profile::{Bayer, BlackLevel, Gain, PROFILES, Profile, Size, find};
