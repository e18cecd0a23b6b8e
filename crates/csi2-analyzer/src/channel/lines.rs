//! Line start and line end packets of a channel. They carry no data type: a line belongs to the first image packet in it
//! whose type has them, else to user-defined or embedded data. Other types may come in it as guests.
//!
//! Ref: onlinedocs.microchip.com CSI-2 controller, synchronization short packets; codetd.com/article/14733984.

use super::{Judge, Mark, line_numbers::LineNumber, shape::Shape};
use crate::{Detail, FindingCode, Severity};
use csi2_packet::DataType;

#[derive(Debug)]
pub(super) struct Lines {
    state: State,
    /// Losses of the link when the lines were last seen in order.
    losses: u64,
    /// Number of the last LS of this frame whose line had a packet.
    before: Option<u16>,
    /// Data types of this frame count their lines apart: a number did not go up.
    apart: bool,
    /// What the end of a line told about a data type, until that comes again.
    told: Option<(DataType, Told)>,
}

#[derive(Clone, Copy, Debug)]
enum Told {
    /// Its lines are between LS and LE after all.
    Wrapped,
    /// It was a guest in the line of another type.
    Guest,
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
    /// Type and line of a packet whose type had no LS before: it is a guest, unless nobody else comes.
    guest: Option<(DataType, u32)>,
    /// A packet came in it, of whatever type.
    filled: bool,
}

impl Open {
    fn of(number: Option<u16>) -> Self {
        Self {
            number,
            owner: None,
            guest: None,
            filled: false,
        }
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
            before: None,
            apart: false,
            told: None,
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
                self.close(line, judge);
                Between
            }
            // LS in an open line: that line lost its LE.
            (Inside(line), LineStart(number)) => {
                let (open, next) = (line.number, Some(number));
                self.report(Detail::LineNotEnded { open, next }, judge);
                self.close(line, judge);
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

    /// A long packet of any type inside a frame, before it is told as data.
    pub(super) fn packet(&mut self) {
        if let State::Inside(line) = &mut self.state {
            line.filled = true;
        }
    }

    /// A packet inside a frame that may be a line: image, user-defined or embedded data.
    pub(super) fn data(&mut self, shape: &mut Shape, judge: &mut Judge<'_>) {
        use State::{Between, Inside};

        let (data_type, line) = (shape.data_type, shape.lines());
        let image = data_type.is_image();
        if let Some((_, told)) = self.told.take_if(|(of, _)| *of == data_type) {
            match told {
                Told::Wrapped => shape.wrapped = Some(true),
                Told::Guest => shape.guest = true,
            }
        }
        self.state = match (self.state, shape.wrapped) {
            // A second image packet of the same type: LE of the line before and LS of this one are missing.
            (Inside(open), _) if image && open.owner == Some(data_type) => {
                self.report(Detail::LineNotParted { data_type, line }, judge);
                self.close(open, judge);
                shape.unnumbered();
                Inside(Open::of(None).by(data_type))
            }
            // A packet of another type in the same line says nothing, unless it is the image that the line is for.
            (Inside(open), _) if open.owner.is_some_and(|owner| owner.is_image() || !image) => {
                shape.guest |= shape.wrapped != Some(true) && open.owner != Some(data_type);
                Inside(open)
            }
            // All lines have LS and LE so far.
            (Inside(open), None | Some(true)) => {
                shape.wrapped = Some(true);
                // Embedded lines need not be counted.
                if let Some(number) = open.number
                    && data_type != DataType::EMBEDDED
                {
                    shape.number(self.place(number), judge);
                }
                self.told = open
                    .owner
                    .or(open.guest.map(|(of, _)| of))
                    .map(|of| (of, Told::Guest))
                    .or(self.told);
                Inside(open.by(data_type))
            }
            // Lines before this one had none.
            (Inside(open), Some(false)) => Inside(Open {
                guest: open.guest.or((!shape.guest).then_some((data_type, line))),
                ..open
            }),
            // The first line, and a packet was lost before it: perhaps its LS. The frame before knows, else wait.
            (Between, None) if self.excused(judge) => {
                if shape.usually_wrapped {
                    shape.unnumbered();
                    self.state = Inside(Open::of(None).by(data_type));
                }
                return;
            }
            // No line has; of a guest some have and some have not.
            (Between, None | Some(false)) => {
                shape.wrapped = Some(false);
                Between
            }
            (Between, Some(true)) if shape.guest => Between,
            // Lines before this one had LS and LE: here LS was lost. Its LE is still to come.
            (Between, Some(true)) => {
                self.report_of(data_type, Detail::LineUnwrapped { data_type, line }, judge);
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

    /// Where an LS stands among those of all data types. Of a line that was empty the packet is missing, so it does not
    /// count.
    fn place(&mut self, number: u16) -> LineNumber {
        self.apart |= self.before.is_some_and(|before| number <= before);
        let goes_on = !self.apart && self.before.and_then(|before| before.checked_add(1)) == Some(number);
        LineNumber { number, goes_on }
    }

    /// A line is over.
    fn close(&mut self, line: Open, judge: &mut Judge<'_>) {
        if let (None, Some((data_type, line))) = (line.owner, line.guest) {
            self.report_of(data_type, Detail::LineWrapped { data_type, line }, judge);
            self.told = Some((data_type, Told::Wrapped));
        }
        if line.filled
            && let Some(number) = line.number
        {
            self.apart |= self.before.is_some_and(|before| number < before);
            self.before = Some(number);
        }
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

    /// Only some lines of a type have LS and LE. No image suffers where it is that of embedded data.
    fn report_of(&self, data_type: DataType, detail: Detail, judge: &mut Judge<'_>) {
        if data_type != DataType::EMBEDDED {
            self.report(detail, judge);
        } else if !self.excused(judge) {
            judge.report_as(Severity::Warning, FindingCode::LineSyncErr, detail);
        }
    }

    /// A packet was lost since the last one here: that is what is missing, and it is reported already.
    fn excused(&self, judge: &Judge<'_>) -> bool {
        judge.losses > self.losses
    }
}
