//! The automaton of one virtual channel: frames, and inside them lines.

mod extent;
mod frame_numbers;
mod line_numbers;
mod lines;
mod modes;
mod shape;
mod steady;
mod usual;

use crate::finding::Findings;
use crate::{Detail, Finding, FindingCode, Severity, Span};
use alloc::vec::Vec;
use csi2_packet::{Class, DataType, VirtualChannel};
use frame_numbers::FrameNumbers;
use lines::Lines;
pub(crate) use modes::ModeChange;
use modes::Modes;
use shape::Shape;
pub(crate) use usual::{Change, Usual};

/// A synchronisation packet, with its number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mark {
    FrameStart(u16),
    FrameEnd(u16),
    LineStart(u16),
    LineEnd(u16),
}

/// A long packet that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) data_type: DataType,
    pub(crate) word: u16,
    pub(crate) payload: Payload,
}

/// How the payload of a long packet came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Payload {
    Good,
    Wrong,
    Cut,
}

/// What a channel needs to judge: where it is, how much the link has lost so far, and a place for findings.
pub(crate) struct Judge<'a> {
    pub(crate) findings: &'a mut Findings,
    pub(crate) channel: VirtualChannel,
    pub(crate) span: Span,
    /// Packets the link is known to have lost since the start. A gap that this explains is not reported a second time.
    pub(crate) losses: u64,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Idle,
    Open(Frame),
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    number: u16,
    /// Its FS.
    start: Span,
    /// Packets with wrong checksums.
    spoilt: u32,
    /// Losses of the link when it began.
    losses: u64,
}

#[derive(Debug)]
pub(crate) struct Channel {
    phase: Phase,
    numbers: FrameNumbers,
    lines: Lines,
    /// By data type, of those whose packets are lines.
    shapes: Vec<Shape>,
    modes: Modes,
}

impl Channel {
    pub(crate) const fn new() -> Self {
        Self {
            phase: Phase::Idle,
            numbers: FrameNumbers::new(),
            lines: Lines::new(0),
            shapes: Vec::new(),
            modes: Modes::new(),
        }
    }

    /// A synchronisation packet. Returns whether it ended a frame that had both its ends.
    pub(crate) fn mark(&mut self, mark: Mark, judge: &mut Judge<'_>) -> bool {
        use Mark::{FrameEnd, FrameStart, LineEnd, LineStart};
        use Phase::{Idle, Open};

        let (next, whole) = match (self.phase, mark) {
            // FS opens a frame on an idle channel.
            (Idle, FrameStart(number)) => {
                if let Err(detail) = self.numbers.take(number, judge.losses) {
                    self.modes.hold_number(detail, judge);
                }
                (self.open(number, judge), false)
            }
            // FE closes the open frame.
            (Open(frame), FrameEnd(number)) => {
                self.close(frame, number, judge);
                (Idle, true)
            }
            // LS and LE inside a frame.
            (Open(_), LineStart(_) | LineEnd(_)) => {
                self.lines.mark(mark, judge);
                (self.phase, false)
            }
            // FS in an open frame: that frame lost its FE. What is missing between them says nothing about numbers.
            (Open(frame), FrameStart(number)) => {
                let open = frame.number;
                judge.report(FindingCode::FrameSyncErr, Detail::StartInFrame { open, number });
                self.numbers.restart(number, judge.losses);
                (self.open(number, judge), false)
            }
            // FE on an idle channel: its FS was lost, and with it a number.
            (Idle, FrameEnd(number)) => {
                judge.report(FindingCode::FrameSyncErr, Detail::EndWithoutStart { number });
                self.numbers.forget();
                (Idle, false)
            }
            // LS and LE outside a frame: the lines between them are reported.
            (Idle, LineStart(_) | LineEnd(_)) => (Idle, false),
        };
        self.phase = next;
        whole
    }

    /// A long packet is over.
    pub(crate) fn line(&mut self, line: &Line, judge: &mut Judge<'_>) {
        let Phase::Open(frame) = &mut self.phase else {
            outside(line, judge);
            return;
        };
        if line.payload == Payload::Wrong && !is_filler(line.data_type) {
            frame.spoilt = frame.spoilt.saturating_add(1);
        }
        self.lines.packet();
        if !is_line(line.data_type) {
            return;
        }
        let start = frame.start;
        let at = self.shape(line.data_type, start, judge.losses);
        if line.payload == Payload::Good {
            self.judge_number(at, line.word, judge);
        }
        let shape = &mut self.shapes[at];
        self.lines.data(shape, judge);
        shape.line(line, judge);
    }

