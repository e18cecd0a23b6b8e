//! How the user wants pictures.

use csi2_pixel::BayerOrder;

/// What is the same for all pictures of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SinkOptions {
    /// Scale to the full range of the container, for viewing.
    pub(crate) stretch: bool,
    /// Order of the colour filter as the rows came, flips counted in; `None` where nobody said.
    pub(crate) bayer: Option<BayerOrder>,
    /// What darkness reads as.
    pub(crate) black: Option<Black>,
    /// What light that saturates reads as; the greatest sample when absent.
    pub(crate) white: Option<u32>,
    /// How a picture is turned for viewing. Only pictures that viewers turn (TIFF, DNG, previews) know it: samples stay where
    /// they are.
    pub(crate) orientation: Orientation,
    /// What Y, U and V mean.
    pub(crate) yuv: YuvColour,
    /// Name of the sensor, where it is known.
    pub(crate) model: Option<&'static str>,
}

/// What darkness reads as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Black {
    pub(crate) level: u32,
    /// Bits of the samples it was said of; `None`: of the samples at hand.
    pub(crate) bits: Option<u8>,
}

impl SinkOptions {
    /// Black and white of samples of `bits` bits, black below white.
    pub(crate) fn levels(&self, bits: u8) -> (u32, u32) {
        let top = u32::MAX >> 32_u32.saturating_sub(bits.into()).min(31);
        let white = self.white.unwrap_or(top).clamp(1, top);
        let black = self.black.map_or(0, |black| match black.bits {
            Some(of) if of > bits => black.level >> (of - bits).min(31),
            Some(of) => black.level.checked_shl((bits - of).into()).unwrap_or(top),
            None => black.level,
        });
        (black.min(white - 1), white)
    }
}

/// How a picture is to be turned for viewing, with the numbers of TIFF and EXIF.
///
/// Ref: TIFF 6.0, tag 274.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Orientation {
    #[default]
    Normal,
    MirrorHorizontal,
    Rotate180,
    MirrorVertical,
    Transpose,
    Rotate90,
    Transverse,
    Rotate270,
}

impl Orientation {
    /// In the order of their numbers, from 1. Angles are clockwise.
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("normal", Self::Normal),
        ("mirror-horizontal", Self::MirrorHorizontal),
        ("rotate-180", Self::Rotate180),
        ("mirror-vertical", Self::MirrorVertical),
        ("transpose", Self::Transpose),
        ("rotate-90", Self::Rotate90),
        ("transverse", Self::Transverse),
        ("rotate-270", Self::Rotate270),
    ];

    /// By name or number.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let numbered = (1_u8..).zip(Self::ALL);
        numbered
            .into_iter()
            .find(|(number, (name, _))| *name == text || number.to_string() == text)
            .map(|(_, (_, orientation))| orientation)
            .ok_or_else(|| {
                let names = Self::ALL.map(|(name, _)| name);
                format!("expected {}, or the number of EXIF, 1 to 8", names.join(", "))
            })
    }

    /// The number of TIFF and EXIF.
    pub(crate) fn number(self) -> u8 {
        (1..)
            .zip(Self::ALL)
            .find(|(_, (_, this))| *this == self)
            .map_or(1, |(number, _)| number)
    }
}

/// What Y, U and V mean.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct YuvColour {
    pub(crate) range: YuvRange,
    pub(crate) matrix: YuvMatrix,
}

/// `--yuv-range`
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum YuvRange {
    /// Y from 16 to 235 of 255, as in video
    #[default]
    Limited,
    /// Y from 0 to 255, as in JPEG
    Full,
}

/// `--yuv-matrix`
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum YuvMatrix {
    /// Of standard definition, and most sensors
    #[default]
    Bt601,
    /// Of high definition
    Bt709,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_is_scaled_to_the_depth() {
        let profile = SinkOptions {
            black: Some(Black {
                level: 64,
                bits: Some(10),
            }),
            ..SinkOptions::default()
        };
        assert_eq!(profile.levels(10), (64, 1023));
        assert_eq!(profile.levels(12), (256, 4095));
        assert_eq!(profile.levels(8), (16, 255));
        assert_eq!(profile.levels(28), (64 << 18, (1 << 28) - 1));
        let given = SinkOptions {
            black: Some(Black {
                level: 5000,
                bits: None,
            }),
            white: Some(900),
            ..SinkOptions::default()
        };
        assert_eq!(given.levels(10), (899, 900));
        assert_eq!(SinkOptions::default().levels(16), (0, 65535));
    }

    #[test]
    fn orientations_have_the_numbers_of_exif() {
        for (number, (name, orientation)) in (1..=8_u8).zip(Orientation::ALL) {
            assert_eq!(Orientation::parse(name), Ok(orientation));
            assert_eq!(Orientation::parse(&number.to_string()), Ok(orientation));
            assert_eq!(orientation.number(), number);
        }
        assert_eq!(Orientation::Rotate90.number(), 6);
        assert!(Orientation::parse("0").is_err() && Orientation::parse("90").is_err());
    }
}
