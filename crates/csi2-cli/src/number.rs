//! Values of options: numbers with SI suffixes, lane counts, sizes, ranges.

use std::ops::Range;

/// Parses `2.1G`, `100M`, `100 MHz`, `400Mbps`, `33333333`: a whole number after the suffix is applied.
pub(crate) fn si(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let exponent = suffix_exponent(suffix.trim())
        .ok_or_else(|| format!("`{suffix}` is no SI suffix: write k, M, G or T, as in 2.1G or 100 MHz"))?;
    let digits = digits.replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() && fraction.is_empty() {
        return Err("a number is missing, as in 2.1G or 100 MHz".into());
    }
    if fraction.len() > exponent || fraction.contains('.') {
        return Err("not a whole number".into());
    }
    let mut value: u64 = 0;
    let zeros = std::iter::repeat_n('0', exponent - fraction.len());
    for digit in whole.chars().chain(fraction.chars()).chain(zeros) {
        let digit = digit.to_digit(10).ok_or("not a number")?;
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or("larger than 18446744073709551615")?;
    }
    Ok(value)
}

/// As [`si`], and not 0.
pub(crate) fn si_positive(text: &str) -> Result<u64, String> {
    match si(text)? {
        0 => Err("must not be 0".into()),
        value => Ok(value),
    }
}

fn suffix_exponent(suffix: &str) -> Option<usize> {
    const UNITS: &[&str] = &["", "hz", "bps", "b/s", "bit/s", "sps", "s/s", "sa/s"];
    let mut chars = suffix.chars();
    let (exponent, unit) = match chars.next() {
        Some('k' | 'K') => (3, chars.as_str()),
        Some('M') => (6, chars.as_str()),
        Some('G') => (9, chars.as_str()),
        Some('T') => (12, chars.as_str()),
        _ => (0, suffix),
    };
    UNITS
        .contains(&unit.trim().to_ascii_lowercase().as_str())
        .then_some(exponent)
}

/// Width and height of an image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Parses `1920x1080`.
pub(crate) fn size(text: &str) -> Result<Size, String> {
    const LIMIT: usize = 1 << 20;
    let wrong = || "expected WIDTHxHEIGHT, as in 1920x1080".to_string();
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(wrong)?;
    let width = width.trim().parse().map_err(|_| wrong())?;
    let height = height.trim().parse().map_err(|_| wrong())?;
    if width == 0 || height == 0 || width > LIMIT || height > LIMIT {
        return Err(format!("width and height must be 1 to {LIMIT}"));
    }
    Ok(Size { width, height })
}

/// Which frames: as a Rust range.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Frames(pub(crate) Range<u64>);

impl Frames {
    pub(crate) const ALL: Self = Self(0..u64::MAX);

    pub(crate) fn contains(&self, index: u64) -> bool {
        self.0.contains(&index)
    }
}

/// Parses `2..5` (frames 2, 3, 4), `2..=5`, `2..`, `..5` and `2`.
pub(crate) fn frames(text: &str) -> Result<Frames, String> {
    let number = |text: &str, default: u64| match text.trim() {
        "" => Ok(default),
        digits => digits
            .parse::<u64>()
            .map_err(|_| "expected A..B (A to B-1), A..=B, A.. or ..B, counted from 0".to_string()),
    };
    let range = match text.split_once("..") {
        None => {
            let frame = number(text, u64::MAX)?;
            frame..frame.saturating_add(1)
        }
        Some((start, end)) => {
            let start = number(start, 0)?;
            match end.strip_prefix('=') {
                Some("") => return Err("A..= needs an end, as in 2..=5".into()),
                Some(last) => start..number(last, 0)?.saturating_add(1),
                None => start..number(end, u64::MAX)?,
            }
        }
    };
    if range.is_empty() {
        return Err(format!("{}..{} holds no frame", range.start, range.end));
    }
    Ok(Frames(range))
}

/// Lane counts that exist.
pub(crate) fn lanes(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(lanes @ (1..=4 | 8)) => Ok(lanes),
        _ => Err("expected 1, 2, 3, 4 or 8".into()),
    }
}

/// `--rate`, of a link to write or of one that was captured. Far above it, any pause is more bits than can be followed.
pub(crate) fn bit_rate(text: &str) -> Result<u64, String> {
    const HIGHEST: u64 = 1_000_000_000_000;
    match si_positive(text)? {
        rate @ ..=HIGHEST => Ok(rate),
        _ => Err("more than 1 Tbps".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_suffixes() {
        assert_eq!(si("2.1G"), Ok(2_100_000_000));
        assert_eq!(si("100M"), Ok(100_000_000));
        assert_eq!(si("100 MHz"), Ok(100_000_000));
        assert_eq!(si("33.333333 MHz"), Ok(33_333_333));
        assert_eq!(si("400Mbps"), Ok(400_000_000));
        assert_eq!(si("1_000"), Ok(1000));
        assert_eq!(si("1.50k"), Ok(1500));
        assert_eq!(si("24000000"), Ok(24_000_000));
        assert_eq!(si("4 GSa/s"), Ok(4_000_000_000));
    }

    #[test]
    fn si_refuses() {
        for text in ["", "G", "1.5", "1m", "1.2345k", "12Q", "1..5G", "99999999999T", "-3"] {
            assert!(si(text).is_err(), "{text}");
        }
        assert!(si_positive("0").is_err());
    }

    #[test]
    fn sizes() {
        assert_eq!(
            size("1920x1080"),
            Ok(Size {
                width: 1920,
                height: 1080
            })
        );
        for text in ["1920", "0x4", "4x0", "ax4", "4x4x4", "99999999x1"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn frame_ranges() {
        assert_eq!(frames("2..5"), Ok(Frames(2..5)));
        assert_eq!(frames("2..=5"), Ok(Frames(2..6)));
        assert_eq!(frames("2.."), Ok(Frames(2..u64::MAX)));
        assert_eq!(frames("..5"), Ok(Frames(0..5)));
        assert_eq!(frames("7"), Ok(Frames(7..8)));
        for text in ["", "5..2", "3..3", "a..b", "2..="] {
            assert!(frames(text).is_err(), "{text}");
        }
    }
}
