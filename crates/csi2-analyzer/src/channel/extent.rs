//! Length and number of the lines of one data type. What deviates for a moment is a finding, what stays is another mode:
//! so a deviation at the beginning of a frame, and that of a whole frame, are told when it is known which of them it is.

use super::Judge;
use super::steady::Steady;
use crate::{Detail, FindingCode, Span};
use csi2_packet::DataType;

/// Of the frames of one data type.
#[derive(Debug)]
pub(super) struct Extent {
    data_type: DataType,
    /// Length of a line; of the even, longer lines of YUV420.
    length: Steady,
    /// Lines of a frame.
    count: Count,
    /// FS of this frame.
    start: Span,
    /// A whole line of this frame came.
    begun: bool,
    /// All lines of this frame have another length than those of the frames before.
    fresh: Option<Fresh>,
    /// The frame before was another than those before it.
    other: Option<Other>,
    /// What frames were before the mode changed, and where that was.
    before: Option<Before>,
}

/// Lines of a frame, as far as known.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    usual: Option<u32>,
    /// Only the first frame of the mode had so many, and ended there.
    only: Option<Span>,
    /// The mode is not that of the beginning.
    changed: bool,
}

/// Lines of another length.
#[derive(Clone, Copy, Debug)]
struct Fresh {
    word: u32,
    /// How many there are.
    lines: u32,
    /// The first of them.
    line: u32,
    span: Span,
}

/// A frame that may be the first of another mode.
#[derive(Clone, Copy, Debug)]
struct Other {
    start: Span,
    end: Span,
    /// Of its lines, if that is what differs.
    length: Option<Fresh>,
    /// How many there were, if none is known to be missing.
    lines: Option<u32>,
}

/// The mode before this one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    pub(super) word: Option<u32>,
    pub(super) lines: Option<u32>,
    /// FS of the first frame of this mode.
    pub(super) start: Span,
}

/// Lines alike that show that a frame has lines of this length: one may be odd.
const ALIKE: u32 = 2;

impl Extent {
    /// In a frame that starts at `start`.
    pub(super) fn new(data_type: DataType, start: Span) -> Self {
        Self {
            data_type,
            length: Steady::default(),
            count: Count::default(),
            start,
            begun: false,
            fresh: None,
            other: None,
            before: None,
        }
    }

    /// FS. `judge` is where the frame starts.
    pub(super) fn frame_start(&mut self, judge: &mut Judge<'_>) {
        // The frame before had no FE: how many lines it should have had is not known.
        if let Some(fresh) = self.fresh
            && self.other.is_none_or(|other| other.length.is_none())
        {
            if fresh.lines < ALIKE {
                self.release(judge);
            } else {
                self.give_up(judge);
                self.other = Some(Other {
                    start: self.start,
                    end: judge.span,
                    length: Some(fresh),
                    lines: None,
                });
            }
        }
        self.fresh = None;
        self.begun = false;
        self.start = judge.span;
    }

    /// A line of `word` bytes that came whole; `index` is its number in the frame.
    pub(super) fn line(&mut self, word: u16, index: u32, judge: &mut Judge<'_>) {
        let (word, first) = (u32::from(word), !core::mem::replace(&mut self.begun, true));
        let fresh = Fresh {
            word,
            lines: 1,
            line: index,
            span: judge.span,
        };
        if let Some(running) = &mut self.fresh {
            if running.word == word {
                running.lines = running.lines.saturating_add(1);
                return;
            }
            self.release(judge);
        } else if first {
            let usual = self.length.value();
            match self.other.and_then(|other| other.length) {
                // Like the frame before.
                Some(other) if other.word == word => {
                    self.fresh = Some(fresh);
                    return;
                }
                // Not so: that frame was an exception.
                Some(other) => {
                    self.give_up(judge);
                    if usual == Some(word) {
                        self.report_length(&fresh, other.word, judge);
                        return;
                    }
                    self.length = Steady::of(other.word);
                    self.fresh = Some(fresh);
                    return;
                }
                None if usual.is_some_and(|usual| usual != word) => {
                    self.fresh = Some(fresh);
                    return;
                }
                None => {}
            }
        }
        if let Some(expected) = self.length.take(word) {
            self.report_length(&fresh, expected, judge);
        }
    }

    /// FE after so many lines; `None` where it is known why there are not as many as there should be.
    pub(super) fn frame_end(&mut self, lines: Option<u32>, judge: &mut Judge<'_>) {
        let fresh = self.fresh.take();
        let other = self.other.filter(|other| other.length.is_some());
        match (fresh, other) {
            // The second frame alike: another mode.
            (Some(fresh), Some(other)) => {
                self.change(&other, fresh.word);
                self.settle_count(other.lines, other.end, lines, judge);
            }
            (Some(fresh), None) if fresh.lines >= ALIKE || lines == Some(1) => {
                self.give_up(judge);
                self.other = Some(Other {
                    start: self.start,
                    end: judge.span,
                    length: Some(fresh),
                    lines,
                });
            }
            (Some(fresh), None) => {
                self.fresh = Some(fresh);
                self.release(judge);
                self.judge_count(lines, judge);
            }
            // No line that tells.
            (None, Some(_)) => {}
            (None, None) => self.judge_count(lines, judge),
        }
    }

    /// The end of the capture.
    pub(super) fn finish(&mut self, judge: &mut Judge<'_>) {
        match (self.other.filter(|other| other.length.is_some()), self.fresh) {
            (Some(other), fresh) => {
                let word = fresh.or(other.length).map_or(0, |of| of.word);
                self.change(&other, word);
                self.count.usual = other.lines;
            }
            (None, Some(fresh)) if fresh.lines >= ALIKE => {
                self.give_up(judge);
                let other = Other {
                    start: self.start,
                    end: judge.span,
                    length: Some(fresh),
                    lines: None,
                };
                self.change(&other, fresh.word);
            }
            (None, Some(_)) => self.release(judge),
            (None, None) => {}
        }
        self.give_up(judge);
        self.fresh = None;
    }

