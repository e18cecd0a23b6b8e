//! Values of the options of `simulate`.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser};
use csi2_generator::{Crop, Flip, PATTERNS};

/// Embedded rows where the sensor is not known to have any.
const USUAL_ROWS: u8 = 2;

/// `--embedded`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum EmbeddedArg {
    On,
    Rows(u8),
}

impl EmbeddedArg {
    /// Rows, of a sensor that usually has so many.
    pub(super) fn count(self, usual: Option<u8>) -> u8 {
        match self {
            Self::On => usual.filter(|rows| *rows > 0).unwrap_or(USUAL_ROWS),
            Self::Rows(rows) => rows,
        }
    }
}

/// Parses `on`, `off`, `3`.
pub(super) fn embedded(text: &str) -> Result<EmbeddedArg, String> {
    match text {
        "on" => Ok(EmbeddedArg::On),
        "off" => Ok(EmbeddedArg::Rows(0)),
        _ => match text.parse() {
            Ok(rows @ 0..=64) => Ok(EmbeddedArg::Rows(rows)),
            _ => Err("expected on, off, or rows, 0 to 64".into()),
        },
    }
}

/// `--flip`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum FlipName {
    /// Left and right exchanged
    H,
    /// Top and bottom exchanged
    V,
    /// Both
    Hv,
}

impl FlipName {
    pub(super) const fn flip(self) -> Flip {
        Flip {
            horizontal: matches!(self, Self::H | Self::Hv),
            vertical: matches!(self, Self::V | Self::Hv),
        }
    }
}

/// The patterns of the table.
pub(super) fn pattern() -> PossibleValuesParser {
    let values = PATTERNS
        .iter()
        .map(|pattern| PossibleValue::new(pattern.name).help(pattern.description));
    values.collect::<Vec<_>>().into()
}

/// Parses `640x480+16+0`; the place may be left out.
pub(super) fn crop(text: &str) -> Result<Crop, String> {
    let wrong = || "expected WIDTHxHEIGHT+X+Y, as in 640x480+1700+1200".to_string();
    let (size, place) = text.split_once('+').unwrap_or((text, "0+0"));
    let (width, height) = size.split_once(['x', 'X']).ok_or_else(wrong)?;
    let (x, y) = place.split_once('+').ok_or_else(wrong)?;
    let number = |text: &str| match text.trim().parse::<u16>() {
        Ok(number) => Ok(usize::from(number)),
        Err(_) => Err(wrong()),
    };
    let crop = Crop {
        width: number(width)?,
        height: number(height)?,
        x: number(x)?,
        y: number(y)?,
    };
    if crop.width == 0 || crop.height == 0 {
        return Err("a picture has at least one column and one row".into());
    }
    Ok(crop)
}

/// Parses `2x1`.
pub(super) fn every(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "expected HxV, each 1 to 64, as in 2x2".to_string();
    let (across, down) = text.split_once(['x', 'X']).ok_or_else(wrong)?;
    let number = |text: &str| match text.trim().parse() {
        Ok(number @ 1..=64) => Ok(number),
        _ => Err(wrong()),
    };
    Ok((number(across)?, number(down)?))
}

/// Parses frames per second.
pub(super) fn frame_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && (1e-3..=1e6).contains(&rate) => Ok(rate),
        _ => Err("expected frames per second, 0.001 to 1000000".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops() {
        let crop_of = |width, height, x, y| Crop { width, height, x, y };
        assert_eq!(crop("640x480+16+2"), Ok(crop_of(640, 480, 16, 2)));
        assert_eq!(crop("64x8"), Ok(crop_of(64, 8, 0, 0)));
        for text in ["", "64", "64x", "0x8", "64x8+1", "64x8+-1+0", "70000x1", "64x8+1+2+3"] {
            assert!(crop(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rows_and_steps() {
        assert_eq!(embedded("on").map(|rows| rows.count(Some(1))), Ok(1));
        assert_eq!(embedded("on").map(|rows| rows.count(None)), Ok(2));
        assert_eq!(embedded("off").map(|rows| rows.count(Some(2))), Ok(0));
        assert_eq!(embedded("5").map(|rows| rows.count(Some(2))), Ok(5));
        assert!(embedded("65").is_err() && embedded("yes").is_err());
        assert_eq!(every("2x1"), Ok((2, 1)));
        assert!(every("0x1").is_err() && every("2").is_err() && every("65x1").is_err());
    }
}
