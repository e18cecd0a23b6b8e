//! Saleae Logic 2 text export, `digital.csv`: a row for each time at which a channel changes.
//!
//! ```text
//! Time [s],Channel 0,Channel 1
//! 0.000000000,0,1
//! 0.000000125,1,1
//! ```
//!
//! Ref: saleae/gitbook-docs getting-help/troubleshooting/technical-faq/binary-and-csv-export-formats-2025-update.md

mod reader;
mod writer;

use crate::format::csv::BOM;
use crate::{CaptureFormat, Confidence, Layer};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "saleae-csv",
    description: "Saleae Logic 2 digital.csv: a row a change, with its time",
    extensions: &["saleae.csv"],
    layers: &[Layer::Pins],
    streams: true,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

/// Heading of the first column.
const TIME: &[u8] = b"Time [s]";

/// The heading, and levels in the first row: volts of analog channels have the same heading.
fn sniff(head: &[u8]) -> Confidence {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let mut lines = head.split(|&byte| byte == b'\n');
    let heading = lines.next().unwrap_or_default();
    if !(heading.starts_with(TIME) && heading.get(TIME.len()) == Some(&b',')) {
        return Confidence::No;
    }
    let row = lines.next().unwrap_or_default().trim_ascii();
    let whole = lines.next().is_some();
    let mut values = row.split(|&byte| byte == b',').skip(1);
    match values.all(|value| matches!(value, b"0" | b"1" | b"X")) {
        true if whole && !row.is_empty() => Confidence::Certain,
        true => Confidence::Maybe,
        false if whole => Confidence::No,
        false => Confidence::Maybe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volts_are_not_levels() {
        for (head, sure) in [
            (
                &b"Time [s],Channel 0,Channel 1\n0.000000000,0,X\n"[..],
                Confidence::Certain,
            ),
            (b"\xEF\xBB\xBFTime [s],Channel 0\r\n-0.5,1\r\n", Confidence::Certain),
            (b"Time [s],Channel 0\n0.0,1.25\n", Confidence::No),
            (b"Time [s],Channel 0\n0.0,1.2", Confidence::Maybe),
            (b"Time [s],Channel 0\n", Confidence::Maybe),
            (b"Time [s]\n0.0\n", Confidence::No),
            (b"Trigger [s],Time [s],Ch0\n0,0,1\n", Confidence::No),
            (b"", Confidence::No),
        ] {
            assert_eq!(sniff(head), sure, "{}", head.escape_ascii());
        }
    }
}
