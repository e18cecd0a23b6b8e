//! The threads that inflate members, ahead of the caller: members side by side where the archive gives any of them,
//! else one after another. Memory is a bounded number of pieces, whatever the sizes of members.

use super::{Part, Piece, Place};
use crate::{CaptureError, ErrorKind, READER_THREAD};
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

/// What a thread says, member after member.
pub(super) enum Step {
    Piece(Piece),
    /// There are no more members, and perhaps there should be.
    End(Option<ErrorKind>),
    /// The member cannot be read on.
    Broken(CaptureError),
}

/// A thread with members of its own.
pub(super) struct Inflater {
    steps: Receiver<Step>,
    spare: Sender<Vec<u8>>,
    /// Until it is joined.
    thread: Option<JoinHandle<()>>,
}

/// The library panicked.
pub(super) struct GaveUp;

impl Inflater {
    /// Starts the thread. `room`: bytes of a piece; `ahead`: pieces that may wait.
    pub(super) fn start(part: Part, room: usize, ahead: usize) -> io::Result<Self> {
        let (sender, steps) = sync_channel(ahead);
        let (spare, spares) = channel();
        let worker = Worker { room, sender, spares };
        let thread = std::thread::Builder::new().name(READER_THREAD.into()).spawn(move || {
            // The error of a closed channel: the reader was dropped.
            let _ = worker.run(part);
        })?;
        Ok(Self {
            steps,
            spare,
            thread: Some(thread),
        })
    }

    pub(super) fn next(&mut self) -> Result<Step, GaveUp> {
        if let Ok(step) = self.steps.recv() {
            return Ok(step);
        }
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(GaveUp),
            Some(Ok(())) | None => Ok(Step::End(None)),
        }
    }

    /// Takes a buffer that is not needed any more.
    pub(super) fn recycle(&self, buffer: Vec<u8>) {
        // The thread may have ended by now; then nobody needs it.
        let _ = self.spare.send(buffer);
    }
}

/// Nobody wants more pieces.
struct Closed;

struct Worker {
    room: usize,
    sender: SyncSender<Step>,
    spares: Receiver<Vec<u8>>,
}

impl Worker {
    fn run(&self, mut part: Part) -> Result<(), Closed> {
        loop {
            let outcome = match part.members.next_samples() {
                Ok(Some(mut member)) => Some(self.inflate(&mut *member, &part.progress)?),
                Ok(None) => None,
                Err(error) => return self.send(Step::Broken(error)),
            };
            match outcome {
                Some(Ok(())) => {}
                Some(Err(error)) => return self.send(Step::Broken(part.members.broken(error))),
                None => return self.send(Step::End(part.members.lacking())),
            }
        }
    }

    /// A member to its end, or to where it cannot be read on.
    fn inflate(&self, member: &mut dyn Read, progress: &Place) -> Result<io::Result<()>, Closed> {
        loop {
            let mut piece = self.buffer();
            let outcome = piece.fill(member);
            piece.position = progress.offset();
            let ended = !piece.is_full();
            piece.last = ended && outcome.is_ok();
            self.send(Step::Piece(piece))?;
            if ended {
                return Ok(outcome);
            }
        }
    }

    fn buffer(&self) -> Piece {
        Piece::new(self.spares.try_recv().unwrap_or_default(), self.room)
    }

    fn send(&self, step: Step) -> Result<(), Closed> {
        self.sender.send(step).map_err(|_| Closed)
    }
}
