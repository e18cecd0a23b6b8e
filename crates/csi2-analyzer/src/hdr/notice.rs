//! What there is to say of exposures.

use super::UnknownRow;
use core::fmt;
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Exposure, MAX_EXPOSURES, Placement};

/// Something the user should know. [`fmt::Display`] says it in one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Notice {
    /// There are exposures, and by what they are told apart.
    Claimed(Claim),
    /// Rows of a set that did not begin with a known code.
    UnknownCodes {
        /// Set, from 0.
        set: u64,
        /// Rows.
        rows: u32,
        /// The first of them.
        first: UnknownRow,
        /// Bits of a sample.
        bits: u8,
    },
    /// The parity of line information did not change from this set to the next one that came: an odd number of sets is
    /// missing between them.
    Parity {
        /// The later set, from 0.
        set: u64,
    },
}

/// How exposures are told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// What tells them apart.
    pub by: ClaimedBy,
    /// Exposures of a set.
    pub exposures: u8,
    /// Rows by which the shorter ones trail the long one, where that shows or was told.
    pub delays: Option<[u32; MAX_EXPOSURES - 1]>,
}

/// What tells exposures apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClaimedBy {
    /// Virtual channels, the long exposure's first.
    Channels([VirtualChannel; MAX_EXPOSURES]),
    /// Data types on one channel, the long exposure's first.
    DataTypes([DataType; MAX_EXPOSURES]),
    /// A code in front of each row.
    Information {
        /// Pixels that hold it.
        pixels: u8,
        /// Where it stands in samples of more than 10 bits.
        placement: Placement,
        /// Bits of a sample.
        bits: u8,
    },
    /// The order of rows.
    Count,
}

/// `2 exposures by virtual channel 0, 1; SEF1 trails by 4 rows`
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exposures = usize::from(self.exposures);
        write!(f, "{exposures} exposures by ")?;
        match self.by {
            ClaimedBy::Channels(channels) => {
                list(
                    f,
                    "virtual channel ",
                    channels.iter().map(|of| of.number()).take(exposures),
                )?;
            }
            ClaimedBy::DataTypes(types) => list(f, "data type ", types.iter().map(|of| of.name()).take(exposures))?,
            ClaimedBy::Information {
                pixels,
                placement,
                bits,
            } => {
                write!(f, "line information of {pixels} pixels")?;
                match (placement, bits) {
                    (_, ..=10) => {}
                    (Placement::Low, _) => f.write_str(", codes in the low bits")?,
                    (Placement::High, _) => f.write_str(", codes in the high bits")?,
                }
            }
            ClaimedBy::Count => f.write_str("the order of rows")?,
        }
        let short = Exposure::ALL.iter().take(exposures).skip(1);
        for (exposure, delay) in short.zip(self.delays.iter().flatten()) {
            let before = if *exposure == Exposure::Short1 { "; " } else { ", " };
            write!(f, "{before}{} trails by {delay} rows", exposure.name())?;
        }
        Ok(())
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, what: &str, of: impl Iterator<Item = T>) -> fmt::Result {
    for (at, one) in of.enumerate() {
        write!(f, "{}{one}", if at == 0 { what } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claimed(claim) => claim.fmt(f),
            Self::UnknownCodes { set, rows, first, bits } => {
                let digits = usize::from(bits.div_ceil(4));
                let s = if *rows == 1 { "" } else { "s" };
                write!(
                    f,
                    "set {set}: {rows} row{s} of unknown line information; row {} begins",
                    first.row
                )?;
                first
                    .samples
                    .iter()
                    .try_for_each(|sample| write!(f, " 0x{sample:0digits$X}"))
            }
            Self::Parity { set } => write!(
                f,
                "set {set}: the parity of its line information is that of the set before: sets between them are missing"
            ),
        }
    }
}
