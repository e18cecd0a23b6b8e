//! Reading: declarations at once, then changes chunk by chunk.

use super::changes::{BadChange, Changes, Trouble};
use super::header::Header;
use super::stretches::{Stretch, Stretches};
use crate::format::changes::changes_chunk;
use crate::late::Late;
use crate::reader::Fused;
use crate::window::Window;
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::Timebase;
use std::sync::Arc;

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
    let changes = Changes::new(Arc::new(header.ids), header.channels.len());
    info.channels = header.channels;
    Ok(Box::new(Fused::new(VcdReader {
        info,
        read: window.offset(),
        stretches: Stretches::new(window, &changes),
        changes,
        late: Late::default(),
    })))
}

struct VcdReader {
    info: CaptureInfo,
    stretches: Stretches,
    changes: Changes,
    /// Bytes of the file up to the end of the last stretch taken.
    read: u64,
    late: Late,
}

impl CaptureReader for VcdReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.late.check()?;
        self.changes.clear();
        let offset = self.read;
        let outcome = self.fill();
        if outcome.is_err() {
            self.changes.finish();
        }
        self.late.hold(outcome, self.changes.done().is_empty())?;
        Ok(changes_chunk(self.changes.done(), offset))
    }

    fn bytes_read(&self) -> u64 {
        self.read
    }

    fn attend(&mut self, wanted: &dyn Fn(usize) -> bool) {
        self.changes.attend(wanted);
        self.stretches.follow(&self.changes);
    }
}

impl VcdReader {
    /// Takes stretches until there are changes or the file ends.
    fn fill(&mut self) -> Result<(), CaptureError> {
        while self.changes.done().is_empty() {
            let Some(mut stretch) = self.stretches.next()? else {
                self.changes.finish();
                return Ok(());
            };
            self.read = stretch.end();
            let outcome = self.take(&mut stretch);
            self.stretches.recycle(stretch);
            outcome?;
            self.changes.settle();
        }
        Ok(())
    }

    fn take(&mut self, stretch: &mut Stretch) -> Result<(), CaptureError> {
        if let Some(first) = stretch.first
            && self.changes.append(&mut stretch.made, first)
        {
            return Ok(());
        }
        match self.changes.push(&stretch.text, stretch.last) {
            Ok(_) => Ok(()),
            Err(BadChange { at, trouble }) => Err(self.error(stretch, at, trouble)),
        }
    }

    /// What is wrong `at` bytes behind the beginning of a stretch.
    fn error(&self, stretch: &Stretch, at: usize, trouble: Trouble) -> CaptureError {
        let kind = match trouble {
            Trouble::Malformed(detail) => ErrorKind::Malformed {
                what: "value change",
                detail,
            },
            Trouble::Cut(what) => {
                let available = stretch.text.len().saturating_sub(at) as u64;
                ErrorKind::Truncated {
                    what,
                    // How long it is is not known: longer than this.
                    required: available + 1,
                    available,
                }
            }
        };
        self.stretches.error(stretch, at, kind)
    }
}
