//! Rows of one frame in one buffer that later frames use again.
//!
//! Rows follow one another without padding, for those who take a frame as one slice. The first begins at a cache line, the others
//! where they come. Rows that all begin at one, with padding between, were 3 % faster.

use alloc::{vec, vec::Vec};
use core::ops::Range;

/// Bytes of a cache line.
const CACHE_LINE: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Plane<T> {
    /// What frames before left is still in it: rows are overwritten as they come.
    buffer: Vec<T>,
    /// Cells before the first row.
    start: usize,
    width: usize,
    rows: usize,
    /// Cells of the buffer while it is lent.
    lent: usize,
}

impl<T: Copy + Default> Plane<T> {
    /// Empty, `width` cells a row. Keeps the buffer.
    pub(super) fn clear(&mut self, width: usize) {
        self.rows = 0;
        self.width = width;
    }

    /// Appends zero rows; the buffer never grows beyond `limit` cells, which the caller has checked to suffice, and a cache
    /// line.
    pub(super) fn append(&mut self, rows: usize, limit: usize) {
        let first = self.rows;
        self.grow(rows, limit);
        let from = first * self.width;
        if let Some(cells) = self.cells_mut().get_mut(from..) {
            cells.fill(T::default());
        }
    }

    /// Appends a row, which holds anything: all of it is to be written.
    pub(super) fn append_stale(&mut self, limit: usize) -> &mut [T] {
        self.grow(1, limit);
        self.last_rows(1)
    }

    /// Appends a row to be written where the buffer is lent to: its cells there. `None`, and no row, where that has no room.
    pub(super) fn append_lent(&mut self) -> Option<Range<usize>> {
        let end = self.start + (self.rows + 1) * self.width;
        (end <= self.lent).then(|| {
            self.rows += 1;
            end - self.width..end
        })
    }

    /// The buffer, to be [given back](Plane::take_back) before anything else is done with rows, with a row's room more. The first
    /// row begins at the second value, at a cache line.
    pub(super) fn lend(&mut self, limit: usize) -> (Vec<T>, usize) {
        self.reserve((self.rows + 1) * self.width, self.rows * self.width, limit);
        let buffer = core::mem::take(&mut self.buffer);
        self.lent = buffer.len();
        (buffer, self.start)
    }

    /// The buffer that was lent, with its rows.
    pub(super) fn take_back(&mut self, buffer: Vec<T>) {
        self.buffer = buffer;
        self.lent = 0;
    }

