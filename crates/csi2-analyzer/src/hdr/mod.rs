//! Exposures of digital-overlap HDR: whose rows are whose, and which frames belong together.
//!
//! Several exposures of one scene share a link, and something tells their rows apart: a virtual channel or a data type each
//! (the assembler has made a frame of each), a code in front of each row, or nothing but their order (the assembler has made
//! one frame of all). [`ExposureSorter`] stands behind the assembler: it labels frames, cuts shared ones apart, and lets
//! all others pass. [`merge`] makes one linear picture of a set.

mod alternation;
mod codes;
mod cut;
mod merge;
mod notice;
mod ratio;
mod rows;
mod sets;
mod sorter;
#[cfg(test)]
mod tests;
mod trim;

pub use crate::assembler::OwnedFrame;
pub use codes::UnknownRow;
pub use merge::{MergeError, MergeSettings, Merged, RatioSource, merge};
pub use notice::{Claim, ClaimedBy, Notice};
pub use ratio::estimate_ratio;
pub use sorter::{ExposureSorter, Sorted, Verdict};

use crate::StreamFilter;
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Dol, DolMethod, Exposure, MAX_EXPOSURES, Margin, Placement};

/// What an [`ExposureSorter`] is told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HdrSettings {
    /// What tells exposures apart.
    pub method: Told,
    /// Exposures of a set, where known: 2 or 3.
    pub exposures: Option<u8>,
    /// Rows by which the shorter exposures trail the long one, where known.
    pub delays: Option<[u16; MAX_EXPOSURES - 1]>,
    /// Rows stand in for an exposure before its first and after its last, where known.
    pub blanking_rows: Option<bool>,
    /// Optical black rows of each exposure, at the start of a set, that nothing tells from those of the image.
    pub black_rows: u16,
    /// Pixels of line information, where known.
    pub information_pixels: Option<u8>,
    /// Where its code stands in samples of more than 10 bits, where known.
    pub placement: Option<Placement>,
    /// Pixels and rows around the image that are cut off.
    pub margin: Margin,
    /// Streams that the assembler makes frames of.
    pub streams: StreamFilter,
}

/// What tells exposures apart, as far as somebody said so.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Told {
    /// There are none: all frames pass.
    Off,
    /// Nobody knows: what the stream shows beyond doubt counts.
    #[default]
    Nothing,
    /// There are exposures: where the stream does not show which, channels with rows alike are, in ascending order.
    Exposures,
    /// Virtual channels, the long exposure's first.
    Channels([VirtualChannel; MAX_EXPOSURES]),
    /// Data types on one channel, the long exposure's first.
    DataTypes([DataType; MAX_EXPOSURES]),
    /// A code in front of each row.
    Information,
    /// The order of rows.
    Count,
}

/// Which exposure of which set a frame is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Label {
    /// Which exposure.
    pub exposure: Exposure,
    /// Which set, from 0.
    pub set: u64,
    /// Pixels of line information that were cut off.
    pub information_pixels: Option<u8>,
}

impl HdrSettings {
    /// As a sensor has it.
    pub fn of(dol: &Dol) -> Self {
        let (information_pixels, placement) = match dol.method {
            DolMethod::LineInformation { pixels, placement } => (Some(pixels), Some(placement)),
            _ => (None, None),
        };
        Self {
            method: match dol.method {
                DolMethod::VirtualChannel(channels) => Told::Channels(channels),
                DolMethod::DataType(data_types) => Told::DataTypes(data_types),
                DolMethod::LineInformation { .. } => Told::Information,
                DolMethod::LineCount => Told::Count,
            },
            exposures: Some(dol.exposures),
            delays: Some(dol.delays),
            blanking_rows: Some(dol.blanking_rows),
            black_rows: 0,
            information_pixels,
            placement,
            margin: dol.margin,
            streams: StreamFilter::IMAGES,
        }
    }

    /// Delay of each exposure, as far as told.
    fn all_delays(&self) -> [usize; MAX_EXPOSURES] {
        let mut all = [0; MAX_EXPOSURES];
        for (place, delay) in all.iter_mut().skip(1).zip(self.delays.into_iter().flatten()) {
            *place = delay.into();
        }
        all
    }
}
