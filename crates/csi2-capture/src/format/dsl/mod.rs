//! DSView session (`.dsl`): a ZIP of a `header` and blocks of one channel each, a bit a sample.
//!
//! Ref: DreamSourceLab/DSView DSView/pv/storesession.cpp, libsigrok4DSL/session_driver.c; kittennbfive/dsl2sigrok main.c

mod blocks;
mod header;
mod reader;
mod transpose;
mod writer;

use crate::format::archive;
use crate::{CaptureFormat, Confidence, Layer};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "dsl",
    description: "DSView session of a DreamSourceLab logic analyzer (.dsl)",
    extensions: &["dsl"],
    layers: &[Layer::Pins],
    streams: false,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

/// The first member tells a session from other ZIP files; the order of members is free, so another one does not rule
/// it out.
fn sniff(head: &[u8]) -> Confidence {
    match archive::first_name(head) {
        Some(b"header") => Confidence::Certain,
        Some(name) if blocks::place_of(name).is_some() => Confidence::Certain,
        Some(_) => Confidence::Maybe,
        None => Confidence::No,
    }
}
