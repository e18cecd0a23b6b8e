//! FST, the compressed waveforms of GTKWave and Verilator, through wellen.
//!
//! Ref: ekiwi/wellen; gtkwave/gtkwave `fst2vcd`
//!
//! The library pushes changes into a callback. It runs on a thread of its own, which writes them down as the value change
//! dump they stand for, and the VCD reader takes it from there: names, vectors and time stamps then mean the same in both.
//! A panic of the library on a damaged file ends that thread alone.

mod blocks;

use crate::format::vcd;
use crate::{
    CaptureError, CaptureFormat, CaptureReader, Confidence, ErrorKind, Layer, OpenOptions, READER_THREAD, Source,
};
use fst_reader::{FstHierarchyEntry, FstReader};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use wellen::stream::{Filter, StreamError, StreamingWaveform};
use wellen::{Hierarchy, LoadOptions, SignalEncoding, SignalRef, SignalValueRef, TimescaleUnit, WellenError};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "fst",
    description: "Compressed waveforms of GTKWave and Verilator (.fst)",
    extensions: &["fst"],
    layers: &[Layer::Pins],
    streams: false,
    sniff,
    open: Some(open),
    create: None,
};

/// Bytes of text that are handed over at a time, and how many such pieces wait.
const PIECE: usize = 64 << 10;
const WAITING: usize = 4;

/// A header block, type 0, is 329 bytes long.
fn sniff(head: &[u8]) -> Confidence {
    if head.starts_with(&[0, 0, 0, 0, 0, 0, 0, 0x01, 0x49]) {
        Confidence::Certain
    } else {
        Confidence::No
    }
}

fn open(mut source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let failed = |error| CaptureError::new(&source.name, 0, ErrorKind::Io(error));
    let (pieces, text) = sync_channel(WAITING);
    let thread = std::thread::Builder::new().name(READER_THREAD.into());
    let spawned = match &source.path {
        Some(path) => {
            let file = BufReader::new(File::open(path).map_err(failed)?);
            thread.spawn(move || run(file, &pieces))
        }
        None => {
            let limit = options.record_limit() as u64;
            let mut bytes = Vec::new();
            source
                .stream
                .by_ref()
                .take(limit.saturating_add(1))
                .read_to_end(&mut bytes)
                .map_err(failed)?;
            let size = bytes.len() as u64;
            if size > limit {
                let what = "FST file from a pipe";
                return Err(CaptureError::new(
                    &source.name,
                    0,
                    ErrorKind::TooLarge { what, size, limit },
                ));
            }
            thread.spawn(move || run(Cursor::new(bytes), &pieces))
        }
    };
    spawned.map_err(failed)?;
    source.stream = Box::new(Text {
        pieces: text,
        piece: Cursor::default(),
        ended: false,
    });
    source.path = None;
    vcd::open_as(FORMAT.name, source, options)
}

/// What the thread hands over: text, the end, or why there is no more.
type Piece = Result<Option<Vec<u8>>, io::Error>;

/// The text, as a stream.
struct Text {
    pieces: Receiver<Piece>,
    piece: Cursor<Vec<u8>>,
    ended: bool,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.ended {
                return Ok(read);
            }
            match self.pieces.recv() {
                Ok(Ok(Some(piece))) => self.piece = Cursor::new(piece),
                Ok(Ok(None)) => self.ended = true,
                Ok(Err(error)) => {
                    self.ended = true;
                    return Err(error);
                }
                // The thread is gone without a word.
                Err(_) => {
                    self.ended = true;
                    return Err(damaged("a block makes no sense"));
                }
            }
        }
    }
}

fn damaged(detail: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("damaged FST file: {detail}"))
}

/// The thread.
fn run(input: impl BufRead + Seek + Send + Sync + 'static, pieces: &SyncSender<Piece>) {
    let outcome = dump(input, pieces);
    // Nobody listens where the reader was dropped early.
    let _ = match outcome {
        Ok(()) | Err(Stop::Unheard) => pieces.send(Ok(None)),
        Err(Stop::Failed(error)) => pieces.send(Err(error)),
    };
}

/// Why the dump ended early.
enum Stop {
    /// The reader was dropped.
    Unheard,
    Failed(io::Error),
}

impl From<WellenError> for Stop {
    fn from(error: WellenError) -> Self {
        Self::Failed(match error {
            WellenError::Io(error) => error,
            other => damaged(other),
        })
    }
}

