//! What the image lines of one data type look like: lengths, number of lines, line numbers.

use super::{Judge, Line, Payload};
use crate::stats::is_yuv420;
use crate::{Detail, FindingCode};
use csi2_packet::DataType;

#[derive(Debug)]
pub(super) struct Shape {
    pub(super) data_type: DataType,
    /// Whether the lines of this frame are between LS and LE.
    pub(super) wrapped: Option<bool>,
    /// Whether those of the frame before were.
    pub(super) usually_wrapped: bool,
    /// Lines of this frame so far.
    lines: u32,
    /// Length of a line; of the even, longer lines of YUV420.
    length: Steady,
    /// Lines of a frame.
    count: Steady,
    numbers: Numbers,
    /// The line numbers of this frame had a gap: its lines cannot be counted.
    gap: bool,
    pair: Pair,
}

/// A value that should not change. One deviation is reported and forgotten; two alike in a row are the new value.
#[derive(Debug, Default)]
struct Steady {
    value: Option<u32>,
    rival: Option<u32>,
}

/// Line numbers of LS: always 0, or from 1 in constant steps.
#[derive(Debug)]
struct Numbers {
    /// Of the last line of this frame.
    last: Option<u16>,
    /// Losses of the link at that line, or at the start of the frame.
    losses: u64,
    step: Steady,
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
}

impl Shape {
    pub(super) fn new(data_type: DataType, losses: u64) -> Self {
        Self {
            data_type,
            wrapped: None,
            usually_wrapped: false,
            lines: 0,
            length: Steady::default(),
            count: Steady::default(),
            numbers: Numbers {
                last: None,
                losses,
                step: Steady::default(),
            },
            gap: false,
            pair: Pair {
                losses,
                ..Pair::default()
            },
        }
    }

    pub(super) fn frame_start(&mut self, losses: u64) {
        self.usually_wrapped = self.wrapped.take().unwrap_or(self.usually_wrapped);
        self.lines = 0;
        self.numbers.last = None;
        self.numbers.losses = losses;
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
        let even = is_yuv420(self.data_type) && self.pair.take_turn(line.word, self.length.value, judge.losses);
        if line.payload == Payload::Cut {
            return;
        }
        if let Some(group) = self.group(even)
            && !line.word.is_multiple_of(u16::from(group))
        {
            let detail = Detail::Granularity {
                data_type: line.data_type,
                word: line.word,
                group,
            };
            judge.report(FindingCode::WcGranularity, detail);
        }
        // A length is judged by lines that came whole: a wrong checksum may be the work of a wrong length.
        if line.payload == Payload::Good {
            self.judge_length(line, index, even, judge);
        }
    }

    /// The number of an LS whose line is of this data type.
    pub(super) fn number(&mut self, number: u16, judge: &mut Judge<'_>) {
        let previous = self.numbers.last;
        if !self.numbers.take(number, judge.losses) {
            self.gap = true;
            let detail = Detail::LineSequence {
                data_type: self.data_type,
                previous,
                number,
            };
            judge.report(FindingCode::LineSeqErr, detail);
        }
    }

    /// A line came whose LS, and with it its number, is lost.
    pub(super) fn unnumbered(&mut self) {
        let step = self
            .numbers
            .step
            .value
            .and_then(|step| u16::try_from(step).ok())
            .unwrap_or(1);
        self.numbers.last = self
            .numbers
            .last
            .map(|last| if last == 0 { 0 } else { last.saturating_add(step) });
    }

    /// FE: `lost` packets are known to be missing from the frame. A frame with losses that were reported is neither
    /// measured by the others nor a measure for them.
    pub(super) fn frame_end(&mut self, lost: u64, judge: &mut Judge<'_>) {
        let explained = match self.count.value {
            Some(expected) => self.lines < expected && u64::from(expected - self.lines) <= lost,
            None => lost > 0,
        };
        if explained || self.gap {
            return;
        }
        if let Some(expected) = self.count.take(self.lines) {
            let detail = Detail::LineCount {
                data_type: self.data_type,
                lines: self.lines,
                expected,
            };
            judge.report(FindingCode::LineCountChange, detail);
        }
    }

    pub(super) fn lines(&self) -> u32 {
        self.lines
    }

    fn judge_length(&mut self, line: &Line, index: u32, even: bool, judge: &mut Judge<'_>) {
        let (data_type, word) = (line.data_type, line.word);
        if is_yuv420(data_type) {
            if !even {
                self.pair.odd = Some(word);
                return;
            }
            if let Some(odd) = self.pair.odd.take()
                && u32::from(odd) * 2 != u32::from(word)
            {
                let detail = Detail::LinePair {
                    data_type,
                    line: index,
                    odd,
                    even: word,
                };
                judge.report(FindingCode::Yuv420WcErr, detail);
                return;
            }
        }
        if let Some(expected) = self.length.take(u32::from(word)) {
            let detail = Detail::LineLength {
                data_type,
                line: index,
                word,
                expected,
            };
            judge.report(FindingCode::LineLengthChange, detail);
        }
    }

