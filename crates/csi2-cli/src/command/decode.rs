//! `csi2 decode`: frames as files, and a manifest of them.

use crate::console::Console;
use crate::failure::Failure;
use crate::keep::Filter;
use crate::number::{self, Frames};
use crate::output::{self, stdout, stdout_error};
use crate::picture::SinkOptions;
use crate::picture_args::PictureArgs;
use crate::read_args::ReadArgs;
use crate::report::json::{self, Manifest};
use crate::report::text;
use crate::session::{CONTINUE, Clock, Flow, Session, Visitor};
use crate::sink::{self, Sink};
use clap::Args;
use csi2_analyzer::hdr::ExposureSorter;
use csi2_analyzer::{AssemblerSettings, FrameAssembler, Keep, Limits, Received, StreamFilter};
use csi2_dphy::Tick;
use csi2_kernels::Backend;
use csi2_packet::{Class, DataType};
use csi2_pixel::Codecs;
use embedded::EmbeddedRows;
use exposures::Exposures;
use frames::FrameWriter;
use hdr::HdrArgs;
use place::Place;
use seen::Seen;
use sets::{Merging, Sets};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod embedded;
mod exposures;
mod frames;
mod hdr;
mod order;
mod place;
mod said;
mod seen;
mod sets;
mod tag;
mod work;

/// Reassembles frames and writes them
///
/// Frames are written as DIR/vc0-raw10-000000.png and so on, and listed in DIR/frames.json. Rows that were lost are zero, and
/// named there. What was decoded before a capture breaks off is kept.
///
/// Exposures of digital-overlap HDR (DOL) come out as frames of their own, as DIR/vc0-raw10-lef-000000.png and -sef1- of the same
/// number, where the stream shows them: by virtual channels or data types whose rows take turns, or by line information.
/// --hdr merge makes one linear frame of each set; its --preview shows the square root of light.
///
/// With -o - the frames of one stream go to standard output, raw unless --format says png, pgm or packed, and without a
/// manifest: the command line of FFmpeg that reads them is named on standard error.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 decode capture.sr -o frames --format dng --bayer rggb --preview
  csi2 decode capture.sr -o - | ffmpeg -f rawvideo -pix_fmt gray10le -s 640x480 -i - a.mkv")]
pub(crate) struct DecodeArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Directory for the frames, made when absent; or - for standard output
    #[arg(short, long, value_name = "DIR", required_unless_present = "null")]
    output: Option<PathBuf>,
    /// Format of the frames; png when absent
    #[arg(long, value_name = "NAME", value_parser = sink::names())]
    format: Option<String>,
    /// One npy array of all frames of a stream (N, ...), as DIR/vc0-raw10.npy
    #[arg(long, conflicts_with = "null")]
    stack: bool,
    #[command(flatten)]
    pictures: PictureArgs,
    /// Frames A to B-1 of each stream, counted from 0; also A..=B, A.., ..B
    #[arg(long, value_name = "A..B", value_parser = number::frames)]
    frames: Option<Frames>,
    #[command(flatten)]
    hdr: HdrArgs,
    /// Write no pictures: only the manifest, with a SHA-256 of what `--format raw` would write of each frame
    #[arg(long)]
    null: bool,
}

impl DecodeArgs {
    fn to_stdout(&self) -> bool {
        self.output.as_ref().is_some_and(|output| output.as_os_str() == "-")
    }

    fn sink(&self) -> Result<&'static Sink, Failure> {
        let default = match (self.stack, self.to_stdout()) {
            (true, _) => "npy",
            (_, true) => "raw",
            _ => "png",
        };
        let name = self.format.as_deref().unwrap_or(default);
        sink::find(name).ok_or_else(|| Failure::usage(format!("no format {name}")))
    }

    /// What does not go together.
    fn check(&self, sink: &Sink, options: SinkOptions) -> Result<(), Failure> {
        if self.stack && sink.name != "npy" {
            return Err(Failure::usage(format!(
                "--stack makes npy arrays; --format {} has a file a frame",
                sink.name
            )));
        }
        if self.pictures.preview && self.null {
            return Err(Failure::usage("--null writes no pictures, --preview does"));
        }
        if self.to_stdout() {
            for (given, name) in [
                (self.stack, "--stack"),
                (self.pictures.preview, "--preview"),
                (self.read.json, "--json"),
                (self.null, "--null"),
            ] {
                if given {
                    return Err(Failure::usage(format!(
                        "{name} needs files, and -o - has none: name a directory"
                    )));
                }
            }
            if !sink.streams {
                let names: Vec<&str> = sink::SINKS
                    .iter()
                    .filter(|sink| sink.streams)
                    .map(|sink| sink.name)
                    .collect();
                return Err(Failure::usage(format!(
                    "{} files make no stream: --format of -o - is one of {}",
                    sink.name,
                    names.join(", ")
                )));
            }
        }
        sink::check_options(sink, options)
    }
}

