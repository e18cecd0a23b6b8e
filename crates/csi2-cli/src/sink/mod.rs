//! What a decoded frame is written as: a table, one row a format.

use crate::failure::Failure;
use crate::output::Files;
use crate::picture::{Black, Picture, SinkOptions};
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::{Layout, Plane, Samples};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

mod dng;
pub(crate) mod npy;
mod packed;
mod pgm;
mod png;
mod raw;
mod samples;
mod stack;
mod strip;
mod tiff;

pub(crate) use stack::Stack;

/// A format of pictures.
pub(crate) struct Sink {
    /// Name for `--format`.
    pub(crate) name: &'static str,
    /// One line for people.
    pub(crate) description: &'static str,
    /// Extension of its files.
    pub(crate) extension: &'static str,
    /// What it needs of a frame.
    pub(crate) keep: Keep,
    /// Whether [`SinkOptions::stretch`] means something to it.
    pub(crate) stretches: bool,
    /// Whether pictures one after the other are a stream that other programs read.
    pub(crate) streams: bool,
    /// Why it cannot hold a picture, and perhaps what helps; `None` when it can.
    pub(crate) lacks: fn(&Picture<'_>, SinkOptions) -> Option<&'static str>,
    /// Writes samples (or, for [`Keep::Packed`], never called with samples).
    pub(crate) write: fn(&Picture<'_>, SinkOptions, &mut dyn Write) -> io::Result<()>,
}

/// All formats; the first is the default.
pub(crate) const SINKS: &[Sink] = &[
    png::SINK,
    pgm::SINK,
    tiff::SINK,
    dng::SINK,
    npy::SINK,
    raw::SINK,
    packed::SINK,
];

/// The format of this name.
pub(crate) fn find(name: &str) -> Option<&'static Sink> {
    SINKS.iter().find(|sink| sink.name == name)
}

/// The format of a file name's extension.
pub(crate) fn by_extension(path: &Path) -> Option<&'static Sink> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let extension = if extension == "tif" { "tiff" } else { &extension };
    SINKS.iter().find(|sink| sink.extension == extension)
}

/// Names for an option's value.
pub(crate) fn names() -> clap::builder::PossibleValuesParser {
    SINKS
        .iter()
        .map(|sink| clap::builder::PossibleValue::new(sink.name).help(sink.description))
        .collect::<Vec<_>>()
        .into()
}

/// Those that hold samples.
pub(crate) fn names_of_samples() -> clap::builder::PossibleValuesParser {
    SINKS
        .iter()
        .filter(|sink| sink.keep == Keep::Samples)
        .map(|sink| clap::builder::PossibleValue::new(sink.name).help(sink.description))
        .collect::<Vec<_>>()
        .into()
}

/// The row that writes this picture, and why it is another one than `sink`, where it is. Payload without a codec can only be
/// written as it came, and any samples fit an npy file.
pub(crate) fn fitting(
    sink: &'static Sink,
    picture: &Picture<'_>,
    options: SinkOptions,
) -> (&'static Sink, Option<&'static str>) {
    match picture.pixels {
        Pixels::Packed(_) if sink.keep == Keep::Samples => (
            &packed::OPAQUE,
            Some("it has no samples here: its layout is its maker's (--user declares one)"),
        ),
        Pixels::Packed(_) => (sink, None),
        // Arrays may be empty, pictures may not.
        Pixels::Samples(_) if is_empty(picture) && !matches!(sink.name, "npy" | "raw") => (
            &npy::SINK,
            Some("its lines are shorter than a group: there is no pixel"),
        ),
        Pixels::Samples(_) => match (sink.lacks)(picture, options) {
            None => (sink, None),
            reason => (&npy::SINK, reason),
        },
    }
}

/// What a DNG asks of the command line.
pub(crate) fn check_options(sink: &Sink, options: SinkOptions) -> Result<(), Failure> {
    if sink.name == dng::SINK.name && options.bayer.is_none() {
        return Err(Failure::usage(
            "a DNG tells the order of the colour filter, and the link does not carry it: give --bayer rggb (grbg, gbrg, \
             bggr; mono without a filter) or a sensor that is known by --sensor",
        ));
    }
    if let (Some(Black { level, bits: None }), Some(white)) = (options.black, options.white)
        && level >= white
    {
        return Err(Failure::usage(format!(
            "--black-level {level} is not below --white-level {white}"
        )));
    }
    if options.stretch && !sink.stretches {
        return Err(Failure::usage(format!(
            "--stretch is for viewing; {} keeps samples as they are",
            sink.name
        )));
    }
    Ok(())
}

