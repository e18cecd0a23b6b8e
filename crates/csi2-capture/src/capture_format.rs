//! What a format has to offer: the columns of the table of formats.

use crate::{CaptureError, CaptureReader, CaptureWriter, CreateOptions, Layer, OpenOptions, Source};

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
