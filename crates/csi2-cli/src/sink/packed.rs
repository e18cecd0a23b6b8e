//! Payload as it was on the link.

use super::{Picture, Sink, SinkOptions, lacks_nothing};
use csi2_analyzer::{Keep, Pixels};
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "packed",
    description: "payload bytes of each line as on the link: V4L2's packed formats for RAW10, RAW12 and RAW14",
    extension: "packed",
    keep: Keep::Packed,
    stretches: false,
    streams: true,
    lacks: lacks_nothing,
    write,
};

/// Stands in for the other formats where a data type has no samples.
pub(super) const OPAQUE: Sink = Sink {
    extension: "bin",
    ..SINK
};

fn write(picture: &Picture<'_>, _: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    match picture.pixels {
        Pixels::Packed(bytes) => out.write_all(bytes),
        Pixels::Samples(_) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "samples are not packed; the raw format holds them",
        )),
    }
}
