//! Reading: a stream of chunks with bounded memory.

use crate::{CaptureError, ErrorKind, Layer};
use csi2_dphy::{Observation, Tick, Timebase};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// A capture to open: its name for messages and its bytes. Detection and reading need no seek, except for `.sr`
/// (a ZIP), which is then read from `path`, or spooled to a temporary file by the caller.
pub struct Source {
    /// Name as the user gave it.
    pub name: String,
    /// The bytes.
    pub stream: Box<dyn Read + Send>,
    /// Where the file lies, for formats that need to seek or have companions (`NAME.lane1`).
    pub path: Option<PathBuf>,
}

impl Source {
    /// Opens a file, `-` for standard input. Where there is no such file but a `PATH.lane0`, opens that: the files of a
    /// capture of lanes share their name up to the suffix. Of a directory, as Saleae Logic exports channels to, opens the
    /// first file of the capture in it.
    ///
    /// # Errors
    /// When the operating system refuses, and where a directory holds no capture.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        let name = path.display().to_string();
        if name == "-" {
            let stream = Box::new(std::io::stdin());
            return Ok(Self {
                name,
                stream,
                path: None,
            });
        }
        let lane = companion(path, 0);
        let path = if !path.exists() && lane.exists() {
            lane
        } else if path.is_dir() {
            crate::format::saleae::directory::inside(path).ok_or_else(|| no_capture(&name))?
        } else {
            path.to_path_buf()
        };
        let file = std::fs::File::open(&path).map_err(|error| CaptureError::new(&name, 0, ErrorKind::Io(error)))?;
        Ok(Self {
            name: path.display().to_string(),
            stream: Box::new(file),
            path: Some(path),
        })
    }

    /// Bytes that detectors may look at.
    pub(crate) const HEAD: usize = 4096;

    /// The first bytes, which come again.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(crate) fn peek(&mut self) -> Result<Vec<u8>, CaptureError> {
        let mut stream = std::mem::replace(&mut self.stream, Box::new(std::io::empty()));
        let mut head = Vec::new();
        // `read_to_end` reads on after short reads, as a pipe gives them.
        let outcome = stream.by_ref().take(Self::HEAD as u64).read_to_end(&mut head);
        outcome.map_err(|error| CaptureError::new(&self.name, head.len() as u64, ErrorKind::Io(error)))?;
        self.stream = Box::new(Cursor::new(head.clone()).chain(stream));
        Ok(head)
    }

    /// Size of the file in bytes, where it is one.
    pub(crate) fn total_bytes(&self) -> Option<u64> {
        let metadata = std::fs::metadata(self.path.as_deref()?).ok()?;
        metadata.is_file().then_some(metadata.len())
    }
}

/// A directory that is none of a capture.
fn no_capture(name: &str) -> CaptureError {
    let detail =
        "a directory without `digital_0.bin` or `digital.csv`, as Saleae Logic exports them: give a file".into();
    CaptureError::new(name, 0, ErrorKind::Unsupported { detail })
}

/// The file of a lane: `NAME.lane0` for `NAME`.
pub(crate) fn companion(name: &Path, lane: usize) -> PathBuf {
    let mut file = name.as_os_str().to_os_string();
    file.push(format!(".lane{lane}"));
    file.into()
}

/// What the caller knows that the capture may not say.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Format name; detected when `None`.
    pub format: Option<String>,
    /// Samples per second of a headerless capture.
    pub sample_rate: Option<u64>,
    /// Bytes per sample of a headerless capture.
    pub unit_size: Option<usize>,
    /// Lane count of formats that do not say.
    pub lanes: Option<usize>,
    /// Where packets begin in the TECMP records of CSI-2, whose layout is not public, in bytes.
    pub tecmp_offset: Option<usize>,
    /// Largest record, member or line kept in memory, in bytes; 0 means the default of 64 MiB.
    pub max_record: usize,
}

/// Default of [`OpenOptions::max_record`].
const MAX_RECORD: usize = 64 << 20;

impl OpenOptions {
    /// [`OpenOptions::max_record`], or its default.
    pub(crate) fn record_limit(&self) -> usize {
        match self.max_record {
            0 => MAX_RECORD,
            limit => limit,
        }
    }
}

