//! Opening a capture, and the one loop that runs it through the receiving chain.

use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::interrupt;
use crate::read_args::ReadArgs;
use crate::report::text;
use csi2_analyzer::{Input, Received, Receiver, ReceiverConfig, TimingReport};
use csi2_capture::{CaptureError, CaptureInfo, CaptureReader, ChannelMap, Chunk, Layer, OpenOptions, Source};
use csi2_dphy::{Observation, PinMap, Scrambling, Tick, Timebase};
use std::cell::Cell;
use std::io::{Read as _, Seek as _};
use std::ops::ControlFlow;
use std::path::Path;

mod link;
mod prelude;
mod wiring;

use link::Link;
pub(crate) use link::Otherwise;
use prelude::Prelude;
pub(crate) use wiring::Wiring;

/// Ticks as people and scripts see them: nanoseconds from the start of the capture.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    pub(crate) timebase: Option<Timebase>,
    origin: Option<Tick>,
    last: Option<Tick>,
    /// Mean UI in ticks, measured so far.
    unit_interval: Cell<Option<f64>>,
    /// `--rate`, or the sample rate where it is the bit rate.
    told_rate: Option<u64>,
}

impl Clock {
    /// `None` where the capture has no time.
    pub(crate) fn nanoseconds(&self, at: Option<Tick>) -> Option<f64> {
        let (timebase, at, origin) = (self.timebase?, at?, self.origin.unwrap_or(0));
        Some(match at.checked_sub(origin) {
            Some(after) => timebase.nanoseconds(after),
            None => -timebase.nanoseconds(origin - at),
        })
    }

    /// The first and the last thing seen, in ticks.
    pub(crate) fn extent(&self) -> Option<(Tick, Tick)> {
        Some((self.origin?, self.last?))
    }

    /// From the first to the last thing seen.
    pub(crate) fn duration(&self) -> Option<f64> {
        self.nanoseconds(self.last)
    }

    /// Bit rate of a lane: measured so far, else as told.
    pub(crate) fn rate(&self) -> Option<u64> {
        let measured = || {
            let rate = self.timebase?.hertz() / self.unit_interval.get()?;
            (rate.is_finite() && (1.0..1e15).contains(&rate)).then_some(rate.round() as u64)
        };
        measured().or(self.told_rate)
    }

    fn see(&mut self, chunk: &Chunk<'_>) {
        let (first, last) = match chunk.seen {
            Observation::Samples(samples) => {
                let count = samples.bytes.len().checked_div(samples.unit).unwrap_or(0) as u64;
                (Some(0), Some(samples.first.saturating_add(count)))
            }
            Observation::Changes(changes) => (Some(0), changes.last().map(|change| change.at)),
            Observation::Lanes(_) | Observation::Merged(_) => (chunk.at, chunk.at),
        };
        self.origin = self.origin.or(first);
        self.last = self.last.max(last);
    }
}

/// A capture that is open, before anything is decided about its link.
pub(crate) struct Opened {
    pub(crate) name: String,
    pub(crate) info: CaptureInfo,
    reader: Box<dyn CaptureReader>,
    /// What was read of it already.
    prelude: Prelude,
    /// Keeps standard input's temporary copy until the end.
    _spool: Option<tempfile::NamedTempFile>,
}

/// Opens the capture of the command line.
pub(crate) fn open(args: &ReadArgs, console: &Console) -> Result<Opened, Failure> {
    if let [first, _, ..] = args.link.as_slice() {
        return Err(Failure::usage(format!(
            "--link names {} links, but only `check` compares two: --link {first}",
            args.link.len()
        )));
    }
    let options = OpenOptions {
        format: args.input_format.clone(),
        sample_rate: args.samplerate,
        unit_size: args.unitsize.map(usize::from),
        lanes: args.lanes,
        tecmp_offset: args.tecmp_offset,
        max_record: 0,
    };
    let mut source = Source::open(Path::new(&args.capture))?;
    let spool = spool(&mut source, &options)?;
    let reader = csi2_capture::open(source, &options)?;
    let info = reader.info().clone();
    console.detail(|| format!("{}: {} capture, {} layer", args.capture, info.format, info.layer.name()));
    Ok(Opened {
        name: args.capture.clone(),
        info,
        reader,
        prelude: Prelude::default(),
        _spool: spool,
    })
}

