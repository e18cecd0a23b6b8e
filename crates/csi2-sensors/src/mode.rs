//! How a sensor reads out and sends its pixels.

use crate::Dol;
use csi2_packet::DataType;

/// A drive mode: what is sent, over which link, at which pace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Lower-case name, unique within the sensor: `full-10bit`.
    pub name: &'static str,
    /// Pixels per row of the image, without pixels of line information.
    pub width: u16,
    /// Rows of an image (of each exposure).
    pub height: u16,
    /// What an image row travels as.
    pub data_type: DataType,
    /// Data lanes the mode is published with.
    pub lanes: u8,
    /// Bits per second of a lane.
    pub lane_rate: u64,
    /// When rows come. `None`: no public source says.
    pub pace: Option<Pace>,
    /// How many exposures a set has, and how they share the link. `None`: one exposure a frame.
    pub dol: Option<Dol>,
}

/// The raster that a sensor reads out in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pace {
    /// Pixel clocks per second.
    pub pixel_rate: u64,
    /// Pixel clocks from the start of a row to the start of the next.
    pub line_length: u32,
    /// Rows from the start of a frame to the start of the next, blanking included.
    pub frame_length: u32,
}

impl Pace {
    /// Nanoseconds of a row.
    pub fn line_time(self) -> f64 {
        f64::from(self.line_length) * 1e9 / self.pixel_rate as f64
    }
}

impl Mode {
    /// Row times from the start of a frame, or of a set of exposures, to the start of the next.
    pub fn lines_per_frame(&self) -> Option<u32> {
        let slots = self.dol.map_or(1, |dol| u32::from(dol.slots_per_line));
        Some(self.pace?.frame_length * slots)
    }

    /// Frames, or sets of exposures, per second.
    pub fn frame_rate(&self) -> Option<f64> {
        let pace = self.pace?;
        let clocks = u64::from(pace.line_length) * u64::from(self.lines_per_frame()?);
        Some(pace.pixel_rate as f64 / clocks as f64)
    }
}
