//! What is known of a sensor.

pub use crate::sensors::PROFILES;
use crate::{EmbeddedMap, Mode};
use csi2_packet::DataType;

/// A sensor, with what the tools use of it. What no public source says is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// Lower-case name: `imx412`.
    pub name: &'static str,
    /// Siblings of which all of this is true too.
    pub also_known: &'static [&'static str],
    /// Order of the colour filter as read out without flips.
    pub bayer: Option<Bayer>,
    /// What darkness reads as.
    pub black_level: Option<BlackLevel>,
    /// What the code of the analogue gain means.
    pub gain: Option<Gain>,
    /// Lines by which the longest exposure is shorter than a frame.
    pub exposure_margin: Option<u16>,
    /// Embedded rows of a frame.
    pub embedded_rows: Option<u8>,
    /// Which registers in them say what.
    pub embedded: Option<&'static EmbeddedMap>,
    /// Drive modes, the usual one first.
    pub modes: &'static [Mode],
    /// All pixels of the array, dark ones and margins included.
    pub array: Option<Size>,
    /// Pixels of the largest image.
    pub active: Option<Size>,
    /// Row times by which a frame is at least longer than its image has rows.
    pub frame_margin: Option<u16>,
    /// Optical black rows of a frame, before those of the image.
    pub black_rows: Option<u8>,
    /// What they travel as.
    pub black_type: Option<DataType>,
}

impl Profile {
    /// A sensor of which only the name is known: the rest of a row says what is.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            also_known: &[],
            bayer: None,
            black_level: None,
            gain: None,
            exposure_margin: None,
            embedded_rows: None,
            embedded: None,
            modes: &[],
            array: None,
            active: None,
            frame_margin: None,
            black_rows: None,
            black_type: None,
        }
    }

    /// A drive mode by its name, in any case.
    pub fn mode(&self, name: &str) -> Option<&'static Mode> {
        let wanted = name.trim();
        self.modes.iter().find(|mode| mode.name.eq_ignore_ascii_case(wanted))
    }

    /// Embedded rows of a frame of one of its modes, as far as that is known.
    pub fn embedded_rows_of(&self, mode: &Mode) -> Option<u8> {
        mode.embedded_rows.or(self.embedded_rows)
    }
}

/// Pixels of a row, and rows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Size {
    /// Pixels of a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Size {
    /// Pixels of a row, and rows.
    pub const fn new(width: u16, height: u16) -> Self {
        Self { width, height }
    }
}

/// `4056x3040`.
impl core::fmt::Display for Size {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Order of the colour filter, first row then second.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Bayer {
    /// Red first.
    Rggb,
    /// Green of a red row first.
    Grbg,
    /// Green of a blue row first.
    Gbrg,
    /// Blue first.
    Bggr,
    /// No colour filter.
    Mono,
}

impl Bayer {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rggb, Self::Grbg, Self::Gbrg, Self::Bggr, Self::Mono];

    /// Of the image turned left to right, upside down, or both: rows and columns of an image are even in number.
    ///
    /// Ref: torvalds/linux drivers/media/i2c/imx258.c; raspberrypi/linux drivers/media/i2c/imx519.c.
    pub const fn flipped(self, horizontal: bool, vertical: bool) -> Self {
        let turned = match (horizontal, self) {
            (true, Self::Rggb) => Self::Grbg,
            (true, Self::Grbg) => Self::Rggb,
            (true, Self::Gbrg) => Self::Bggr,
            (true, Self::Bggr) => Self::Gbrg,
            (_, order) => order,
        };
        match (vertical, turned) {
            (true, Self::Rggb) => Self::Gbrg,
            (true, Self::Grbg) => Self::Bggr,
            (true, Self::Gbrg) => Self::Rggb,
            (true, Self::Bggr) => Self::Grbg,
            (_, order) => order,
        }
    }

    /// `rggb`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rggb => "rggb",
            Self::Grbg => "grbg",
            Self::Gbrg => "gbrg",
            Self::Bggr => "bggr",
            Self::Mono => "mono",
        }
    }
}

/// What darkness reads as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BlackLevel {
    /// Sample value.
    pub level: u16,
    /// Bits of the sample.
    pub bits: u8,
}

/// What the code of the analogue gain means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gain {
    /// `full / (full - code)`.
    Ratio {
        /// The code that would be an infinite gain.
        full: u16,
    },
    /// `tenths / 10` decibels of voltage a step: `10^(tenths * code / 200)`.
    Decibels {
        /// Tenths of a decibel a step.
        tenths: u8,
    },
}

impl Gain {
    /// The gain of a code, `None` where it would be infinite or worse.
    pub fn factor(self, code: u16) -> Option<f64> {
        match self {
            Self::Ratio { full } => {
                let rest = full.checked_sub(code).filter(|rest| *rest > 0)?;
                Some(f64::from(full) / f64::from(rest))
            }
            Self::Decibels { tenths } => {
                let factor = power(TENTH_DECIBEL, u32::from(tenths) * u32::from(code));
                factor.is_finite().then_some(factor)
            }
        }
    }
}

