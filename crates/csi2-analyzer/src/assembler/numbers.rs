//! Rows from line numbers.

/// What the line numbers (LS) of a stream say about rows.
#[derive(Debug)]
pub(super) struct Numbers {
    /// From line to line: 1, or that of a field.
    step: u16,
    /// Seen at work.
    confirmed: bool,
    /// Numbers that lines of other data types took at the start of the frame.
    base: u16,
    /// Number and row of the first line and the last of this frame.
    first: Option<(u16, usize)>,
    last: Option<(u16, usize)>,
    /// Lines of this frame.
    lines: usize,
}

impl Numbers {
    pub(super) const fn new() -> Self {
        Self {
            step: 1,
            confirmed: false,
            base: 0,
            first: None,
            last: None,
            lines: 0,
        }
    }

    pub(super) fn frame_start(&mut self) {
        *self = Self {
            step: self.step,
            confirmed: self.confirmed,
            ..Self::new()
        };
    }

    /// Before the first line: `base` is the highest number that lines of other types took. Whether they are counted
    /// together shows in `number` going on from there.
    pub(super) fn offset(&mut self, number: u16, base: u16) {
        if self.first.is_none() && number.checked_sub(1) == Some(base) {
            self.base = base;
        }
    }

    /// Numbers go up by `step`, as in a field.
    pub(super) fn adopt_step(&mut self, step: u16) {
        self.step = step.max(1);
        self.confirmed = true;
    }

    /// Number and row of the first line and the last.
    pub(super) fn ends(&self) -> Option<[(u16, usize); 2]> {
        Some([self.first?, self.last?])
    }

    /// A line came, numbered or not.
    pub(super) fn stored(&mut self) {
        self.lines += 1;
    }

    /// The row of a line. (Not of number 0, which says nothing.)
    pub(super) fn row(&self, number: u16) -> usize {
        self.row_by(number, self.step)
    }

    /// The same, if numbers go up by `step`.
    pub(super) fn row_by(&self, number: u16, step: u16) -> usize {
        usize::from(number.saturating_sub(self.base).saturating_sub(1) / step.max(1))
    }

    /// The third line of a frame is as far from the second as that from the first: a field, not two losses alike.
    pub(super) fn is_field(&self, number: u16) -> bool {
        let (Some((first, _)), Some((last, _))) = (self.first, self.last) else {
            return false;
        };
        let step = last.saturating_sub(first);
        !self.confirmed && self.lines == 2 && step > 1 && number.checked_sub(last) == Some(step)
    }

    /// The line of this number goes to this row.
    pub(super) fn saw(&mut self, number: u16, row: usize) {
        if let Some((last, _)) = self.last {
            self.confirmed |= number.checked_sub(last) == Some(self.step);
        }
        self.first = self.first.or(Some((number, row)));
        self.last = Some((number, row));
    }
}
