//! Value change dump: what simulators, GTKWave and FPGA logic analyzers exchange.
//!
//! Ref: IEEE Std 1364-2005 clause 18 (four-state VCD); sigrokproject/libsigrok src/input/vcd.c, src/output/vcd.c

mod changes;
mod declarations;
mod header;
mod ids;
mod reader;
mod stamps;
mod stretches;
#[cfg(test)]
mod tests;
mod writer;

use crate::{CaptureFormat, Confidence, Layer};
#[cfg(feature = "fst")]
pub(super) use ids::code;
#[cfg(feature = "fst")]
pub(super) use reader::open_as;

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "vcd",
    description: "Value change dump of a simulator or logic analyzer (.vcd)",
    extensions: &["vcd"],
    layers: &[Layer::Pins],
    streams: true,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

/// A file starts with a declaration command.
fn sniff(head: &[u8]) -> Confidence {
    const COMMANDS: [&[u8]; 6] = [b"$date", b"$version", b"$timescale", b"$comment", b"$scope", b"$var"];
    let head = head.trim_ascii_start();
    let starts = |command: &[u8]| {
        let rest = head.strip_prefix(command);
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| byte.is_ascii_whitespace()))
    };
    match COMMANDS.iter().any(|command| starts(command)) {
        true => Confidence::Certain,
        false => Confidence::No,
    }
}
