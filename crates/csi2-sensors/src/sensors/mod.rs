//! One file a sensor.

mod ar0521;
mod gc2145;
mod imx219;
mod imx258;
mod imx274;
mod imx283;
mod imx290;
mod imx296;
mod imx335;
mod imx412;
mod imx415;
mod imx464;
mod imx477;
mod imx500;
mod imx519;
mod imx565;
mod imx568;
mod imx585;
mod imx662;
mod imx675;
mod imx676;
mod imx678;
mod imx708;
mod imx715;
mod imx900;
mod ov5640;
mod ov5647;
mod ov9281;

use crate::{Dol, DolMethod, Margin, Placement, Profile};
use csi2_packet::VirtualChannel;

/// All sensors, by name.
pub const PROFILES: &[Profile] = &[
    ar0521::AR0521,
    gc2145::GC2145,
    imx219::IMX219,
    imx258::IMX258,
    imx274::IMX274,
    imx283::IMX283,
    imx290::IMX290,
    imx296::IMX296,
    imx335::IMX335,
    imx412::IMX412,
    imx415::IMX415,
    imx464::IMX464,
    imx477::IMX477,
    imx500::IMX500,
    imx519::IMX519,
    imx565::IMX565,
    imx568::IMX568,
    imx585::IMX585,
    imx662::IMX662,
    imx675::IMX675,
    imx676::IMX676,
    imx678::IMX678,
    imx708::IMX708,
    imx715::IMX715,
    imx900::IMX900,
    ov5640::OV5640,
    ov5647::OV5647,
    ov9281::OV9281,
];

/// A virtual channel an exposure: 0, 1 and 2, as all drivers set them.
const fn by_channel(exposures: u8, slots_per_line: u8, delays: [u16; 2]) -> Dol {
    Dol {
        exposures,
        method: DolMethod::VirtualChannel([
            VirtualChannel::ZERO,
            VirtualChannel::from_wire(1, 0),
            VirtualChannel::from_wire(2, 0),
        ]),
        delays,
        slots_per_line,
        blanking_rows: false,
        black_rows: 0,
        margin: Margin::NONE,
    }
}

/// Two exposures told apart by the first pixels of each row, with rows that stand in where an exposure has none. Where the code
/// stands in samples of 12 bits no source says: in the high bits here, as samples of 10 bits would be moved.
const fn by_information(pixels: u8, slots_per_line: u8, delays: [u16; 2]) -> Dol {
    Dol {
        exposures: 2,
        method: DolMethod::LineInformation {
            pixels,
            placement: Placement::High,
        },
        delays,
        slots_per_line,
        blanking_rows: true,
        black_rows: 0,
        margin: Margin::NONE,
    }
}
