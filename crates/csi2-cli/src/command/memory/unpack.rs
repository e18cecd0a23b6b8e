//! `csi2 unpack`

use super::args::UnpackArgs;
use super::dump::seekable;
use super::geometry::Geometry;
use super::guess;
use crate::console::Console;
use crate::failure::Failure;
use crate::number::Size;
use crate::output::{AtOnce, Output, keep_inputs};
use crate::picture::{Picture, SinkOptions};
use crate::report::text;
use crate::sink::{self, Sink, Stack, npy};
use csi2_analyzer::dump::Known;
use csi2_analyzer::{Keep, Pixels};
use csi2_kernels::Backend;
use csi2_pixel::{BayerOrder, Packing, Plane, PlanesMut, Sample, Samples};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(crate) fn unpack(args: &UnpackArgs, console: &Console) -> Result<(), Failure> {
    let sink = args
        .output
        .as_deref()
        .map(|path| picture_format(args, path))
        .transpose()?;
    if !args.guess {
        missing(args)?;
    }
    let size = super::size(args.size, args.format)?;
    let (mut file, length) = seekable(&args.file).map_err(|error| Failure::io(&args.file, error))?;
    if args.offset > length {
        return Err(Failure::file(
            &args.file,
            format!("byte {length}: the file ends before --offset {}", args.offset),
        ));
    }
    let Some(geometry) = geometry(args, size, (&mut file, length), console)? else {
        return match args.output {
            Some(_) => Err(Failure::file(
                &args.file,
                "no format and size to write a picture of: give --format and --size",
            )),
            None => Ok(()),
        };
    };
    match (sink, &args.output) {
        (Some(sink), Some(path)) => write(args, &geometry, (file, length), (sink, path), console),
        _ => Ok(()),
    }
}

/// What has to be given without `--guess`.
fn missing(args: &UnpackArgs) -> Result<(), Failure> {
    if args.format.is_none() {
        return Err(Failure::usage(
            "the format is missing: give --format NAME (`csi2 formats` lists them), or --guess to have it found",
        ));
    }
    if args.size.or(args.format.and_then(|format| format.size)).is_none() {
        return Err(Failure::usage(
            "the size is missing: give --size WIDTHxHEIGHT, --format NAME/WIDTHxHEIGHT, or --guess to have it found",
        ));
    }
    Ok(())
}

/// What is given, and what the dump says of the rest.
fn geometry(
    args: &UnpackArgs,
    size: Option<Size>,
    dump: (&mut File, u64),
    console: &Console,
) -> Result<Option<Geometry>, Failure> {
    let format = guess::stored(args, size, dump.1.saturating_sub(args.offset), console);
    if args.guess {
        let known = Known {
            format,
            size: size.map(|size| (size.width, size.height)),
            stride: args.stride,
        };
        if let Some(found) = guess::guess(args, known, (&mut *dump.0, dump.1), console)? {
            return Ok(Some(found));
        }
    }
    let (Some(format), Some(size)) = (format, size) else {
        return Ok(None);
    };
    let geometry = Geometry::new(format, size, args.stride)?;
    if args.stride.is_some() {
        return Ok(Some(geometry));
    }
    guess::stride(args, geometry, dump, console).map(Some)
}

fn write(
    args: &UnpackArgs,
    geometry: &Geometry,
    (file, length): (File, u64),
    (sink, path): (&'static Sink, &Path),
    console: &Console,
) -> Result<(), Failure> {
    let wanted = frames(args, geometry, length, console)?;
    // Names without a place for it say nothing of the order.
    let known = !geometry.format.libcamera.is_empty() || geometry.format.order != BayerOrder::Mono;
    let profile = args.sensor.map(|chosen| chosen.profile);
    let options = args.pictures.options(known.then_some(geometry.format.order), profile);
    sink::check_options(sink, options)?;
    if args.pictures.preview && path.as_os_str() == "-" {
        return Err(Failure::usage(
            "--preview writes a file beside the picture, and standard output has no place for it",
        ));
    }
    let writer = Writer {
        input: &args.file,
        sink,
        options,
        path,
        count: wanted.end - wanted.start,
        preview: args.pictures.preview,
        output: None,
        stack: None,
    };
    console.progress_start(Some((wanted.end - wanted.start) * geometry.frame()));
    let result = if geometry.format.bits <= 16 {
        every_frame::<u16>(args, geometry, file, &wanted, writer, console)
    } else {
        every_frame::<u32>(args, geometry, file, &wanted, writer, console)
    };
    console.progress_done();
    let beyond = result?;
    if beyond > 0 {
        console.warning(&format!(
            "{}: {} {} {} bits: another format, size or stride?",
            args.file,
            text::count(beyond, "sample"),
            if beyond == 1 { "exceeds" } else { "exceed" },
            geometry.format.bits
        ));
    }
    let count = wanted.end - wanted.start;
    let files = if count > 1 && sink.name != "npy" && path.as_os_str() != "-" {
        let (first, last) = (numbered(path, wanted.start), numbered(path, wanted.end - 1));
        format!("{} to {}", first.display(), last.display())
    } else {
        path.display().to_string()
    };
    console.note(&format!(
        "{files}: {} of {}x{}, {} bits",
        text::count(count, "frame"),
        geometry.size.width,
        geometry.size.height,
        geometry.format.bits
    ));
    Ok(())
}

/// Samples of either width.
trait Cell: Sample {
    fn samples(cells: &[Self]) -> Samples<'_>;
}

impl Cell for u16 {
    fn samples(cells: &[Self]) -> Samples<'_> {
        Samples::Narrow(cells)
    }
}