    /// Keeps the first `rows` rows.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.rows = self.rows.min(rows);
    }

    /// Makes all rows `width` cells wide: cuts them, or fills up with zeros.
    pub(super) fn restride(&mut self, width: usize) {
        let (old, rows) = (core::mem::replace(&mut self.width, width), self.rows);
        if width < old {
            let cells = self.buffer.get_mut(self.start..).unwrap_or_default();
            for row in 0..rows {
                cells.copy_within(row * old..row * old + width, row * width);
            }
        } else if width > old {
            self.reserve(rows * width, rows * old, rows * width);
            let cells = self.cells_mut();
            for row in (0..rows).rev() {
                cells.copy_within(row * old..(row + 1) * old, row * width);
                cells[row * width + old..(row + 1) * width].fill(T::default());
            }
        }
    }

    /// Copies row `from` over row `to`.
    pub(super) fn copy_row(&mut self, from: usize, to: usize) {
        if from.max(to) < self.rows {
            let width = self.width;
            self.cells_mut()
                .copy_within(from * width..(from + 1) * width, to * width);
        }
    }

    /// Copies row `from` over row `to`, and leaves zeros.
    pub(super) fn move_row(&mut self, from: usize, to: usize) {
        self.copy_row(from, to);
        if from.max(to) < self.rows {
            let width = self.width;
            self.cells_mut()[from * width..(from + 1) * width].fill(T::default());
        }
    }

    /// The last `count` rows; empty where there are fewer.
    pub(super) fn last_rows(&mut self, count: usize) -> &mut [T] {
        let (width, rows) = (self.width, self.rows);
        let first = rows.checked_sub(count).map(|first| first * width);
        let cells = self.cells_mut();
        first.and_then(|first| cells.get_mut(first..)).unwrap_or_default()
    }

    pub(super) fn cells(&self) -> &[T] {
        self.buffer
            .get(self.start..self.start + self.rows * self.width)
            .unwrap_or_default()
    }

    pub(super) fn holds_memory(&self) -> bool {
        !self.buffer.is_empty() || self.lent > 0
    }

    fn cells_mut(&mut self) -> &mut [T] {
        self.buffer
            .get_mut(self.start..self.start + self.rows * self.width)
            .unwrap_or_default()
    }

    fn grow(&mut self, rows: usize, limit: usize) {
        let used = self.rows * self.width;
        self.rows += rows;
        self.reserve(self.rows * self.width, used, limit);
    }

    /// Room for `needed` cells, of which the first `used` are kept.
    fn reserve(&mut self, needed: usize, used: usize, limit: usize) {
        let line = CACHE_LINE / size_of::<T>().max(1);
        // The same wherever in a cache line the memory begins, so that what is taken in the end does not depend on it.
        let room = self.buffer.len().saturating_sub(line - 1);
        if needed <= room {
            return;
        }
        // Doubling keeps the copies few; the limit keeps the last doubling from wasting half of it.
        let target = (room * 2).min(limit).max(needed);
        // Zeroed memory comes without being touched.
        let mut larger = vec![T::default(); target + line - 1];
        let start = match larger.as_ptr().align_offset(CACHE_LINE) {
            offset if offset < line => offset,
            _ => 0,
        };
        if let (Some(to), Some(from)) = (
            larger.get_mut(start..start + used),
            self.buffer.get(self.start..self.start + used),
        ) {
            to.copy_from_slice(from);
        }
        // The memory of a vector stays where it is.
        (self.buffer, self.start) = (larger, start);
    }
}

/// The buffer of a copy begins at another place of a cache line.
impl<T: Copy + Default> Clone for Plane<T> {
    fn clone(&self) -> Self {
        let mut plane = Self {
            buffer: Vec::new(),
            start: 0,
            width: self.width,
            rows: self.rows,
            lent: 0,
        };
        let cells = self.cells();
        plane.reserve(cells.len(), 0, cells.len());
        plane.cells_mut().copy_from_slice(cells);
        plane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, cells: &[u8]) -> Plane<u8> {
        let mut plane = Plane::default();
        plane.clear(width);
        for row in cells.chunks(width) {
            plane.append_stale(1 << 20).copy_from_slice(row);
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
    fn lost_rows_come_zero_from_a_used_buffer() {
        let mut plane = plane(2, &[1, 2, 3, 4]);
        plane.clear(3);
        plane.append(1, 6);
        assert_eq!(plane.cells(), [0, 0, 0]);
    }

    #[test]
    fn a_copy_has_the_same_rows_and_begins_at_a_cache_line() {
        let plane = plane(3, &[1, 2, 3, 4, 5, 6]);
        let copy = plane.clone();
        assert_eq!(copy.cells(), plane.cells());
        assert_eq!(copy.cells().as_ptr().align_offset(CACHE_LINE), 0);
        assert_eq!(Plane::<u16>::default().clone().cells(), []);
    }

    #[test]
    fn the_buffer_stays_below_its_limit() {
        let mut plane = Plane::<u8>::default();
        plane.clear(10);
        for row in 0..10 {
            plane.append_stale(100).fill(row);
            assert_eq!(plane.cells().as_ptr().align_offset(CACHE_LINE), 0);
        }
        assert!((0..100).all(|cell| plane.cells()[cell] == cell as u8 / 10));
        assert_eq!(plane.buffer.len(), 100 + CACHE_LINE - 1);
    }
}
