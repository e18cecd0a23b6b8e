//! The cases: one row, one directory.

mod bit_errors;
mod broken;
mod captured;
mod data_types;
mod dol;
mod embedded;
mod low_power;
mod modes;
mod rules;
mod sensors;
mod symptoms;
mod whole;
mod wiring;

use crate::stream::{Camera, Made, Packets, Wiring};
use csi2_packet::DataType;
use std::error::Error;
use std::path::Path;

/// A golden capture.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// What reading it shows.
    pub(crate) proves: &'static str,
    pub(crate) extension: &'static str,
    /// Options the command needs.
    pub(crate) options: &'static [&'static str],
    pub(crate) make: fn(&Path) -> Made,
}

/// All of them, by theme.
pub(crate) const CASES: &[&[Case]] = &[
    whole::CASES,
    broken::CASES,
    bit_errors::CASES,
    low_power::CASES,
    modes::CASES,
    wiring::CASES,
    captured::CASES,
    rules::CASES,
    embedded::CASES,
    data_types::CASES,
    dol::CASES,
    sensors::CASES,
    symptoms::CASES,
];

const fn case(name: &'static str, extension: &'static str, make: fn(&Path) -> Made, proves: &'static str) -> Case {
    Case {
        name,
        proves,
        extension,
        options: &[],
        make,
    }
}

type MadePackets = Result<Packets, Box<dyn Error>>;

/// FS is packet 0, line `n` packet 1 + n of the first frame of a camera without line packets.
fn two_frames() -> MadePackets {
    Camera::RAW10.packets()
}

/// Four lines of 64 pixels: FS, packets 1 to 4, FE.
const SMALL: Camera = Camera {
    data_type: DataType::RAW8,
    bits: 8,
    height: 4,
    frames: 1,
    ..Camera::RAW10
};

/// One frame of [`SMALL`].
fn small_frame() -> MadePackets {
    SMALL.packets()
}

/// Two of them.
fn small_frames() -> MadePackets {
    Camera { frames: 2, ..SMALL }.packets()
}

fn four_lanes() -> Wiring {
    Wiring::pins("sigrok", 4, 4)
}

/// Cuts the last `bytes` off a file.
fn cut(path: &Path, bytes: usize) -> Made {
    let mut content = std::fs::read(path)?;
    content.truncate(content.len() - bytes);
    Ok(std::fs::write(path, content)?)
}
