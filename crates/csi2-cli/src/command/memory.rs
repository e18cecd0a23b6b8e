//! `csi2 unpack` and `csi2 pack`: frames in memory, as V4L2 and libcamera dump them, to pictures and back.

use crate::console::Console;
use crate::failure::Failure;
use crate::image;
use crate::input;
use crate::number::{self, Frames, Size};
use crate::output::Output;
use crate::report::text;
use crate::sink::{self, Picture, Sink, SinkOptions, npy};
use clap::Args;
use csi2_analyzer::{Keep, Pixels};
use csi2_kernels::Backend;
use csi2_pixel::{MemoryFormat, find_memory_format};
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A memory format, perhaps with the size as media-ctl writes it: `SRGGB10P/1920x1080`.
#[derive(Clone, Copy, Debug)]
struct Layout {
    format: &'static MemoryFormat,
    size: Option<Size>,
}

fn layout(text: &str) -> Result<Layout, String> {
    let (name, size) = match text.split_once('/') {
        Some((name, size)) => (name, Some(number::size(size)?)),
        None => (text, None),
    };
    let format = find_memory_format(name).ok_or_else(|| {
        "no such memory format; `csi2 formats` lists V4L2 names, fourccs and libcamera names".to_owned()
    })?;
    Ok(Layout { format, size })
}

/// Turns a memory dump into a picture
///
/// Several frames become one npy stack (N, H, W), or numbered files.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 unpack frame.raw --format SRGGB10P --size 1920x1080 -o frame.png
  csi2 unpack stream.raw --format pRAA/640x480 --stride 832 --frames 2.. -o frames.npy")]
pub(crate) struct UnpackArgs {
    /// Memory dump, or - for standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Picture to write, or - for standard output
    #[arg(short, long, value_name = "IMAGE")]
    output: PathBuf,
    /// Its format; by its extension when absent
    #[arg(long, value_name = "NAME", value_parser = sink::names())]
    output_format: Option<String>,
    /// Memory format: V4L2 name (SRGGB10P), fourcc (pRAA) or libcamera name; NAME/WxH gives the size too
    #[arg(long, value_name = "NAME", value_parser = layout)]
    format: Layout,
    /// Samples per row and rows
    #[arg(long, value_name = "WxH", value_parser = number::size)]
    size: Option<Size>,
    /// Bytes from row to row; without padding when absent
    #[arg(long, value_name = "BYTES")]
    stride: Option<usize>,
    /// Bytes before the first frame
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    offset: u64,
    /// Frames A to B-1, counted from 0; also A..=B, A.., ..B
    #[arg(long, value_name = "A..B", value_parser = number::frames)]
    frames: Option<Frames>,
    /// Scale samples to the full range, for viewing (png, pgm)
    #[arg(long)]
    stretch: bool,
}

/// Where frames lie in a file.
struct Geometry {
    format: &'static MemoryFormat,
    size: Size,
    row: usize,
    stride: usize,
}

impl Geometry {
    fn new(layout: Layout, size: Size, stride: Option<usize>) -> Result<Self, Failure> {
        const LIMIT: usize = 1 << 32;
        let row = layout.format.row_bytes(size.width);
        let stride = stride.unwrap_or(row);
        if stride < row {
            return Err(Failure::usage(format!(
                "--stride {stride} is less than the {row} bytes of a row of {} samples in {}",
                size.width, layout.format.name
            )));
        }
        if stride.checked_mul(size.height).is_none_or(|bytes| bytes > LIMIT) {
            return Err(Failure::usage(format!(
                "a frame of {} rows of {stride} bytes is larger than {LIMIT} bytes",
                size.height
            )));
        }
        Ok(Self {
            format: layout.format,
            size,
            row,
            stride,
        })
    }

    /// Bytes of a frame with the padding of its last row.
    fn frame(&self) -> u64 {
        self.stride as u64 * self.size.height as u64
    }

    /// Bytes of a frame without it: dumps may end there.
    fn least(&self) -> u64 {
        self.frame() - (self.stride - self.row) as u64
    }
}

