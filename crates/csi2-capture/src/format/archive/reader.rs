//! The samples of a session, once it is known what they are.

use super::{Part, Piece, Pieces, Place};
use crate::format::samples::samples_chunk;
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk};
use csi2_dphy::Tick;

/// Reads samples piece by piece.
pub(crate) struct SessionReader {
    info: CaptureInfo,
    unit: usize,
    samples: Samples,
    progress: Place,
    piece: Piece,
    /// How far the file was read for the pieces so far; threads do not end where the file does.
    read: u64,
    next: Tick,
}

enum Samples {
    /// No thread yet: a caller may want no more than the information.
    Waiting(Vec<Part>),
    Running(Box<Pieces>),
    Done,
}

impl SessionReader {
    /// `unit`: bytes of a sample, not 0. The members of `parts` take turns. `progress`: where in the file they begin.
    pub(crate) fn new(info: CaptureInfo, unit: usize, parts: Vec<Part>, progress: Place) -> Self {
        Self {
            info,
            unit: unit.max(1),
            samples: Samples::Waiting(parts),
            progress,
            piece: Piece::default(),
            read: 0,
            next: 0,
        }
    }
}

impl CaptureReader for SessionReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let mut pieces = match core::mem::replace(&mut self.samples, Samples::Done) {
            Samples::Waiting(parts) => Box::new(Pieces::start(parts, self.unit, self.progress.clone())?),
            Samples::Running(pieces) => pieces,
            Samples::Done => return Ok(None),
        };
        let Some(piece) = pieces.next(&mut self.piece)? else {
            return Ok(None);
        };
        self.samples = Samples::Running(pieces);
        self.read = self.read.max(piece.position());
        self.piece = piece;
        let first = self.next;
        let bytes = self.piece.bytes();
        self.next += (bytes.len() / self.unit) as u64;
        Ok(Some(samples_chunk(first, self.unit, bytes)))
    }

    fn bytes_read(&self) -> u64 {
        self.read
    }
}
