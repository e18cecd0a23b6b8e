//! `csi2 decode`: frames as files, and a manifest of them.

use crate::console::Console;
use crate::failure::Failure;
use crate::keep::Filter;
use crate::number::{self, Frames};
use crate::output::{self, stdout, stdout_error};
use crate::read_args::ReadArgs;
use crate::report::json::{self, FrameRow, Manifest};
use crate::report::text;
use crate::session::{CONTINUE, Clock, Flow, Session, Visitor};
use crate::sink::{self, Picture, Sink, SinkOptions};
use clap::{Args, ValueEnum};
use csi2_analyzer::{AssemblerSettings, Frame, FrameAssembler, Keep, Limits, Pixels, Received, StreamFilter};
use csi2_dphy::Tick;
use csi2_kernels::Backend;
use csi2_packet::{Class, DataType, VirtualChannel};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Reassembles frames and writes them
///
/// Frames are written as DIR/vc0-raw10-000000.png and so on, and listed in DIR/frames.json. Rows that were lost are zero, and
/// named there. What was decoded before a capture breaks off is kept.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 decode capture.sr -o frames --stretch
  csi2 decode capture.pcapng --null | jq -r '.frames[].sha256'")]
pub(crate) struct DecodeArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Directory for the frames; made when absent
    #[arg(short, long, value_name = "DIR", required_unless_present = "null")]
    output: Option<PathBuf>,
    /// Format of the frames
    #[arg(long, value_name = "NAME", default_value = "png", value_parser = sink::names())]
    format: String,
    /// Scale samples to the full range, for viewing: values are then not those of the link (png, pgm)
    #[arg(long)]
    stretch: bool,
    /// Order of the colour filter, for the manifest: the link does not carry it
    #[arg(long, value_name = "ORDER")]
    bayer: Option<Bayer>,
    /// Frames A to B-1 of each stream, counted from 0; also A..=B, A.., ..B
    #[arg(long, value_name = "A..B", value_parser = number::frames)]
    frames: Option<Frames>,
    /// Write no pictures: only the manifest, with a SHA-256 of each frame's samples (bytes to 8 bits, u16 little-endian above)
    #[arg(long)]
    null: bool,
}

/// Order of the colour filter, first row then second.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Bayer {
    Rggb,
    Grbg,
    Gbrg,
    Bggr,
    Mono,
}

impl Bayer {
    const fn name(self) -> &'static str {
        match self {
            Self::Rggb => "rggb",
            Self::Grbg => "grbg",
            Self::Gbrg => "gbrg",
            Self::Bggr => "bggr",
            Self::Mono => "mono",
        }
    }
}

/// Incomplete frames that are named on standard error; the manifest has them all.
const NAMED: u64 = 8;

