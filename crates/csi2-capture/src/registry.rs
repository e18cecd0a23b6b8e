//! The table of capture formats: one row adds one.

use crate::format::{
    cmp, dsl, hex, ila_csv, lanes, lanes_text, ols, pcap, pcapng, raw_packets, readmemh, saleae, saleae_csv, samples,
    sigrok, sigrok_csv, vcd,
};
use crate::{
    CaptureError, CaptureFormat, CaptureReader, CaptureWriter, Confidence, CreateOptions, ErrorKind, OpenOptions,
    Source,
};

/// All formats. Where content and extension decide nothing between two of them, the first wins.
pub const FORMATS: &[CaptureFormat] = &[
    cmp::capture::FORMAT,
    pcapng::FORMAT,
    pcap::FORMAT,
    raw_packets::FORMAT,
    hex::FORMAT,
    lanes_text::FORMAT,
    lanes::FORMAT,
    readmemh::FORMAT,
    sigrok::FORMAT,
    sigrok_csv::FORMAT,
    dsl::FORMAT,
    saleae::FORMAT,
    saleae_csv::FORMAT,
    ols::FORMAT,
    ila_csv::FORMAT,
    vcd::FORMAT,
    #[cfg(feature = "fst")]
    crate::format::fst::FORMAT,
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
    let head = head.get(..Source::HEAD).unwrap_or(head);
    // An extension may have a dot in it, and the longer one is the name's own.
    let own = |format: &CaptureFormat| {
        let own = format.extensions.iter().filter(|own| has_extension(file_name, own));
        own.map(|own| own.len()).max()
    };
    let could_be = |format: &&CaptureFormat| (format.sniff)(head) == Confidence::Maybe;

    if let Some(certain) = formats
        .iter()
        .find(|format| (format.sniff)(head) == Confidence::Certain)
    {
        return Some(certain);
    }
    // Of equals the first.
    let by_name = |formats: &mut dyn Iterator<Item = &'f CaptureFormat>| {
        let named = formats.filter_map(|format| Some((own(format)?, format)));
        let longest = named.reduce(|best, next| if next.0 > best.0 { next } else { best });
        longest.map(|(_, format)| format)
    };
    if let Some(both) = by_name(&mut formats.iter().filter(could_be)) {
        return Some(both);
    }
    if let Some(named) = by_name(&mut formats.iter()) {
        return Some(named);
    }
    let mut candidates = formats.iter().filter(could_be);
    match (candidates.next(), candidates.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Whether the name ends in a dot and this.
fn has_extension(file_name: &str, extension: &str) -> bool {
    let before = file_name.len().checked_sub(extension.len());
    let parts = before.and_then(|before| file_name.split_at_checked(before));
    parts.is_some_and(|(stem, own)| stem.ends_with('.') && own.eq_ignore_ascii_case(extension))
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
            let head = source.peek()?;
            let sampled = options.sample_rate.is_some() || options.unit_size.is_some();
            match detect(&head, &source.name) {
                Some(format) if sampled && format.name == raw_packets::FORMAT.name => &samples::FORMAT,
                Some(format) => format,
                None => {
                    let kind = ErrorKind::Unrecognised { formats: names() };
                    return Err(CaptureError::new(source.name, 0, kind));
                }
            }
        }
    };
    let Some(open) = format.open else {
        let detail = format!("{} files can be written but not read", format.name);
        return Err(CaptureError::new(source.name, 0, ErrorKind::Unsupported { detail }));
    };
    open(source, options)
}

/// Creates a capture in the format of this name.
///
/// # Errors
/// When there is no such format, it cannot be written, or not at this layer.
pub fn create(format: &str, options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let file = options.path.display().to_string();
    let format = find(format).ok_or_else(|| unknown(&file, format))?;
    let refuse = |detail| Err(CaptureError::new(&file, 0, ErrorKind::Unsupported { detail }));
    let Some(create) = format.create else {
        return refuse(format!("{} files can be read but not written", format.name));
    };
    if !format.layers.contains(&options.layer) {
        let layers: Vec<&str> = format.layers.iter().map(|layer| layer.name()).collect();
        return refuse(format!(
            "{} files hold {}, not {}",
            format.name,
            layers.join(" or "),
            options.layer.name()
        ));
    }
    create(options)
}

fn names() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name).collect()
}

/// A format that is not in the table.
fn unknown(file: &str, name: &str) -> CaptureError {
    let detail = format!("there is no format \"{name}\", only: {}", names().join(", "));
    CaptureError::new(file, 0, ErrorKind::Unsupported { detail })
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
            row("d", &["and.six"], |_| Confidence::No),
        ];
        let name = |head: &[u8], file: &str| detect_in(&table, head, file).map(|format| format.name);
        assert_eq!(name(b"a", "x.six"), Some("a"));
        assert_eq!(name(b"bb", "x.two"), Some("b"));
        assert_eq!(name(b"b", "x.TWO"), Some("b"));
        assert_eq!(name(b"bb", "x.one"), Some("a"));
        assert_eq!(name(b"", "x.six"), Some("c"));
        assert_eq!(name(b"", "x.And.Six"), Some("d"));
        assert_eq!(name(b"", "and.six"), Some("c"));
        assert_eq!(name(b"", "xone"), None);
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
}
