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
    /// Content and name fit no known format.
    Unrecognised {
        /// Names of the formats that could be meant.
        formats: Vec<&'static str>,
    },
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

impl CaptureError {
    /// An error at a byte of a file.
    pub(crate) fn new(file: impl Into<String>, offset: u64, kind: ErrorKind) -> Self {
        let file = file.into();
        Self {
            kind,
            at: Position { file, offset },
        }
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { file, offset } = &self.at;
        write!(f, "{file}: ")?;
        // What is wrong with the file as a whole is reported at byte 0, where the offset would only distract.
        let content = matches!(
            self.kind,
            ErrorKind::Truncated { .. } | ErrorKind::Malformed { .. } | ErrorKind::TooLarge { .. }
        );
        if content || *offset > 0 {
            write!(f, "at byte {offset}: ")?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Truncated {
                what,
                required,
                available,
            } => write!(
                f,
                "{what} ends early: {required} bytes needed, {available} left (the file is cut; everything before it was read)"
            ),
            Self::Malformed { what, detail } => write!(f, "{what}: {detail}"),
            Self::TooLarge { what, size, limit } => {
                write!(f, "{what} of {size} bytes is larger than the {limit} bytes allowed")
            }
            Self::Unrecognised { formats } => {
                f.write_str("content and name fit no known format; name it with --input-format, one of: ")?;
                f.write_str(&formats.join(", "))
            }
            Self::Unsupported { detail } | Self::Missing { detail } => f.write_str(detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_carry_file_offset_and_numbers() {
        let kind = ErrorKind::Truncated {
            what: "block",
            required: 96,
            available: 12,
        };
        assert_eq!(
            CaptureError::new("x.pcapng", 1234, kind).to_string(),
            "x.pcapng: at byte 1234: block ends early: 96 bytes needed, 12 left (the file is cut; everything before it was read)"
        );
        let kind = ErrorKind::TooLarge {
            what: "line",
            size: 300,
            limit: 200,
        };
        assert_eq!(
            CaptureError::new("x", 0, kind).to_string(),
            "x: at byte 0: line of 300 bytes is larger than the 200 bytes allowed"
        );
        let kind = ErrorKind::Unrecognised {
            formats: vec!["pcapng", "pcap"],
        };
        assert_eq!(
            CaptureError::new("x", 0, kind).to_string(),
            "x: content and name fit no known format; name it with --input-format, one of: pcapng, pcap"
        );
    }
}
