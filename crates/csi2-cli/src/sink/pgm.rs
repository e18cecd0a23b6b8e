//! Portable greymaps.
//!
//! Ref: netpbm `pgm(5)`: `P5`, width, height, maximum, samples big-endian when the maximum is above 255.

use super::{Picture, Sink, SinkOptions, big_endian, full_range, samples};
use csi2_analyzer::Keep;
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "pgm",
    description: "portable greymap (P5); the maximum is 255 or 65535, so that readers do not rescale",
    extension: "pgm",
    keep: Keep::Samples,
    stretches: true,
    write,
};

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let samples = samples(picture)?;
    let maximum = if picture.bits <= 8 { 255 } else { 65535 };
    write!(out, "P5\n{} {}\n{maximum}\n", picture.width, picture.height)?;
    if options.stretch {
        big_endian(samples, picture.bits, full_range(picture.bits), out)
    } else {
        big_endian(samples, picture.bits, |sample| sample, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi2_analyzer::Pixels;

    #[test]
    fn bytes() {
        let picture = Picture {
            width: 2,
            height: 1,
            bits: 10,
            pixels: Pixels::Samples(&[1, 0x3FF]),
        };
        let mut out = Vec::new();
        write(&picture, SinkOptions::default(), &mut out).expect("memory");
        assert_eq!(out, b"P5\n2 1\n65535\n\x00\x01\x03\xFF");
        let mut out = Vec::new();
        write(&picture, SinkOptions { stretch: true }, &mut out).expect("memory");
        assert_eq!(out, b"P5\n2 1\n65535\n\x00\x40\xFF\xFF");
    }
}