/// One wire of a capture.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Channel {
    /// Name as in the file; generated where there is none.
    pub name: String,
    /// Every name with its scope (`tb.clk_p`), where the file has scopes; more than one for a wire that is
    /// declared several times.
    pub paths: Vec<String>,
}

impl Channel {
    /// A wire of a file without scopes.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            paths: Vec::new(),
        }
    }
}

/// What a capture says about itself.
#[derive(Clone, Debug)]
pub struct CaptureInfo {
    /// Name of the format (a row of [`crate::FORMATS`]).
    pub format: &'static str,
    /// Layer at which it recorded.
    pub layer: Layer,
    /// Length of a tick; `None` where the capture has no time at all.
    pub timebase: Option<Timebase>,
    /// Samples per second, where the capture is sampled.
    pub sample_rate: Option<f64>,
    /// Wires, in index order (pins only).
    pub channels: Vec<Channel>,
    /// Lanes (lane bytes only).
    pub lanes: Option<usize>,
    /// Whether burst boundaries are marked: packets one per record, lane bytes with starts and ends.
    /// `false`: bytes run on, and only packet lengths tell where one ends.
    pub framed: bool,
    /// Total input size in bytes, for progress.
    pub total_bytes: Option<u64>,
    /// Free text: tool that wrote it, comments, link name.
    pub notes: Vec<String>,
}

impl CaptureInfo {
    /// What every reader starts from: no time, no wires, no lanes, not framed, no notes.
    pub(crate) fn new(format: &'static str, layer: Layer, total_bytes: Option<u64>) -> Self {
        Self {
            format,
            layer,
            timebase: None,
            sample_rate: None,
            channels: Vec::new(),
            lanes: None,
            framed: false,
            total_bytes,
            notes: Vec::new(),
        }
    }
}

/// How a chunk of lane bytes or merged bytes lies in its burst. Pins have [`Burst::WITHIN`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Burst {
    /// Its first byte is the first of a burst.
    pub starts: bool,
    /// Its last byte is the last of a burst.
    pub ends: bool,
}

impl Burst {
    /// A piece of something longer.
    pub const WITHIN: Self = Self {
        starts: false,
        ends: false,
    };
    /// A whole burst.
    pub const WHOLE: Self = Self {
        starts: true,
        ends: true,
    };
}

/// A piece of a capture.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// What was seen.
    pub seen: Observation<'a>,
    /// Where in its burst.
    pub burst: Burst,
    /// Byte offset in the file of its first byte (packet and lane files), or index of its first sample.
    pub offset: u64,
    /// When it was seen; for samples and changes the observation itself says.
    pub at: Option<Tick>,
    /// Which link (pcapng interface), 0 where there is one only.
    pub link: u16,
    /// Records that are known to be missing right before it: the capture lost them, not the link.
    pub lost: u64,
}

/// Name of the threads that readers start: where a library panics on a damaged file, it is there, and ends nothing else.
pub const READER_THREAD: &str = "csi2-reader";

/// Reads a capture piece by piece.
pub trait CaptureReader: Send {
    /// What the capture says about itself.
    fn info(&self) -> &CaptureInfo;

    /// The next piece, `None` at the end.
    ///
    /// # Errors
    /// [`CaptureError`] where the file is cut or malformed; the reader is then finished, and what it gave before stands.
    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError>;

    /// Bytes of input consumed so far, for progress.
    fn bytes_read(&self) -> u64;

    /// Says which channels will be looked at from here on. A reader to whom that makes work easier may leave out changes of the
    /// others, but one at the end of a piece that tells how far it goes.
    fn attend(&mut self, wanted: &dyn Fn(usize) -> bool) {
        let _ = wanted;
    }
}

/// Keeps the promise that a reader is finished after its end and after an error.
pub(crate) struct Fused<R> {
    inner: R,
    finished: bool,
}

impl<R: CaptureReader> Fused<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, finished: false }
    }
}

impl<R: CaptureReader> CaptureReader for Fused<R> {
    fn info(&self) -> &CaptureInfo {
        self.inner.info()
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        if self.finished {
            return Ok(None);
        }
        let outcome = self.inner.next_chunk();
        self.finished = !matches!(outcome, Ok(Some(_)));
        outcome
    }

    fn bytes_read(&self) -> u64 {
        self.inner.bytes_read()
    }

    fn attend(&mut self, wanted: &dyn Fn(usize) -> bool) {
        self.inner.attend(wanted);
    }
}
