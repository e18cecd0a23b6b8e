//! Threads that write frames beside decoding.

use super::order::{Order, Outcome};
use super::place::{Desk, Stacks};
use super::said::Entry;
use crate::failure::Failure;
use crate::output::Files;
use crate::picture::Picture;
use crate::workers::{Ahead, Turn, Workers};
use csi2_analyzer::OwnedFrame;
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Bytes of the frames on their way, but for the one whose turn it is: of frames larger than that, one is written while the
/// next one is received.
const LIMIT: usize = 24 << 20;

impl Desk for Ahead<'_, Stacks> {
    fn files(&mut self) -> &mut dyn Files {
        self
    }

    fn stacks(&mut self) -> Result<&mut Stacks, Failure> {
        self.in_turn()
    }
}

/// A frame and what is to be written of it.
struct Job {
    order: Order,
    frame: OwnedFrame,
}

/// A frame that was written: what there is to say of it, what became of it, and its memory.
pub(super) type Written = (Entry, Outcome, OwnedFrame);

/// Threads that write frames.
pub(super) struct Crew {
    workers: Workers<Job, Outcome, Stacks>,
    /// Frames that may be on their way at a time.
    most: usize,
    /// Of the frames on their way: what there is to say of them, and the memory that they take.
    away: VecDeque<(Entry, usize)>,
}

impl Crew {
    pub(super) fn start(threads: usize) -> std::io::Result<Self> {
        Ok(Self {
            workers: Workers::start(threads, Stacks::default(), run)?,
            most: threads + 1,
            away: VecDeque::new(),
        })
    }

    /// Whether a frame has to wait until others are written.
    pub(super) fn is_full(&self, order: &Order, frame: &OwnedFrame) -> bool {
        let others: usize = self.away.iter().skip(1).map(|(_, bytes)| bytes).sum();
        let more = others.saturating_add(order.memory(&Picture::of(&frame.frame())));
        self.away.len() >= self.most || (!self.away.is_empty() && more > LIMIT)
    }

    pub(super) fn give(&mut self, order: Order, frame: OwnedFrame, entry: Entry) {
        let bytes = order.memory(&Picture::of(&frame.frame()));
        self.away.push_back((entry, bytes));
        self.workers.give(Job { order, frame });
    }

    /// What became of the frame that was given first of those on their way, once it is written.
    pub(super) fn wait(&mut self) -> Option<Written> {
        let (entry, _) = self.away.pop_front()?;
        let (job, outcome) = self.workers.wait()?;
        Some((entry, outcome, job.frame))
    }

    /// The same, if it is written.
    pub(super) fn poll(&mut self) -> Option<Written> {
        let (job, outcome) = self.workers.poll()?;
        let (entry, _) = self.away.pop_front()?;
        Some((entry, outcome, job.frame))
    }

    /// A frame could not be written: no other one is.
    pub(super) fn abandon(&mut self) {
        self.away.clear();
    }

    /// The stacks that are open, once all frames are written.
    pub(super) fn into_stacks(self) -> Stacks {
        std::mem::take(&mut *self.workers.state())
    }
}

/// What a thread does with a frame.
fn run(job: &mut Job, turn: &Turn<'_, Stacks>) -> (Outcome, ControlFlow<()>) {
    let mut ahead = Ahead::new(turn);
    let Outcome { put, preview } = job.order.run(&Picture::of(&job.frame.frame()), &mut ahead);
    let whole = put.is_ok() && !matches!(preview, Some(Err(_)));
    // What was made ahead has still to be written.
    let late = match whole && !job.order.place.is_null() {
        true => ahead.in_turn().err(),
        false => None,
    };
    let of_frame = ahead.made() - usize::from(matches!(preview, Some(Ok(_))));
    let is_there = ahead.written() >= of_frame;
    let outcome = match (put, preview, late) {
        (Ok(_), Some(Err(failure)), _) | (Ok(_), _, Some(failure)) if !is_there => Outcome {
            put: Err(failure),
            preview: None,
        },
        (put, Some(Err(failure)), _) | (put, Some(Ok(_)), Some(failure)) => Outcome {
            put,
            preview: Some(Err(failure)),
        },
        (put, preview, _) => Outcome { put, preview },
    };
    let failed = outcome.put.is_err() || matches!(outcome.preview, Some(Err(_)));
    let flow = match failed {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    (outcome, flow)
}
