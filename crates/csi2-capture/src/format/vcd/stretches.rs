//! The text of a dump in stretches, which threads look at before what comes before them is known.
//!
//! A stretch begins with a time stamp where it can. A thread takes it as if the dump began there; what a wire was before, and so
//! whether its first change is one, is seen to when its turn comes.

use super::changes::Changes;
use crate::in_turn::{InTurn, threads};
use crate::window::Window;
use crate::{CaptureError, ErrorKind};
use csi2_dphy::Tick;
use memchr::memrchr_iter;

/// Bytes of a stretch, unless a word is longer.
const STRETCH: usize = 128 * 1024;
/// More threads than that wait for the one that takes what they make.
const THREADS: usize = 8;

/// Some of the text.
pub(super) struct Stretch {
    pub(super) text: Vec<u8>,
    /// Where in the file it begins.
    pub(super) offset: u64,
    /// The file ends with it.
    pub(super) last: bool,
    /// What a thread made of it, and its first time stamp.
    pub(super) made: Changes,
    pub(super) first: Option<Tick>,
}

impl Stretch {
    /// Where in the file it ends.
    pub(super) fn end(&self) -> u64 {
        self.offset.saturating_add(self.text.len() as u64)
    }

    /// Whether a word is longer than a stretch: there is but one of that kind in memory.
    fn is_long(&self) -> bool {
        self.text.len() > STRETCH
    }

    fn look(&mut self) {
        // How a file ends is looked at in one place.
        self.first = (!self.last).then(|| self.made.take_alone(&self.text)).flatten();
    }
}

/// The stretches of a file, one after another.
pub(super) struct Stretches {
    window: Window,
    /// Of the wires of the file.
    none: Changes,
    /// From the second stretch on.
    threads: Option<InTurn<Stretch>>,
    /// Comes when the threads have no more: there is none for it, or it is long. No other is read until then.
    waiting: Option<Stretch>,
    spare: Vec<Stretch>,
    ended: bool,
    /// Why it ended.
    failed: Option<CaptureError>,
}

impl Stretches {
    /// What is left of a file whose wires are those of `changes`.
    pub(super) fn new(window: Window, changes: &Changes) -> Self {
        Self {
            window,
            none: changes.like(),
            threads: None,
            waiting: None,
            spare: Vec::new(),
            ended: false,
            failed: None,
        }
    }

    /// The next one; `None` at the end. The same ones come whether threads look at them or not.
    ///
    /// # Errors
    /// Where the file cannot be read on, after all that was read.
    pub(super) fn next(&mut self) -> Result<Option<Stretch>, CaptureError> {
        let looked_at = match &mut self.threads {
            None => {
                let first = self.read();
                if !self.ended {
                    let threads = threads(THREADS);
                    // One would only take the place of the caller.
                    let threads = if threads > 1 { threads } else { 0 };
                    self.threads = Some(InTurn::start(threads, Stretch::look));
                }
                first
            }
            Some(_) => {
                self.give_out();
                self.threads.as_mut().and_then(InTurn::take)
            }
        };
        let next = looked_at.or_else(|| self.waiting.take()).or_else(|| self.read());
        match next {
            Some(stretch) => Ok(Some(stretch)),
            None => self.failed.take().map_or(Ok(None), Err),
        }
    }

    /// Takes a stretch that is not needed any more.
    pub(super) fn recycle(&mut self, stretch: Stretch) {
        if !stretch.is_long() {
            self.spare.push(stretch);
        }
    }

    /// From the next stretch that is read on, tells of the channels that `changes` tells of.
    pub(super) fn follow(&mut self, changes: &Changes) {
        self.none.follow(changes);
    }

    /// An error `ahead` bytes behind the beginning of a stretch.
    pub(super) fn error(&self, stretch: &Stretch, ahead: usize, kind: ErrorKind) -> CaptureError {
        let mut error = self.window.error(kind);
        error.at.offset = stretch.offset.saturating_add(ahead as u64);
        error
    }

    fn give_out(&mut self) {
        while self.waiting.is_none() && self.threads.as_ref().is_some_and(InTurn::has_room) {
            let Some(stretch) = self.read() else { return };
            self.waiting = match &mut self.threads {
                Some(threads) if !stretch.is_long() => threads.give(stretch).err(),
                _ => Some(stretch),
            };
        }
    }

    /// Reads one, if the file has not ended.
    fn read(&mut self) -> Option<Stretch> {
        if self.ended {
            return None;
        }
        let mut room = STRETCH;
        let length = loop {
            let outcome = self.window.fill(room);
            let held = self.window.bytes();
            match outcome {
                Ok(true) => match cut(held.get(..room).unwrap_or(held)) {
                    Some(length) => break length,
                    None => room *= 2,
                },
                Ok(false) => {
                    self.ended = true;
                    break held.len();
                }
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error);
                    break words(held).unwrap_or(0);
                }
            }
        };
        let mut stretch = self.spare.pop().unwrap_or_else(|| Stretch {
            text: Vec::new(),
            offset: 0,
            last: false,
            made: self.none.like(),
            first: None,
        });
        let text = self.window.bytes().get(..length).unwrap_or_default();
        stretch.text.clear();
        stretch.text.extend_from_slice(text);
        stretch.offset = self.window.offset();
        stretch.last = self.ended && self.failed.is_none();
        stretch.first = None;
        stretch.made.follow(&self.none);
        self.window.consume(length);
        Some(stretch)
    }
}

/// Where a stretch ends: before the last time stamp, or what looks like one; else behind the last whole word, if there is one.
fn cut(text: &[u8]) -> Option<usize> {
    let starts = |&at: &usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        before.is_some_and(|&byte| byte <= b' ')
    };
    memrchr_iter(b'#', text).find(starts).or_else(|| words(text))
}

/// Length of the whole words of `text`.
fn words(text: &[u8]) -> Option<usize> {
    text.iter().rposition(|&byte| byte <= b' ').map(|at| at + 1)
}
