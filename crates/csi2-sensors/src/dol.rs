//! Digital overlap: several exposures of one scene, their rows interleaved on one link.
//!
//! Time is cut into slots of one row time. Of `n` exposures, row `i` of exposure `e` is sent in slot
//! `first + n * (i + delay(e)) + e`: rows of a shorter exposure come later, since it begins later.
//!
//! Ref: intel/linux-intel-lts drivers/media/i2c/kmb-imx412.c (delays, virtual channels); sophgo/sophgo-doc SG200X TRM, MIPI
//! receiver (line information, data types); rockchip-linux/kernel drivers/media/i2c/imx415.c.

use csi2_packet::{DataType, VirtualChannel};

/// Exposures of a set.
pub const MAX_EXPOSURES: usize = 3;

/// Which exposure of a set, by its length.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Exposure {
    /// The long one, sent first.
    Long,
    /// The first shorter one.
    Short1,
    /// The second shorter one.
    Short2,
}

impl Exposure {
    /// All, in the order of a set.
    pub const ALL: [Self; MAX_EXPOSURES] = [Self::Long, Self::Short1, Self::Short2];

    /// `LEF`, `SEF1`, `SEF2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Long => "LEF",
            Self::Short1 => "SEF1",
            Self::Short2 => "SEF2",
        }
    }

    /// 0, 1, 2.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// How the exposures of a set share a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dol {
    /// Exposures of a set: 2 or 3.
    pub exposures: u8,
    /// What tells the rows of one exposure from those of another.
    pub method: DolMethod,
    /// Rows by which the shorter exposures trail the long one.
    pub delays: [u16; MAX_EXPOSURES - 1],
    /// Row times per set are this times the frame length.
    pub slots_per_line: u8,
    /// Rows stand in for an exposure before its first and after its last (one FS and FE per set only).
    pub blanking_rows: bool,
    /// Optical black rows before the image rows of each exposure.
    pub black_rows: u8,
    /// What surrounds the image in the rows of each exposure.
    pub margin: Margin,
}

/// Pixels and rows around an image that are not part of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Margin {
    /// Pixels before those of the image, after those of line information.
    pub left: u8,
    /// Pixels after those of the image.
    pub right: u8,
    /// Rows before those of the image, after the optical black ones.
    pub top: u8,
}

impl Margin {
    /// The image alone.
    pub const NONE: Self = Self {
        left: 0,
        right: 0,
        top: 0,
    };
}

/// What tells exposures apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DolMethod {
    /// A virtual channel each, with FS, FE and embedded rows of its own.
    VirtualChannel([VirtualChannel; MAX_EXPOSURES]),
    /// A code in the first pixels of each row.
    LineInformation {
        /// Pixels in front of the image that hold it: 4 or 16.
        pixels: u8,
        /// Where the code stands in samples of more than 10 bits.
        placement: Placement,
    },
    /// A data type each.
    DataType([DataType; MAX_EXPOSURES]),
    /// Nothing: rows alternate, and the receiver counts.
    LineCount,
}

/// Where the code of 10 bits stands in samples that have more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Placement {
    /// In the low bits: 0x241.
    Low,
    /// In the high bits: 0x904 of 12 bits.
    High,
}

/// What the first pixel of a row says of it.
///
/// Ref: sophgo/sophgo-doc SG200X TRM, MIPI receiver; rockchip-linux/kernel rkcif.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct LineInformation {
    /// Whose row it is.
    pub exposure: Exposure,
    /// Of the set: it toggles from set to set.
    pub parity: bool,
    /// An optical black row, not one of the image.
    pub black: bool,
}

/// Always set.
const MARK: u16 = 0x200;
/// Of an image row.
const IMAGE: u16 = 0x040;
/// Of an optical black row.
const BLACK: u16 = 0x020;
/// Of sets of odd parity.
const PARITY: u16 = 0x010;

impl LineInformation {
    /// The code of 10 bits.
    ///
    /// ```
    /// use csi2_sensors::{Exposure, LineInformation};
    ///
    /// let row = LineInformation { exposure: Exposure::Short1, parity: true, black: false };
    /// assert_eq!(row.code(), 0x252);
    /// assert_eq!(LineInformation::from_code(0x252), Some(row));
    /// assert_eq!(LineInformation::from_code(0x253), None);
    /// ```
    pub const fn code(self) -> u16 {
        let kind = if self.black { BLACK } else { IMAGE };
        let parity = if self.parity { PARITY } else { 0 };
        MARK | kind | parity | 1 << self.exposure as u16
    }

