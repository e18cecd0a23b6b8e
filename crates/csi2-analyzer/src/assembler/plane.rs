//! Rows of one frame in one buffer that later frames use again.

use alloc::vec::Vec;

#[derive(Debug, Default)]
pub(super) struct Plane<T> {
    cells: Vec<T>,
    width: usize,
    rows: usize,
}

impl<T: Copy + Default> Plane<T> {
    /// Empty, `width` cells a row. Keeps the buffer.
    pub(super) fn clear(&mut self, width: usize) {
        self.cells.clear();
        self.rows = 0;
        self.width = width;
    }

    /// Appends zero rows; the buffer never grows beyond `limit` cells, which the caller has checked to suffice.
    pub(super) fn append(&mut self, rows: usize, limit: usize) {
        self.rows += rows;
        let needed = self.rows * self.width;
        if needed > self.cells.capacity() {
            // Doubling keeps the copies few; the limit keeps the last doubling from wasting half of it.
            let target = (self.cells.capacity() * 2).min(limit).max(needed);
            self.cells.reserve_exact(target - self.cells.len());
        }
        self.cells.resize(needed, T::default());
    }

    /// Keeps the first `rows` rows.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.rows = self.rows.min(rows);
        self.cells.truncate(self.rows * self.width);
    }

    /// Makes all rows `width` cells wide: cuts them, or fills up with zeros.
    pub(super) fn restride(&mut self, width: usize) {
        let (old, rows) = (core::mem::replace(&mut self.width, width), self.rows);
        if width < old {
            for row in 0..rows {
                self.cells.copy_within(row * old..row * old + width, row * width);
            }
            self.cells.truncate(rows * width);
        } else {
            self.cells
                .reserve_exact((rows * width).saturating_sub(self.cells.len()));
            self.cells.resize(rows * width, T::default());
            for row in (0..rows).rev() {
                self.cells.copy_within(row * old..(row + 1) * old, row * width);
                self.cells[row * width + old..(row + 1) * width].fill(T::default());
            }
        }
    }

    /// Copies row `from` over row `to`.
    pub(super) fn copy_row(&mut self, from: usize, to: usize) {
        if from.max(to) < self.rows {
            self.cells
                .copy_within(from * self.width..(from + 1) * self.width, to * self.width);
        }
    }

    /// Copies row `from` over row `to`, and leaves zeros.
    pub(super) fn move_row(&mut self, from: usize, to: usize) {
        self.copy_row(from, to);
        if from.max(to) < self.rows {
            self.cells[from * self.width..(from + 1) * self.width].fill(T::default());
        }
    }

    /// The last row; empty when there is none.
    pub(super) fn last_row(&mut self) -> &mut [T] {
        let start = self.cells.len() - self.cells.len().min(self.width);
        &mut self.cells[start..]
    }

    pub(super) fn cells(&self) -> &[T] {
        &self.cells
    }

    pub(super) fn holds_memory(&self) -> bool {
        self.cells.capacity() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, cells: &[u8]) -> Plane<u8> {
        let mut plane = Plane::default();
        plane.clear(width);
        for row in cells.chunks(width) {
            plane.append(1, 1 << 20);
            plane.last_row().copy_from_slice(row);
        }
        plane
    }

    #[test]
    fn restride_cuts_and_fills() {
        let table: &[(usize, &[u8])] = &[
            (2, &[1, 2, 4, 5, 7, 8]),
            (3, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (5, &[1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0]),
            (0, &[]),
        ];
        for (width, expected) in table {
            let mut plane = plane(3, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
            plane.restride(*width);
            assert_eq!(plane.cells(), *expected, "{width}");
        }
    }

    #[test]
    fn rows_come_zero_from_a_used_buffer() {
        let mut plane = plane(2, &[1, 2, 3, 4]);
        plane.clear(3);
        plane.append(1, 6);
        assert_eq!(plane.cells(), [0, 0, 0]);
    }

    #[test]
    fn the_buffer_stays_below_its_limit() {
        let mut plane = Plane::<u8>::default();
        plane.clear(10);
        for _ in 0..10 {
            plane.append(1, 100);
        }
        assert_eq!((plane.cells().len(), plane.cells.capacity()), (100, 100));
    }
}