    /// A whole line of this frame came.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Where this frame began.
    pub(super) fn start(&self) -> Span {
        self.start
    }

    /// Bytes of a line.
    pub(super) fn length(&self) -> Option<u32> {
        self.length.value()
    }

    /// Lines of a frame.
    pub(super) fn lines(&self) -> Option<u32> {
        self.count.usual
    }

    /// Lines of this length may be of another mode.
    pub(super) fn is_open(&self) -> bool {
        self.fresh.is_some() || self.other.is_some_and(|other| other.length.is_some())
    }

    /// The mode that was before, if it has changed.
    pub(super) fn changed(&self) -> Option<Before> {
        self.before
    }

    /// The change is told.
    pub(super) fn forget_change(&mut self) {
        self.before = None;
    }

    /// Whether so many lines fewer than usual are explained by `lost` packets, or more are.
    pub(super) fn explains(&self, lines: u32, lost: u64) -> bool {
        if self.is_open() {
            return lost > 0;
        }
        let short_of = |usual: u32| lines < usual && u64::from(usual - lines) <= lost;
        let rival = self.other.and_then(|other| other.lines);
        match self.count.usual {
            Some(usual) => short_of(usual) || rival.is_some_and(short_of),
            None => lost > 0,
        }
    }

    fn change(&mut self, other: &Other, word: u32) {
        self.before = Some(Before {
            word: self.length.value(),
            lines: self.count.usual,
            start: other.start,
        });
        self.length = Steady::of(word);
        self.count = Count {
            changed: true,
            ..Count::default()
        };
        self.other = None;
    }

    /// The height of a mode by its first two frames, the first of which ended at `end`.
    fn settle_count(&mut self, first: Option<u32>, end: Span, second: Option<u32>, judge: &mut Judge<'_>) {
        match (first, second) {
            // A mode may begin within a frame.
            (Some(first), Some(second)) if first < second => {
                self.report_start_up(first, second, end, judge);
                self.count.usual = Some(second);
            }
            (Some(first), Some(second)) if first == second => self.count.usual = Some(first),
            (Some(first), _) => {
                self.count.usual = Some(first);
                self.judge_count(second, judge);
            }
            (None, _) => self.judge_count(second, judge),
        }
    }

    fn judge_count(&mut self, lines: Option<u32>, judge: &mut Judge<'_>) {
        let Some(lines) = lines else { return };
        if let Some(other) = self.other
            && let Some((usual, rival)) = self.count.usual.zip(other.lines)
            && rival == lines
        {
            match self.count.only {
                Some(end) if usual < lines => {
                    self.report_start_up(usual, lines, end, judge);
                    self.count.usual = Some(lines);
                    self.count.only = None;
                    self.other = None;
                }
                _ => {
                    let word = self.length.value().unwrap_or(0);
                    self.change(&other, word);
                    self.count.usual = Some(lines);
                }
            }
            return;
        }
        self.give_up(judge);
        match self.count.usual {
            None => {
                self.count.usual = Some(lines);
                self.count.only = Some(judge.span);
            }
            Some(usual) if usual == lines => self.count.only = None,
            // A mode has lines.
            Some(usual) if lines == 0 => self.report_count(lines, usual, judge.span, judge),
            Some(_) => {
                self.other = Some(Other {
                    start: self.start,
                    end: judge.span,
                    length: None,
                    lines: Some(lines),
                });
            }
        }
    }

    /// The frame before was no beginning of another mode.
    fn give_up(&mut self, judge: &mut Judge<'_>) {
        let Some(other) = self.other.take() else { return };
        if let (Some(fresh), Some(usual)) = (other.length, self.length.value()) {
            self.report_length(&fresh, usual, judge);
        }
        if let (Some(lines), Some(usual)) = (other.lines, self.count.usual)
            && lines != usual
        {
            self.report_count(lines, usual, other.end, judge);
        }
    }

    /// Lines at the beginning of this frame, or all of the frame before too, were of another length, and those after them
    /// are not.
    fn release(&mut self, judge: &mut Judge<'_>) {
        let Some(fresh) = self.fresh.take() else { return };
        if self.other.is_some_and(|other| other.length.is_some()) {
            self.give_up(judge);
            self.length = Steady::of(fresh.word);
            return;
        }
        for _ in 0..fresh.lines.min(ALIKE) {
            if let Some(expected) = self.length.take(fresh.word) {
                self.report_length(&fresh, expected, judge);
            }
        }
    }

    fn report_length(&self, of: &Fresh, expected: u32, judge: &mut Judge<'_>) {
        let detail = Detail::LineLength {
            data_type: self.data_type,
            line: of.line,
            word: u16::try_from(of.word).unwrap_or(u16::MAX),
            expected,
        };
        judge.report_at(of.span, FindingCode::LineLengthChange, detail);
    }

    fn report_count(&self, lines: u32, expected: u32, end: Span, judge: &mut Judge<'_>) {
        let detail = Detail::LineCount {
            data_type: self.data_type,
            lines,
            expected,
        };
        judge.report_at(end, FindingCode::LineCountChange, detail);
    }

    fn report_start_up(&self, lines: u32, after: u32, end: Span, judge: &mut Judge<'_>) {
        let detail = Detail::StartUpFrame {
            data_type: self.data_type,
            lines,
            after,
            mode_change: self.count.changed,
        };
        judge.report_at(end, FindingCode::LineCountChange, detail);
    }
}
