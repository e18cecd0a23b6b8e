//! sigrok session, version 2: a ZIP of `version`, `metadata` and members of samples.
//!
//! Ref: sigrokproject/libsigrok src/session_file.c, src/session_driver.c, src/output/srzip.c

mod members;
mod metadata;
mod reader;
mod walk;
mod writer;

use crate::format::archive;
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
    let Some(name) = archive::first_name(head) else {
        return Confidence::No;
    };
    let known: [&[u8]; 3] = [b"version", b"metadata", b"logic-1"];
    match known.iter().any(|known| name.starts_with(known)) {
        true => Confidence::Certain,
        false => Confidence::Maybe,
    }
}
