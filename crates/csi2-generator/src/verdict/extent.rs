//! Length and number of the lines of one data type.
//!
//! A line of another length than usual is a finding, and so is a frame of another number of lines; but two frames alike in a
//! row that are not as those before are another mode, which is told once and only so. Two lines of another length in a row
//! within a frame are the new length. A frame that begins with lines of another length is judged when it is known whether all
//! of its lines, and those of the next frame, have it.

use super::codes::Tally;

/// Of the frames of one data type.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    usual: Option<u32>,
    /// The last line was of this length, which is not the usual one.
    odd: Option<u32>,
    frame: Lines,
    /// A whole line of this frame came.
    pub(super) begun: bool,
    /// The frame before was not like those before it.
    pending: Option<Pending>,
    lines: Option<u32>,
    /// Only the first frame of all, or of the mode, had so many.
    once: bool,
    pub(super) changed: bool,
}

/// The lines of this frame so far.
#[derive(Clone, Copy, Debug, Default)]
enum Lines {
    #[default]
    AsJudged,
    /// All of another length than usual: which, how many.
    Other(u32, u32),
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    /// All its lines were of this length.
    length: Option<u32>,
    /// It had so many, as far as known.
    lines: Option<u32>,
}

impl Extent {
    /// FS. A frame before it that had no FE says nothing of the number of lines.
    pub(super) fn frame_start(&mut self, tally: &mut Tally) {
        if let Lines::Other(length, count) = self.frame
            && !self.waits_for_length()
        {
            self.end_of_others(length, count, None, tally);
        }
        self.frame = Lines::AsJudged;
        self.begun = false;
    }

    /// A good line.
    pub(super) fn line(&mut self, length: u32, tally: &mut Tally) {
        let first = !core::mem::replace(&mut self.begun, true);
        match self.frame {
            Lines::Other(of, count) if of == length => {
                self.frame = Lines::Other(of, count.saturating_add(1));
                return;
            }
            Lines::Other(of, count) => self.only_some(of, count, tally),
            Lines::AsJudged if first && self.waits_for_length() => {
                let waiting = self.pending.and_then(|pending| pending.length);
                if waiting == Some(length) {
                    self.frame = Lines::Other(length, 1);
                    return;
                }
                self.refuse(tally);
                if self.usual == Some(length) {
                    // Here is where a mode of the other length would have gone on.
                    tally.add("LINE_LENGTH_CHANGE");
                } else {
                    (self.usual, self.odd) = (waiting, None);
                    self.frame = Lines::Other(length, 1);
                }
                return;
            }
            Lines::AsJudged if first && self.usual.is_some_and(|usual| usual != length) => {
                self.frame = Lines::Other(length, 1);
                return;
            }
            Lines::AsJudged => {}
        }
        self.take(length, tally);
    }

    /// FE after so many lines; `None` where it is known why that says nothing.
    pub(super) fn frame_end(&mut self, lines: Option<u32>, tally: &mut Tally) {
        match (core::mem::take(&mut self.frame), self.waits_for_length()) {
            (Lines::Other(length, _), true) => {
                let first = self.pending.and_then(|pending| pending.lines);
                self.change_to(length);
                self.count_of_two(first, lines, tally);
            }
            (Lines::Other(length, count), false) if count > 1 || lines == Some(1) => {
                self.end_of_others(length, count.max(2), lines, tally);
            }
            (Lines::Other(length, count), false) => {
                self.only_some(length, count, tally);
                self.count(lines, tally);
            }
            // No line that tells.
            (Lines::AsJudged, true) => {}
            (Lines::AsJudged, false) => self.count(lines, tally),
        }
    }