/// Copies a pipe to a temporary file where its format needs a seek.
fn spool(source: &mut Source, options: &OpenOptions) -> Result<Option<tempfile::NamedTempFile>, Failure> {
    const HEAD: u64 = 4096;
    let name = source.name.clone();
    let failed = |error| Failure::io(&name, error);
    let empty = || Failure::file(&name, "at byte 0: expected a capture, but the file is empty");
    let metadata = source.path.as_ref().and_then(|path| std::fs::metadata(path).ok());
    if let Some(file) = metadata.as_ref().filter(|metadata| metadata.is_file()) {
        // `/proc` and the like give files of no length that have content all the same.
        return if file.len() == 0 && is_empty(source).map_err(failed)? {
            Err(empty())
        } else {
            Ok(None)
        };
    }
    let mut stream = std::mem::replace(&mut source.stream, Box::new(std::io::empty()));
    let mut head = Vec::new();
    stream.by_ref().take(HEAD).read_to_end(&mut head).map_err(failed)?;
    if head.is_empty() {
        return Err(empty());
    }
    let format = match &options.format {
        Some(format) => csi2_capture::find(format),
        None => csi2_capture::detect(&head, &source.name),
    };
    let mut stream = std::io::Cursor::new(head).chain(stream);
    if format.is_none_or(|format| format.streams) {
        source.stream = Box::new(stream);
        return Ok(None);
    }
    if metadata.is_some_and(|metadata| input::is_device(&metadata)) {
        return Err(Failure::file(
            &name,
            "a device may have no end, but this format is needed whole: copy what is wanted of it to a file",
        ));
    }
    let mut copy = tempfile::NamedTempFile::new().map_err(failed)?;
    std::io::copy(&mut stream, &mut copy).map_err(failed)?;
    copy.rewind().map_err(failed)?;
    source.stream = Box::new(copy.reopen().map_err(failed)?);
    source.path = Some(copy.path().to_owned());
    Ok(Some(copy))
}

/// Looks at the first byte, and puts it back.
fn is_empty(source: &mut Source) -> std::io::Result<bool> {
    let mut stream = std::mem::replace(&mut source.stream, Box::new(std::io::empty()));
    let mut first = Vec::new();
    stream.by_ref().take(1).read_to_end(&mut first)?;
    let empty = first.is_empty();
    source.stream = Box::new(std::io::Cursor::new(first).chain(stream));
    Ok(empty)
}

/// Whether to go on after an event.
pub(crate) type Flow = Result<ControlFlow<()>, Failure>;

/// Go on.
pub(crate) const CONTINUE: Flow = Ok(ControlFlow::Continue(()));