/// `10^(1/200)`.
const TENTH_DECIBEL: f64 = 1.011_579_454_259_898_5;

/// By squaring: `core` has no powers of floating-point numbers.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    product
}

/// The formula, with `c` for the code.
impl core::fmt::Display for Gain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Ratio { full } => write!(f, "{full}/({full}-c)"),
            Self::Decibels { tenths } => write!(f, "{}.{} dB * c", tenths / 10, tenths % 10),
        }
    }
}

/// By name or that of a sibling, in any case.
pub fn find(name: &str) -> Option<&'static Profile> {
    let wanted = name.trim();
    PROFILES.iter().find(|profile| {
        profile.name.eq_ignore_ascii_case(wanted)
            || profile
                .also_known
                .iter()
                .any(|other| other.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    extern crate std;
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::string::ToString as _;
    use std::vec::Vec;

    #[test]
    fn names_are_lower_case_and_one_sensor_each() {
        let mut names = BTreeSet::new();
        for profile in PROFILES {
            for name in core::iter::once(&profile.name).chain(profile.also_known) {
                assert!(
                    !name.is_empty() && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
                    "{name}"
                );
                assert!(names.insert(*name), "{name} twice");
                assert_eq!(find(name), Some(profile), "{name}");
                assert_eq!(find(&name.to_uppercase()), Some(profile), "{name}");
            }
        }
        assert_eq!((find(""), find("imx"), find("imx4122")), (None, None, None));
    }

    /// Registers that a map looks at, as they are asked for.
    fn addresses(map: &EmbeddedMap) -> Vec<u16> {
        let asked = RefCell::new(Vec::new());
        map.read(|address| {
            asked.borrow_mut().push(address);
            Some(0)
        });
        asked.into_inner()
    }

    /// A row that says nothing is no row, and what it says hangs together.
    #[test]
    fn each_row_says_something_and_no_nonsense() {
        for profile in PROFILES {
            let name = profile.name;
            assert!(profile.gain.is_some() || profile.active.is_some(), "{name}");
            if let Some(black) = profile.black_level {
                assert!(u32::from(black.level) < 1 << (black.bits - 1), "{name}");
            }
            if let Some(gain) = profile.gain {
                assert_eq!(gain.factor(0), Some(1.0), "{name}");
            }
            assert!(profile.exposure_margin.is_none_or(|lines| lines > 0), "{name}");
            assert_ne!(profile.embedded_rows, Some(0), "{name}");
            if let Some(map) = profile.embedded {
                let all = addresses(map);
                let once: BTreeSet<u16> = all.iter().copied().collect();
                assert_eq!(once.len(), all.len(), "{name}: a register with two meanings");
                let whole = map.read(|_| Some(1));
                assert_eq!(whole.exposure_lines, Some(0x0101), "{name}");
            }
        }
    }

    /// The greatest codes that drivers allow, and what their documentation calls them.
    #[test]
    fn gains_as_published() {
        let imx412 = find("imx412").unwrap().gain.unwrap();
        assert_eq!(imx412.factor(512), Some(2.0));
        assert!((imx412.factor(978).unwrap() - 22.26).abs() < 0.005);
        assert_eq!((imx412.factor(1024), imx412.factor(u16::MAX)), (None, None));
        assert_eq!(find("imx219").unwrap().gain.unwrap().factor(232), Some(256.0 / 24.0));
        let imx290 = find("imx327").unwrap().gain.unwrap();
        // 0.3 dB a step: 200 steps are 60 dB.
        assert!((imx290.factor(200).unwrap() - 1000.0).abs() < 1e-9);
        assert!((imx290.factor(20).unwrap() - 1.995_262_314_968_88).abs() < 1e-12);
        let imx296 = find("imx296").unwrap().gain.unwrap();
        assert!((imx296.factor(200).unwrap() - 10.0).abs() < 1e-11);
        assert_eq!(imx412.to_string(), "1024/(1024-c)");
        assert_eq!(imx290.to_string(), "0.3 dB * c");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Against the library's logarithm, for codes that a sensor has.
        #[test]
        fn decibels(tenths in 1_u8..10, code in 0_u16..480) {
            let factor = Gain::Decibels { tenths }.factor(code).unwrap();
            let decibels = 20.0 * factor.log10();
            prop_assert!((decibels - f64::from(tenths) * f64::from(code) / 10.0).abs() < 1e-9);
        }

        #[test]
        fn any_code_of_any_sensor_has_a_finite_gain_or_none(code: u16) {
            for gain in PROFILES.iter().filter_map(|profile| profile.gain) {
                prop_assert!(gain.factor(code).is_none_or(|factor| factor.is_finite() && factor >= 1.0));
            }
        }
    }
}
