//! Reading: declarations at once, then changes chunk by chunk.

use super::changes::{BadChange, Changes, Trouble};
use super::header::Header;
use crate::format::changes::changes_chunk;
use crate::late::Late;
use crate::reader::Fused;
use crate::window::Window;
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::Timebase;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    open_as(super::FORMAT.name, source, options)
}

/// Reads text that stands for a file of `format`.
pub(in crate::format) fn open_as(
    format: &'static str,
    source: Source,
    options: &OpenOptions,
) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let mut info = CaptureInfo::new(format, Layer::Pins, source.total_bytes());
    let mut window = Window::new(source, options);
    let header = Header::read(&mut window)?;
    let given = options.sample_rate.filter(|&rate| rate > 0);
    info.timebase = header.timebase.or(given.map(Timebase::from_hertz));
    info.sample_rate = header.rate.map(|rate| rate.hertz());
    info.notes = header.notes;
    let changes = Changes::new(header.ids, header.channels.len());
    info.channels = header.channels;
    Ok(Box::new(Fused::new(VcdReader {
        window,
        info,
        changes,
        ended: false,
        late: Late::default(),
    })))
}

struct VcdReader {
    window: Window,
    info: CaptureInfo,
    changes: Changes,
    /// The stream has no more bytes than the window holds.
    ended: bool,
    late: Late,
}

impl CaptureReader for VcdReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.late.check()?;
        self.changes.clear();
        let offset = self.window.offset();
        let outcome = self.fill();
        if outcome.is_err() {
            self.changes.finish();
        }
        self.late.hold(outcome, self.changes.done().is_empty())?;
        Ok(changes_chunk(self.changes.done(), offset))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset()
    }
}

impl VcdReader {
    /// Reads changes until a chunk is full or the file ends.
    fn fill(&mut self) -> Result<(), CaptureError> {
        loop {
            let held = self.window.bytes();
            let outcome = self.changes.push(held, self.ended);
            let (taken, full) = match outcome {
                Ok(progress) => progress,
                Err(BadChange { at, trouble }) => return Err(self.error(at, trouble)),
            };
            self.window.consume(taken);
            if full {
                return Ok(());
            }
            if self.ended {
                self.changes.finish();
                return Ok(());
            }
            let wanted = self.window.bytes().len() + 1;
            self.ended = !self.window.fill(wanted)?;
        }
    }
    /// What is wrong `at` bytes behind the first byte held.
    fn error(&self, at: usize, trouble: Trouble) -> CaptureError {
        match trouble {
            Trouble::Malformed(detail) => self.window.malformed(at, "value change", detail),
            Trouble::Cut(what) => {
                let available = self.window.bytes().len().saturating_sub(at) as u64;
                let kind = ErrorKind::Truncated {
                    what,
                    // How long it is is not known: longer than this.
                    required: available + 1,
                    available,
                };
                self.window.error_at(at, kind)
            }
        }
    }
}
