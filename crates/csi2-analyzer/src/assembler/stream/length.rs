//! How long rows are: as long as two good lines agree on.

use super::{Stream, index};

/// Good lines of a frame until two are alike: the row of each, and the bytes of a whole row by it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lone {
    first: Option<(usize, usize)>,
    second: Option<(usize, usize)>,
}

impl Lone {
    /// How long rows are is settled.
    pub(super) const fn is_none(&self) -> bool {
        self.first.is_none()
    }
}

impl Stream {
    /// The line of `bytes` bytes that is to be the next row came whole. Rows are as long as the first such line; where the
    /// second is of another length, as long as the longer of them, until another is like one of them. That of the frame
    /// before is as good as a second.
    pub(super) fn settle(&mut self, bytes: usize) {
        let word = u16::try_from(bytes).unwrap_or(u16::MAX);
        let new = (self.rows, self.row_bytes_of(word));
        if !self.settled {
            self.settled = true;
            let confirmed = self.frames > 0 && new.1 == self.line_bytes;
            self.lone.first = Some(new).filter(|_| !confirmed);
            self.make(new.1);
            return;
        }
        let Lone { first, second } = self.lone;
        match (first, second) {
            (None, _) => {}
            (Some(_), None) if new.1 == self.line_bytes => self.lone = Lone::default(),
            (Some(first), None) => {
                self.uneven = true;
                self.lone.second = Some(new);
                if new.1 > self.line_bytes {
                    self.make(new.1);
                    self.spoil(first.0);
                }
            }
            (Some(first), Some(second)) => {
                let (like, odd) = match new.1 {
                    bytes if bytes == first.1 => (first, second),
                    bytes if bytes == second.1 => (second, first),
                    _ => return,
                };
                self.lone = Lone::default();
                self.make(like.1);
                self.buffers.bad.retain(|row| *row != index(like.0));
                self.spoil(odd.0);
            }
        }
    }

    /// Rows have moved: which was the odd one is not known any more.
    pub(super) fn forget_lone(&mut self) {
        self.lone = Lone::default();
    }

    fn make(&mut self, line_bytes: usize) {
        if line_bytes != self.line_bytes {
            self.set_line_bytes(line_bytes);
        }
    }

    fn spoil(&mut self, row: usize) {
        let row = index(row);
        if let Err(place) = self.buffers.bad.binary_search(&row) {
            self.buffers.bad.insert(place, row);
        }
    }
}
