//! The thread that inflates members, some pieces ahead of the caller: memory is a handful of buffers, and inflating
//! overlaps with decoding.

use super::{Place, SampleMembers};
use crate::{CaptureError, ErrorKind, READER_THREAD};
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

/// Bytes of samples in a piece.
const CHUNK: usize = 256 * 1024;
/// Pieces that may wait for the caller.
const AHEAD: usize = 4;

/// Some samples; `len` bytes of the buffer are used.
#[derive(Default)]
pub(crate) struct Piece {
    buffer: Vec<u8>,
    len: usize,
    /// Where in the file reading was.
    pub(crate) position: u64,
}

impl Piece {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

/// The pieces of a capture, made by a thread of their own.
pub(crate) struct Pieces {
    pieces: Receiver<Result<Piece, CaptureError>>,
    spare: Sender<Vec<u8>>,
    /// Until it is joined.
    thread: Option<JoinHandle<()>>,
    place: Place,
}

impl Pieces {
    pub(crate) fn start(members: Box<dyn SampleMembers>, unit: usize, place: Place) -> Result<Self, CaptureError> {
        let (sender, pieces) = sync_channel(AHEAD);
        let (spare, spares) = channel();
        let mut worker = Worker {
            place: place.clone(),
            room: CHUNK - CHUNK % unit,
            unit,
            sender,
            spares,
        };
        let thread = std::thread::Builder::new().name(READER_THREAD.into()).spawn(move || {
            // The error of a closed channel: the reader was dropped.
            let _ = worker.run(members);
        });
        let thread = thread.map_err(|error| place.fail(ErrorKind::Io(error)))?;
        Ok(Self {
            pieces,
            spare,
            thread: Some(thread),
            place,
        })
    }

    /// The next piece, `None` at the end. Takes the buffer of the one before.
    pub(crate) fn next(&mut self, used: &mut Piece) -> Result<Option<Piece>, CaptureError> {
        // The thread may have ended by now; then nobody needs the buffer.
        let _ = self.spare.send(core::mem::take(&mut used.buffer));
        if let Ok(piece) = self.pieces.recv() {
            return piece.map(Some);
        }
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(_)) => {
                let detail = "the ZIP library gave up on this file".into();
                Err(self.place.malformed("logic samples", detail))
            }
            Some(Ok(())) | None => Ok(None),
        }
    }
}

/// Nobody wants more pieces.
struct Closed;

struct Worker {
    place: Place,
    /// Whole samples of a piece, in bytes.
    room: usize,
    unit: usize,
    sender: SyncSender<Result<Piece, CaptureError>>,
    spares: Receiver<Vec<u8>>,
}

impl Worker {
    /// The members as one stream, in pieces of whole samples: a member may end inside a sample.
    fn run(&mut self, mut members: Box<dyn SampleMembers>) -> Result<(), Closed> {
        let mut piece = self.buffer();
        let trouble = loop {
            let outcome = match members.next_samples() {
                Ok(Some(mut member)) => self.inflate(&mut *member, &mut piece)?,
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            if let Err(error) = outcome {
                break Some(members.broken(error));
            }
        };
        let cut = piece.len % self.unit;
        piece.len -= cut;
        if piece.len > 0 {
            self.send(Ok(piece))?;
        }
        let cut = (cut > 0).then(|| {
            self.place.fail(ErrorKind::Truncated {
                what: "sample",
                required: self.unit as u64,
                available: cut as u64,
            })
        });
        match trouble.or(cut) {
            Some(error) => self.send(Err(error)),
            None => Ok(()),
        }
    }

    /// A member to its end, or to where it cannot be read on.
    fn inflate(&self, member: &mut dyn Read, piece: &mut Piece) -> Result<io::Result<()>, Closed> {
        loop {
            let free = piece.buffer.get_mut(piece.len..).unwrap_or_default();
            match member.read(free) {
                Ok(0) => return Ok(Ok(())),
                Ok(n) => piece.len += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(error)),
            }
            if piece.len >= self.room {
                let full = core::mem::replace(piece, self.buffer());
                self.send(Ok(full))?;
            }
        }
    }

    fn buffer(&self) -> Piece {
        let mut buffer = self.spares.try_recv().unwrap_or_default();
        buffer.resize(self.room, 0);
        Piece {
            buffer,
            len: 0,
            position: 0,
        }
    }

    fn send(&self, piece: Result<Piece, CaptureError>) -> Result<(), Closed> {
        let piece = piece.map(|piece| Piece {
            position: self.place.offset(),
            ..piece
        });
        self.sender.send(piece).map_err(|_| Closed)
    }
}
