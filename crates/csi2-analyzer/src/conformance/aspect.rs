//! What a profile can be held to, and how it is written.

use core::fmt;
use csi2_packet::DataType;

/// Something that a profile says of a stream.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Aspect {
    /// Pixels of a row and rows of a frame, as they are on the link.
    Size,
    /// What image rows travel as.
    DataType,
    /// Data lanes.
    Lanes,
    /// Bits per second of a lane.
    LaneRate,
    /// Nanoseconds of a row of the sensor's raster. Of several exposures whose rows alternate each has every nth of them.
    LineTime,
    /// Rows of that raster in a frame.
    FrameLength,
    /// Frames, or sets of exposures, per second.
    FrameRate,
    /// Embedded rows of a frame.
    EmbeddedRows,
    /// Exposures of a set.
    Exposures,
    /// Rows by which the first short exposure trails the long one.
    Delay1,
    /// The same of the second.
    Delay2,
    /// Bits per second of image rows.
    Payload,
    /// Bits per second of all packets.
    Packets,
    /// These, of what the lanes carry: 0 to 1.
    Share,
    /// Order of the colour filter as read out without flips.
    Bayer,
}

/// A value of an [`Aspect`], in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// A number.
    Number(f64),
    /// Pixels of a row, and rows.
    Size {
        /// Pixels of a row.
        width: u32,
        /// Rows.
        lines: u32,
    },
    /// A data type.
    DataType(DataType),
    /// A word.
    Name(&'static str),
}

/// A value that is not the profile's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mismatch {
    /// Of what.
    pub aspect: Aspect,
    /// As the profile has it.
    pub expected: Quantity,
    /// As the capture has it.
    pub measured: Quantity,
}

impl Aspect {
    /// Name as printed: `line time`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::DataType => "data type",
            Self::Lanes => "lanes",
            Self::LaneRate => "lane rate",
            Self::LineTime => "line time",
            Self::FrameLength => "frame length",
            Self::FrameRate => "frame rate",
            Self::EmbeddedRows => "embedded rows",
            Self::Exposures => "exposures",
            Self::Delay1 => "delay of SEF1",
            Self::Delay2 => "delay of SEF2",
            Self::Payload => "image payload",
            Self::Packets => "packets",
            Self::Share => "share of the link",
            Self::Bayer => "Bayer order",
        }
    }

    /// Unit of its numbers, `None` of what has none.
    pub const fn unit(self) -> Option<&'static str> {
        match self {
            Self::LaneRate | Self::Payload | Self::Packets => Some("bps"),
            Self::LineTime => Some("ns"),
            Self::FrameLength => Some("lines"),
            Self::FrameRate => Some("Hz"),
            Self::EmbeddedRows | Self::Delay1 | Self::Delay2 => Some("rows"),
            Self::Size | Self::DataType | Self::Lanes | Self::Exposures | Self::Share | Self::Bayer => None,
        }
    }

    /// It is of the lanes, whatever channels they carry.
    pub(super) const fn is_of_link(self) -> bool {
        matches!(self, Self::Lanes | Self::LaneRate)
    }

    /// It follows from sizes and times.
    pub(super) const fn is_load(self) -> bool {
        matches!(self, Self::Payload | Self::Packets | Self::Share)
    }

    /// A value of this aspect as people read it: `5.371 us`.
    pub fn show(self, quantity: Quantity) -> impl fmt::Display {
        Shown { aspect: self, quantity }
    }
}

struct Shown {
    aspect: Aspect,
    quantity: Quantity,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match self.quantity {
            Quantity::Number(number) => number,
            Quantity::Size { width, lines } => return write!(f, "{width}x{lines}"),
            Quantity::DataType(data_type) => return write!(f, "{data_type}"),
            Quantity::Name(name) => return f.write_str(name),
        };
        match self.aspect {
            Aspect::LineTime => write!(f, "{:.3} us", number / 1e3),
            Aspect::FrameRate => write!(f, "{number:.3} Hz"),
            Aspect::LaneRate => write!(f, "{:.1} Mbps", number / 1e6),
            Aspect::Payload | Aspect::Packets if number < 1e8 => write!(f, "{:.3} Mbps", number / 1e6),
            Aspect::Payload | Aspect::Packets => write!(f, "{:.3} Gbps", number / 1e9),
            Aspect::Share => write!(f, "{:.1} %", number * 100.0),
            Aspect::FrameLength => write!(f, "{number:.0} lines"),
            _ => write!(f, "{number:.0}"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            aspect,
            expected,
            measured,
        } = *self;
        let (expected, measured) = (aspect.show(expected), aspect.show(measured));
        write!(f, "{}: {measured}, the profile says {expected}", aspect.name())
    }
}
