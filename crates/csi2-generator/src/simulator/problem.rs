//! Why a mode cannot be sent.

use super::window::Crop;
use csi2_packet::DataType;

/// Why a mode cannot be sent so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SimulateError {
    /// It has no pace: nobody says when its rows come.
    Pace,
    /// Samples of the data type are no single ones of at most 16 bits.
    NotRaw {
        /// Data type.
        data_type: DataType,
    },
    /// Rows are no whole number of groups.
    Width {
        /// Pixels per row, with those of line information.
        width: usize,
        /// Pixels per group.
        group: usize,
    },
    /// Rows are longer than a packet can be.
    Word {
        /// Bytes of a row.
        bytes: usize,
    },
    /// The crop is not within the picture.
    Outside {
        /// Crop.
        crop: Crop,
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The crop begins in the middle of a square of the colour filter.
    Odd {
        /// Crop.
        crop: Crop,
    },
    /// A frame takes more slots than there are until the next.
    FrameLength {
        /// Slots that it takes.
        required: u64,
        /// Slots until the next.
        available: u64,
        /// Exposures share FS and FE: what trails in one set cannot be sent during the next.
        shared: bool,
    },
    /// Sets overlap, and rows of one would fall into slots of another.
    Interleaved {
        /// Slots of a set.
        length: u64,
        /// Slots until the next, no multiple of the exposures.
        period: u64,
        /// Exposures.
        exposures: u8,
    },
    /// Samples have not enough bits for a code of 10.
    Code {
        /// Bits of a sample.
        bits: u8,
    },
    /// Embedded rows have no room for the registers.
    Embedded {
        /// Rows.
        rows: u8,
        /// Bytes of each.
        bytes: u16,
    },
}

impl core::fmt::Display for SimulateError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::Pace => f.write_str("no public source says when rows of this mode come"),
            Self::NotRaw { data_type } => write!(
                f,
                "pictures of {} are not made: only raw ones of up to 16 bits",
                data_type.name()
            ),
            Self::Width { width, group } => {
                write!(f, "rows of {width} pixels, the data type needs a multiple of {group}")
            }
            Self::Word { bytes } => write!(f, "rows of {bytes} bytes, a packet holds 65535 at most"),
            Self::Outside { crop, width, height } => write!(f, "{crop} is not within {width}x{height} pixels"),
            Self::Odd { crop } => write!(
                f,
                "{crop} begins at an odd column or row, which moves the colour filter"
            ),
            Self::FrameLength {
                required,
                available,
                shared,
            } => {
                write!(f, "FS, rows and FE take {required} row times, a frame has {available}")?;
                if shared {
                    f.write_str("; exposures that share FS and FE cannot trail into the next set")?;
                }
                Ok(())
            }
            Self::Interleaved {
                length,
                period,
                exposures,
            } => write!(
                f,
                "a set takes {length} row times and the next begins after {period}, no multiple of {exposures}: rows of both \
                 would meet"
            ),
            Self::Code { bits } => write!(f, "a code of 10 bits does not fit samples of {bits}"),
            Self::Embedded { rows, bytes } => {
                write!(
                    f,
                    "the registers do not fit embedded rows: {rows} of {bytes} bytes each"
                )
            }
        }
    }
}

impl core::error::Error for SimulateError {}
