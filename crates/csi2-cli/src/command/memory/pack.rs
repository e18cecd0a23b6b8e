//! `csi2 pack`

use super::geometry::Geometry;
use super::{Layout, layout};
use crate::console::Console;
use crate::failure::Failure;
use crate::image::{self, Cells, Form, Pictures, Wanted};
use crate::number::{self, Size};
use crate::output::{Output, keep_inputs};
use crate::report::text;
use clap::Args;
use csi2_kernels::Backend;
use csi2_packet::SpaceError;
use csi2_pixel::{MemoryFormat, Packing, Plane, Planes, Sample, Samples, codec};
use std::path::PathBuf;

/// Turns pictures into a memory dump
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 pack frame.npy --format SRGGB10P -o frame.raw
  csi2 pack 1.png 2.png --format RG10 --stride 4096 -o stream.raw")]
pub(crate) struct PackArgs {
    /// Pictures: npy, PNG or PGM; raw samples with --size; - for standard input
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Memory dump to write, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Memory format: V4L2 name (SRGGB10P), fourcc (pRAA), libcamera, FFmpeg or media-bus name
    #[arg(long, value_name = "NAME", value_parser = layout)]
    format: Layout,
    /// Size of raw samples: bytes for formats to 8 bits, u16 little-endian to 16, u32 above
    #[arg(long, value_name = "WxH", value_parser = number::size)]
    size: Option<Size>,
    /// Bytes from row to row; padding is zero
    #[arg(long, value_name = "BYTES")]
    stride: Option<usize>,
}

pub(crate) fn pack(args: &PackArgs, console: &Console) -> Result<(), Failure> {
    let format = args.format.format;
    if let Some(other) = args.format.other {
        console.note(&format!(
            "a media-bus format says nothing about memory: packed as {}; --format {} is the other",
            format.name, other.name
        ));
    }
    let Some(codec) = codec(format.data_type) else {
        return Err(Failure::usage(format!("{} has no samples", format.name)));
    };
    let wanted = Wanted {
        size: super::size(args.size, Some(args.format))?,
        form: Some(Form::of(format.layout)),
        bits: Some(format.bits),
        name: Some(format.name),
    };
    keep_inputs(&args.output, args.images.iter().map(String::as_str))?;
    let mut output = Output::create(&args.output)?;
    let (mut frames, mut bytes) = (0, 0);
    for name in &args.images {
        image::each(name, &wanted, &mut |pictures, first| {
            let size = Size {
                width: pictures.width,
                height: pictures.height,
            };
            let geometry = Geometry::new(format, size, args.stride)?;
            let mut rows = Cells::Narrow(Vec::new());
            let mut dump = Vec::new();
            for index in 0..pictures.frames() {
                let samples = pictures.on_link(index, codec, &mut rows);
                in_range(name, format, size.width, first + index, samples)?;
                // A row at a time, whatever the frame.
                let packed = match samples {
                    Samples::Narrow(samples) => write(&geometry, samples, &mut dump, &mut output)?,
                    Samples::Wide(samples) => write(&geometry, samples, &mut dump, &mut output)?,
                };
                bytes += packed;
            }
            frames += count(pictures);
            Ok(())
        })?;
    }
    output.finish()?;
    console.note(&format!(
        "{}: {} as {}, {}",
        args.output.display(),
        text::count(frames, "frame"),
        format.name,
        text::count(bytes, "byte")
    ));
    Ok(())
}

fn count(pictures: &Pictures) -> u64 {
    pictures.frames() as u64
}

/// No sample is greater than its bits hold.
fn in_range(
    name: &str,
    format: &MemoryFormat,
    width: usize,
    frame: usize,
    samples: Samples<'_>,
) -> Result<(), Failure> {
    let components = match format.layout {
        csi2_pixel::Layout::Bgr => 3,
        _ => 1,
    };
    let found = (0..samples.len())
        .filter_map(|index| Some((index, samples.at(index)?)))
        .find(|&(index, value)| {
            let bits = format.depth.get(index % components).copied().unwrap_or(format.bits);
            value > u32::MAX >> 32_u32.saturating_sub(bits.into()).min(31)
        });
    let Some((index, value)) = found else {
        return Ok(());
    };
    let bits = format.depth.get(index % components).copied().unwrap_or(format.bits);
    let (component, column, row) = image::place(format.layout, width, index);
    let of = component.map(|component| format!("{component}, ")).unwrap_or_default();
    Err(Failure::file(
        name,
        format!(
            "sample {index} of frame {frame} ({of}column {column}, row {row}) is {value}, but {} has {bits} bits, at most {}",
            format.name,
            u32::MAX >> 32_u32.saturating_sub(bits.into()).min(31)
        ),
    ))
}

/// Writes a frame; returns its bytes.
fn write<S: Sample>(
    geometry: &Geometry,
    samples: &[S],
    bytes: &mut Vec<u8>,
    output: &mut Output,
) -> Result<u64, Failure> {
    let Geometry { format, size, .. } = *geometry;
    let mut written = 0;
    let stride = format.row_samples(size.width);
    let planes = Planes::new(format.layout, size.width, samples);
    let mut row = Vec::new();
    for (part, (rows, length, padded)) in geometry.rows().into_iter().enumerate() {
        for y in 0..rows {
            bytes.clear();
            bytes.resize(padded, 0);
            let packed = if format.has_rows() {
                pack_row(
                    format,
                    samples.get(y * stride..(y + 1) * stride).unwrap_or_default(),
                    bytes,
                )
            } else {
                row.clear();
                row.resize(length, S::default());
                plane_row(format, &planes, part, y, &mut row);
                pack_row(format, &row, bytes)
            };
            packed.map_err(|error| Failure::usage(error.to_string()))?;
            output.write(|out| out.write_all(bytes))?;
            written += bytes.len() as u64;
        }
    }
    Ok(written)
}

fn pack_row<S: Sample>(format: &MemoryFormat, samples: &[S], bytes: &mut [u8]) -> Result<usize, SpaceError> {
    format.pack_row(Backend::detect(), samples, bytes)
}

/// Row `y` of a part of planes: of Y, of chroma in turn, or of U or V.
fn plane_row<S: Sample>(format: &MemoryFormat, planes: &Planes<'_, S>, part: usize, y: usize, row: &mut [S]) {
    match (format.packing, part) {
        (Packing::Planes { interleaved: true }, 1) => {
            let mut own = vec![S::default(); row.len() / 2];
            for (plane, first) in [(Plane::U, 0), (Plane::V, 1)] {
                planes.row(plane, y, &mut own);
                row.iter_mut()
                    .skip(first)
                    .step_by(2)
                    .zip(&own)
                    .for_each(|(to, from)| *to = *from);
            }
        }
        _ => {
            let plane = [Plane::Y, Plane::U, Plane::V].get(part).copied().unwrap_or(Plane::Y);
            planes.row(plane, y, row);
        }
    }
}
