//! The automaton of one virtual channel: frames, and inside them lines.

mod lines;
mod shape;

use crate::finding::Findings;
use crate::{Detail, Finding, FindingCode, Severity, Span};
use alloc::vec::Vec;
use csi2_packet::{DataType, VirtualChannel};
use lines::Lines;
use shape::Shape;

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
    /// Packets with wrong checksums.
    spoilt: u32,
    /// Losses of the link when it began.
    losses: u64,
}

#[derive(Debug)]
pub(crate) struct Channel {
    phase: Phase,
    /// Number of the last FS and the losses then; `None` when no number is expected.
    previous: Option<(u16, u64)>,
    lines: Lines,
    /// By data type, images only.
    shapes: Vec<Shape>,
}

impl Channel {
    pub(crate) const fn new() -> Self {
        Self {
            phase: Phase::Idle,
            previous: None,
            lines: Lines::new(0),
            shapes: Vec::new(),
        }
    }

    /// A synchronisation packet. Returns whether it ended a frame that had both its ends.
    pub(crate) fn mark(&mut self, mark: Mark, judge: &mut Judge<'_>) -> bool {
        use Mark::{FrameEnd, FrameStart, LineEnd, LineStart};
        use Phase::{Idle, Open};

        let (next, whole) = match (self.phase, mark) {
            // FS opens a frame on an idle channel.
            (Idle, FrameStart(number)) => {
                self.sequence(number, judge);
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
                (self.open(number, judge), false)
            }
            // FE on an idle channel: its FS was lost, and with it a number.
            (Idle, FrameEnd(number)) => {
                judge.report(FindingCode::FrameSyncErr, Detail::EndWithoutStart { number });
                self.previous = None;
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
        if !line.data_type.is_image() {
            return;
        }
        let at = self.shape(line.data_type, judge.losses);
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

    /// Whether image lines of this type came in a frame before.
    pub(crate) fn knows(&self, data_type: DataType) -> bool {
        self.shapes.iter().any(|of| of.data_type == data_type)
    }

    fn open(&mut self, number: u16, judge: &Judge<'_>) -> Phase {
        self.previous = Some((number, judge.losses));
        self.lines = Lines::new(judge.losses);
        for shape in &mut self.shapes {
            shape.frame_start(judge.losses);
        }
        Phase::Open(Frame {
            number,
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
        let empty = self.shapes.iter().all(|of| of.lines() == 0);
        for shape in self.shapes.iter_mut().filter(|of| empty || of.lines() > 0) {
            shape.frame_end(lost, judge);
        }
    }

    /// Checks the number of an FS against the one before.
    fn sequence(&self, number: u16, judge: &mut Judge<'_>) {
        let Some((previous, losses)) = self.previous else {
            return;
        };
        // One number may be masked by the transmitter; frames known to be lost have numbers too.
        let reach = judge.losses.saturating_sub(losses).saturating_add(2);
        let good = match (previous, number) {
            // Unnumbered.
            (0, 0) => true,
            // A transmitter numbers all frames or none.
            (0, _) | (_, 0) => false,
            // It counts to a number of its choice and starts again.
            (_, 1) => true,
            (_, _) => number > previous && u64::from(number - previous) <= reach,
        };
        if !good {
            judge.report(FindingCode::FrameSeqErr, Detail::FrameSequence { previous, number });
        }
    }

    fn shape(&mut self, data_type: DataType, losses: u64) -> usize {
        self.shapes
            .iter()
            .position(|of| of.data_type == data_type)
            .unwrap_or_else(|| {
                self.shapes.push(Shape::new(data_type, losses));
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
        let channel = Some(self.channel);
        self.findings.push(Finding {
            code,
            severity,
            span: self.span,
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

/// Payload that receivers ignore.
fn is_filler(data_type: DataType) -> bool {
    matches!(data_type, DataType::NULL | DataType::BLANKING)
}
