//! Memory to measure in: where it begins in a page is known, and all of it is there before the clock starts.

use std::hint::black_box;
use std::ops::{Deref, DerefMut};

const PAGE: usize = 4096;

/// Where a buffer that is read begins in a page.
pub(super) const SOURCE: usize = 0;
/// Where a buffer that is written begins. Were it where the source begins, each load would wait for the store 4 KiB before
/// it, because the CPU compares the low twelve bits of addresses first.
pub(super) const DESTINATION: usize = PAGE / 2 + 64;

/// A slice that begins at a multiple of 64 bytes.
pub(super) struct Buffer<T> {
    cells: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Copy + From<u8>> Buffer<T> {
    /// `offset`: bytes from the start of a page, a multiple of 64.
    pub(super) fn new(length: usize, offset: usize) -> Self {
        let size = size_of::<T>().max(1);
        // Written, not only reserved: the first touch of a page costs more than all that is measured here.
        let cells = black_box(vec![T::from(0xA5); length + 2 * PAGE / size]);
        let page = cells.as_ptr().align_offset(PAGE).min(PAGE / size);
        Self {
            cells,
            start: page + offset / size,
            length,
        }
    }

    /// Holds `from`, and behind it room up to `length`.
    pub(super) fn holding(from: &[T], length: usize, offset: usize) -> Self {
        let mut buffer = Self::new(length.max(from.len()), offset);
        for (to, from) in buffer.iter_mut().zip(from) {
            *to = *from;
        }
        buffer
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.cells.get(self.start..self.start + self.length).unwrap_or_default()
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.cells
            .get_mut(self.start..self.start + self.length)
            .unwrap_or_default()
    }
}

/// What passes take in turn: one thing again and again, or more than the caches hold.
pub(super) struct Ring<T> {
    things: Vec<T>,
    at: usize,
}

impl<T> Ring<T> {
    /// At least one.
    pub(super) fn new(count: usize, make: impl FnMut(usize) -> T) -> Self {
        Self {
            things: (0..count.max(1)).map(make).collect(),
            at: 0,
        }
    }

    /// The next one in turn.
    pub(super) fn turn(&mut self) -> &mut T {
        self.at = (self.at + 1) % self.things.len();
        &mut self.things[self.at]
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.things.len()
    }

    /// The one whose turn it was last.
    pub(super) fn last(&mut self) -> &mut T {
        &mut self.things[self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_where_asked() {
        for offset in [SOURCE, DESTINATION] {
            let bytes = Buffer::<u8>::new(5070, offset);
            assert_eq!((bytes.as_ptr().addr() % PAGE, bytes.len()), (offset, 5070));
            let samples = Buffer::<u16>::holding(&[1, 2, 3], 4056, offset);
            assert_eq!((samples.as_ptr().addr() % PAGE, samples.len()), (offset, 4056));
            assert_eq!(samples[..3], [1, 2, 3]);
        }
    }

    #[test]
    fn takes_turns() {
        let mut ring = Ring::new(3, |index| index);
        let seen: Vec<usize> = (0..5).map(|_| *ring.turn()).collect();
        assert_eq!((seen, *ring.last()), (vec![1, 2, 0, 1, 2], 2));
    }
}
