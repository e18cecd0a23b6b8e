//! How a sensor reads out and sends its pixels.

use crate::Dol;
use csi2_packet::DataType;

/// A drive mode: what is sent, over which link, at which pace.
///
/// Built by its methods, a mode a line:
///
/// ```
/// use csi2_packet::DataType;
/// use csi2_sensors::Mode;
///
/// const FULL: Mode = Mode::new("full-10bit", 3280, 2464, DataType::RAW10)
///     .link(2, 912_000_000)
///     .raster(182_400_000, 3448, 3526);
/// assert_eq!(FULL.word_count(), Some(4100));
/// assert!((FULL.frame_rate().unwrap() - 15.0).abs() < 0.01);
/// assert!(FULL.fits(FULL.lanes, FULL.lane_rate).is_ok());
/// ```
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
    /// Pixels of the array that make one of the image, in each direction; 1: all are sent.
    pub binning: u8,
    /// Embedded rows of a frame, of each exposure that has a virtual channel. `None`: as the sensor has.
    pub embedded_rows: Option<u8>,
    /// What the clock lane does between rows. `None`: no public source says.
    pub clock: Option<Clock>,
    /// LS before and LE after each row.
    pub line_sync: bool,
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

/// What the clock lane does between rows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Clock {
    /// It runs on.
    Continuous,
    /// It stops, and starts before the next row.
    Gated,
}

impl Clock {
    /// `continuous`, `gated`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Gated => "gated",
        }
    }
}

impl Pace {
    /// Nanoseconds of a row.
    pub fn line_time(self) -> f64 {
        f64::from(self.line_length) * 1e9 / self.pixel_rate as f64
    }
}

impl Mode {
    /// One exposure a frame, nothing binned, on four lanes of 1 Gb/s; no public source says when.
    pub const fn new(name: &'static str, width: u16, height: u16, data_type: DataType) -> Self {
        Self {
            name,
            width,
            height,
            data_type,
            lanes: 4,
            lane_rate: 1_000_000_000,
            pace: None,
            dol: None,
            binning: 1,
            embedded_rows: None,
            clock: None,
            line_sync: false,
        }
    }

    /// On so many lanes, of so many bits per second each.
    pub const fn link(self, lanes: u8, lane_rate: u64) -> Self {
        Self {
            lanes,
            lane_rate,
            ..self
        }
    }

    /// At this pace: pixel clocks per second, of a row, and rows of a frame.
    pub const fn raster(self, pixel_rate: u64, line_length: u32, frame_length: u32) -> Self {
        Self {
            pace: Some(Pace {
                pixel_rate,
                line_length,
                frame_length,
            }),
            ..self
        }
    }

    /// In sets of several exposures.
    pub const fn overlapped(self, dol: Dol) -> Self {
        Self { dol: Some(dol), ..self }
    }

    /// With so many pixels of the array for one of the image, in each direction.
    pub const fn binned(self, binning: u8) -> Self {
        Self { binning, ..self }
    }

    /// With another number of embedded rows than the sensor's usual one.
    pub const fn embedded(self, rows: u8) -> Self {
        Self {
            embedded_rows: Some(rows),
            ..self
        }
    }

    /// With the clock lane running on or not.
    pub const fn clocked(self, clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    /// With LS and LE around each row.
    pub const fn line_synced(self) -> Self {
        Self {
            line_sync: true,
            ..self
        }
    }

    /// Row times from the start of a frame, or of a set of exposures, to the start of the next.
    pub fn lines_per_frame(&self) -> Option<u32> {
        let slots = self.dol.map_or(1, |dol| u32::from(dol.slots_per_line));
        Some(self.pace?.frame_length.saturating_mul(slots))
    }

    /// Frames, or sets of exposures, per second.
    pub fn frame_rate(&self) -> Option<f64> {
        let pace = self.pace?;
        let clocks = u64::from(pace.line_length) * u64::from(self.lines_per_frame()?);
        Some(pace.pixel_rate as f64 / clocks as f64)
    }

    /// Exposures of a frame: 1 to 3.
    pub fn exposures(&self) -> u8 {
        self.dol.map_or(1, |dol| dol.exposures)
    }
}