pub(crate) fn unpack(args: &UnpackArgs, console: &Console) -> Result<(), Failure> {
    let size = args.size.or(args.format.size).ok_or_else(|| {
        Failure::usage("the size is missing: give --size WIDTHxHEIGHT, or --format NAME/WIDTHxHEIGHT")
    })?;
    let geometry = Geometry::new(args.format, size, args.stride)?;
    let sink = picture_format(args)?;
    let failed = |error| Failure::io(&args.file, error);
    let (mut file, length) = seekable(&args.file).map_err(failed)?;
    let wanted = frames(args, &geometry, length, console)?;
    let many = wanted.end - wanted.start > 1;
    file.seek(SeekFrom::Start(args.offset + wanted.start * geometry.frame()))
        .map_err(failed)?;
    let mut file = BufReader::with_capacity(1 << 18, file);
    let mut rows = vec![0; geometry.least() as usize];
    let mut samples = vec![0; size.width * size.height];
    let stack = many && sink.name == "npy";
    let one_file = stack || !many || args.output.as_os_str() == "-";
    let mut output = if one_file {
        Some(Output::create(&args.output)?)
    } else {
        None
    };
    if let (true, Some(output)) = (stack, &mut output) {
        let count = (wanted.end - wanted.start) as usize;
        let header = npy::header(&[count, size.height, size.width], geometry.format.bits);
        output.write(|out| out.write_all(&header))?;
    }
    let mut beyond = 0;
    for index in wanted.clone() {
        file.read_exact(&mut rows).map_err(failed)?;
        if index + 1 < wanted.end {
            file.seek_relative((geometry.stride - geometry.row) as i64)
                .map_err(failed)?;
        }
        beyond += unpack_frame(&geometry, &rows, &mut samples).map_err(|error| Failure::file(&args.file, error))?;
        let picture = Picture {
            width: size.width,
            height: size.height,
            bits: geometry.format.bits,
            pixels: Pixels::Samples(&samples),
        };
        let options = SinkOptions { stretch: args.stretch };
        match &mut output {
            Some(output) if stack => output.write(|out| sink::little_endian(&samples, picture.bits, out))?,
            Some(output) => output.write(|out| (sink.write)(&picture, options, out))?,
            None => sink::write_file(sink, &picture, options, &numbered(&args.output, index))?,
        }
    }
    if let Some(output) = output {
        output.finish()?;
    }
    if beyond > 0 {
        console.warning(&format!(
            "{}: {} exceed {} bits: another format, size or stride?",
            args.file,
            text::count(beyond, "sample"),
            geometry.format.bits
        ));
    }
    console.note(&format!(
        "{}: {} of {}x{}, {} bits",
        args.output.display(),
        text::count(wanted.end - wanted.start, "frame"),
        size.width,
        size.height,
        geometry.format.bits
    ));
    Ok(())
}

/// Fills `samples`; returns how many exceed the format's bits.
fn unpack_frame(geometry: &Geometry, rows: &[u8], samples: &mut [u16]) -> Result<u64, String> {
    let mut beyond = 0;
    let limit = max_sample(geometry.format);
    let rows = rows.chunks(geometry.stride);
    for (row, samples) in rows.zip(samples.chunks_exact_mut(geometry.size.width)) {
        geometry
            .format
            .unpack_row(Backend::detect(), row, samples)
            .map_err(|error| error.to_string())?;
        beyond += samples.iter().filter(|sample| **sample > limit).count() as u64;
    }
    Ok(beyond)
}

fn max_sample(format: &MemoryFormat) -> u16 {
    u16::MAX >> 16_u8.saturating_sub(format.bits).min(15)
}

fn picture_format(args: &UnpackArgs) -> Result<&'static Sink, Failure> {
    let sink = match &args.output_format {
        Some(name) => sink::find(name),
        None if args.output.as_os_str() == "-" => sink::find("npy"),
        None => sink::by_extension(&args.output),
    };
    let sink = sink.filter(|sink| sink.keep == Keep::Samples).ok_or_else(|| {
        let names = sink::SINKS.iter().filter(|sink| sink.keep == Keep::Samples);
        let names: Vec<&str> = names.map(|sink| sink.name).collect();
        Failure::usage(format!(
            "{}: a picture to write is one of: {}; give such an extension or --output-format",
            args.output.display(),
            names.join(", ")
        ))
    })?;
    if args.stretch && !sink.stretches {
        return Err(Failure::usage(format!(
            "--stretch is for viewing; {} keeps samples as they are",
            sink.name
        )));
    }
    Ok(sink)
}

