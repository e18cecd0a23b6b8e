//! Portable greymaps.
//!
//! Ref: netpbm `pgm(5)`: `P5`, width, height, maximum, samples big-endian when the maximum is above 255.

use super::samples::big_endian;
use super::{Picture, Sink, SinkOptions};
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{Layout, Samples};
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "pgm",
    description: "portable greymap (P5) of RAW; the maximum is 255 or 65535, so that readers do not rescale",
    extension: "pgm",
    keep: Keep::Samples,
    stretches: true,
    streams: true,
    lacks,
    write,
};

fn lacks(picture: &Picture<'_>, options: SinkOptions) -> Option<&'static str> {
    match (picture.layout, picture.pixels) {
        (Layout::Single, Pixels::Samples(Samples::Wide(_))) if !options.stretch => {
            Some("a greymap holds 16 bits; --stretch writes the top 16")
        }
        (Layout::Single, _) => None,
        _ => Some("a greymap has no colours"),
    }
}

fn write(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let maximum = if picture.bits <= 8 { 255 } else { 65535 };
    write!(out, "P5\n{} {}\n{maximum}\n", picture.width, picture.height)?;
    big_endian(picture, options.stretch, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes() {
        let picture = Picture {
            width: 2,
            height: 1,
            bits: 10,
            depth: [10; 3],
            layout: Layout::Single,
            pixels: Pixels::Samples(Samples::Narrow(&[1, 0x3FF])),
        };
        let mut out = Vec::new();
        write(&picture, SinkOptions::default(), &mut out).expect("memory");
        assert_eq!(out, b"P5\n2 1\n65535\n\x00\x01\x03\xFF");
        let mut out = Vec::new();
        write(
            &picture,
            SinkOptions {
                stretch: true,
                ..SinkOptions::default()
            },
            &mut out,
        )
        .expect("memory");
        assert_eq!(out, b"P5\n2 1\n65535\n\x00\x40\xFF\xFF");
    }
    #[test]
    fn the_top_of_wide_samples() {
        let picture = Picture {
            width: 2,
            height: 1,
            bits: 20,
            depth: [20; 3],
            layout: Layout::Single,
            pixels: Pixels::Samples(Samples::Wide(&[0x12345, 0xFFFFF])),
        };
        let stretch = SinkOptions {
            stretch: true,
            ..SinkOptions::default()
        };
        assert!(lacks(&picture, SinkOptions::default()).is_some() && lacks(&picture, stretch).is_none());
        let mut out = Vec::new();
        write(&picture, stretch, &mut out).expect("memory");
        assert_eq!(out, b"P5\n2 1\n65535\n\x12\x34\xFF\xFF");
        assert!(write(&picture, SinkOptions::default(), &mut out).is_err());
    }
}
