//! The table of capture formats: one row adds one.

use crate::format::{hex, lanes, lanes_text, pcap, pcapng, raw_packets, readmemh, samples, sigrok, vcd};
use crate::{CaptureError, CaptureReader, CaptureWriter, CreateOptions, ErrorKind, OpenOptions, Source};
use std::io::{self, Cursor, Read};

/// Bytes that detectors may look at.
const HEAD: usize = 4096;

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

/// All formats. Where content and extension decide nothing between two of them, the first wins.
pub const FORMATS: &[CaptureFormat] = &[
    pcapng::FORMAT,
    pcap::FORMAT,
    raw_packets::FORMAT,
    hex::FORMAT,
    lanes_text::FORMAT,
    lanes::FORMAT,
    readmemh::FORMAT,
    sigrok::FORMAT,
    vcd::FORMAT,
    samples::FORMAT,
];

/// The row with this name.
pub fn find(name: &str) -> Option<&'static CaptureFormat> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format of a file by its first bytes (up to 4096) and its name. The first of these that holds decides:
///
/// 1. the content is certainly of one format;
/// 2. the content could be of a format, and the extension is one of its own;
/// 3. the extension is one of a format, whatever the content (that format's reader then says what is wrong);
/// 4. the content could be of exactly one format.
pub fn detect(head: &[u8], file_name: &str) -> Option<&'static CaptureFormat> {
    detect_in(FORMATS, head, file_name)
}

fn detect_in<'f>(formats: &'f [CaptureFormat], head: &[u8], file_name: &str) -> Option<&'f CaptureFormat> {
    let head = head.get(..HEAD).unwrap_or(head);
    let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let named = |format: &CaptureFormat| {
        let mut own = format.extensions.iter();
        own.any(|own| own.eq_ignore_ascii_case(extension))
    };
    let could_be = |format: &&CaptureFormat| (format.sniff)(head) == Confidence::Maybe;

    if let Some(certain) = formats
        .iter()
        .find(|format| (format.sniff)(head) == Confidence::Certain)
    {
        return Some(certain);
    }
    if let Some(both) = formats.iter().filter(could_be).find(|format| named(format)) {
        return Some(both);
    }
    if let Some(by_name) = formats.iter().find(|format| named(format)) {
        return Some(by_name);
    }
    let mut candidates = formats.iter().filter(could_be);
    match (candidates.next(), candidates.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Detects and opens. A format named in the options is taken without a look at the content. Where only the options
/// tell headerless samples from raw packets, a sample rate or unit size does.
///
/// # Errors
/// As [`CaptureReader::next_chunk`], and when no format fits.
pub fn open(mut source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let format = match &options.format {
        Some(name) => find(name).ok_or_else(|| unknown(&source.name, name))?,
        None => {
            let head = peek(&mut source)?;
            let sampled = options.sample_rate.is_some() || options.unit_size.is_some();
            match detect(&head, &source.name) {
                Some(format) if sampled && format.name == raw_packets::FORMAT.name => &samples::FORMAT,
                Some(format) => format,
                None => return Err(CaptureError::new(source.name, 0, ErrorKind::Unrecognised)),
            }
        }
    };
    let Some(open) = format.open else {
        let detail = format!("{} files can be written but not read", format.name);
        return Err(CaptureError::new(source.name, 0, ErrorKind::Unsupported { detail }));
    };
    open(source, options)
}

/// The names of all formats.
pub(crate) fn names() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    names.join(", ")
}

/// A format that is not in the table.
pub(crate) fn unknown(file: &str, name: &str) -> CaptureError {
    let detail = format!("there is no format \"{name}\", only: {}", names());
    CaptureError::new(file, 0, ErrorKind::Unsupported { detail })
}

/// Whether the first bytes of a file are text: UTF-8 without control characters other than white space. A character
/// may be cut at the end. Nothing is neither.
pub(crate) fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside a character.
        Err(error) if error.error_len().is_none() => {
            let whole = head.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// Reads the first bytes of a source and puts them back in front of the rest.
fn peek(source: &mut Source) -> Result<Vec<u8>, CaptureError> {
    let mut stream = std::mem::replace(&mut source.stream, Box::new(io::empty()));
    let mut head = Vec::new();
    // `read_to_end` reads on after short reads, as a pipe gives them.
    let outcome = stream.by_ref().take(HEAD as u64).read_to_end(&mut head);
    outcome.map_err(|error| CaptureError::new(&source.name, head.len() as u64, ErrorKind::Io(error)))?;
    source.stream = Box::new(Cursor::new(head.clone()).chain(stream));
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn row(
        name: &'static str,
        extensions: &'static [&'static str],
        sniff: fn(&[u8]) -> Confidence,
    ) -> CaptureFormat {
        CaptureFormat {
            name,
            description: "",
            extensions,
            layers: &[],
            streams: true,
            sniff,
            open: None,
            create: None,
        }
    }

    #[test]
    fn content_then_both_then_extension_then_the_only_candidate() {
        let table = [
            row("a", &["one", "two"], |head| {
                if head.first() == Some(&b'a') {
                    Confidence::Certain
                } else {
                    Confidence::No
                }
            }),
            row("b", &["two"], |head| {
                if head.first() == Some(&b'b') {
                    Confidence::Maybe
                } else {
                    Confidence::No
                }
            }),
            row("c", &["six"], |head| {
                if head.len() > 1 {
                    Confidence::Maybe
                } else {
                    Confidence::No
                }
            }),
        ];
        let name = |head: &[u8], file: &str| detect_in(&table, head, file).map(|format| format.name);
        assert_eq!(name(b"a", "x.six"), Some("a"));
        assert_eq!(name(b"bb", "x.two"), Some("b"));
        assert_eq!(name(b"b", "x.TWO"), Some("b"));
        assert_eq!(name(b"bb", "x.one"), Some("a"));
        assert_eq!(name(b"", "x.six"), Some("c"));
        assert_eq!(name(b"zz", "-"), Some("c"));
        assert_eq!(name(b"bb", "-"), None);
        assert_eq!(name(b"", "-"), None);
    }

    #[test]
    fn names_are_unique() {
        for (index, format) in FORMATS.iter().enumerate() {
            assert!(
                FORMATS.iter().skip(index + 1).all(|other| other.name != format.name),
                "{}",
                format.name
            );
        }
    }

    #[test]
    fn text_may_be_cut_inside_a_character() {
        assert!(is_text("00 1a # \u{b5}s\n".as_bytes()));
        assert!(is_text(&"00 \u{b5}".as_bytes()[..4]));
        assert!(!is_text(b"\x00\x01\x00\x1a"));
        assert!(!is_text(b"ab\xffcd"));
        assert!(!is_text(b""));
    }
}
