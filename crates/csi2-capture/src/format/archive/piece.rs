//! A buffer of samples on its way.

use std::io::{self, Read};

/// Some samples of a member, or of several.
#[derive(Default)]
pub(crate) struct Piece {
    buffer: Vec<u8>,
    len: usize,
    /// Where in the file reading was.
    pub(super) position: u64,
    /// The member ends with it.
    pub(super) last: bool,
    /// Number of the thread whose buffer it is.
    pub(super) owner: usize,
}

impl Piece {
    pub(super) fn new(mut buffer: Vec<u8>, room: usize) -> Self {
        buffer.resize(room, 0);
        Self {
            buffer,
            ..Self::default()
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == self.buffer.len()
    }

    /// Reads until there is no room, or nothing to read.
    pub(super) fn fill(&mut self, member: &mut dyn Read) -> io::Result<()> {
        loop {
            let free = self.buffer.get_mut(self.len..).unwrap_or_default();
            if free.is_empty() {
                return Ok(());
            }
            match member.read(free) {
                Ok(0) => return Ok(()),
                Ok(n) => self.len += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Moves bytes here from the start of the piece that follows, as many as fit.
    pub(super) fn top_up(&mut self, next: &mut Self) {
        let free = self.buffer.get_mut(self.len..).unwrap_or_default();
        let count = free.len().min(next.len);
        if let (Some(to), Some(from)) = (free.get_mut(..count), next.buffer.get(..count)) {
            to.copy_from_slice(from);
        }
        self.len += count;
        next.buffer.copy_within(count..next.len, 0);
        next.len -= count;
        self.position = next.position;
    }

    /// Leaves bytes out at the end.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}
