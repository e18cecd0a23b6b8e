//! One value of a column.
//!
//! Ref: Xilinx/chipscopy `chipscopy/api/ila/ila_waveform.py` (CSV export); Xilinx UG908 `write_hw_ila_data`.

use csi2_dphy::Level;

/// How values are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Radix {
    Binary,
    Octal,
    Hex,
    Unsigned,
    Signed,
}

impl Radix {
    /// By the name in the row of radices.
    pub(super) fn find(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "BINARY" | "BIN" => Some(Self::Binary),
            "OCTAL" | "OCT" => Some(Self::Octal),
            "HEX" | "HEXADECIMAL" => Some(Self::Hex),
            "UNSIGNED" | "DECIMAL" => Some(Self::Unsigned),
            "SIGNED" => Some(Self::Signed),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Octal => "octal",
            Self::Hex => "hexadecimal",
            Self::Unsigned => "unsigned",
            Self::Signed => "signed",
        }
    }

    /// Bits of a digit; 0 of decimal numbers.
    const fn digit_bits(self) -> u32 {
        match self {
            Self::Binary => 1,
            Self::Octal => 3,
            Self::Hex => 4,
            Self::Unsigned | Self::Signed => 0,
        }
    }
}

/// Reads a value into `levels`, the lowest bit first.
///
/// # Errors
/// What is wrong: no digit, or a value that needs more bits than `levels` has.
pub(super) fn read(text: &[u8], radix: Radix, levels: &mut [Level]) -> Result<(), String> {
    let trimmed = text.trim_ascii();
    let digits = match (radix, trimmed) {
        (Radix::Hex, [b'0', b'x' | b'X', digits @ ..]) | (Radix::Binary, [b'0', b'b' | b'B', digits @ ..]) => digits,
        (_, digits) => digits,
    };
    let shown = || String::from_utf8_lossy(trimmed).chars().take(40).collect::<String>();
    let wrong = |what: &str| Err(format!("`{}` {what}", shown()));
    if digits.is_empty() {
        return wrong("has no digits");
    }
    let bits = levels.len();
    let fits = match radix.digit_bits() {
        0 => match decimal(digits, radix == Radix::Signed, levels) {
            Some(fits) => fits,
            None => return wrong(&format!("is no {} number", radix.name())),
        },
        width => match powers(digits, width, levels) {
            Some(fits) => fits,
            None => return wrong(&format!("is no {} number", radix.name())),
        },
    };
    match fits {
        true => Ok(()),
        false => wrong(&format!("needs more than the {bits} bits of its column")),
    }
}

/// Digits of `width` bits each; whether they fit. `x` and `z` are not known.
fn powers(digits: &[u8], width: u32, levels: &mut [Level]) -> Option<bool> {
    let mut next = 0;
    let mut fits = true;
    for &digit in digits.iter().rev().filter(|digit| **digit != b'_') {
        let value = match digit {
            b'x' | b'X' | b'z' | b'Z' => None,
            digit => Some(char::from(digit).to_digit(1 << width)?),
        };
        for bit in 0..width {
            let level = match value.map(|value| value >> bit & 1) {
                None => Level::Unknown,
                Some(0) => Level::Low,
                Some(_) => Level::High,
            };
            match levels.get_mut(next) {
                Some(slot) => *slot = level,
                None => fits &= level != Level::High,
            }
            next += 1;
        }
    }
    let rest = levels.get_mut(next..).unwrap_or_default();
    rest.fill(Level::Low);
    Some(fits)
}

