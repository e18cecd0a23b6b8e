//! The line buffer: merged bytes on their way from the lanes to the depacketizer.

use alloc::{vec, vec::Vec};
use core::ops::Range;

/// The longest packet has 65 541 bytes; the rest is for what was merged before it.
const CAPACITY: usize = (1 << 16) + (4 << 10);
/// Bytes of a cache line.
const CACHE_LINE: usize = 64;
/// Bytes of a header.
const HEADER: usize = 4;

/// Merged bytes: those that may go to the depacketizer, then those that were only looked at. On a scrambled link the
/// first of those that may go are plain already.
///
/// What is written into the empty buffer begins a header short of a cache line: payload then lies on whole ones, which
/// merging, checksum and unpacking are faster with.
pub(super) struct Line {
    bytes: Vec<u8>,
    /// Where the empty buffer begins.
    start: usize,
    head: usize,
    plain: usize,
    ready: usize,
    tail: usize,
}

impl Line {
    /// An empty buffer; without memory where the capture needs no merging.
    pub(super) fn new(used: bool) -> Self {
        let bytes = if used {
            vec![0; CAPACITY + 2 * CACHE_LINE]
        } else {
            Vec::new()
        };
        // The memory of a vector stays where it is.
        let start = match bytes.as_ptr().align_offset(CACHE_LINE) {
            offset if used && offset < CACHE_LINE => offset + CACHE_LINE - HEADER,
            _ => 0,
        };
        Self {
            bytes,
            start,
            head: start,
            plain: start,
            ready: start,
            tail: start,
        }
    }

    /// Room for at most `bytes` more bytes.
    pub(super) fn room(&mut self, bytes: usize) -> &mut [u8] {
        let bytes = bytes.min(self.bytes.len());
        if self.head == self.tail {
            self.clear();
        } else if self.head > self.start && self.tail + bytes > self.bytes.len() {
            self.bytes.copy_within(self.head..self.tail, self.start);
            let shift = self.head - self.start;
            self.plain -= shift;
            self.ready -= shift;
            self.tail -= shift;
            self.head = self.start;
        }
        let end = (self.tail + bytes).min(self.bytes.len());
        self.bytes.get_mut(self.tail..end).unwrap_or_default()
    }

    /// Where the first bytes go of what is written into the empty buffer.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The first `bytes` bytes of the room were written.
    pub(super) fn filled(&mut self, bytes: usize) {
        self.tail = (self.tail + bytes).min(self.bytes.len());
    }

    /// The next `bytes` bytes may go to the depacketizer.
    pub(super) fn admit(&mut self, bytes: usize) {
        self.ready = (self.ready + bytes).min(self.tail);
    }

    /// The last `bytes` of those admitted, as far as they are not consumed, are dropped, and all after them.
    pub(super) fn withdraw(&mut self, bytes: u64) {
        let held = self.ready - self.head;
        self.ready -= usize::try_from(bytes).unwrap_or(held).min(held);
        self.plain = self.plain.min(self.ready);
        self.tail = self.ready;
    }

    /// Drops the bytes that were not admitted.
    pub(super) fn forget(&mut self) {
        self.tail = self.ready;
    }

    /// Drops all bytes.
    pub(super) fn clear(&mut self) {
        (self.head, self.plain, self.ready, self.tail) = (self.start, self.start, self.start, self.start);
    }

    /// The first `bytes` admitted bytes are done with. They stay readable by [`Line::get`] until the next write.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.head = (self.head + bytes).min(self.ready);
        self.plain = self.plain.max(self.head);
    }

    /// Bytes for the depacketizer.
    pub(super) fn admitted(&self) -> &[u8] {
        self.bytes.get(self.head..self.ready).unwrap_or_default()
    }

    /// The first of those, as far as they are plain.
    pub(super) fn plain(&self) -> &[u8] {
        self.bytes.get(self.head..self.plain).unwrap_or_default()
    }

    /// The rest of those.
    pub(super) fn veiled(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.plain..self.ready).unwrap_or_default()
    }

    /// The first `bytes` of [`Line::veiled`] were made plain.
    pub(super) fn unveiled(&mut self, bytes: usize) {
        self.plain = (self.plain + bytes).min(self.ready);
    }

    /// Bytes after those admitted.
    pub(super) fn waiting(&self) -> &[u8] {
        self.bytes.get(self.ready..self.tail).unwrap_or_default()
    }

    /// Whether no more bytes can be admitted before some are consumed.
    pub(super) fn is_full(&self) -> bool {
        self.ready - self.head >= self.bytes.len() - self.start
    }

    /// Where `part` lies in the buffer, if it does.
    pub(super) fn place_of(&self, part: &[u8]) -> Option<Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= self.bytes.len()).then_some(start..end)
    }

    /// Bytes at a place found by [`Line::place_of`], to be changed.
    pub(super) fn get_mut(&mut self, place: Range<usize>) -> &mut [u8] {
        self.bytes.get_mut(place).unwrap_or_default()
    }

    /// Bytes at a place found by [`Line::place_of`].
    pub(super) fn get(&self, place: Range<usize>) -> &[u8] {
        self.bytes.get(place).unwrap_or_default()
    }
}
