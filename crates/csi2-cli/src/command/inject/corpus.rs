//! `csi2 inject --corpus`: many small streams with faults of every kind, each with its verdict, for receivers to be tested with.

mod coverage;
mod lanes;
mod manifest;

use crate::console::Console;
use crate::failure::Failure;
use crate::output::{Output, stdout, stdout_error};
use clap::ValueEnum;
use coverage::Coverage;
use csi2_capture::{Burst, CreateOptions, Layer, WireNote};
use csi2_generator::{Corpus, CorpusStream, Piece, Transmitter, WireFault, WireView};
use lanes::LaneText;
use manifest::{CaptureFile, Files, Manifest, TraceFile};
use std::io::Write;
use std::path::{Path, PathBuf};

/// USER0, as of all captures of packets that say nothing else.
const LINK_TYPE: u32 = 147;

/// What each stream is written as.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub(crate) enum CorpusLayer {
    /// packets/NUMBER.pcapng
    Packets,
    /// lanes/NUMBER.lanes, text
    Lanes,
    /// ppi.mem and expected.mem for test benches, all streams one after another
    Ppi,
    /// pins/NUMBER.sr, sampled
    Pins,
}

impl CorpusLayer {
    /// All of them, from the top.
    pub(super) const ALL: [Self; 4] = [Self::Packets, Self::Lanes, Self::Ppi, Self::Pins];

    const fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Lanes => "lanes",
            Self::Ppi => "ppi",
            Self::Pins => "pins",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Packets => "pcapng",
            Self::Lanes => "lanes",
            Self::Ppi => "mem",
            Self::Pins => "sr",
        }
    }

    /// What its captures show; ports have none.
    const fn view(self) -> Option<WireView> {
        match self {
            Self::Packets => Some(WireView::Packets),
            Self::Lanes => Some(WireView::Lanes),
            Self::Ppi => None,
            Self::Pins => Some(WireView::Pins),
        }
    }

    /// Whether a fault of lanes shows.
    fn shows(self, fault: &WireFault) -> bool {
        match self.view() {
            Some(view) => fault.shows(view),
            // Ports tell high speed only.
            None => !matches!(fault, WireFault::LowPower { .. } | WireFault::ShortRequest { .. }),
        }
    }
}

/// What is wanted.
pub(super) struct Request<'a> {
    pub(super) streams: u64,
    pub(super) seed: u64,
    pub(super) directory: &'a Path,
    pub(super) layers: &'a [CorpusLayer],
}

pub(super) fn run(request: &Request<'_>, console: &Console) -> Result<(), Failure> {
    let directory = request.directory;
    if directory == Path::new("-") {
        return Err(Failure::usage("a corpus is many files: -o names a directory"));
    }
    let make =
        |path: &Path| std::fs::create_dir_all(path).map_err(|error| Failure::io(&path.display().to_string(), error));
    make(directory)?;
    let wants = |layer: &CorpusLayer| request.layers.contains(layer);
    for layer in CorpusLayer::ALL
        .iter()
        .filter(|layer| wants(layer) && layer.view().is_some())
    {
        make(&directory.join(layer.name()))?;
    }
    let mut trace = match wants(&CorpusLayer::Ppi) {
        true => Some(Trace::create(directory)?),
        false => None,
    };
    let mut index = Output::create(&directory.join("corpus.jsonl"))?;
    let mut coverage = Coverage::default();
    console.progress_steps(request.streams);
    for stream in Corpus::new(request.seed).streams(request.streams) {
        let mut files = Files::default();
        for layer in CorpusLayer::ALL.into_iter().filter(wants) {
            match (layer.view(), &mut trace) {
                (Some(view), _) => {
                    let path = write(&stream, layer, view, directory)?;
                    files.put(layer, CaptureFile::new(path, stream.verdict(view).as_ref()));
                }
                (None, Some(trace)) => files.ppi = Some(trace.put(&stream)?),
                (None, None) => {}
            }
        }
        coverage.add(&stream);
        let row = Manifest::new(&stream, files);
        index.write(|out| row.write(out))?;
        console.progress(stream.index + 1);
    }
    console.progress_done();
    let row = coverage.row(request.seed);
    index.write(|out| row.write(out))?;
    index.finish()?;
    trace.map_or(Ok(()), Trace::finish)?;
    let mut out = stdout();
    out.write_all(coverage.table().as_bytes())
        .and_then(|()| out.flush())
        .map_err(stdout_error)
}

/// Writes a stream as a capture that shows so much of it; its path within the directory.
fn write(stream: &CorpusStream, layer: CorpusLayer, view: WireView, directory: &Path) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(format!("{}/{:06}.{}", layer.name(), stream.index, layer.extension()));
    let whole = directory.join(&path);
    let mut transmitter = Transmitter::new(stream.plan.settings(view));
    if layer == CorpusLayer::Lanes {
        let mut file = LaneText::create(&whole, stream.plan.lanes)?;
        send(stream, view, &mut transmitter, &mut |piece| file.burst(&piece))?;
        file.finish()?;
        return Ok(path);
    }
    let (of, format) = match layer {
        CorpusLayer::Pins => (Layer::Pins, "sigrok"),
        _ => (Layer::Packets, "pcapng"),
    };
    let options = CreateOptions {
        path: whole,
        layer: of,
        timebase: transmitter.timebase(),
        channels: transmitter.channels(),
        lanes: stream.plan.lanes.into(),
        link_type: LINK_TYPE,
    };
    let mut writer = csi2_capture::create(format, &options)?;
    send(stream, view, &mut transmitter, &mut |piece| {
        let burst = Burst {
            starts: piece.starts,
            ends: piece.ends,
        };
        writer.write(&piece.seen, burst, Some(piece.at), WireNote::default())
    })?;
    writer.finish()?;
    Ok(path)
}

fn send<E>(
    stream: &CorpusStream,
    view: WireView,
    transmitter: &mut Transmitter,
    out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for sent in stream.sent(view != WireView::Packets) {
        transmitter.burst_with(sent.bytes, sent.wire, out)?;
    }
    transmitter.finish(out)
}

/// The files for test benches.
struct Trace {
    ppi: Output,
    expected: Output,
    words: u64,
    reports: u64,
}

impl Trace {
    fn create(directory: &Path) -> Result<Self, Failure> {
        Ok(Self {
            ppi: Output::create(&directory.join("ppi.mem"))?,
            expected: Output::create(&directory.join("expected.mem"))?,
            words: 0,
            reports: 0,
        })
    }

    /// Appends a stream; where it lies.
    fn put(&mut self, stream: &CorpusStream) -> Result<TraceFile, Failure> {
        let (words, reports) = stream.ppi();
        let place = TraceFile {
            first_word: self.words,
            words: words.len() as u64,
            first_report: self.reports,
            reports: reports.len() as u64,
        };
        self.ppi
            .write(|out| words.iter().try_for_each(|word| writeln!(out, "{word}")))?;
        self.expected
            .write(|out| reports.iter().try_for_each(|report| writeln!(out, "{report}")))?;
        self.words += place.words;
        self.reports += place.reports;
        Ok(place)
    }

    fn finish(self) -> Result<(), Failure> {
        self.ppi.finish()?;
        self.expected.finish()
    }
}
