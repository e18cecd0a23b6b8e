//! sigrok session, version 2: a ZIP of `version`, `metadata` and members of samples.
//!
//! Ref: sigrokproject/libsigrok src/session_file.c, src/session_driver.c, src/output/srzip.c

mod inflate;
mod members;
mod metadata;
mod place;
mod reader;
mod walk;
mod writer;

use crate::{CaptureFormat, Confidence, Layer};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "sigrok",
    description: "sigrok and PulseView session (.sr)",
    extensions: &["sr"],
    layers: &[Layer::Pins],
    streams: false,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

/// The member names of the first local file header tell a session from other ZIP files; their order is free, so
/// another name does not rule it out.
fn sniff(head: &[u8]) -> Confidence {
    const NAME: usize = 30;
    if !head.starts_with(b"PK\x03\x04") {
        return Confidence::No;
    }
    let name = head.get(NAME..).unwrap_or_default();
    let known: [&[u8]; 3] = [b"version", b"metadata", b"logic-1"];
    match known.iter().any(|known| name.starts_with(known)) {
        true => Confidence::Certain,
        false => Confidence::Maybe,
    }
}