/// The file and its length; a pipe is copied to a temporary file first.
fn seekable(name: &str) -> std::io::Result<(File, u64)> {
    let mut file = if name == "-" {
        let mut copy = tempfile::tempfile()?;
        std::io::copy(&mut std::io::stdin().lock(), &mut copy)?;
        copy
    } else {
        input::open(name)?
    };
    if !file.metadata()?.is_file() {
        let mut copy = tempfile::tempfile()?;
        std::io::copy(&mut file, &mut copy)?;
        file = copy;
    }
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// Which frames to write, of those that are there.
fn frames(args: &UnpackArgs, geometry: &Geometry, length: u64, console: &Console) -> Result<Range<u64>, Failure> {
    let available = length.saturating_sub(args.offset);
    let (frame, least) = (geometry.frame(), geometry.least());
    let whole = available / frame;
    let rest = available % frame;
    let there = whole + u64::from(rest >= least);
    let Size { width, height } = geometry.size;
    if there == 0 {
        return Err(Failure::file(
            &args.file,
            format!(
                "byte {length}: a frame of {width}x{height} {} with rows of {} bytes needs {least} bytes from byte {}, {available} are there",
                geometry.format.name, geometry.stride, args.offset
            ),
        ));
    }
    if there == whole && rest > 0 {
        console.warning(&format!(
            "{}: {rest} bytes after frame {} are no whole frame of {frame} bytes",
            args.file,
            whole - 1
        ));
    }
    let asked = args.frames.as_ref().map_or(0..there, |frames| frames.0.clone());
    if asked.start >= there {
        return Err(Failure::file(
            &args.file,
            format!(
                "frame {} is asked for, frames 0 to {} are there",
                asked.start,
                there - 1
            ),
        ));
    }
    Ok(asked.start..asked.end.min(there))
}

/// `frames.png` as `frames-000003.png`.
fn numbered(path: &Path, index: u64) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{index:06}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Turns pictures into a memory dump
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 pack frame.npy --format SRGGB10P -o frame.raw
  csi2 pack 1.png 2.png --format RG10 --stride 4096 -o stream.raw")]
pub(crate) struct PackArgs {
    /// Pictures: npy, PNG or PGM, grey; raw samples with --size; - for standard input
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Memory dump to write, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Memory format: V4L2 name (SRGGB10P), fourcc (pRAA) or libcamera name
    #[arg(long, value_name = "NAME", value_parser = layout)]
    format: Layout,
    /// Size of raw samples: bytes for formats to 8 bits, u16 little-endian above
    #[arg(long, value_name = "WxH", value_parser = number::size)]
    size: Option<Size>,
    /// Bytes from row to row; padding is zero
    #[arg(long, value_name = "BYTES")]
    stride: Option<usize>,
}

pub(crate) fn pack(args: &PackArgs, console: &Console) -> Result<(), Failure> {
    let format = args.format.format;
    let limit = max_sample(format);
    let mut output = Output::create(&args.output)?;
    let (mut frames, mut bytes) = (0, 0);
    for name in &args.images {
        let images = image::read(name, args.size.or(args.format.size), Some(format.bits))?;
        let size = Size {
            width: images.width,
            height: images.height,
        };
        let geometry = Geometry::new(args.format, size, args.stride)?;
        if let Some(index) = images.samples.iter().position(|sample| *sample > limit) {
            let value = images.samples.get(index).copied().unwrap_or_default();
            let (column, row) = (index % size.width, index / size.width % size.height);
            return Err(Failure::file(
                name,
                format!(
                    "sample {index} (column {column}, row {row}) is {value}, but {} has {} bits, at most {limit}",
                    format.name, format.bits
                ),
            ));
        }
        let mut row = vec![0; geometry.stride];
        for samples in images.samples.chunks_exact(size.width) {
            format
                .pack_row(Backend::detect(), samples, &mut row)
                .map_err(|error| Failure::file(name, error))?;
            output.write(|out| out.write_all(&row))?;
            bytes += row.len() as u64;
        }
        frames += images.frames().count() as u64;
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