pub(crate) fn run(args: &DecodeArgs, console: &Console) -> Result<(), Failure> {
    let sink = sink::find(&args.format).ok_or_else(|| Failure::usage(format!("no format {}", args.format)))?;
    if args.stretch && !sink.stretches {
        return Err(Failure::usage(format!(
            "--stretch is for viewing; --format {} keeps samples as they are",
            sink.name
        )));
    }
    let mut session = Session::open(&args.read, console)?;
    if let Some(directory) = &args.output {
        let name = directory.display().to_string();
        if directory.exists() && !directory.is_dir() {
            return Err(Failure::file(
                &name,
                "expected a directory for the frames, this is none",
            ));
        }
        std::fs::create_dir_all(directory).map_err(|error| Failure::io(&name, error))?;
    }
    let mut decoder = Decoder {
        assembler: FrameAssembler::new(AssemblerSettings {
            keep: sink.keep,
            limits: Limits::default(),
            backend: Backend::detect(),
            streams: streams(&args.read.filter()),
        }),
        frames: FrameWriter {
            range: args.frames.clone().unwrap_or(Frames::ALL),
            sink,
            options: SinkOptions { stretch: args.stretch },
            directory: args.output.as_deref(),
            null: args.null,
            rows: Vec::new(),
            streams: BTreeMap::new(),
            incomplete: 0,
            damaged: 0,
            without_codec: Vec::new(),
            console,
        },
    };
    let broken = session.run(&mut decoder, console)?;
    decoder.finish(session.clock())?;
    let frames = decoder.frames;
    let manifest = Manifest {
        r#type: "frames",
        capture: session.name(),
        frames: &frames.rows,
        format: if args.null { "null" } else { sink.name },
        bayer: args.bayer.map(Bayer::name),
        error: broken.as_ref().map(ToString::to_string),
    };
    if let Some(directory) = &args.output {
        output::write_file(&directory.join("frames.json"), |out| {
            serde_json::to_writer(&mut *out, &manifest)?;
            out.write_all(b"\n")
        })?;
    }
    if args.output.is_none() || args.read.json {
        let mut out = stdout();
        json::line(&mut out, &manifest)?;
        out.flush().map_err(stdout_error)?;
    }
    frames.summary();
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// Images and user-defined types of all channels, unless the user says otherwise.
fn streams(filter: &Filter) -> StreamFilter {
    let default = || {
        let all = (0x10..0x40).map(DataType::from_bits);
        all.filter(|data_type| data_type.is_image() || data_type.class() == Class::User)
            .collect()
    };
    let data_types: Vec<DataType> = match filter.data_types.as_slice() {
        [] => default(),
        these => these.to_vec(),
    };
    let streams = StreamFilter::IMAGES.data_types(&data_types);
    match filter.channels.as_slice() {
        [] => streams,
        these => streams.channels(these),
    }
}

struct Decoder<'a> {
    assembler: FrameAssembler,
    frames: FrameWriter<'a>,
}

impl Visitor for Decoder<'_> {
    fn lost(&mut self, _records: u64, _offset: u64, _at: Option<Tick>) {
        self.assembler.capture_loss();
    }

    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow {
        self.assembler.push(received);
        self.drain(clock)
    }
}

impl Decoder<'_> {
    fn drain(&mut self, clock: &Clock) -> Flow {
        while let Some(frame) = self.assembler.poll() {
            self.frames.frame(&frame, clock)?;
            if self.frames.is_done() {
                return Ok(ControlFlow::Break(()));
            }
        }
        CONTINUE
    }

    fn finish(&mut self, clock: &Clock) -> Result<(), Failure> {
        if !self.frames.is_done() {
            self.assembler.finish();
            let _ = self.drain(clock)?;
        }
        let limit_hits = self.assembler.limit_hits();
        if limit_hits > 0 {
            self.frames.console.warning(&format!(
                "{} left out: more streams open at once, or larger frames, than are held in memory",
                text::count(limit_hits, "line")
            ));
        }
        Ok(())
    }
}

/// Writes frames and remembers them.
struct FrameWriter<'a> {
    range: Frames,
    sink: &'static Sink,
    options: SinkOptions,
    directory: Option<&'a Path>,
    null: bool,
    rows: Vec<FrameRow>,
    /// Index of the last frame of each stream.
    streams: BTreeMap<(VirtualChannel, DataType), u64>,
    incomplete: u64,
    damaged: u64,
    /// Data types that were written as they came.
    without_codec: Vec<DataType>,
    console: &'a Console,
}

