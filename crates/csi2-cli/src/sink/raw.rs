//! Samples without a header, as FFmpeg reads raw video.
//!
//! Ref: FFmpeg `libavutil/pixfmt.h`: names of pixel formats and the order of their samples.

use super::samples::{halves_chroma_rows, little_endian_samples, plane, rgb};
use super::{Picture, Sink, SinkOptions, lacks_nothing};
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{BayerOrder, Layout};
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "raw",
    description: "samples without a header, right-aligned: bytes to 8 bits, u16 little-endian to 16, u32 above; R G B, U Y V Y, or planes of YUV420",
    extension: "raw",
    keep: Keep::Samples,
    stretches: false,
    streams: true,
    lacks: lacks_nothing,
    write,
};

fn write(picture: &Picture<'_>, _: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let samples = match picture.pixels {
        Pixels::Samples(samples) => samples,
        Pixels::Packed(bytes) => return out.write_all(bytes),
    };
    if is_planar(picture) {
        let planes = picture.layout.planes();
        return planes.iter().try_for_each(|one| plane(picture, *one, out));
    }
    match picture.layout {
        Layout::Bgr => rgb(picture, out),
        _ => little_endian_samples(samples, picture.bits, out),
    }
}

/// FFmpeg has a format of U Y V Y for bytes only.
fn is_planar(picture: &Picture<'_>) -> bool {
    halves_chroma_rows(picture.layout) || (picture.layout == Layout::Uyvy && picture.bits > 8)
}

/// What FFmpeg calls this, if anything. Bayer samples of 9 to 15 bits are in the low bits of 16, and so look dark.
#[rustfmt::skip]
pub(super) fn pix_fmt(picture: &Picture<'_>, order: Option<BayerOrder>) -> Option<&'static str> {
    let Pixels::Samples(_) = picture.pixels else {
        return None;
    };
    Some(match (picture.layout, picture.bits, order) {
        (Layout::Single, ..=8,   Some(BayerOrder::Rggb)) => "bayer_rggb8",
        (Layout::Single, ..=8,   Some(BayerOrder::Grbg)) => "bayer_grbg8",
        (Layout::Single, ..=8,   Some(BayerOrder::Gbrg)) => "bayer_gbrg8",
        (Layout::Single, ..=8,   Some(BayerOrder::Bggr)) => "bayer_bggr8",
        (Layout::Single, 9..=16, Some(BayerOrder::Rggb)) => "bayer_rggb16le",
        (Layout::Single, 9..=16, Some(BayerOrder::Grbg)) => "bayer_grbg16le",
        (Layout::Single, 9..=16, Some(BayerOrder::Gbrg)) => "bayer_gbrg16le",
        (Layout::Single, 9..=16, Some(BayerOrder::Bggr)) => "bayer_bggr16le",
        (Layout::Single, ..=8,   _)                      => "gray",
        (Layout::Single, 10,     _)                      => "gray10le",
        (Layout::Single, 12,     _)                      => "gray12le",
        (Layout::Single, 14,     _)                      => "gray14le",
        (Layout::Single, 9..=16, _)                      => "gray16le",
        // More than 16 bits.
        (Layout::Single, _,      _)                      => return None,
        (Layout::Bgr,    _,      _) if picture.depth == [8; 3] => "rgb24",
        (Layout::Bgr,    _,      _)                      => return None,
        (Layout::Uyvy,   8,      _)                      => "uyvy422",
        (Layout::Uyvy,   _,      _)                      => "yuv422p10le",
        (Layout::Yuv420 | Layout::Yuv420Legacy, 8, _)    => "yuv420p",
        (Layout::Yuv420 | Layout::Yuv420Legacy, _, _)    => "yuv420p10le",
    })
}
