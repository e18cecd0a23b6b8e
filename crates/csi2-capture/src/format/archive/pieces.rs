//! The members of an archive as one stream of samples, in pieces of one size.

use super::inflate::{GaveUp, Inflater, Step};
use super::{Part, Piece, Place};
use crate::{CaptureError, ErrorKind};

/// Bytes of samples in a piece.
pub(super) const CHUNK: usize = 256 * 1024;
/// Bytes that may wait for the caller, of all threads together: sessions of sigrok have members of 4 MiB.
pub(super) const AHEAD: usize = 24 << 20;
/// Pieces that wait where there is one thread: more would be of no use.
const AHEAD_OF_ONE: usize = 4;

/// The pieces of a capture, made by threads of their own.
pub(crate) struct Pieces {
    /// Members go round: the thread of a member is its number modulo their count.
    inflaters: Vec<Inflater>,
    /// The thread whose member it is.
    turn: usize,
    unit: usize,
    /// Members may end inside a piece, and inside a sample: what waits for the next member.
    open: Option<Piece>,
    /// What did not fit into the piece before.
    rest: Option<Piece>,
    /// Where in the file reading was.
    position: u64,
    place: Place,
    /// There is no more, and why.
    ended: Option<Option<CaptureError>>,
}

impl Pieces {
    /// `parts`: their members take turns. `place`: where in the file they are, so far.
    pub(crate) fn start(parts: Vec<Part>, unit: usize, place: Place) -> Result<Self, CaptureError> {
        let room = CHUNK - CHUNK % unit;
        let ahead = match parts.len() {
            0 | 1 => AHEAD_OF_ONE,
            threads => AHEAD / CHUNK / threads,
        };
        let started = parts.into_iter().map(|part| Inflater::start(part, room, ahead));
        let inflaters = started.collect::<std::io::Result<Vec<_>>>();
        Ok(Self {
            inflaters: inflaters.map_err(|error| place.fail(ErrorKind::Io(error)))?,
            turn: 0,
            unit,
            open: None,
            rest: None,
            position: place.offset(),
            place,
            ended: None,
        })
    }

    /// The next piece, `None` at the end. Takes the buffer of the one before.
    pub(crate) fn next(&mut self, used: &mut Piece) -> Result<Option<Piece>, CaptureError> {
        self.recycle(core::mem::take(used));
        loop {
            if let Some(ended) = &mut self.ended {
                return ended.take().map_or(Ok(None), Err);
            }
            let next = match self.rest.take() {
                Some(rest) => Ok(rest),
                None => self.receive(),
            };
            let full = match next {
                Ok(piece) => self.gather(piece),
                Err(trouble) => self.end(trouble),
            };
            if full.is_some() {
                return Ok(full);
            }
        }
    }

    /// The next piece of the member whose turn it is.
    fn receive(&mut self) -> Result<Piece, Option<CaptureError>> {
        let step = match self.inflaters.get_mut(self.turn) {
            Some(inflater) => inflater.next(),
            None => Ok(Step::End(None)),
        };
        match step {
            Ok(Step::Piece(mut piece)) => {
                piece.owner = self.turn;
                self.position = piece.position;
                if piece.last {
                    self.turn = (self.turn + 1) % self.inflaters.len();
                }
                Ok(piece)
            }
            Ok(Step::End(lacking)) => Err(lacking.map(|kind| self.place.fail_at(self.position, kind))),
            Ok(Step::Broken(error)) => Err(Some(error)),
            Err(GaveUp) => {
                let detail = "the ZIP library gave up on this file".into();
                let what = "logic samples";
                let kind = ErrorKind::Malformed { what, detail };
                Err(Some(self.place.fail_at(self.position, kind)))
            }
        }
    }

    /// Appends a piece; gives what is full then.
    fn gather(&mut self, mut piece: Piece) -> Option<Piece> {
        if piece.bytes().is_empty() {
            self.recycle(piece);
            return None;
        }
        let open = match self.open.take() {
            None => piece,
            Some(mut open) => {
                open.top_up(&mut piece);
                match piece.bytes() {
                    [] => self.recycle(piece),
                    _ => self.rest = Some(piece),
                }
                open
            }
        };
        match open.is_full() {
            true => Some(open),
            false => {
                self.open = Some(open);
                None
            }
        }
    }

    /// The last piece, of whole samples.
    fn end(&mut self, trouble: Option<CaptureError>) -> Option<Piece> {
        let mut open = self.open.take().unwrap_or_default();
        let len = open.bytes().len();
        let cut = len % self.unit;
        open.truncate(len - cut);
        let cut = (cut > 0).then(|| {
            let kind = ErrorKind::Truncated {
                what: "sample",
                required: self.unit as u64,
                available: cut as u64,
            };
            self.place.fail_at(self.position, kind)
        });
        self.ended = Some(trouble.or(cut));
        // Nobody waits for what else there may be.
        self.inflaters.clear();
        (!open.bytes().is_empty()).then_some(open)
    }

    fn recycle(&self, piece: Piece) {
        let owner = self.inflaters.get(piece.owner);
        let buffer = piece.into_buffer();
        if let Some(inflater) = owner.filter(|_| !buffer.is_empty()) {
            inflater.recycle(buffer);
        }
    }
}
