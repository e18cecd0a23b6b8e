//! Frames that are written beside decoding: what there is to write of one, and the threads that do it.

use super::frames::picture;
use super::place::{Desk, Place, Put, Stacks, Title, file_name};
use super::said::Entry;
use super::tag::tone_mapped;
use crate::failure::Failure;
use crate::output::{AtOnce, Body, Files};
use crate::picture::{Picture, SinkOptions};
use crate::sink::{self, Sink};
use crate::workers::{Ahead, HELD, Turn, Workers};
use csi2_analyzer::{OwnedFrame, Pixels};
use csi2_pixel::Samples;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Bytes of the frames on their way, but for the one whose turn it is: of frames larger than that, one is written while the
/// next one is received.
const LIMIT: usize = 24 << 20;

/// What is to be written of a frame.
pub(super) struct Order {
    pub(super) title: Title,
    pub(super) place: Place,
    pub(super) sink: &'static Sink,
    pub(super) options: SinkOptions,
    pub(super) preview: Option<Preview>,
}

/// A picture for viewing.
pub(super) struct Preview {
    pub(super) path: PathBuf,
    pub(super) options: SinkOptions,
    /// The most light, of a frame that is to be mapped to what a screen can show.
    pub(super) full: Option<u32>,
}

/// What became of a frame.
pub(super) struct Outcome {
    pub(super) put: Result<Put, Failure>,
    /// Name of the picture for viewing, where there is one and the frame itself was written.
    pub(super) preview: Option<Result<String, Failure>>,
}

impl Order {
    /// Writes it.
    fn run(&self, picture: &Picture<'_>, desk: &mut dyn Desk) -> Outcome {
        let put = self.place.put(&self.title, picture, (self.sink, self.options), desk);
        let preview = match (&put, &self.preview) {
            (Ok(_), Some(preview)) => Some(preview.write(picture, desk.files())),
            _ => None,
        };
        Outcome { put, preview }
    }

    /// At once.
    pub(super) fn run_here(&self, picture: &Picture<'_>, stacks: &mut Stacks) -> Outcome {
        self.run(picture, &mut Here(stacks))
    }

    /// Bytes that writing takes at most, those of the picture included.
    fn memory(&self, picture: &Picture<'_>) -> usize {
        let cells = match picture.pixels {
            Pixels::Samples(Samples::Narrow(cells)) => size_of_val(cells),
            Pixels::Samples(Samples::Wide(cells)) => size_of_val(cells),
            Pixels::Packed(bytes) => bytes.len(),
        };
        let pixels = picture.width.saturating_mul(picture.height);
        let raster = self.preview.as_ref().map_or(0, |_| pixels.saturating_mul(3));
        let kept = if self.place.is_null() { 0 } else { HELD.min(cells) };
        cells.saturating_add(raster).saturating_add(kept)
    }
}

impl Preview {
    fn write(&self, picture: &Picture<'_>, files: &mut dyn Files) -> Result<String, Failure> {
        match self.full {
            Some(full) => {
                let samples = tone_mapped(picture, full);
                let mapped = Picture {
                    bits: 16,
                    depth: [16; 3],
                    pixels: Pixels::Samples(Samples::Narrow(&samples)),
                    ..*picture
                };
                sink::write_preview(&mapped, self.options, &self.path, files)?;
            }
            None => sink::write_preview(picture, self.options, &self.path, files)?,
        }
        Ok(file_name(&self.path))
    }
}

/// The only thread there is.
struct Here<'a>(&'a mut Stacks);

impl Files for Here<'_> {
    fn write(&mut self, path: &Path, body: Body<'_>) -> Result<(), Failure> {
        AtOnce.write(path, body)
    }
}

impl Desk for Here<'_> {
    fn files(&mut self) -> &mut dyn Files {
        self
    }

    fn stacks(&mut self) -> Result<&mut Stacks, Failure> {
        Ok(self.0)
    }
}

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
        let more = others.saturating_add(order.memory(&picture(&frame.frame())));
        self.away.len() >= self.most || (!self.away.is_empty() && more > LIMIT)
    }

    pub(super) fn give(&mut self, order: Order, frame: OwnedFrame, entry: Entry) {
        let bytes = order.memory(&picture(&frame.frame()));
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
    let Outcome { put, preview } = job.order.run(&picture(&job.frame.frame()), &mut ahead);
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