    /// The end of the stream: what came last is what it stays with.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        let waiting = self.pending.filter(|pending| pending.length.is_some());
        match (core::mem::take(&mut self.frame), waiting) {
            (frame, Some(pending)) => {
                let length = match frame {
                    Lines::Other(length, _) => Some(length),
                    Lines::AsJudged => pending.length,
                };
                self.change_to(length.unwrap_or(0));
                self.lines = pending.lines;
            }
            (Lines::Other(length, count), None) if count > 1 => {
                self.refuse(tally);
                self.change_to(length);
            }
            (Lines::Other(length, count), None) => self.only_some(length, count, tally),
            (Lines::AsJudged, None) => {}
        }
        self.refuse(tally);
    }

    /// What the usual length is.
    pub(super) fn length(&self) -> Option<u32> {
        self.usual
    }

    /// The lines may be of another mode.
    pub(super) fn is_open(&self) -> bool {
        self.waits_for_length() || matches!(self.frame, Lines::Other(..))
    }

    /// Whether `lost` packets make up for what a frame of so many lines lacks.
    pub(super) fn is_excused(&self, lines: u32, lost: u64) -> bool {
        let lacks = |usual: u32| usual > lines && u64::from(usual - lines) <= lost;
        let rival = self.pending.and_then(|pending| pending.lines);
        match self.lines {
            _ if self.is_open() => lost > 0,
            None => lost > 0,
            Some(usual) => lacks(usual) || rival.is_some_and(lacks),
        }
    }

    fn waits_for_length(&self) -> bool {
        self.pending.is_some_and(|pending| pending.length.is_some())
    }

    /// One line against the usual length.
    fn take(&mut self, length: u32, tally: &mut Tally) {
        let usual = *self.usual.get_or_insert(length);
        if usual == length {
            self.odd = None;
        } else if self.odd == Some(length) {
            (self.usual, self.odd) = (Some(length), None);
        } else {
            self.odd = Some(length);
            tally.add("LINE_LENGTH_CHANGE");
        }
    }

    /// A frame is over, all lines of which were of another length.
    fn end_of_others(&mut self, length: u32, count: u32, lines: Option<u32>, tally: &mut Tally) {
        if count < 2 {
            self.only_some(length, count, tally);
            return;
        }
        self.refuse(tally);
        self.pending = Some(Pending {
            length: Some(length),
            lines,
        });
    }

    /// Lines of another length at the beginning of a frame, and then others.
    fn only_some(&mut self, length: u32, count: u32, tally: &mut Tally) {
        self.frame = Lines::AsJudged;
        if self.waits_for_length() {
            self.refuse(tally);
            (self.usual, self.odd) = (Some(length), None);
            return;
        }
        for _ in 0..count.min(2) {
            self.take(length, tally);
        }
    }

    /// The frame that waited was no beginning of another mode.
    fn refuse(&mut self, tally: &mut Tally) {
        let Some(pending) = self.pending.take() else { return };
        if pending.length.is_some() {
            tally.add("LINE_LENGTH_CHANGE");
        }
        if pending
            .lines
            .is_some_and(|lines| self.lines.is_some_and(|usual| usual != lines))
        {
            tally.add("LINE_COUNT_CHANGE");
        }
    }

    fn change_to(&mut self, length: u32) {
        *self = Self {
            usual: Some(length),
            begun: self.begun,
            changed: true,
            ..Self::default()
        };
    }

    /// The number of lines of a new mode by its first two frames. It may have begun within the first.
    fn count_of_two(&mut self, first: Option<u32>, second: Option<u32>, tally: &mut Tally) {
        match (first, second) {
            (Some(first), Some(second)) if first < second => {
                tally.add("LINE_COUNT_CHANGE");
                self.lines = Some(second);
            }
            (Some(first), Some(second)) if first == second => self.lines = Some(first),
            (Some(first), _) => {
                self.lines = Some(first);
                self.count(second, tally);
            }
            (None, _) => self.count(second, tally),
        }
    }

    fn count(&mut self, lines: Option<u32>, tally: &mut Tally) {
        let Some(lines) = lines else { return };
        let rival = self.pending.and_then(|pending| pending.lines);
        if let Some(usual) = self.lines
            && rival == Some(lines)
        {
            if self.once && usual < lines {
                // A stream may begin within a frame.
                tally.add("LINE_COUNT_CHANGE");
                (self.lines, self.once, self.pending) = (Some(lines), false, None);
            } else {
                self.change_to(self.usual.unwrap_or(0));
                self.lines = Some(lines);
            }
            return;
        }
        self.refuse(tally);
        match self.lines {
            None => (self.lines, self.once) = (Some(lines), true),
            Some(usual) if usual == lines => self.once = false,
            Some(_) if lines == 0 => tally.add("LINE_COUNT_CHANGE"),
            Some(_) => {
                self.pending = Some(Pending {
                    length: None,
                    lines: Some(lines),
                });
            }
        }
    }
}
