//! What the lines of one data type look like: lengths, number of lines, line numbers.

use super::extent::Extent;
use super::line_numbers::{LineNumber, LineNumbers};
use super::{Judge, Line, Payload};
use crate::finding::Geometry;
use crate::{Detail, FindingCode, Span};
use csi2_packet::DataType;

#[derive(Debug)]
pub(super) struct Shape {
    pub(super) data_type: DataType,
    /// Whether the lines of this frame are between LS and LE.
    pub(super) wrapped: Option<bool>,
    /// Whether those of the frame before were.
    pub(super) usually_wrapped: bool,
    /// Packets of this type come between LS and LE of lines that are not theirs.
    pub(super) guest: bool,
    /// Lines of this frame so far.
    lines: u32,
    pub(super) extent: Extent,
    numbers: LineNumbers,
    /// The line numbers of this frame had a gap: its lines cannot be counted.
    gap: bool,
    pair: Pair,
}

/// YUV420 lines come in pairs, the second twice as long as the first.
#[derive(Debug, Default)]
struct Pair {
    /// Length of the odd line that waits for its even one.
    odd: Option<u16>,
    /// The next line is even.
    even_next: bool,
    /// Losses of the link when the frame began: after a loss the order of lines cannot be trusted.
    losses: u64,
    /// Nor can it after a pair that was none.
    doubt: bool,
}

impl Shape {
    /// In a frame that starts at `start`.
    pub(super) fn new(data_type: DataType, start: Span, losses: u64) -> Self {
        Self {
            data_type,
            wrapped: None,
            usually_wrapped: false,
            guest: false,
            lines: 0,
            extent: Extent::new(data_type, start),
            numbers: LineNumbers::new(losses),
            gap: false,
            pair: Pair {
                losses,
                ..Pair::default()
            },
        }
    }

    pub(super) fn frame_start(&mut self, judge: &mut Judge<'_>) {
        let losses = judge.losses;
        self.extent.frame_start(judge);
        self.usually_wrapped = self.wrapped.take().unwrap_or(self.usually_wrapped);
        self.lines = 0;
        self.numbers.frame_start(losses);
        self.gap = false;
        self.pair = Pair {
            losses,
            ..Pair::default()
        };
    }

    /// A line of this frame, whatever came of it.
    pub(super) fn line(&mut self, line: &Line, judge: &mut Judge<'_>) {
        let index = self.lines;
        self.lines = self.lines.saturating_add(1);
        if !self.data_type.is_image() {
            return;
        }
        let even =
            self.data_type.has_half_lines() && self.pair.take_turn(line.word, self.extent.length(), judge.losses);
        if line.payload == Payload::Cut {
            return;
        }
        // A length is judged by lines that came whole: a wrong checksum may be the work of a wrong length.
        let good = line.payload == Payload::Good;
        let group = self.group(even);
        let no_pair = good && self.judge_pair(line, index, even, judge);
        // Of a line that is odd after all the pair was told.
        let odd = no_pair && line.word.is_multiple_of(self.group(false));
        if !line.word.is_multiple_of(group) && !odd {
            let detail = Detail::Granularity {
                data_type: line.data_type,
                word: line.word,
                group,
            };
            judge.report(FindingCode::WcGranularity, detail);
        }
        if good && !no_pair {
            self.judge_length(line, index, even, judge);
        }
    }

    /// The number of an LS whose line is of this data type.
    pub(super) fn number(&mut self, line: LineNumber, judge: &mut Judge<'_>) {
        let previous = self.numbers.last();
        if !self.numbers.take(line, judge.losses) {
            self.gap = true;
            let detail = Detail::LineSequence {
                data_type: self.data_type,
                previous,
                number: line.number,
            };
            judge.report(FindingCode::LineSeqErr, detail);
        }
    }

    /// A line came whose LS, and with it its number, is lost.
    pub(super) fn unnumbered(&mut self) {
        self.numbers.skip();
    }

    /// FE: `lost` packets are known to be missing from the frame. A frame with losses that were reported is neither
    /// measured by the others nor a measure for them.
    pub(super) fn frame_end(&mut self, lost: u64, judge: &mut Judge<'_>) {
        let known = !self.gap && !self.extent.explains(self.lines, lost);
        self.extent.frame_end(known.then_some(self.lines), judge);
    }

    pub(super) fn lines(&self) -> u32 {
        self.lines
    }

    /// What its lines are like, as far as known.
    pub(super) fn geometry(&self) -> Geometry {
        Geometry {
            data_type: self.data_type,
            word: self.extent.length(),
            lines: self.extent.lines(),
        }
    }

    /// What they were like before the mode changed.
    pub(super) fn geometry_before(&self) -> Geometry {
        match self.extent.changed() {
            Some(before) => Geometry {
                data_type: self.data_type,
                word: before.word,
                lines: before.lines,
            },
            None => self.geometry(),
        }
    }

    /// Compares an even line of YUV420 with the odd one before it; returns whether they are no pair.
    fn judge_pair(&mut self, line: &Line, index: u32, even: bool, judge: &mut Judge<'_>) -> bool {
        let (data_type, word) = (line.data_type, line.word);
        if !data_type.has_half_lines() {
            return false;
        }
        if !even {
            self.pair.odd = Some(word);
            return false;
        }
        let Some(odd) = self
            .pair
            .odd
            .take()
            .filter(|&odd| u32::from(odd) * 2 != u32::from(word))
        else {
            return false;
        };
        self.pair.doubt = true;
        // Where an even line is missing, this one is odd and has its even line still to come.
        self.pair.odd = Some(word);
        let detail = Detail::LinePair {
            data_type,
            line: index,
            odd,
            even: word,
        };
        judge.report(FindingCode::Yuv420WcErr, detail);
        true
    }

    fn judge_length(&mut self, line: &Line, index: u32, even: bool, judge: &mut Judge<'_>) {
        if even || !line.data_type.has_half_lines() {
            self.extent.line(line.word, index, judge);
        }
    }

    /// Bytes of a group of this line, at least 1.
    fn group(&self, even: bool) -> u16 {
        let group = if even {
            self.data_type.group()
        } else {
            self.data_type.odd_group()
        };
        group.map_or(1, |(bytes, _)| u16::from(bytes).max(1))
    }
}

impl Pair {
    /// Whether this line is an even one.
    fn take_turn(&mut self, word: u16, even_length: Option<u32>, losses: u64) -> bool {
        let unsure = self.doubt || losses > self.losses;
        let even = match even_length {
            // A line is missing somewhere: tell odd and even by their lengths.
            Some(length) if unsure && u32::from(word) == length => true,
            Some(length) if unsure && u32::from(word) * 2 == length => false,
            _ => self.even_next,
        };
        if !even {
            self.odd = None;
        }
        self.even_next = !even;
        even
    }
}
