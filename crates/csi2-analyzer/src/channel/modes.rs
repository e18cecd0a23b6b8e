//! The mode of a channel: which image data types its frames have, and what their lines are like.

use super::shape::Shape;
use super::usual::{Change, Usual};
use super::{Channel, Judge};
use crate::finding::Mode;
use crate::{Detail, FindingCode, Span};

/// The mode of a channel, or of the link, is another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ModeChange {
    pub(crate) from: Mode,
    pub(crate) to: Mode,
    /// Where the first frame of the new mode begins.
    pub(crate) span: Span,
}

/// What a channel knows of its mode besides the shapes of its data types.
#[derive(Debug)]
pub(super) struct Modes {
    /// Codes of the image data types in a frame.
    types: Usual,
    /// A frame number that does not follow the one before: another mode may count anew.
    number: Option<(Span, Detail)>,
    change: Option<ModeChange>,
}

impl Modes {
    pub(super) const fn new() -> Self {
        Self {
            types: Usual::new(),
            number: None,
            change: None,
        }
    }

    /// Keeps back what is wrong with a frame number until it is known whether the mode changes.
    pub(super) fn hold_number(&mut self, detail: Detail, judge: &mut Judge<'_>) {
        self.release_number(judge);
        self.number = Some((judge.span, detail));
    }

    pub(super) fn release_number(&mut self, judge: &mut Judge<'_>) {
        if let Some((span, detail)) = self.number.take() {
            judge.report_at(span, FindingCode::FrameSeqErr, detail);
        }
    }

    fn has(&self, shape: &Shape) -> bool {
        self.types.value().is_some_and(|types| types & bit(shape) > 0)
    }
}

impl Channel {
    /// A whole image line of a frame whose number may be held back: a line as always shows that the mode is the same.
    pub(super) fn judge_number(&mut self, at: usize, word: u16, judge: &mut Judge<'_>) {
        if self.modes.number.is_none() || self.is_undecided() {
            return;
        }
        let usual = |shape: &Shape| self.modes.has(shape) && shape.extent.length() == Some(word.into());
        if self.shapes.get(at).is_some_and(usual) {
            self.modes.release_number(judge);
        }
    }

    /// A frame is over that began at `start`.
    pub(super) fn judge_mode(&mut self, start: Span, judge: &mut Judge<'_>) {
        let begun = self.shapes.iter().filter(|shape| shape.extent.has_begun());
        let types = begun.fold(0, |types, shape| types | bit(shape));
        let change = if types > 0 {
            self.modes.types.take(types, start)
        } else {
            None
        };
        self.tell_change(change, judge);
        if !self.is_undecided() {
            self.modes.release_number(judge);
        }
    }

    /// The capture is over.
    pub(super) fn finish_mode(&mut self, judge: &mut Judge<'_>) {
        for shape in &mut self.shapes {
            shape.extent.finish(judge);
        }
        let change = self.modes.types.finish();
        self.tell_change(change, judge);
        self.modes.release_number(judge);
    }

    /// Whether the last mark changed anything.
    pub(crate) fn has_mode_change(&self) -> bool {
        self.modes.change.is_some()
    }

    /// What the last mark changed.
    pub(crate) fn take_mode_change(&mut self) -> Option<ModeChange> {
        self.modes.change.take()
    }

    /// Where the frame begins that is open, or the last one, if whole image lines came in it.
    pub(crate) fn image(&self) -> Option<Span> {
        let begun = self.shapes.iter().find(|shape| shape.extent.has_begun());
        begun.map(|shape| shape.extent.start())
    }

    /// What came last may be the beginning of another mode.
    pub(super) fn is_undecided(&self) -> bool {
        self.modes.types.is_open() || self.shapes.iter().any(|shape| shape.extent.is_open())
    }

    fn tell_change(&mut self, types: Option<Change>, judge: &mut Judge<'_>) {
        let changed = |shape: &&Shape| shape.extent.changed().is_some();
        let reshaped = self
            .shapes
            .iter()
            .filter(changed)
            .fold(0, |set, shape| set | bit(shape));
        let (was, is) = match types {
            Some(Change { from, to, .. }) => (from, to),
            None if reshaped > 0 => {
                let all = self.modes.types.value().unwrap_or(0) | reshaped;
                (all, all)
            }
            None => return,
        };
        let of = |set: u64| self.shapes.iter().filter(move |shape| set & bit(shape) > 0);
        let from = Mode::frame(of(was).map(Shape::geometry_before));
        let to = Mode::frame(of(is).map(Shape::geometry));
        let starts = of(is)
            .filter_map(|shape| shape.extent.changed())
            .map(|before| before.start);
        let first = starts
            .chain(types.map(|change| change.span))
            .min_by_key(|span| span.packet);
        let span = first.unwrap_or(judge.span);
        for shape in &mut self.shapes {
            shape.extent.forget_change();
        }
        self.modes.number = None;
        self.modes.change = Some(ModeChange { from, to, span });
        judge.report_at(span, FindingCode::ModeChange, Detail::ModeChange { from, to });
    }
}

fn bit(shape: &Shape) -> u64 {
    1 << (shape.data_type.code() & 0x3F)
}
