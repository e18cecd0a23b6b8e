//! Line start and line end packets of a channel. They carry no data type: a line belongs to the first image packet in it.

use super::{Judge, Mark, shape::Shape};
use crate::{Detail, FindingCode, Severity};
use csi2_packet::DataType;

#[derive(Debug)]
pub(super) struct Lines {
    state: State,
    /// Losses of the link when the lines were last seen in order.
    losses: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Between,
    Inside(Open),
}

#[derive(Clone, Copy, Debug)]
struct Open {
    /// Of its LS; `None` when that was lost.
    number: Option<u16>,
    owner: Option<DataType>,
}

impl Open {
    fn of(number: Option<u16>) -> Self {
        Self { number, owner: None }
    }
    fn by(self, owner: DataType) -> Self {
        Self {
            owner: Some(owner),
            ..self
        }
    }
}

impl Lines {
    /// Between lines; `losses` of the link so far.
    pub(super) const fn new(losses: u64) -> Self {
        Self {
            state: State::Between,
            losses,
        }
    }

    /// LS or LE inside a frame; other marks are none of ours.
    pub(super) fn mark(&mut self, mark: Mark, judge: &mut Judge<'_>) {
        use Mark::{LineEnd, LineStart};
        use State::{Between, Inside};

        self.state = match (self.state, mark) {
            // LS opens a line.
            (Between, LineStart(number)) => Inside(Open::of(Some(number))),
            // LE closes it, with the same number.
            (Inside(line), LineEnd(end)) => {
                self.compare(line, end, judge);
                Between
            }
            // LS in an open line: that line lost its LE.
            (Inside(line), LineStart(number)) => {
                let (open, next) = (line.number, Some(number));
                self.report(Detail::LineNotEnded { open, next }, judge);
                Inside(Open::of(Some(number)))
            }
            // LE without a line: the LS was lost, and the data with it (data would have opened the line).
            (Between, LineEnd(number)) => {
                self.report(Detail::LineEndWithoutStart { number }, judge);
                Between
            }
            (state, _) => state,
        };
        self.losses = judge.losses;
    }

    /// An image packet inside a frame.
    pub(super) fn data(&mut self, shape: &mut Shape, judge: &mut Judge<'_>) {
        use State::{Between, Inside};

        let (data_type, line) = (shape.data_type, shape.lines());
        self.state = match (self.state, shape.wrapped) {
            // A packet of another data type in the same line: it says nothing.
            (Inside(open), _) if open.owner.is_some() => Inside(open),
            // All lines have LS and LE so far.
            (Inside(open), None | Some(true)) => {
                shape.wrapped = Some(true);
                if let Some(number) = open.number {
                    shape.number(number, judge);
                }
                Inside(open.by(data_type))
            }
            // The first line, and a packet was lost before it: perhaps its LS. The frame before knows, else wait.
            (Between, None) if self.excused(judge) => {
                if shape.usually_wrapped {
                    shape.unnumbered();
                    self.state = Inside(Open::of(None).by(data_type));
                }
                return;
            }
            // No line has.
            (Between, None | Some(false)) => {
                shape.wrapped = Some(false);
                Between
            }
            // Lines before this one had none.
            (Inside(open), Some(false)) => {
                self.report(Detail::LineWrapped { data_type, line }, judge);
                shape.wrapped = Some(true);
                Inside(open.by(data_type))
            }
            // Lines before this one had LS and LE: here LS was lost. Its LE is still to come.
            (Between, Some(true)) => {
                self.report(Detail::LineUnwrapped { data_type, line }, judge);
                shape.unnumbered();
                Inside(Open::of(None).by(data_type))
            }
        };
        self.losses = judge.losses;
    }

    /// FE of the frame.
    pub(super) fn frame_end(&mut self, judge: &mut Judge<'_>) {
        if let State::Inside(line) = self.state {
            let (open, next) = (line.number, None);
            self.report(Detail::LineNotEnded { open, next }, judge);
        }
        *self = Self::new(judge.losses);
    }

    fn compare(&self, line: Open, end: u16, judge: &mut Judge<'_>) {
        if let Some(start) = line.number.filter(|&start| start != end)
            && !self.excused(judge)
        {
            // The data between them is whole.
            let detail = Detail::LineNumbers { start, end };
            judge.report_as(Severity::Warning, FindingCode::LineSyncErr, detail);
        }
    }

    fn report(&self, detail: Detail, judge: &mut Judge<'_>) {
        if !self.excused(judge) {
            judge.report(FindingCode::LineSyncErr, detail);
        }
    }

    /// A packet was lost since the last one here: that is what is missing, and it is reported already.
    fn excused(&self, judge: &Judge<'_>) -> bool {
        judge.losses > self.losses
    }
}