    /// The end of the capture.
    pub(crate) fn finish(&mut self, judge: &mut Judge<'_>) {
        if let Phase::Open(Frame { number, .. }) = self.phase {
            // A transmitter may be stopped inside a frame: no proof of damage.
            judge.report_as(
                Severity::Warning,
                FindingCode::FrameSyncErr,
                Detail::OpenAtEnd { number },
            );
            self.phase = Phase::Idle;
        }
        self.finish_mode(judge);
    }

    /// Line number of the next packet of this data type; `None` outside frames.
    pub(crate) fn next_line(&self, data_type: DataType) -> Option<u32> {
        match self.phase {
            Phase::Idle => None,
            Phase::Open(_) if !data_type.is_image() => None,
            Phase::Open(_) => Some(
                self.shapes
                    .iter()
                    .find(|of| of.data_type == data_type)
                    .map_or(0, Shape::lines),
            ),
        }
    }

    /// Whether lines of this type came in a frame before.
    pub(crate) fn knows(&self, data_type: DataType) -> bool {
        self.shapes.iter().any(|of| of.data_type == data_type)
    }

    fn open(&mut self, number: u16, judge: &mut Judge<'_>) -> Phase {
        self.lines = Lines::new(judge.losses);
        for shape in &mut self.shapes {
            shape.frame_start(judge);
        }
        Phase::Open(Frame {
            number,
            start: judge.span,
            spoilt: 0,
            losses: judge.losses,
        })
    }

    fn close(&mut self, frame: Frame, number: u16, judge: &mut Judge<'_>) {
        if number != frame.number {
            // Some transmitters never get this right; a receiver that pairs by order loses nothing.
            let detail = Detail::FrameNumbers {
                start: frame.number,
                end: number,
            };
            judge.report_as(Severity::Warning, FindingCode::FrameSyncErr, detail);
        }
        self.lines.frame_end(judge);
        if frame.spoilt > 0 {
            let detail = Detail::FrameData {
                number: frame.number,
                packets: frame.spoilt,
            };
            judge.report(FindingCode::FrameDataErr, detail);
        }
        let lost = judge.losses.saturating_sub(frame.losses);
        // Frames may be of several types in turn.
        let rows = self.shapes.iter().filter(|of| of.data_type != DataType::EMBEDDED);
        let empty = rows.map(Shape::lines).all(|lines| lines == 0);
        for shape in self.shapes.iter_mut().filter(|of| of.data_type.is_image()) {
            if empty || shape.lines() > 0 {
                shape.frame_end(lost, judge);
            }
        }
        self.judge_mode(frame.start, judge);
    }

    fn shape(&mut self, data_type: DataType, start: Span, losses: u64) -> usize {
        self.shapes
            .iter()
            .position(|of| of.data_type == data_type)
            .unwrap_or_else(|| {
                self.shapes.push(Shape::new(data_type, start, losses));
                self.shapes.len() - 1
            })
    }
}

impl Judge<'_> {
    /// Reports with the usual severity.
    pub(crate) fn report(&mut self, code: FindingCode, detail: Detail) {
        self.report_as(code.row().severity, code, detail);
    }

    pub(crate) fn report_as(&mut self, severity: Severity, code: FindingCode, detail: Detail) {
        let span = self.span;
        self.push(severity, span, code, detail);
    }

    /// Reports something that was elsewhere, with the usual severity.
    pub(crate) fn report_at(&mut self, span: Span, code: FindingCode, detail: Detail) {
        self.push(code.row().severity, span, code, detail);
    }

    fn push(&mut self, severity: Severity, span: Span, code: FindingCode, detail: Detail) {
        let channel = Some(self.channel);
        self.findings.push(Finding {
            code,
            severity,
            span,
            channel,
            detail,
        });
    }
}

/// Data that no frame holds. Embedded data may be sent between frames by careless transmitters: no image is lost.
fn outside(line: &Line, judge: &mut Judge<'_>) {
    let severity = match line.data_type {
        DataType::EMBEDDED => Severity::Warning,
        data_type if data_type.is_image() => Severity::Error,
        _ => return,
    };
    let detail = Detail::OutsideFrame {
        data_type: line.data_type,
        word: line.word,
    };
    judge.report_as(severity, FindingCode::DataOutsideFrame, detail);
}

/// Data types that may be sent in lines: LS and LE belong to them.
pub(crate) fn is_line(data_type: DataType) -> bool {
    data_type.is_image() || data_type == DataType::EMBEDDED || data_type.class() == Class::User
}

/// Payload that receivers ignore.
fn is_filler(data_type: DataType) -> bool {
    matches!(data_type, DataType::NULL | DataType::BLANKING)
}
