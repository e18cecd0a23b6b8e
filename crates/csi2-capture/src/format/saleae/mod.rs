//! Saleae Logic 2 binary export: a directory with a file per channel, `digital_0.bin`, `digital_1.bin`, ...
//!
//! Ref: saleae/gitbook-docs getting-help/troubleshooting/technical-faq/binary-export-format-logic-2.md (version 0),
//! binary-and-csv-export-formats-2025-update.md (version 1)

mod channel;
pub(crate) mod directory;
mod header;
mod reader;
mod survey;
mod writer;

use crate::{CaptureFormat, Confidence, Layer};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "saleae",
    description: "Saleae Logic 2 binary export: a directory with digital_0.bin, digital_1.bin, ...",
    extensions: &["saleae"],
    layers: &[Layer::Pins],
    streams: true,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

fn sniff(head: &[u8]) -> Confidence {
    match head.starts_with(header::SIGNATURE) {
        true => Confidence::Certain,
        false => Confidence::No,
    }
}
