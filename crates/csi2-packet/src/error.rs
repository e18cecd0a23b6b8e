//! The caller's trouble: lengths, space, values. `Copy`, with numbers.

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