impl Cell for u32 {
    fn samples(cells: &[Self]) -> Samples<'_> {
        Samples::Wide(cells)
    }
}

/// Reads, unpacks and writes frame by frame. Returns how many samples exceed the bits of the format.
fn every_frame<S: Cell>(
    args: &UnpackArgs,
    geometry: &Geometry,
    mut file: File,
    wanted: &Range<u64>,
    mut writer: Writer<'_>,
    console: &Console,
) -> Result<u64, Failure> {
    let Geometry { format, size, .. } = *geometry;
    let failed = |error| Failure::io(&args.file, error);
    file.seek(SeekFrom::Start(args.offset + wanted.start * geometry.frame()))
        .map_err(failed)?;
    let mut file = BufReader::with_capacity(1 << 18, file);
    let stride = format.row_samples(size.width);
    let mut samples = vec![S::default(); stride * size.height];
    let mut beyond = 0;
    for index in wanted.clone() {
        let last = index + 1 == wanted.end;
        read_frame(&mut file, geometry, &mut samples, last).map_err(failed)?;
        if format.packing == Packing::Unpacked {
            let limit = format.max_sample();
            beyond += samples.iter().filter(|sample| sample.value() > limit).count() as u64;
        }
        let picture = Picture {
            width: size.width,
            height: size.height,
            bits: format.bits,
            depth: format.depth,
            layout: format.layout,
            pixels: Pixels::Samples(S::samples(&samples)),
        };
        writer.write(&picture, index)?;
        console.progress((index + 1 - wanted.start) * geometry.frame());
    }
    writer.finish()?;
    Ok(beyond)
}

/// Fills `samples` with a frame, row by row; of the `last` one the padding at its end may be missing.
fn read_frame<S: Sample>(file: &mut impl Read, geometry: &Geometry, samples: &mut [S], last: bool) -> io::Result<()> {
    let Geometry { format, size, .. } = *geometry;
    let backend = Backend::detect();
    let parts = geometry.rows();
    let end = parts.iter().filter(|(rows, ..)| *rows > 0).count();
    let mut bytes = Vec::new();
    let mut plane_row = Vec::new();
    let stride = format.row_samples(size.width);
    for (part, (rows, row, padded)) in parts.into_iter().enumerate() {
        bytes.resize(padded, 0);
        for y in 0..rows {
            let at_end = last && part + 1 == end && y + 1 == rows;
            let wanted = bytes.get_mut(..if at_end { row } else { padded }).unwrap_or_default();
            file.read_exact(wanted)?;
            let unpacked = if format.has_rows() {
                let row = samples.get_mut(y * stride..(y + 1) * stride).unwrap_or_default();
                format.unpack_row(backend, &bytes, row)
            } else {
                plane_row.resize(row, S::default());
                let unpacked = format.unpack_row(backend, &bytes, &mut plane_row);
                set_planes(geometry, samples, part, y, &plane_row);
                unpacked
            };
            unpacked.map_err(io::Error::other)?;
        }
    }
    Ok(())
}

