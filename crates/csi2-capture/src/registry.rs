//! The table of capture formats: one row adds one.

use crate::{CaptureError, CaptureReader, CaptureWriter, CreateOptions, OpenOptions, Source};

/// Layer at which a capture records.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layer {
    /// CSI-2 packets after lane merging.
    Packets,
    /// Bytes per lane.
    Lanes,
    /// Wires.
    Pins,
}

impl Layer {
    /// `packets`, `lanes` or `pins`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Lanes => "lanes",
            Self::Pins => "pins",
        }
    }
}

/// How sure a detector is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Confidence {
    /// Not this format.
    No,
    /// Could be: used when nothing better answers, or the extension agrees.
    Maybe,
    /// A signature says so.
    Certain,
}

/// Opens a reader on a source.
pub type Open = fn(Source, &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError>;
/// Creates a writer at a path.
pub type Create = fn(&CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError>;

/// One capture format.
pub struct CaptureFormat {
    /// Name for `--input-format`.
    pub name: &'static str,
    /// One line for people.
    pub description: &'static str,
    /// Usual extensions, without the dot.
    pub extensions: &'static [&'static str],
    /// Layers it can hold, highest first.
    pub layers: &'static [Layer],
    /// Whether it can be read from a pipe.
    pub streams: bool,
    /// Judges the first bytes (up to 4096) of a file.
    pub sniff: fn(&[u8]) -> Confidence,
    /// Reader.
    pub open: Option<Open>,
    /// Writer.
    pub create: Option<Create>,
}

/// All formats.
pub const FORMATS: &[CaptureFormat] = &[];

/// The row with this name.
pub fn find(name: &str) -> Option<&'static CaptureFormat> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format of a file by content, then by extension.
pub fn detect(head: &[u8], file_name: &str) -> Option<&'static CaptureFormat> {
    let _ = (head, file_name);
    None
}

/// Detects and opens.
///
/// # Errors
/// As [`CaptureReader::next_chunk`], and when no format fits.
pub fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let _ = (source, options);
    todo!()
}
