//! Which row a line goes to: from its number, from what was lost before it, from its length.

use super::{Stream, index};

/// Bytes of a long packet besides its payload.
const AROUND: usize = 6;
/// Rows that may be lost at once where no frame has shown how many there are; as many as were seen are believed, too.
const UNSEEN: usize = 4096;

impl Stream {
    /// A line is to come: leaves out the rows that were lost before it. `number`: of its LS; `base`: the numbers that
    /// lines of other types took.
    pub(in crate::assembler) fn seek(&mut self, number: Option<u16>, base: u16, word: u16) {
        let suspects = core::mem::take(&mut self.suspects);
        match number.filter(|&number| number > 0) {
            Some(number) => self.seek_number(number, base),
            None => {
                self.lose_rows(suspects as usize);
                if self.settled && self.alternates() {
                    self.seek_length(usize::from(word), suspects > 0);
                }
            }
        }
    }

    /// `bytes` bytes were lost between lines: as many rows as they may have held, rounded to the nearest.
    pub(in crate::assembler) fn lose_bytes(&mut self, bytes: u64) {
        let line = |row| (self.expected(row) + AROUND) as u64;
        // Lines are alike, or alternate.
        let (next, second) = (line(self.rows), line(self.rows + 1));
        let (pairs, rest) = (bytes / (next + second), bytes % (next + second));
        let rows = pairs
            .saturating_mul(2)
            .saturating_add(u64::from(rest >= next.div_ceil(2)))
            .saturating_add(u64::from(rest >= next + second.div_ceil(2)));
        let most = self
            .usual_height()
            .map_or(u64::MAX, |height| height.saturating_sub(self.rows) as u64);
        self.lose_rows(usize::try_from(rows.min(most)).unwrap_or(usize::MAX));
    }

    /// The lengths of YUV420 lines alternate: the other length means that there is a row too few, or, where rows were left
    /// out by guess, one too many.
    fn seek_length(&mut self, word: usize, guessed: bool) {
        if self.rows == 1 && word * 4 == self.line_bytes {
            self.shift_first();
        }
        if word == self.expected(self.rows) || word != self.expected(self.rows + 1) {
            return;
        }
        if !(guessed && self.find_row()) {
            self.lose_rows(1);
        }
    }

    /// The second line is a quarter as long as it should be: the first was the longer of its pair, and the one before it
    /// is lost.
    fn shift_first(&mut self) {
        self.set_line_bytes(self.line_bytes / 2);
        self.forget_lone();
        if !self.append(1) {
            return;
        }
        self.buffers.samples.move_row(0, 1);
        self.buffers.wide.move_row(0, 1);
        self.buffers.packed.move_row(0, 1);
        for row in &mut self.buffers.bad {
            *row += 1;
        }
        self.buffers.missing.push(0);
    }

    /// The last row was given up for lost and never was. Returns whether there was such a row.
    fn find_row(&mut self) -> bool {
        let last = self.rows.checked_sub(1).map(index);
        let given_up = last.is_some() && self.buffers.missing.last() == last.as_ref();
        if given_up {
            self.buffers.missing.pop();
            self.truncate(self.rows - 1);
        }
        given_up
    }

    /// `number` is not 0.
    fn seek_number(&mut self, number: u16, base: u16) {
        self.numbers.offset(number, base);
        if self.numbers.is_field(number) {
            self.renumber();
        }
        let row = self.numbers.row(number);
        while self.rows > row && self.find_row() {}
        // A number far outside the frame is no place.
        let most = match self.usual_height() {
            Some(height) => height.max(self.rows + 1),
            None => 2 * self.rows + UNSEEN,
        };
        let plausible = row < most;
        if row > self.rows && plausible && self.fits(row - self.rows + 1) {
            self.lose_rows(row - self.rows);
        }
        self.numbers.saw(number, self.rows);
    }

    /// The first two lines were a field's: closes the gaps that their numbers seemed to tell of. Where the numbers were no
    /// places, there are none.
    fn renumber(&mut self) {
        let Some([(first, from), (last, to)]) = self.numbers.ends() else {
            return;
        };
        let step = last.saturating_sub(first);
        let (first, last) = (self.numbers.row_by(first, step), self.numbers.row_by(last, step));
        if first > from || last > to {
            return;
        }
        self.catch_up();
        self.numbers.adopt_step(step);
        self.forget_lone();
        for (old, new) in [(from, first), (to, last)] {
            self.buffers.samples.copy_row(old, new);
            self.buffers.wide.copy_row(old, new);
            self.buffers.packed.copy_row(old, new);
        }
        self.truncate(last + 1);
        self.buffers.missing.retain(|&row| (row as usize) < first);
        for row in &mut self.buffers.bad {
            *row = index(if *row as usize == from { first } else { last });
        }
    }
}