pub(crate) fn run(args: &DecodeArgs, console: &Console) -> Result<(), Failure> {
    let sink = args.sink()?;
    let options = args.pictures.options(None, args.read.profile());
    args.check(sink, options)?;
    let codecs = args.read.codecs()?;
    let streams = streams(&args.read.filter(), codecs);
    let sorter = ExposureSorter::new(args.hdr.settings(args.read.sensor, streams)?);
    if args.hdr.merges() && sink.keep == Keep::Packed {
        return Err(Failure::usage(format!(
            "--hdr merge makes samples; --format {} holds payload",
            sink.name
        )));
    }
    let mut session = Session::open(&args.read, console)?;
    let directory = args.output.as_deref().filter(|_| !args.to_stdout());
    if let Some(directory) = directory {
        make(directory)?;
    }
    let place = match (directory, args.to_stdout()) {
        _ if args.null => Place::Null,
        (Some(directory), _) if args.stack => Place::Stacks(directory.into()),
        (Some(directory), _) => Place::Files(directory.into()),
        (None, _) => Place::Stream,
    };
    let mut decoder = Decoder {
        assembler: FrameAssembler::new(AssemblerSettings {
            keep: sink.keep,
            limits: Limits::default(),
            backend: Backend::detect(),
            streams,
            codecs,
        }),
        exposures: Exposures {
            embedded: EmbeddedRows::new(args.read.profile()),
            sorter,
            sets: Sets::new(args.hdr.merges().then(|| Merging {
                ratios: args.hdr.ratios(),
                options,
            })),
            found: false,
            warned: 0,
            frames: FrameWriter::new(
                args.frames.clone().unwrap_or(Frames::ALL),
                (sink, options),
                place,
                directory.filter(|_| args.pictures.preview).map(Arc::from),
                console,
            ),
        },
        seen: Seen::default(),
    };
    let run = session.run(&mut decoder, console);
    if run.is_err() {
        // What came before is written, or is the first to fail.
        decoder.exposures.frames.settle()?;
    }
    let broken = run?;
    decoder.finish(session.clock())?;
    let frames = decoder.exposures.frames.finish()?;
    let manifest = Manifest {
        r#type: "frames",
        capture: session.name(),
        frames: &frames.rows,
        format: if args.null { "null" } else { sink.name },
        bayer: options.bayer.map(csi2_pixel::BayerOrder::name),
        error: broken.as_ref().map(ToString::to_string),
    };
    let listed = directory.map(|directory| directory.join("frames.json"));
    if let Some(path) = &listed {
        output::write_file(path, |out| {
            serde_json::to_writer(&mut *out, &manifest)?;
            out.write_all(b"\n")
        })?;
    }
    if args.output.is_none() || args.read.json {
        let mut out = stdout();
        json::line(&mut out, &manifest)?;
        out.flush().map_err(stdout_error)?;
    }
    frames.summary(listed.as_deref());
    if frames.rows.is_empty() {
        console.warning(&decoder.seen.instead(&args.read.filter(), args.frames.as_ref()));
    }
    broken.map_or(Ok(()), |error| Err(error.into()))
}

fn make(directory: &Path) -> Result<(), Failure> {
    let name = directory.display().to_string();
    if directory.exists() && !directory.is_dir() {
        return Err(Failure::file(
            &name,
            "expected a directory for the frames, this is none",
        ));
    }
    std::fs::create_dir_all(directory).map_err(|error| Failure::io(&name, error))
}

/// Images, user-defined types, and types with a declared layout, of all channels, unless the user says otherwise.
fn streams(filter: &Filter, codecs: Codecs) -> StreamFilter {
    let default = || {
        let all = (0x10..0x40).map(DataType::from_bits);
        all.filter(|of| of.is_image() || of.class() == Class::User || codecs.of(*of).is_some())
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
    exposures: Exposures<'a>,
    seen: Seen,
}

impl Visitor for Decoder<'_> {
    fn lost(&mut self, _records: u64, _offset: u64, _at: Option<Tick>) {
        self.assembler.capture_loss();
    }

    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow {
        self.seen.push(received);
        self.exposures.embedded.push(received);
        self.assembler.push(received);
        self.drain(clock)?;
        self.exposures.push(received, clock)?;
        if self.exposures.frames.is_done() {
            return Ok(ControlFlow::Break(()));
        }
        CONTINUE
    }

    fn chunk_done(&mut self) -> Result<(), Failure> {
        self.exposures.frames.poll()
    }
}

impl Decoder<'_> {
    fn drain(&mut self, clock: &Clock) -> Result<(), Failure> {
        while let Some(frame) = self.assembler.take() {
            self.exposures.frame(frame, clock)?;
            while let Some(written) = self.exposures.frames.spare() {
                self.assembler.give_back(written);
            }
        }
        Ok(())
    }

    fn finish(&mut self, clock: &Clock) -> Result<(), Failure> {
        if !self.exposures.frames.is_done() {
            self.exposures.embedded.finish();
            self.assembler.finish();
            self.drain(clock)?;
            self.exposures.finish(clock)?;
        }
        self.exposures.summary();
        let limit_hits = self.assembler.limit_hits();
        if limit_hits > 0 {
            let Limits {
                max_frame_bytes,
                max_open_streams,
                ..
            } = Limits::default();
            self.exposures.frames.console.warning(&format!(
                "rows are left out ({}): a frame holds {} MiB of payload, and {max_open_streams} streams are open at once, \
                 at most",
                text::count(limit_hits, "time"),
                max_frame_bytes >> 20,
            ));
        }
        Ok(())
    }
}
