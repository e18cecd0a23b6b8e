//! Samples without a header.

use super::{Picture, Sink, SinkOptions, little_endian, samples};
use csi2_analyzer::Keep;
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "raw",
    description: "samples row by row, right-aligned, no header: bytes to 8 bits, u16 little-endian above",
    extension: "raw",
    keep: Keep::Samples,
    stretches: false,
    write,
};

fn write(picture: &Picture<'_>, _: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    little_endian(samples(picture)?, picture.bits, out)
}
