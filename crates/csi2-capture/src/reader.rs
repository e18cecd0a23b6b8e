//! Reading: a stream of chunks with bounded memory.

use crate::{CaptureError, Layer};
use csi2_dphy::{Observation, Tick, Timebase};
use std::io::Read;

/// A capture to open: its name for messages and its bytes. Detection and reading need no seek, except for `.sr`
/// (a ZIP), which is then read from `path`, or spooled to a temporary file by the caller.
pub struct Source {
    /// Name as the user gave it.
    pub name: String,
    /// The bytes.
    pub stream: Box<dyn Read + Send>,
    /// Where the file lies, for formats that need to seek or have companions (`NAME.lane1`).
    pub path: Option<std::path::PathBuf>,
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
    /// Largest record, member or line kept in memory, in bytes; 0 means the default of 64 MiB.
    pub max_record: usize,
}

/// One wire of a capture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Channel {
    /// Name as in the file; generated where there is none.
    pub name: String,
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
}

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
}