/// Row `y` of a part of planes: of Y, of chroma in turn, or of U or V.
fn set_planes<S: Sample>(geometry: &Geometry, samples: &mut [S], part: usize, y: usize, row: &[S]) {
    let mut planes = PlanesMut::new(geometry.format.layout, geometry.size.width, samples);
    match (geometry.format.packing, part) {
        (Packing::Planes { interleaved: true }, 1) => {
            for (plane, first) in [(Plane::U, 0), (Plane::V, 1)] {
                let own: Vec<S> = row.iter().skip(first).step_by(2).copied().collect();
                planes.set_row(plane, y, &own);
            }
        }
        _ => {
            let plane = [Plane::Y, Plane::U, Plane::V].get(part).copied().unwrap_or(Plane::Y);
            planes.set_row(plane, y, row);
        }
    }
}

/// Where pictures go.
struct Writer<'a> {
    input: &'a str,
    sink: &'static Sink,
    options: SinkOptions,
    path: &'a Path,
    count: u64,
    preview: bool,
    output: Option<Output>,
    stack: Option<Stack>,
}

impl Writer<'_> {
    fn write(&mut self, picture: &Picture<'_>, index: u64) -> Result<(), Failure> {
        if let Some(reason) = (self.sink.lacks)(picture, self.options) {
            return Err(Failure::usage(format!(
                "{}: {} cannot hold this: {reason}",
                self.path.display(),
                self.sink.name
            )));
        }
        let numbered = if self.count > 1 {
            numbered(self.path, index)
        } else {
            self.path.to_owned()
        };
        keep_inputs(&numbered, [self.input])?;
        if self.preview {
            sink::write_preview(picture, self.options, &sink::preview_path(&numbered), &mut AtOnce)?;
        }
        if self.path.as_os_str() == "-" {
            return self.write_to_standard_output(picture);
        }
        if self.count > 1 && self.sink.name == "npy" {
            let stack = match self.stack.take() {
                Some(stack) => stack,
                None => Stack::create(picture, self.path)?,
            };
            self.stack.insert(stack).push(picture)?;
            return Ok(());
        }
        sink::write_file(self.sink, picture, self.options, &numbered, &mut AtOnce)?;
        Ok(())
    }

    /// One picture after the other, or one stack: its header comes first, so the count has to be known.
    fn write_to_standard_output(&mut self, picture: &Picture<'_>) -> Result<(), Failure> {
        let stack = self.count > 1 && self.sink.name == "npy";
        let first = self.output.is_none();
        let mut output = match self.output.take() {
            Some(output) => output,
            None => Output::create(self.path)?,
        };
        if stack && first {
            let count = usize::try_from(self.count).unwrap_or(usize::MAX);
            let header = npy::header(&[&[count], npy::shape(picture).as_slice()].concat(), picture.bits);
            output.write(|out| out.write_all(&header))?;
        }
        let (sink, options) = (self.sink, self.options);
        output.write(|out| {
            if stack {
                npy::write_data(picture, out)
            } else {
                (sink.write)(picture, options, out)
            }
        })?;
        self.output = Some(output);
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        if let Some(stack) = self.stack {
            stack.finish()?;
        }
        self.output.map_or(Ok(()), Output::finish)
    }
}

fn picture_format(args: &UnpackArgs, path: &Path) -> Result<&'static Sink, Failure> {
    let sink = match &args.output_format {
        Some(name) => sink::find(name),
        None if path.as_os_str() == "-" => sink::find("npy"),
        None => sink::by_extension(path),
    };
    sink.filter(|sink| sink.keep == Keep::Samples).ok_or_else(|| {
        let names = sink::SINKS.iter().filter(|sink| sink.keep == Keep::Samples);
        let names: Vec<&str> = names.map(|sink| sink.name).collect();
        Failure::usage(format!(
            "{}: a picture to write is one of: {}; give such an extension or --output-format",
            path.display(),
            names.join(", ")
        ))
    })
}

/// Which frames to write, of those that are there.
fn frames(args: &UnpackArgs, geometry: &Geometry, length: u64, console: &Console) -> Result<Range<u64>, Failure> {
    let available = length.saturating_sub(args.offset);
    let (there, rest) = geometry.frames_in(available);
    let Size { width, height } = geometry.size;
    if there == 0 {
        return Err(Failure::file(
            &args.file,
            format!(
                "byte {length}: a frame of {width}x{height} {} with rows of {} bytes needs {} bytes from byte {}, {available} are there",
                geometry.format.name,
                geometry.stride,
                geometry.least(),
                args.offset
            ),
        ));
    }
    if rest > 0 {
        console.warning(&format!(
            "{}: {rest} bytes after frame {} are no whole frame of {} bytes",
            args.file,
            there - 1,
            geometry.frame()
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
