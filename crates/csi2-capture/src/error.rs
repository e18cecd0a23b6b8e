//! The file's trouble: what is wrong with a capture, and where.

use core::fmt;

/// Where in a capture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Position {
    /// File name as the user gave it, `-` for standard input.
    pub file: String,
    /// Byte offset in that file.
    pub offset: u64,
}

/// What is wrong with a capture.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused.
    Io(std::io::Error),
    /// The file ends inside something.
    Truncated {
        /// Of what.
        what: &'static str,
        /// Bytes needed.
        required: u64,
        /// Bytes there.
        available: u64,
    },
    /// Something is not what the format says.
    Malformed {
        /// What was being read.
        what: &'static str,
        /// What was expected and what is there, with numbers.
        detail: String,
    },
    /// A record or member is larger than the reader is allowed to hold.
    TooLarge {
        /// What.
        what: &'static str,
        /// Its size in bytes.
        size: u64,
        /// The bound.
        limit: u64,
    },
    /// Content fits no known format.
    Unrecognised,
    /// The format exists but this cannot be done with it.
    Unsupported {
        /// What, and what to do instead.
        detail: String,
    },
    /// The caller must say something that the capture does not.
    Missing {
        /// What, and the option that says it.
        detail: String,
    },
}

/// An error of a capture file.
#[derive(Debug)]
pub struct CaptureError {
    /// What.
    pub kind: ErrorKind,
    /// Where.
    pub at: Position,
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = &self.at;
        f.write_str("todo")
    }
}

impl std::error::Error for CaptureError {}