/// A decimal number; whether it fits. Negative ones as two's complement.
fn decimal(digits: &[u8], signed: bool, levels: &mut [Level]) -> Option<bool> {
    if matches!(digits, [b'x' | b'X' | b'z' | b'Z']) {
        levels.fill(Level::Unknown);
        return Some(true);
    }
    let (negative, digits) = match digits.strip_prefix(b"-") {
        Some(digits) if signed => (true, digits),
        _ => (false, digits),
    };
    let significant = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    // More digits than any column has bits cannot fit, and are not worth multiplying.
    let too_long = digits.len() - significant > levels.len().div_ceil(3) + 1;
    let mut limbs = vec![0u32; levels.len().div_ceil(32) + 1];
    let mut overflow = too_long;
    for digit in digits {
        let mut carry = u64::from(char::from(*digit).to_digit(10)?);
        if too_long {
            continue;
        }
        for limb in &mut limbs {
            let sum = u64::from(*limb) * 10 + carry;
            *limb = sum as u32;
            carry = sum >> 32;
        }
        overflow |= carry != 0;
    }
    if digits.is_empty() {
        return None;
    }
    if negative {
        let mut carry = true;
        for limb in &mut limbs {
            let (sum, over) = (!*limb).overflowing_add(u32::from(carry));
            (*limb, carry) = (sum, over);
        }
    }
    let bit = |index: usize| limbs.get(index / 32).is_some_and(|limb| limb >> (index % 32) & 1 == 1);
    for (index, level) in levels.iter_mut().enumerate() {
        *level = if bit(index) { Level::High } else { Level::Low };
    }
    // What is above the column's bits repeats its sign, or is zero.
    let sign = negative && levels.last() == Some(&Level::High);
    let above = levels.len()..limbs.len() * 32;
    Some(!overflow && above.into_iter().all(|index| bit(index) == sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, radix: Radix, bits: usize) -> Result<String, String> {
        let mut levels = vec![Level::Unknown; bits];
        read(text.as_bytes(), radix, &mut levels)?;
        let digit = |level: &Level| match level {
            Level::Low => '0',
            Level::High => '1',
            Level::Unknown => 'x',
        };
        Ok(levels.iter().rev().map(digit).collect())
    }

    #[test]
    fn radices() {
        assert_eq!(value("b8", Radix::Hex, 8).unwrap(), "10111000");
        assert_eq!(value("0xB", Radix::Hex, 8).unwrap(), "00001011");
        assert_eq!(value("00B8", Radix::Hex, 8).unwrap(), "10111000");
        assert_eq!(value("10", Radix::Binary, 3).unwrap(), "010");
        assert_eq!(value("17", Radix::Octal, 4).unwrap(), "1111");
        assert_eq!(value("184", Radix::Unsigned, 8).unwrap(), "10111000");
        assert_eq!(value("-72", Radix::Signed, 8).unwrap(), "10111000");
        assert_eq!(value("-128", Radix::Signed, 8).unwrap(), "10000000");
        assert_eq!(value("-1", Radix::Signed, 1).unwrap(), "1");
        assert_eq!(value("xz1", Radix::Binary, 4).unwrap(), "0xx1");
        assert_eq!(value("X", Radix::Unsigned, 2).unwrap(), "xx");
        let wide = value("18446744073709551616", Radix::Unsigned, 65).unwrap();
        assert_eq!(wide, format!("1{}", "0".repeat(64)));
    }

    #[test]
    fn what_is_no_number_or_too_large() {
        let cases = [
            ("1b8", Radix::Hex, 8, "more than the 8 bits"),
            ("256", Radix::Unsigned, 8, "more than the 8 bits"),
            ("-129", Radix::Signed, 8, "more than the 8 bits"),
            ("99999999999999999999999999", Radix::Unsigned, 8, "more than the 8 bits"),
            ("g", Radix::Hex, 8, "no hexadecimal number"),
            ("8", Radix::Octal, 8, "no octal number"),
            ("-1", Radix::Unsigned, 8, "no unsigned number"),
            ("-", Radix::Signed, 8, "no signed number"),
            ("", Radix::Hex, 8, "no digits"),
            ("0x", Radix::Hex, 8, "no digits"),
        ];
        for (text, radix, bits, expected) in cases {
            let error = value(text, radix, bits).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
