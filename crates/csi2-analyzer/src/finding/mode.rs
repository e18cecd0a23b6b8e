//! What a link sends, as far as a change of mode shows: geometry and depth, virtual channels, lanes.

use core::fmt;
use csi2_packet::DataType;

/// Lines of one data type in a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Geometry {
    /// Which.
    pub data_type: DataType,
    /// Bytes of a line; of the longer lines of YUV420. `None` where none came whole.
    pub word: Option<u32>,
    /// Lines of a frame; `None` where no frame could be counted.
    pub lines: Option<u32>,
}

/// What a change of mode is from, or to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Image data of a frame of a virtual channel, by data type; at most so many are named.
    Frame([Option<Geometry>; 3]),
    /// Virtual channels in use: bit `n` is channel `n`.
    Channels(u16),
    /// Lanes in use, counted from lane 0.
    Lanes(u8),
}

impl Mode {
    /// Of a frame with these lines.
    pub(crate) fn frame(of: impl Iterator<Item = Geometry>) -> Self {
        let mut all = [None; 3];
        all.iter_mut().zip(of).for_each(|(to, of)| *to = Some(of));
        Self::Frame(all)
    }
}

impl Geometry {
    /// Pixels of the whole groups of a line; `None` where the data type has none.
    pub fn width(&self) -> Option<u32> {
        let (bytes, pixels) = self.data_type.group()?;
        Some(self.word?.checked_div(bytes.into())?.saturating_mul(pixels.into()))
    }
}

impl fmt::Display for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.width(), self.word) {
            (Some(width), _) => write!(f, "{width}x")?,
            (None, Some(word)) => write!(f, "{word} bytes x ")?,
            (None, None) => f.write_str("?x")?,
        }
        match self.lines {
            Some(lines) => write!(f, "{lines} {}", self.data_type),
            None => write!(f, "? {}", self.data_type),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Frame(all) => {
                let mut plus = "";
                for of in all.iter().flatten() {
                    write!(f, "{plus}{of}")?;
                    plus = " + ";
                }
                Ok(())
            }
            Self::Channels(channels) => {
                let mut before = "vc ";
                for channel in (0..16).filter(|channel| channels >> channel & 1 == 1) {
                    write!(f, "{before}{channel}")?;
                    before = " + ";
                }
                Ok(())
            }
            Self::Lanes(1) => f.write_str("1 lane"),
            Self::Lanes(lanes) => write!(f, "{lanes} lanes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn modes_are_named_by_what_they_are() {
        let of = |data_type, word, lines| Geometry { data_type, word, lines };
        let raw10 = of(DataType::RAW10, Some(5070), Some(3040));
        let table = [
            (Mode::frame([raw10].into_iter()), "4056x3040 RAW10"),
            (
                Mode::frame([raw10, of(DataType::RAW12, Some(3042), None)].into_iter()),
                "4056x3040 RAW10 + 2028x? RAW12",
            ),
            (Mode::frame([of(DataType::RAW8, None, Some(4))].into_iter()), "?x4 RAW8"),
            (Mode::Channels(0b0000_0001), "vc 0"),
            (Mode::Channels(0b1000_0000_0000_0011), "vc 0 + 1 + 15"),
            (Mode::Lanes(4), "4 lanes"),
            (Mode::Lanes(1), "1 lane"),
        ];
        for (mode, expected) in table {
            assert_eq!(mode.to_string(), expected);
        }
    }
}
