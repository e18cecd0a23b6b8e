//! Scrambling as text: the name of a preset, or seeds and a form.

use super::{ScrambleForm, Scrambling};
use crate::MAX_LANES;
use core::fmt;

/// Digits of a seed.
const DIGITS: usize = 4;

/// Text that names no scrambling.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScramblingError {
    /// Neither a preset nor a seed at byte `at` of the text.
    Seed {
        /// Where it begins.
        at: usize,
    },
    /// A register loaded with zero makes no keystream.
    ZeroSeed {
        /// Where it begins.
        at: usize,
    },
    /// More seeds than a link can have lanes.
    TooMany {
        /// Seeds.
        seeds: usize,
    },
    /// Unknown form of the register.
    Form {
        /// Where it begins.
        at: usize,
    },
}

impl Scrambling {
    /// Reads the name of a preset (`a`, `b-galois`), or seeds of four hexadecimal digits from lane 0 on and perhaps a
    /// form: `0810,0990`, `0810,0990:galois`. Without one it is [`ScrambleForm::Fibonacci`].
    ///
    /// # Errors
    /// [`ScramblingError`] says what and where.
    pub fn parse(text: &str) -> Result<Self, ScramblingError> {
        if let Some(preset) = Self::PRESETS
            .iter()
            .find(|preset| preset.name.eq_ignore_ascii_case(text))
        {
            return Ok(preset.scrambling);
        }
        let (list, form) = match text.split_once(':') {
            None => (text, ScrambleForm::Fibonacci),
            Some((list, name)) => {
                let form = ScrambleForm::ALL
                    .into_iter()
                    .find(|form| form.name().eq_ignore_ascii_case(name));
                (list, form.ok_or(ScramblingError::Form { at: list.len() + 1 })?)
            }
        };
        let mut scrambling = Self {
            seeds: [0; MAX_LANES],
            lanes: 0,
            form,
        };
        let mut at = 0;
        for word in list.split(',') {
            let seed = seed(word).ok_or(ScramblingError::Seed { at })?;
            if seed == 0 {
                return Err(ScramblingError::ZeroSeed { at });
            }
            let slot = scrambling
                .seeds
                .get_mut(scrambling.lanes)
                .ok_or(ScramblingError::TooMany {
                    seeds: list.split(',').count(),
                })?;
            *slot = seed;
            scrambling.lanes += 1;
            at += word.len() + 1;
        }
        Ok(scrambling)
    }
}

fn seed(word: &str) -> Option<u16> {
    let digits = word.strip_prefix("0x").or(word.strip_prefix("0X")).unwrap_or(word);
    // A sign is a digit to nobody but the parser of numbers.
    if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

/// Seeds and form, as [`Scrambling::parse`] reads them.
impl fmt::Display for Scrambling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (lane, seed) in self.seeds.iter().enumerate().take(self.lanes) {
            if lane > 0 {
                f.write_str(",")?;
            }
            write!(f, "{seed:04X}")?;
        }
        write!(f, ":{}", self.form.name())
    }
}

impl fmt::Display for ScramblingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed { at } => {
                write!(
                    f,
                    "no seed of {DIGITS} hexadecimal digits at byte {at}, and the whole is no preset ("
                )?;
                for (index, preset) in Scrambling::PRESETS.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    f.write_str(preset.name)?;
                }
                f.write_str(")")
            }
            Self::ZeroSeed { at } => write!(f, "the seed at byte {at} is 0, with which nothing is scrambled"),
            Self::TooMany { seeds } => write!(f, "{seeds} seeds, a link has at most {MAX_LANES} lanes"),
            Self::Form { at } => {
                let [fibonacci, galois] = ScrambleForm::ALL.map(ScrambleForm::name);
                write!(f, "the form at byte {at} is neither {fibonacci} nor {galois}")
            }
        }
    }
}

impl core::error::Error for ScramblingError {}