/// Sees what happens on the link, in order.
pub(crate) trait Visitor {
    /// Whether a progress bar has room beside what this one prints.
    fn shows_progress(&self) -> bool {
        true
    }
    /// So many records are known to be missing from the capture, right before what comes next.
    fn lost(&mut self, records: u64, offset: u64, at: Option<Tick>) {
        let _ = (records, offset, at);
    }
    /// An event.
    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow;
    /// After the events of a piece.
    fn chunk_done(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// An open capture and the receiver for its link.
pub(crate) struct Session {
    opened: Opened,
    receiver: Receiver,
    /// What is which wire, in a capture of wires.
    map: Option<ChannelMap>,
    /// How pins turned out to lie.
    wiring: Option<Wiring>,
    otherwise: Option<Otherwise>,
    scrambling: Option<Scrambling>,
    lanes: Option<usize>,
    clock: Clock,
    link: Option<u16>,
    /// Something of the link was there.
    link_seen: bool,
    other_links: u64,
}

impl Session {
    /// Opens, and decides what is which wire.
    pub(crate) fn open(args: &ReadArgs, console: &Console) -> Result<Self, Failure> {
        Self::start(open(args, console)?, args, console).map_err(|(_, failure)| failure)
    }

    /// Decides what is which wire; gives the capture back when that is not possible.
    pub(crate) fn start(
        mut opened: Opened,
        args: &ReadArgs,
        console: &Console,
    ) -> Result<Self, (Box<Opened>, Failure)> {
        let mut link = match Link::new(&opened.info, opened.reader.as_mut(), args, console) {
            Ok(link) => link,
            Err(failure) => return Err((Box::new(opened), failure)),
        };
        opened.prelude = std::mem::take(&mut link.prelude);
        let receiver = Receiver::new(ReceiverConfig {
            vcx: args.vcx.extension(),
            scrambling: link.scrambling,
            ..ReceiverConfig::new(link.entry)
        });
        Ok(Self {
            receiver,
            map: link.map,
            wiring: link.wiring,
            otherwise: link.otherwise,
            scrambling: link.scrambling,
            lanes: link.lanes,
            clock: Clock {
                timebase: link.timebase,
                told_rate: link.told_rate,
                ..Clock::default()
            },
            link: args.link.first().copied(),
            link_seen: false,
            other_links: 0,
            opened,
        })
    }

    pub(crate) fn info(&self) -> &CaptureInfo {
        &self.opened.info
    }

    pub(crate) fn name(&self) -> &str {
        &self.opened.name
    }

    /// Times of the capture; complete after the run.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lanes of the link, where the capture shows lanes.
    pub(crate) fn lanes(&self) -> Option<usize> {
        self.lanes
    }

    /// `continuous` or `gated`, where the capture shows it.
    pub(crate) fn clock_mode(&self) -> Option<&'static str> {
        let pauses = self.receiver.clock_pauses()?;
        Some(if pauses { "gated" } else { "continuous" })
    }

    /// What is which wire, in a capture of wires.
    pub(crate) fn map(&self) -> Option<&ChannelMap> {
        self.map.as_ref()
    }

    /// Wires of pins.
    pub(crate) fn pins(&self) -> Option<&PinMap> {
        self.map().and_then(ChannelMap::pins)
    }

    /// Scrambling of the lanes, as told or found.
    pub(crate) fn scrambling(&self) -> Option<&Scrambling> {
        self.scrambling.as_ref()
    }

    /// How pins turned out to lie.
    pub(crate) fn wiring(&self) -> Option<&Wiring> {
        self.wiring.as_ref()
    }

    /// How they lie by what they show, where that is not what the user said and comes out better.
    pub(crate) fn otherwise(&self) -> Option<&Otherwise> {
        self.otherwise.as_ref()
    }

    /// The layer at which the capture recorded: of wires, what they carry.
    pub(crate) fn layer(&self) -> Layer {
        self.map.as_ref().map_or(self.opened.info.layer, ChannelMap::layer)
    }

    /// Durations of the line protocol so far, in a capture of wires that has a time.
    pub(crate) fn timing(&self) -> Option<TimingReport> {
        let (meter, timebase) = (self.receiver.timing()?, self.clock.timebase?);
        // The dump of a sampled capture tells its sample rate.
        let sample = self.info().sample_rate.map(|rate| 1e9 / rate);
        Some(TimingReport::new(
            meter,
            timebase,
            self.receiver.unit_interval(),
            sample,
        ))
    }

    /// Runs the capture through `visitor`. Where the capture breaks off, everything before is delivered and the error
    /// is returned for later: outputs are completed first.
    pub(crate) fn run(
        &mut self,
        visitor: &mut dyn Visitor,
        console: &Console,
    ) -> Result<Option<CaptureError>, Failure> {
        let mut stopped = false;
        if let Some(map) = &self.map {
            let channels = self.opened.info.channels.len();
            let looked_at: Vec<bool> = (0..channels).map(|channel| map.role(channel).is_some()).collect();
            let reader = &mut self.opened.reader;
            reader.attend(&|channel| looked_at.get(channel) == Some(&true));
        }
        if visitor.shows_progress() {
            console.progress_start(self.opened.info.total_bytes);
        }
        let broken = self.chunks(console, &mut |chunk, receiver, clock| {
            if chunk.lost > 0 {
                visitor.lost(chunk.lost, chunk.offset, chunk.at);
            }
            let mut input = Self::input(chunk);
            loop {
                // Not moved out: an event is a hundred bytes, and there are five a packet.
                let next = receiver.next(&mut input);
                let Some(received) = &next else { break };
                if visitor.event(received, clock)?.is_break() {
                    stopped = true;
                    return Ok(ControlFlow::Break(()));
                }
                clock.unit_interval.set(receiver.unit_interval());
            }
            visitor.chunk_done()?;
            CONTINUE
        })?;
        if !stopped {
            self.finish(visitor)?;
        }
        Ok(broken)
    }

    /// What the receiver still has to say after the last piece.
    pub(crate) fn finish(&mut self, visitor: &mut dyn Visitor) -> Result<(), Failure> {
        while let Some(received) = self.receiver.finish() {
            if visitor.event(&received, &self.clock)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// A piece as the receiver takes it.
    pub(crate) fn input<'c>(chunk: &Chunk<'c>) -> Input<'c> {
        Input {
            seen: chunk.seen,
            starts: chunk.burst.starts,
            ends: chunk.burst.ends,
            offset: chunk.offset,
            at: chunk.at,
        }
    }

    /// The pieces of the chosen link as they are in the capture.
    pub(crate) fn chunks(
        &mut self,
        console: &Console,
        each: &mut dyn FnMut(&Chunk<'_>, &mut Receiver, &Clock) -> Flow,
    ) -> Result<Option<CaptureError>, Failure> {
        let result = self.each_chunk(console, each);
        console.progress_done();
        if let (Some(link), false, 1..) = (self.link, self.link_seen, self.other_links) {
            return Err(Failure::usage(format!(
                "{}: nothing is recorded of link {link}, all is of other links: leave --link out for the first of them",
                self.opened.name
            )));
        }
        if self.other_links > 0 {
            console.warning(&format!(
                "{}: read link {} only; {} of other links left out (--link N chooses)",
                self.opened.name,
                self.link.unwrap_or(0),
                text::count(self.other_links, "record")
            ));
        }
        result
    }

    fn each_chunk(
        &mut self,
        console: &Console,
        each: &mut dyn FnMut(&Chunk<'_>, &mut Receiver, &Clock) -> Flow,
    ) -> Result<Option<CaptureError>, Failure> {
        let (pieces, broken) = std::mem::take(&mut self.opened.prelude).into_pieces();
        for piece in pieces {
            let chunk = piece.chunk();
            self.clock.see(&chunk);
            let chosen = *self.link.get_or_insert(chunk.link) == chunk.link;
            self.link_seen |= chosen;
            self.other_links += u64::from(!chosen);
            if chosen && each(&chunk, &mut self.receiver, &self.clock)?.is_break() {
                return Ok(None);
            }
        }
        if broken.is_some() {
            return Ok(broken);
        }
        let keys = interrupt::Watch::start();
        loop {
            let read = self.opened.reader.bytes_read();
            console.progress(read);
            if keys.pressed() {
                return Ok(Some(interrupt::error(&self.opened.name, read)));
            }
            let chunk = match self.opened.reader.next_chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(None),
                Err(error) => return Ok(Some(error)),
            };
            self.clock.see(&chunk);
            if *self.link.get_or_insert(chunk.link) != chunk.link {
                self.other_links += 1;
                continue;
            }
            self.link_seen = true;
            if each(&chunk, &mut self.receiver, &self.clock)?.is_break() {
                return Ok(None);
            }
        }
    }
}