fn dump(mut input: impl BufRead + Seek + Send + Sync + 'static, pieces: &SyncSender<Piece>) -> Result<(), Stop> {
    blocks::check(&mut input).map_err(Stop::Failed)?;
    check_handles(&mut input).map_err(Stop::Failed)?;
    let options = LoadOptions {
        multi_thread: false,
        ..LoadOptions::default()
    };
    let mut waveform: StreamingWaveform<_> = wellen::stream::read(input, &options)?;
    let mut text = String::with_capacity(2 * PIECE);
    declare(waveform.hierarchy(), &mut text)?;
    let mut stamp = None;
    let outcome = waveform.stream_changes(Filter::all(), |time, signal, value| {
        if stamp != Some(time) {
            if text.len() >= PIECE {
                hand_over(&mut text, pieces)?;
            }
            // Writing to a string cannot fail.
            let _ = writeln!(text, "#{time}");
            stamp = Some(time);
        }
        change(signal, value, &mut text);
        Ok(())
    });
    match outcome {
        Ok(()) => hand_over(&mut text, pieces),
        Err(StreamError::Callback(stop)) => Err(stop),
        Err(StreamError::Wellen(error)) => {
            // What came before it stands.
            hand_over(&mut text, pieces)?;
            Err(error.into())
        }
    }
}

/// Refuses variables that are an alias of none: wellen takes memory for all up to the number they give. What else is wrong, it
/// says itself, or the same panic ends the thread here already.
fn check_handles(input: &mut (impl BufRead + Seek)) -> io::Result<()> {
    let (mut declared, mut missing) = (0, None);
    if let Ok(mut reader) = FstReader::open(&mut *input) {
        let _ = reader.read_hierarchy(|entry| {
            if let FstHierarchyEntry::Var { handle, is_alias, .. } = entry {
                declared += usize::from(!is_alias);
                missing = missing.or(Some(handle.get_index()).filter(|index| *index >= declared));
            }
        });
    }
    input.rewind()?;
    match missing {
        Some(index) => Err(damaged(format_args!(
            "a variable is an alias of variable {index}, which is not there"
        ))),
        None => Ok(()),
    }
}

fn hand_over(text: &mut String, pieces: &SyncSender<Piece>) -> Result<(), Stop> {
    let piece = std::mem::take(text).into_bytes();
    pieces.send(Ok(Some(piece))).map_err(|_| Stop::Unheard)
}

fn declare(hierarchy: &Hierarchy, text: &mut String) -> Result<(), Stop> {
    if let Some(timescale) = hierarchy.timescale() {
        let unit = match timescale.unit {
            TimescaleUnit::Seconds => "s",
            TimescaleUnit::MilliSeconds => "ms",
            TimescaleUnit::MicroSeconds => "us",
            TimescaleUnit::NanoSeconds => "ns",
            TimescaleUnit::PicoSeconds => "ps",
            TimescaleUnit::FemtoSeconds => "fs",
            other => return Err(Stop::Failed(damaged(format_args!("a time scale of {other:?}")))),
        };
        let _ = writeln!(text, "$timescale {}{unit} $end", timescale.factor);
    }
    for (keyword, words) in [("$date", hierarchy.date()), ("$version", hierarchy.version())] {
        let words = words.replace('$', " ");
        if !words.trim().is_empty() {
            let _ = writeln!(text, "{keyword} {} $end", words.trim());
        }
    }
    let mut open: Option<String> = None;
    for variable in hierarchy.all_vars().map(|variable| &hierarchy[variable]) {
        let name = variable.name(hierarchy);
        let full = variable.full_name(hierarchy);
        let scope = full.strip_suffix(name).unwrap_or("").trim_end_matches('.');
        if open.as_deref() != Some(scope) {
            if open.is_some() {
                text.push_str("$upscope $end\n");
            }
            let _ = writeln!(text, "$scope module {scope} $end");
            open = Some(scope.to_owned());
        }
        let (kind, width) = match variable.signal_encoding(hierarchy) {
            SignalEncoding::BitVector(width) => ("wire", width),
            SignalEncoding::Real => ("real", 64),
            SignalEncoding::String => ("string", 1),
        };
        let _ = write!(text, "$var {kind} {width} ");
        code(variable.signal_ref(), text);
        let _ = match variable.index() {
            Some(index) => writeln!(text, " {name} [{}:{}] $end", index.msb(), index.lsb()),
            None => writeln!(text, " {name} $end"),
        };
    }
    if open.is_some() {
        text.push_str("$upscope $end\n");
    }
    text.push_str("$enddefinitions $end\n");
    Ok(())
}

fn change(signal: SignalRef, value: SignalValueRef<'_>, text: &mut String) {
    let SignalValueRef::BitVec(bits) = value else {
        return;
    };
    if bits.width() > 1 {
        text.push('b');
    }
    text.extend(bits.iter_msb_to_lsb().map(|bit| match bit.as_ascii() {
        // Weak levels are levels all the same.
        '0' | 'l' | 'L' => '0',
        '1' | 'h' | 'H' => '1',
        'z' | 'Z' => 'z',
        _ => 'x',
    }));
    if bits.width() > 1 {
        text.push(' ');
    }
    code(signal, text);
    text.push('\n');
}

/// The identifier of a signal.
fn code(signal: SignalRef, text: &mut String) {
    text.extend(vcd::code(signal.index()).into_iter().map(char::from));
}
