//! `csi2 unpack` and `csi2 pack`: frames in memory, as V4L2 and libcamera dump them, to pictures and back.

mod args;
mod dump;
mod geometry;
mod guess;
mod pack;
mod unpack;

use crate::failure::Failure;
use crate::number::{self, Size};
pub(crate) use args::UnpackArgs;
use csi2_pixel::{MemoryFormat, find_memory_format, media_bus_formats, not_a_picture};
pub(crate) use pack::{PackArgs, pack};
pub(crate) use unpack::unpack;

/// A memory format, perhaps with the size as media-ctl writes it: `SRGGB10P/1920x1080`, `[fmt:SRGGB10_1X10/1920x1080]`.
#[derive(Clone, Copy, Debug)]
struct Layout {
    format: &'static MemoryFormat,
    /// The name was that of a media-bus format, which may be stored in another layout too.
    other: Option<&'static MemoryFormat>,
    size: Option<Size>,
}

/// The size that is given, by itself or with the format; `None` where it is not.
fn size(given: Option<Size>, format: Option<Layout>) -> Result<Option<Size>, Failure> {
    let of_format = format.and_then(|format| format.size);
    match (given, of_format) {
        (Some(given), Some(size)) if given != size => Err(Failure::usage(format!(
            "--size {}x{} and the {}x{} of --format contradict each other",
            given.width, given.height, size.width, size.height
        ))),
        _ => Ok(given.or(of_format)),
    }
}

fn layout(text: &str) -> Result<Layout, String> {
    let inner = text.trim_start().strip_prefix('[').unwrap_or(text);
    let inner = inner.strip_prefix("fmt:").unwrap_or(inner);
    // What media-ctl adds: field, colour space, frame interval.
    let inner = match inner.split_once('/') {
        Some((name, rest)) => {
            let end = rest.find([' ', ']', '@']).unwrap_or(rest.len());
            (name, Some(rest.get(..end).unwrap_or(rest)))
        }
        None => (inner.trim_end_matches(']'), None),
    };
    let (name, size) = match inner {
        (name, Some(size)) => (name, Some(number::size(size)?)),
        (name, None) => (name, None),
    };
    let mut stored = media_bus_formats(name);
    let on_bus = stored.next();
    let format = on_bus
        .or_else(|| find_memory_format(name))
        .ok_or_else(|| match not_a_picture(name) {
            Some(reason) => reason.to_owned(),
            None => {
                "no such memory format; `csi2 formats` lists the names of V4L2, libcamera, FFmpeg and the media bus"
                    .to_owned()
            }
        })?;
    Ok(Layout {
        format,
        other: stored.next(),
        size,
    })
}