/// A file with one plane of a picture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct PlaneFile {
    pub(crate) plane: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Writes one picture as a file of its own; or, where its planes differ in size and the format is one of arrays, as a file a
/// plane: `NAME-y.npy`, `NAME-u.npy`, `NAME-v.npy` instead of `NAME.npy`. Returns these.
pub(crate) fn write_file(
    sink: &Sink,
    picture: &Picture<'_>,
    options: SinkOptions,
    path: &Path,
    to: &mut dyn Files,
) -> Result<Vec<PlaneFile>, Failure> {
    if !in_planes(sink, picture) {
        to.write(path, &mut |out| (sink.write)(picture, options, out))?;
        return Ok(Vec::new());
    }
    let files = plane_files(picture, path);
    for (plane, file) in picture.layout.planes().iter().zip(&files) {
        to.write(&file.path, &mut |out| {
            out.write_all(&npy::header(&[file.height, file.width], picture.bits))?;
            samples::plane(picture, *plane, out)
        })?;
    }
    Ok(files)
}

/// Writes the picture for viewing that `--preview` asks for.
pub(crate) fn write_preview(
    picture: &Picture<'_>,
    options: SinkOptions,
    path: &Path,
    to: &mut dyn Files,
) -> Result<(), Failure> {
    to.write(path, &mut |out| {
        let raster = crate::render::preview(picture, options)?;
        png::write_raster(&raster, None, out)
    })
}

/// `NAME-preview.png` for `NAME.dng`.
pub(crate) fn preview_path(path: &Path) -> PathBuf {
    with_suffix(path, "preview", "png")
}

/// Whether a picture has a preview: pixels do, payload without a codec does not.
pub(crate) const fn has_preview(picture: &Picture<'_>) -> bool {
    matches!(picture.pixels, Pixels::Samples(_)) && !is_empty(picture)
}

/// What the samples of a file (`raw`: of a raw file) are, for the manifest: `RAW`, `RGB`, `UYVY` (as on the link), `I422` and
/// `I420` (planes); `None` of payload as it came.
pub(crate) fn layout_name(sink: &Sink, picture: &Picture<'_>, raw: bool) -> Option<&'static str> {
    let Pixels::Samples(_) = picture.pixels else {
        return None;
    };
    Some(match picture.layout {
        Layout::Single => "RAW",
        Layout::Bgr => "RGB",
        _ if !raw && sink.name != npy::SINK.name => "RGB",
        Layout::Uyvy if raw && picture.bits > 8 => "I422",
        Layout::Uyvy => "UYVY",
        Layout::Yuv420 | Layout::Yuv420Legacy => "I420",
    })
}

/// What a raw file holds of a picture, or of payload without samples.
pub(crate) fn write_raw(picture: &Picture<'_>, options: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    (raw::SINK.write)(picture, options, out)
}

/// What FFmpeg calls the samples of a raw file.
pub(crate) fn pix_fmt(picture: &Picture<'_>, options: SinkOptions) -> Option<&'static str> {
    raw::pix_fmt(picture, options.bayer)
}

const fn is_empty(picture: &Picture<'_>) -> bool {
    picture.width == 0 || picture.height == 0
}

/// A picture goes to a file a plane.
fn in_planes(sink: &Sink, picture: &Picture<'_>) -> bool {
    let halves = samples::halves_chroma_rows(picture.layout);
    sink.name == npy::SINK.name && halves && matches!(picture.pixels, Pixels::Samples(Samples::Narrow(_)))
}

/// The files of a picture's planes, named after `path`.
fn plane_files(picture: &Picture<'_>, path: &Path) -> Vec<PlaneFile> {
    let file = |plane: &Plane| {
        let (name, suffix) = match plane {
            Plane::Y => ("Y", "y"),
            Plane::U => ("U", "u"),
            Plane::V => ("V", "v"),
            Plane::R => ("R", "r"),
            Plane::G => ("G", "g"),
            Plane::B => ("B", "b"),
        };
        PlaneFile {
            plane: name,
            path: with_suffix(path, suffix, npy::SINK.extension),
            width: picture.layout.plane_width(*plane, picture.width),
            height: picture.layout.plane_height(*plane, picture.height),
        }
    };
    picture.layout.planes().iter().map(file).collect()
}

fn with_suffix(path: &Path, suffix: &str, extension: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{suffix}.{extension}"));
    path.with_file_name(name)
}

/// For the rows of the table that hold any samples.
fn lacks_nothing(_: &Picture<'_>, _: SinkOptions) -> Option<&'static str> {
    None
}
