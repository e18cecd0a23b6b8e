//! One channel: its chunks as levels in time.
//!
//! Ref: saleae/gitbook-docs getting-help/troubleshooting/technical-faq/binary-and-csv-export-formats-2025-update.md

use super::header::{ChunkHeader, FileError, FileHeader, Version};
use crate::format::seconds::Scale;
use crate::window::Window;
use crate::{CaptureError, ErrorKind, OpenOptions, Source};
use csi2_dphy::Level;

/// A time, in ticks from zero, and the level from then on.
pub(super) type Step = (i64, Level);

/// How times become ticks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) scale: Scale,
    /// The rate that all chunks have; `None` where times are not on a grid of samples.
    pub(super) hertz: Option<u64>,
}

/// A file, read from its beginning to its end.
pub(super) struct Channel {
    window: Window,
    /// Bytes of the window that are done with.
    at: usize,
    version: Version,
    grid: Grid,
    /// Chunks whose headers are not read.
    chunks: u64,
    /// The header that is read and not begun.
    waiting: Option<ChunkHeader>,
    /// Transitions that follow.
    left: u64,
    level: Level,
    /// Of the last step.
    last: i64,
    /// Of the last chunk; `None` before the first.
    end: Option<i64>,
}

impl Channel {
    /// Reads the header of the file and that of its first chunk.
    ///
    /// # Errors
    /// Where they are cut, or not those of a digital channel.
    pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        let mut window = Window::one_of_many(source, options);
        let Some(common) = fixed(&mut window, 0)? else {
            return Err(window.truncated("file header", FileHeader::COMMON_BYTES as u64));
        };
        let version = Version::parse(&common).map_err(|error| match error {
            FileError::Malformed(detail) => window.malformed(0, "file header", detail),
            FileError::Unsupported(detail) => window.error(ErrorKind::Unsupported { detail }),
        })?;
        window.consume(FileHeader::COMMON_BYTES);
        let mut chunks = 1;
        if version == Version::V1 {
            let Some(count) = fixed(&mut window, 0)? else {
                return Err(window.truncated("number of chunks", 8));
            };
            chunks = u64::from_le_bytes(count);
            window.consume(8);
        }
        let mut channel = Self {
            window,
            at: 0,
            version,
            grid: Grid {
                scale: Scale::new(1),
                hertz: None,
            },
            chunks,
            waiting: None,
            left: 0,
            level: Level::Unknown,
            last: i64::MIN,
            end: None,
        };
        channel.waiting = channel.header()?;
        Ok(channel)
    }

    /// The first chunk; only before the first [`Channel::next`].
    pub(super) fn first(&self) -> Option<&ChunkHeader> {
        self.waiting.as_ref()
    }

    /// To be called before the first [`Channel::next`].
    pub(super) fn set_grid(&mut self, grid: Grid) {
        self.grid = grid;
    }

    /// The next step, not before the last one; `None` at the end.
    ///
    /// # Errors
    /// Where the file is cut or malformed; the channel is then finished.
    pub(super) fn next(&mut self) -> Result<Option<Step>, CaptureError> {
        loop {
            if self.left > 0 {
                return self.transition().map(Some);
            }
            let Some(header) = self.waiting.take() else {
                self.waiting = self.header()?;
                if self.waiting.is_none() {
                    return self.close().map(|()| None);
                }
                continue;
            };
            return self.begin(header).map(Some);
        }
    }

    /// When its data ended, once [`Channel::next`] gave all; `None` where there were none.
    pub(super) fn end(&self) -> Option<i64> {
        self.end.map(|end| end.max(self.last))
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.window.offset().saturating_add(self.at as u64)
    }

    /// The loop that long captures spend their time in.
    #[inline]
    fn transition(&mut self) -> Result<Step, CaptureError> {
        let Some(seconds) = fixed(&mut self.window, self.at)? else {
            self.settle();
            let required = self.left.saturating_mul(8);
            return Err(self.window.truncated("transition times of a chunk", required));
        };
        let seconds = f64::from_le_bytes(seconds);
        let ticks = match self.grid.scale.nearest(seconds) {
            Some(ticks) if ticks >= self.last => ticks,
            _ => return Err(self.bad_time(self.at, "transition", seconds)),
        };
        self.at += 8;
        self.left -= 1;
        self.last = ticks;
        self.level = match self.level {
            Level::Low => Level::High,
            Level::High | Level::Unknown => Level::Low,
        };
        // Bytes leave the window many at a time.
        if self.at >= 1 << 16 {
            self.settle();
        }
        Ok((ticks, self.level))
    }

    /// Begins a chunk, or the gap before it: then the chunk still waits.
    fn begin(&mut self, header: ChunkHeader) -> Result<Step, CaptureError> {
        // Lossless: 28 or 36.
        let start = self.at.saturating_sub(self.version.chunk_bytes());
        let Some(initial) = header.initial() else {
            let detail = format!("the level at its beginning is {}, not 0 or 1", header.level);
            return Err(self.window.malformed(start, "chunk", detail));
        };
        if let Some(hertz) = self.grid.hertz
            && header.hertz() != Some(hertz)
            && self.version == Version::V1
        {
            let detail = format!(
                "a chunk sampled at {} Hz follows one at {hertz} Hz, and from a pipe the rate of the first holds: give the \
                 file by name, or --samplerate",
                header.rate
            );
            return Err(self.window.error_at(start, ErrorKind::Unsupported { detail }));
        }
        let begin = match self.grid.scale.nearest(header.begin) {
            Some(begin) if begin >= self.last && self.end.is_none_or(|end| begin >= end) => begin,
            _ => return Err(self.bad_time(start, "begin of a chunk", header.begin)),
        };
        let end = match self.grid.scale.nearest(header.end) {
            Some(end) if end >= begin => end,
            _ => return Err(self.bad_time(start, "end of a chunk", header.end)),
        };
        if let Some(before) = self.end.take()
            && begin > before.saturating_add(1)
        {
            self.waiting = Some(header);
            self.level = Level::Unknown;
            self.last = before.max(self.last);
            return Ok((self.last, Level::Unknown));
        }
        self.end = Some(end);
        self.left = header.count;
        self.level = initial;
        self.last = begin;
        Ok((begin, initial))
    }

    /// The next header, `None` behind the last chunk.
    fn header(&mut self) -> Result<Option<ChunkHeader>, CaptureError> {
        if self.chunks == 0 {
            return Ok(None);
        }
        self.settle();
        let bytes = self.version.chunk_bytes();
        if !self.window.fill(bytes)? {
            return Err(self.window.truncated("chunk header", bytes as u64));
        }
        self.chunks -= 1;
        self.at = bytes;
        let header = self.window.bytes().get(..bytes).unwrap_or_default();
        Ok(Some(ChunkHeader::parse(self.version, header)))
    }

    /// Nothing follows the last chunk.
    fn close(&mut self) -> Result<(), CaptureError> {
        self.settle();
        match self.window.fill(1)? {
            false => Ok(()),
            true => {
                let detail = "there are bytes behind the last chunk; its count of transitions may be wrong";
                Err(self.window.malformed(0, "end of the file", detail))
            }
        }
    }

    fn settle(&mut self) {
        self.window.consume(self.at);
        self.at = 0;
    }

    fn bad_time(&self, at: usize, what: &'static str, seconds: f64) -> CaptureError {
        let detail = match self.grid.scale.nearest(seconds) {
            None => format!("{seconds} s is no time"),
            Some(_) => format!("{seconds} s comes before the time that precedes it: times do not run back"),
        };
        self.window.malformed(at, what, detail)
    }
}

/// The bytes `at` bytes behind the first one held; `None` where the file ends before.
#[inline]
fn fixed<const N: usize>(window: &mut Window, at: usize) -> Result<Option<[u8; N]>, CaptureError> {
    let held = |window: &Window| window.bytes().get(at..).and_then(|held| held.first_chunk().copied());
    if let Some(bytes) = held(window) {
        return Ok(Some(bytes));
    }
    window.fill(at.saturating_add(N))?;
    Ok(held(window))
}