    /// Bytes of a group of this line.
    fn group(&self, even: bool) -> Option<u8> {
        let (bytes, _) = self.data_type.group()?;
        let bytes = if is_yuv420(self.data_type) && !even {
            bytes / 2
        } else {
            bytes
        };
        (bytes > 1).then_some(bytes)
    }
}

impl Steady {
    /// Takes a value; returns the one expected if this deviates.
    fn take(&mut self, value: u32) -> Option<u32> {
        match (self.value, self.rival) {
            // As always.
            (Some(known), _) if known == value => {
                self.rival = None;
                None
            }
            // The first, or the second deviation alike: the new normal.
            (None, _) => {
                self.value = Some(value);
                None
            }
            (Some(_), Some(rival)) if rival == value => {
                *self = Self {
                    value: Some(value),
                    rival: None,
                };
                None
            }
            // A deviation.
            (Some(known), _) => {
                self.rival = Some(value);
                Some(known)
            }
        }
    }
}

impl Numbers {
    /// Takes a line's number; returns whether it may follow the one before.
    fn take(&mut self, number: u16, losses: u64) -> bool {
        let lost = losses.saturating_sub(core::mem::replace(&mut self.losses, losses));
        // Lines that are known to be lost had numbers too.
        let reach = |step: u32| u64::from(step).saturating_mul(lost.saturating_add(1));
        match (self.last.replace(number), number, self.step.value) {
            // Unnumbered.
            (None | Some(0), 0, _) => true,
            // The first line of a frame: of a field the first or the second, where lines count in twos.
            (None, _, Some(step)) => u64::from(number) <= reach(step),
            (None, _, None) => true,
            // A line after a loss.
            (Some(last @ 1..), _, Some(step)) if lost > 0 && number > last => u64::from(number - last) <= reach(step),
            (Some(last @ 1..), _, None) if lost > 0 && number > last => true,
            // A line after a line: the first two show the step.
            (Some(last @ 1..), _, _) if number > last => self.step.take(u32::from(number - last)).is_none(),
            // Standing still, going back, or some lines numbered and some not.
            _ => false,
        }
    }
}

impl Pair {
    /// Whether this line is an even one.
    fn take_turn(&mut self, word: u16, even_length: Option<u32>, losses: u64) -> bool {
        let even = match even_length {
            // A line is missing somewhere: tell odd and even by their lengths.
            Some(length) if losses > self.losses && u32::from(word) == length => true,
            Some(length) if losses > self.losses && u32::from(word) * 2 == length => false,
            _ => self.even_next,
        };
        if !even {
            self.odd = None;
        }
        self.even_next = !even;
        even
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_deviation_is_reported_once() {
        let table: &[(&[u32], usize)] = &[
            (&[5, 5, 5, 5], 0),
            (&[5, 5, 4, 5, 5], 1),
            (&[5, 5, 4, 4, 4, 4], 1),
            (&[4, 5, 5, 5], 1),
            (&[5, 4, 3, 5], 2),
        ];
        for (values, expected) in table {
            let mut steady = Steady::default();
            let reports = values.iter().filter(|&&value| steady.take(value).is_some()).count();
            assert_eq!(reports, *expected, "{values:?}");
        }
    }

    #[test]
    fn line_numbers() {
        // (lost before this line, number), and how many are reported
        let table: &[(&[(u64, u16)], usize)] = &[
            (&[(0, 0), (0, 0), (0, 0)], 0),
            (&[(0, 1), (0, 2), (0, 3)], 0),
            (&[(0, 2), (0, 4), (0, 6)], 0),
            (&[(0, 1), (0, 2), (0, 4), (0, 5)], 1),
            (&[(0, 1), (0, 2), (1, 4), (0, 5)], 0),
            (&[(0, 1), (0, 2), (1, 5), (0, 6)], 1),
            (&[(0, 1), (0, 3), (0, 4), (0, 5)], 1),
            (&[(0, 1), (0, 2), (0, 2), (0, 3)], 1),
            (&[(0, 0), (0, 1)], 1),
            (&[(0, 1), (0, 0)], 1),
        ];
        for (lines, expected) in table {
            let mut numbers = Numbers {
                last: None,
                losses: 0,
                step: Steady::default(),
            };
            let mut losses = 0;
            let reports = lines
                .iter()
                .filter(|(lost, number)| {
                    losses += lost;
                    !numbers.take(*number, losses)
                })
                .count();
            assert_eq!(reports, *expected, "{lines:?}");
        }
    }
}
