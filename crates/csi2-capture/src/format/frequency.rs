//! Frequencies as sigrok writes them: decimal, exact.
//!
//! Ref: sigrokproject/libsigrok src/strutil.c

use core::fmt;
use csi2_dphy::Timebase;

/// A frequency above zero, `numerator / denominator` hertz.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Frequency {
    numerator: u64,
    denominator: u64,
}

impl Frequency {
    /// `None` for 0.
    pub(crate) const fn from_hertz(hertz: u64) -> Option<Self> {
        match hertz {
            0 => None,
            numerator => Some(Self {
                numerator,
                denominator: 1,
            }),
        }
    }

    /// The nearest whole number of hertz to one tick of `timebase`; `None` where that is 0 or beyond 64 bits.
    pub(crate) fn of(timebase: Timebase) -> Option<Self> {
        let (numerator, denominator) = (u128::from(timebase.denominator), u128::from(timebase.numerator));
        let hertz = (numerator + denominator / 2).checked_div(denominator)?;
        Self::from_hertz(u64::try_from(hertz).ok()?)
    }

    /// Reads `100 MHz`, `33.333333 MHz`, `2.1G`, `500`. `None` where it is no such number, 0, or beyond 64 bits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number_end = text
            .find(|c: char| c != '.' && !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at_checked(number_end)?;
        let exponent = exponent_of(suffix.trim())?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty() {
            return None;
        }
        let mut numerator: u64 = format!("{whole}{fraction}").parse().ok()?;
        let shift = i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
        let power = 10u64.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
        let mut denominator = 1;
        if shift >= 0 {
            numerator = numerator.checked_mul(power)?;
        } else {
            denominator = power;
        }
        (numerator > 0).then_some(Self { numerator, denominator })
    }

    /// One tick a period.
    pub(crate) const fn timebase(self) -> Timebase {
        Timebase {
            numerator: self.denominator,
            denominator: self.numerator,
        }
    }

    /// For display.
    pub(crate) fn hertz(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// The power of ten of `k`, `MHz` and the like.
fn exponent_of(suffix: &str) -> Option<u32> {
    let lower = suffix.to_ascii_lowercase();
    match lower.strip_suffix("hz").unwrap_or(&lower) {
        "" => Some(0),
        "k" => Some(3),
        "m" => Some(6),
        "g" => Some(9),
        "t" => Some(12),
        _ => None,
    }
}

impl fmt::Display for Frequency {
    /// With the largest prefix that leaves a number above 1, without closing zeros: `2.1 GHz`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PREFIXES: [(u64, &str); 5] = [
            (1_000_000_000_000, "THz"),
            (1_000_000_000, "GHz"),
            (1_000_000, "MHz"),
            (1_000, "kHz"),
            (1, "Hz"),
        ];
        let hertz = self.numerator / self.denominator.max(1);
        let prefix = PREFIXES.iter().find(|(scale, _)| hertz >= *scale);
        let (scale, name) = prefix.copied().unwrap_or((1, "Hz"));
        let rest = hertz % scale;
        write!(f, "{}", hertz / scale)?;
        if rest > 0 {
            let digits = scale.ilog10() as usize;
            let fraction = format!("{rest:0digits$}");
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        write!(f, " {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_decimals_exactly() {
        let cases = [
            ("100 MHz", 100_000_000),
            ("33.333333 MHz", 33_333_333),
            ("2.1 GHz", 2_100_000_000),
            ("2.1G", 2_100_000_000),
            ("500", 500),
            ("500 Hz", 500),
            ("12.50 kHz", 12_500),
            ("1 THz", 1_000_000_000_000),
        ];
        for (text, hertz) in cases {
            assert_eq!(Frequency::parse(text), Frequency::from_hertz(hertz), "{text}");
        }
        let third = Frequency::parse("33.3333333 MHz").unwrap();
        assert_eq!((third.numerator, third.denominator), (333_333_333, 10));
        for text in [
            "",
            "0",
            "0 MHz",
            "MHz",
            ".5 MHz",
            "1.2.3 MHz",
            "-1",
            "1e6",
            "1 MB",
            "99999999999999999999",
            "99999999 THz",
        ] {
            assert_eq!(Frequency::parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for (hertz, text) in [
            (1, "1 Hz"),
            (999, "999 Hz"),
            (1_000, "1 kHz"),
            (33_333_333, "33.333333 MHz"),
            (100_000_000, "100 MHz"),
            (2_100_000_000, "2.1 GHz"),
            (8_400_000_001, "8.400000001 GHz"),
        ] {
            let frequency = Frequency::from_hertz(hertz).unwrap();
            assert_eq!(frequency.to_string(), text);
            assert_eq!(Frequency::parse(text), Some(frequency));
        }
    }
}
