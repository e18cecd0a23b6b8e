//! Times in seconds, as files of events have them, to ticks.

use csi2_dphy::{Tick, Timebase};

/// Ticks a second where no sample rate is known.
pub(crate) const PICOSECONDS: u64 = 1_000_000_000_000;
/// Ticks before or after zero that are taken for a time.
const FARTHEST: i64 = 1 << 62;

/// Ticks of a second, counted from an origin: the first time of a capture where it is below zero.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Scale {
    hertz: u64,
    origin: i64,
}

impl Scale {
    /// From zero.
    pub(crate) const fn new(hertz: u64) -> Self {
        Self { hertz, origin: 0 }
    }

    /// From the earliest time there is, where that is below zero.
    pub(crate) fn starting(self, earliest: i64) -> Self {
        Self {
            origin: earliest.min(0),
            ..self
        }
    }

    /// The nearest tick to a time, which may lie before the origin. `None` where it is no number or too far.
    pub(crate) fn nearest(self, seconds: f64) -> Option<i64> {
        let ticks = (seconds * self.hertz as f64).round();
        // Lossless: within 63 bits, and whole.
        (ticks.abs() < FARTHEST as f64).then_some(ticks as i64)
    }

    /// The same of a decimal number, exactly.
    pub(crate) fn parse(self, text: &[u8]) -> Option<i64> {
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let decimal = Decimal::parse(text)?;
        let scaled = decimal.mantissa.checked_mul(u128::from(self.hertz))?;
        let power = 10u128.checked_pow(decimal.exponent.unsigned_abs());
        let ticks = match (decimal.exponent < 0, power) {
            (true, Some(power)) => scaled.checked_add(power / 2)? / power,
            // Less than half a tick.
            (true, None) => 0,
            (false, power) => scaled.checked_mul(power?)?,
        };
        let ticks = i64::try_from(ticks).ok().filter(|&ticks| ticks < FARTHEST)?;
        Some(if negative { -ticks } else { ticks })
    }

    /// A tick as the capture counts; times before the origin are at it.
    pub(crate) fn tick(self, nearest: i64) -> Tick {
        u64::try_from(nearest.saturating_sub(self.origin)).unwrap_or(0)
    }

    pub(crate) const fn timebase(self) -> Timebase {
        Timebase::from_hertz(self.hertz)
    }

    /// What a reader is to know about times that do not start at zero.
    pub(crate) fn note(self) -> Option<String> {
        let start = self.origin as f64 / self.hertz as f64;
        (self.origin < 0).then(|| format!("times of the file start at {start} s, which is tick 0 here"))
    }
}

/// `mantissa * 10^exponent`.
struct Decimal {
    mantissa: u128,
    exponent: i32,
}

impl Decimal {
    /// Without a sign; `e` and an exponent may follow. Eighteen digits count.
    fn parse(text: &[u8]) -> Option<Self> {
        const DIGITS: u128 = 1_000_000_000_000_000_000;
        let mut decimal = Self {
            mantissa: 0,
            exponent: 0,
        };
        let (mut any, mut point) = (false, false);
        let mut rest = text;
        while let [byte, tail @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    if decimal.mantissa < DIGITS / 10 {
                        decimal.mantissa = decimal.mantissa * 10 + u128::from(byte - b'0');
                        decimal.exponent -= i32::from(point);
                    } else if !point {
                        decimal.exponent += 1;
                    }
                }
                b'.' if !point => point = true,
                b'e' | b'E' => {
                    let power: i32 = core::str::from_utf8(tail).ok()?.parse().ok()?;
                    decimal.exponent = decimal.exponent.checked_add(power)?;
                    break;
                }
                _ => return None,
            }
            // A line of digits is not endless, but longer than any number.
            if decimal.exponent.unsigned_abs() > 400 {
                return None;
            }
            rest = tail;
        }
        any.then_some(decimal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let picoseconds = Scale::new(PICOSECONDS);
        for (text, ticks) in [
            ("0", Some(0)),
            ("0.000000000", Some(0)),
            ("-0.125000000", Some(-125_000_000_000)),
            ("+1.5", Some(1_500_000_000_000)),
            ("0.0000000000004", Some(0)),
            ("0.0000000000005", Some(1)),
            ("12345.678901234567", Some(12_345_678_901_234_567)),
            ("1e-9", Some(1_000)),
            ("2.5E-10", Some(250)),
            (".5", Some(500_000_000_000)),
            ("3.", Some(3_000_000_000_000)),
            ("1e-300", Some(0)),
            ("0.00000000000000000000000000000001", Some(0)),
            ("99999999999999999999", None),
            ("1e30", None),
            ("", None),
            (".", None),
            ("-", None),
            ("1.2.3", None),
            ("nan", None),
            ("inf", None),
            ("1e", None),
            ("1e99999999999", None),
            ("0x1", None),
        ] {
            assert_eq!(picoseconds.parse(text.as_bytes()), ticks, "{text}");
        }
        // 24 MHz: the sample times 0, 41.67 and 83.33 ns, as written with nine digits.
        let sampled = Scale::new(24_000_000);
        let ticks = ["0.000000000", "0.000000042", "0.000000083"].map(|text| sampled.parse(text.as_bytes()));
        assert_eq!(ticks, [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn floats_round_to_the_nearest() {
        let scale = Scale::new(500_000_000);
        assert_eq!((scale.nearest(8.9e-9), scale.nearest(9.1e-9)), (Some(4), Some(5)));
        assert_eq!(scale.nearest(-2e-9), Some(-1));
        for hostile in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, f64::MAX] {
            assert_eq!(scale.nearest(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn the_origin_is_the_earliest_below_zero() {
        let scale = Scale::new(10);
        assert_eq!(scale.starting(7).tick(9), 9);
        assert_eq!((scale.starting(-7).tick(-7), scale.starting(-7).tick(0)), (0, 7));
        assert_eq!(scale.starting(-7).tick(-8), 0);
        assert!(scale.starting(-7).note().unwrap().contains("-0.7 s"));
        assert_eq!(scale.note(), None);
    }
}