    /// What a code says, `None` if it is none.
    pub fn from_code(code: u16) -> Option<Self> {
        let exposure = Exposure::ALL
            .into_iter()
            .find(|exposure| code & 7 == 1 << exposure.index())?;
        let read = Self {
            exposure,
            parity: code & PARITY != 0,
            black: code & BLACK != 0,
        };
        (read.code() == code).then_some(read)
    }
}

impl Placement {
    /// `low`, `high`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
        }
    }

    /// Of a code of 10 bits, the sample of `bits` bits (10 to 16) that holds it.
    pub const fn sample(self, code: u16, bits: u8) -> u16 {
        match self {
            Self::Low => code,
            Self::High => code << bits.saturating_sub(10),
        }
    }

    /// The code in a sample of `bits` bits, which may be none of [`LineInformation`].
    pub const fn code(self, sample: u16, bits: u8) -> u16 {
        match self {
            Self::Low => sample,
            Self::High => sample >> bits.saturating_sub(10),
        }
    }
}

impl DolMethod {
    /// `virtual-channel`, `line-information`, `data-type`, `line-count`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VirtualChannel(_) => "virtual-channel",
            Self::LineInformation { .. } => "line-information",
            Self::DataType(_) => "data-type",
            Self::LineCount => "line-count",
        }
    }
}

impl Dol {
    /// Exposures of a set, the long one first.
    pub fn each(self) -> impl Iterator<Item = Exposure> {
        Exposure::ALL.into_iter().take(self.exposures.into())
    }

    /// Frames (FS, FE, embedded rows) of a set: one of each exposure that has a virtual channel, or one of all.
    pub const fn frames(self) -> u8 {
        match self.method {
            DolMethod::VirtualChannel(_) => self.exposures,
            _ => 1,
        }
    }

    /// Pixels of line information that each row begins with.
    pub const fn information_pixels(self) -> u8 {
        match self.method {
            DolMethod::LineInformation { pixels, .. } => pixels,
            _ => 0,
        }
    }

    /// Pixels of a row that are not of the image: line information and margins.
    pub fn extra_pixels(self) -> u32 {
        [self.information_pixels(), self.margin.left, self.margin.right]
            .into_iter()
            .map(u32::from)
            .sum()
    }

    /// Rows of an exposure that are not of the image: optical black, margin, and those that stand in where others have
    /// theirs.
    pub fn extra_rows(self) -> u32 {
        let blanking = if self.blanking_rows {
            self.each().map(|exposure| self.delay(exposure)).max().unwrap_or(0)
        } else {
            0
        };
        u32::from(self.black_rows) + u32::from(self.margin.top) + u32::from(blanking)
    }

    /// Rows by which an exposure trails the long one.
    pub fn delay(self, exposure: Exposure) -> u16 {
        match exposure {
            Exposure::Long => 0,
            Exposure::Short1 => self.delays[0],
            Exposure::Short2 => self.delays[1],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published table.
    #[test]
    fn codes() {
        let table: [(u16, bool, bool); 4] = [
            (0x241, false, false),
            (0x251, true, false),
            (0x221, false, true),
            (0x231, true, true),
        ];
        for (long, parity, black) in table {
            for (exposure, code) in Exposure::ALL.into_iter().zip([long, long + 1, long + 3]) {
                let row = LineInformation {
                    exposure,
                    parity,
                    black,
                };
                assert_eq!(row.code(), code);
                assert_eq!(LineInformation::from_code(code), Some(row));
            }
        }
        assert_eq!((0..=u16::MAX).filter_map(LineInformation::from_code).count(), 12);
    }

    #[test]
    fn placements_do_not_collide() {
        assert_eq!(Placement::High.sample(0x241, 12), 0x904);
        assert_eq!(Placement::High.code(0x904, 12), 0x241);
        for code in (0..0x400).filter(|code| LineInformation::from_code(*code).is_some()) {
            let high = Placement::High.sample(code, 12);
            assert_eq!(LineInformation::from_code(Placement::Low.code(high, 12)), None);
            assert_eq!(LineInformation::from_code(Placement::High.code(code, 12)), None);
        }
    }
}