impl FrameWriter<'_> {
    /// Every stream is past the last frame that is wanted.
    fn is_done(&self) -> bool {
        !self.streams.is_empty() && self.streams.values().all(|index| *index >= self.range.0.end)
    }

    fn frame(&mut self, frame: &Frame<'_>, clock: &Clock) -> Result<(), Failure> {
        self.streams.insert((frame.channel, frame.data_type), frame.index);
        if !self.range.contains(frame.index) {
            return Ok(());
        }
        let sink = sink::fitting(self.sink, &frame.pixels);
        let name = name(frame, sink);
        let picture = picture(frame);
        self.warn(frame, sink, &name);
        let sha256 = if self.null {
            Some(sha256(&picture)?)
        } else {
            if let Some(directory) = self.directory {
                sink::write_file(sink, &picture, self.options, &directory.join(&name))?;
            }
            None
        };
        self.rows.push(FrameRow {
            file: (!self.null).then_some(name),
            vc: frame.channel.number(),
            dt: frame.data_type.code(),
            name: frame.data_type.name(),
            index: frame.index,
            number: frame.number,
            width: frame.width,
            height: frame.height,
            bits: frame.bits,
            exposure: None,
            complete: frame.complete,
            missing_lines: frame.missing_lines.to_vec(),
            bad_lines: frame.bad_lines.to_vec(),
            first_packet: frame.first_packet,
            time_ns: clock.nanoseconds(frame.at),
            line_bytes: frame.line_bytes,
            sha256,
        });
        Ok(())
    }

    fn warn(&mut self, frame: &Frame<'_>, sink: &Sink, name: &str) {
        let opaque = matches!(frame.pixels, Pixels::Packed(_)) && self.sink.keep == Keep::Samples;
        if opaque && !self.without_codec.contains(&frame.data_type) {
            self.without_codec.push(frame.data_type);
            self.console.warning(&format!(
                "{} has no samples here: payload is kept as it came, in .{} files",
                frame.data_type.name(),
                sink.extension
            ));
        }
        self.damaged += u64::from(!frame.bad_lines.is_empty());
        self.incomplete += u64::from(!frame.complete);
        if frame.complete || self.incomplete > NAMED {
            return;
        }
        let lost = match frame.missing_lines {
            [] => "its start or end is missing".to_owned(),
            lines => format!("rows {} are missing and zero", text::rows(lines)),
        };
        self.console.warning(&format!("{name}: incomplete: {lost}"));
    }

    fn summary(&self) {
        let mut text = text::count(self.rows.len() as u64, "frame");
        if self.incomplete > 0 {
            text.push_str(&format!(", {} incomplete", self.incomplete));
        }
        if self.damaged > 0 {
            text.push_str(&format!(", {} with damaged rows", self.damaged));
        }
        match self.directory {
            Some(directory) => self
                .console
                .note(&format!("{text}: {}", directory.join("frames.json").display())),
            None => self.console.note(&text),
        }
        let dark = self.rows.iter().map(|row| row.bits).find(|bits| (9..16).contains(bits));
        if let Some(bits) = dark.filter(|_| self.sink.stretches && !self.options.stretch && !self.null) {
            self.console.note(&format!(
                "samples are right-aligned, {bits} of 16 bits: most viewers show them dark; --stretch makes pictures for viewing"
            ));
        }
        if self.rows.is_empty() {
            self.console.warning("no frame was found; `csi2 check` says why");
        }
    }
}

/// `vc0-raw10-000000.png`.
fn name(frame: &Frame<'_>, sink: &Sink) -> String {
    let kind = match frame.data_type.name() {
        // The code tells one reserved data type from another.
        "RESERVED" => format!("dt{:02x}", frame.data_type.code()),
        name => name.to_ascii_lowercase(),
    };
    let vc = frame.channel.number();
    format!("vc{vc}-{kind}-{:06}.{}", frame.index, sink.extension)
}

fn picture<'a>(frame: &Frame<'a>) -> Picture<'a> {
    Picture {
        width: frame.width as usize,
        height: frame.height as usize,
        bits: frame.bits,
        pixels: frame.pixels,
    }
}

/// Of the bytes that the `raw` format (or, without samples, `packed`) would write.
fn sha256(picture: &Picture<'_>) -> Result<String, Failure> {
    struct Hash(Sha256);
    impl Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hash = Hash(Sha256::new());
    match picture.pixels {
        Pixels::Samples(samples) => sink::little_endian(samples, picture.bits, &mut hash),
        Pixels::Packed(bytes) => hash.write_all(bytes),
    }
    .map_err(|error| Failure::io("hash", error))?;
    Ok(json::hex(&hash.0.finalize()))
}
