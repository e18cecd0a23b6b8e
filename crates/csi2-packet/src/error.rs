//! The caller's trouble: lengths, space, values. `Copy`, with numbers.

use core::fmt;

/// Too few bytes to read something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LenError {
    /// What was being read.
    pub what: &'static str,
    /// Bytes it needs.
    pub required: usize,
    /// Bytes there are.
    pub available: usize,
    /// Offset of its first byte in the caller's slice.
    pub offset: usize,
}

/// Too little room to write something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SpaceError {
    /// Bytes it needs.
    pub required: usize,
    /// Bytes there are.
    pub available: usize,
}

/// A packet that cannot exist.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EncodeError {
    /// Payload length above 65 535 bytes.
    PayloadTooLong {
        /// Bytes.
        length: usize,
    },
    /// The data type makes short packets and a payload was given, or the reverse.
    WrongKind {
        /// Data type code.
        data_type: u8,
    },
    /// Payload length differs from the header's word count.
    WordCount {
        /// Header.
        word: u16,
        /// Payload bytes.
        length: usize,
    },
    /// No room.
    Space(SpaceError),
}

impl fmt::Display for LenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at offset {} needs {} bytes, {} available",
            self.what, self.offset, self.required, self.available
        )
    }
}

impl fmt::Display for SpaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "output needs {} bytes, {} available", self.required, self.available)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PayloadTooLong { length } => write!(f, "payload of {length} bytes, a packet holds at most 65535"),
            Self::WrongKind { data_type } => {
                let (is, not) = if *data_type < 0x10 {
                    ("short", "long")
                } else {
                    ("long", "short")
                };
                write!(f, "data type 0x{data_type:02X} makes {is} packets, not {not} ones")
            }
            Self::WordCount { word, length } => write!(f, "word count {word}, payload of {length} bytes"),
            Self::Space(space) => space.fmt(f),
        }
    }
}

impl From<SpaceError> for EncodeError {
    fn from(space: SpaceError) -> Self {
        Self::Space(space)
    }
}

impl core::error::Error for LenError {}
impl core::error::Error for SpaceError {}
impl core::error::Error for EncodeError {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn messages_carry_numbers() {
        let space = SpaceError {
            required: 10,
            available: 7,
        };
        let length = LenError {
            what: "payload",
            required: 40,
            available: 12,
            offset: 4,
        };
        assert_eq!(space.to_string(), "output needs 10 bytes, 7 available");
        assert_eq!(EncodeError::from(space).to_string(), space.to_string());
        assert_eq!(length.to_string(), "payload at offset 4 needs 40 bytes, 12 available");
        let cases = [
            (
                EncodeError::PayloadTooLong { length: 65_536 },
                "payload of 65536 bytes, a packet holds at most 65535",
            ),
            (
                EncodeError::WrongKind { data_type: 0x01 },
                "data type 0x01 makes short packets, not long ones",
            ),
            (
                EncodeError::WrongKind { data_type: 0x2B },
                "data type 0x2B makes long packets, not short ones",
            ),
            (
                EncodeError::WordCount { word: 5, length: 6 },
                "word count 5, payload of 6 bytes",
            ),
        ];
        for (error, message) in cases {
            assert_eq!(error.to_string(), message);
        }
    }
}
