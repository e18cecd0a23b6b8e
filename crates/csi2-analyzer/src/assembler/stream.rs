//! The frame of one stream: where lines go, which are lost or bad, and when the frame is whole.

use super::buffers::Buffers;
use super::numbers::Numbers;
use super::owned::head;
use super::{Frame, Keep, OwnedFrame, Pixels};
use csi2_dphy::Tick;
use csi2_kernels::{Backend, Stores};
use csi2_packet::{DataType, VirtualChannel};
use csi2_pixel::{Codec, Kernels, Samples, Unpack, stores_for_frame};
use length::Lone;
use posting::Posting;

mod length;
mod place;
mod posting;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// Between frames.
    Idle,
    /// Lines are coming.
    Open,
    /// Finished, lent to the caller.
    Ready,
}

/// How a frame began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// Of its FS; `None` when that was lost.
    pub(super) number: Option<u16>,
    pub(super) packet: u64,
    pub(super) at: Option<Tick>,
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) channel: VirtualChannel,
    pub(super) data_type: DataType,
    pub(super) phase: Phase,
    pub(super) buffers: Buffers,
    /// Bursts lost since the last line, each perhaps a line.
    pub(super) suspects: u32,
    /// Frames that a bound has cut.
    pub(super) limit_hits: u64,
    /// `None`: rows are payload bytes.
    codec: Option<&'static Codec>,
    keep: Keep,
    limit: usize,
    opening: Opening,
    /// Payload bytes of a row.
    line_bytes: usize,
    /// What follows from that.
    shape: Shape,
    /// A line with a good checksum has confirmed `line_bytes`.
    settled: bool,
    rows: usize,
    /// A bound has cut the frame.
    overflow: bool,
    /// A gap was too long to be filled with rows, or of unknown length.
    torn: bool,
    complete: bool,
    numbers: Numbers,
    /// Frames finished.
    frames: u64,
    /// Rows of the last complete frame, and how long they were.
    height: Option<usize>,
    height_bytes: usize,
    /// Rows of this frame are not all alike.
    uneven: bool,
    /// Good lines that are not known to be as long as the others.
    lone: Lone,
    /// Rows of the last frame that had all but the right number of rows.
    rival: Option<usize>,
    /// Rows that are under way to memory.
    posting: Posting,
}

/// Every row is charged this much, so that rows without bytes are bounded too.
const ROW_COST: usize = 16;

impl Stream {
    pub(super) fn new(
        channel: VirtualChannel,
        data_type: DataType,
        codec: Option<&'static Codec>,
        keep: Keep,
        limit: usize,
    ) -> Self {
        Self {
            channel,
            data_type,
            phase: Phase::Idle,
            buffers: Buffers::default(),
            suspects: 0,
            limit_hits: 0,
            codec,
            keep,
            limit,
            opening: Opening {
                number: None,
                packet: 0,
                at: None,
            },
            line_bytes: 0,
            shape: Shape::default(),
            settled: false,
            rows: 0,
            overflow: false,
            torn: false,
            complete: false,
            numbers: Numbers::new(),
            frames: 0,
            height: None,
            height_bytes: 0,
            uneven: false,
            lone: Lone::default(),
            rival: None,
            posting: Posting::default(),
        }
    }

    /// Begins a frame whose first line announces `word` bytes.
    pub(super) fn open(&mut self, opening: Opening, word: u16) {
        self.phase = Phase::Open;
        self.opening = opening;
        self.settled = false;
        self.uneven = false;
        self.lone = Lone::default();
        self.rows = 0;
        self.overflow = false;
        self.torn = false;
        self.suspects = 0;
        self.buffers.missing.clear();
        self.buffers.bad.clear();
        self.catch_up();
        self.numbers.frame_start();
        if self.frames == 0 {
            self.line_bytes = self.row_bytes_of(word);
            self.shape = self.shape();
        }
        let cells = self.shape.cells;
        self.buffers.samples.clear(cells.narrow);
        self.buffers.wide.clear(cells.wide);
        self.buffers.packed.clear(cells.packed);
    }

    /// Whether a payload of `word` bytes may go to its row before its checksum is known.
    pub(super) fn takes_directly(&self, word: u16) -> bool {
        self.settled && self.lone.is_none() && usize::from(word) == self.expected(self.rows)
    }

    /// The next row. `good`: the whole payload came, and (as far as known) its checksum is right.
    pub(super) fn store(&mut self, payload: &[u8], good: bool, backend: Backend) {
        if good {
            self.settle(payload.len());
        }
        let expected = self.expected(self.rows);
        let row = self.rows;
        let Some(most) = self.admit(1) else {
            return;
        };
        let bytes = &payload[..payload.len().min(expected)];
        match self.codec.filter(|_| self.keep == Keep::Samples) {
            Some(codec) => {
                let group = codec.group_of(row).bytes;
                let bytes = &bytes[..bytes.len() / group * group];
                let cells = self.shape.cells;
                let streams = backend.with_stores(self.stores(&cells)).streams();
                match codec.kernels {
                    Kernels::Narrow { unpack, raw, .. } => {
                        // A row that nothing is missing of.
                        let whole = codec.samples_in(row, bytes.len()) == cells.narrow;
                        match raw.filter(|_| whole && streams) {
                            Some(raw) => {
                                let samples = &mut self.buffers.samples;
                                self.posting.push(raw, backend, bytes, samples, most * cells.narrow);
                            }
                            None => {
                                self.catch_up();
                                let row = self.buffers.samples.append_stale(most * cells.narrow);
                                fill(unpack, backend, bytes, row);
                            }
                        }
                    }
                    Kernels::Wide { unpack, .. } => {
                        let row = self.buffers.wide.append_stale(most * cells.wide);
                        fill(unpack, backend, bytes, row);
                    }
                };
            }
            None => {
                let row = self.buffers.packed.append_stale(most * self.line_bytes);
                let (place, rest) = row.split_at_mut(bytes.len().min(row.len()));
                place.copy_from_slice(&bytes[..place.len()]);
                rest.fill(0);
            }
        }
        self.numbers.stored();
        self.uneven |= good && payload.len() != expected;
        if !good || payload.len() != expected {
            self.buffers.bad.push(index(row));
        }
    }

    /// Waits for the rows under way. To be called before any of the rows is touched, or looked at.
    fn catch_up(&mut self) {
        self.posting.settle(&mut self.buffers.samples);
    }

    /// The checksum of the row just stored is wrong.
    pub(super) fn spoil_last(&mut self) {
        let Some(row) = self.rows.checked_sub(1).map(index) else {
            return;
        };
        if !self.overflow && self.buffers.bad.last() != Some(&row) {
            self.buffers.bad.push(row);
        }
    }

    /// Rows may be missing that nothing tells of.
    pub(super) fn tear(&mut self) {
        self.torn = true;
    }

    /// The frame is over. `end`: the number of its FE; `None` when that is missing.
    pub(super) fn close(&mut self, end: Option<u16>) {
        self.catch_up();
        if self.rows == 0 {
            self.phase = Phase::Idle;
            return;
        }
        if end.is_some() {
            let suspects = core::mem::take(&mut self.suspects) as usize;
            if self
                .usual_height()
                .is_none_or(|height| self.rows.saturating_add(suspects) <= height)
            {
                self.lose_rows(suspects);
            }
        }
        let framed = end.is_some() && self.opening.number.is_some();
        let whole = framed && !self.overflow && !self.torn && self.buffers.missing.is_empty();
        let usual = self.usual_height();
        let right = match usual {
            None => true,
            Some(height) if self.rows == height => true,
            // More rows than before: the frame before had lost some. Twice as many are two frames without FE and FS.
            Some(height) if self.rows > height && self.rows < height.saturating_mul(2) => true,
            // Two frames alike: the transmitter has changed its mode.
            Some(_) => self.rival == Some(self.rows),
        };
        self.complete = whole && right;
        self.rival = (whole && !right).then_some(self.rows);
        match usual {
            _ if self.complete => {
                self.height = Some(self.rows);
                self.height_bytes = self.line_bytes;
            }
            Some(height) if height > self.rows => self.lose_rows(height - self.rows),
            _ => {}
        }
        self.frames += 1;
        self.phase = Phase::Ready;
    }

    /// Rows that this frame should have. Rows of another length are of another mode, and none is known to be missing.
    fn usual_height(&self) -> Option<usize> {
        let other = self.settled && !self.uneven && self.line_bytes != self.height_bytes;
        self.height.filter(|_| !other)
    }

    /// Whether a frame of this stream was ever begun.
    pub(super) fn is_known(&self) -> bool {
        self.frames > 0 || self.phase != Phase::Idle
    }

    /// The finished frame.
    pub(super) fn frame(&self) -> Frame<'_> {
        let kernels = self.codec.filter(|_| self.keep == Keep::Samples);
        let pixels = match kernels.map(|codec| codec.kernels) {
            Some(Kernels::Narrow { .. }) => Pixels::Samples(Samples::Narrow(self.buffers.samples.cells())),
            Some(Kernels::Wide { .. }) => Pixels::Samples(Samples::Wide(self.buffers.wide.cells())),
            None => Pixels::Packed(self.buffers.packed.cells()),
        };
        Frame {
            channel: self.channel,
            data_type: self.data_type,
            index: self.frames.saturating_sub(1),
            number: self.opening.number,
            codec: self.codec,
            width: index(self.width()),
            height: index(self.rows),
            bits: self.codec.map_or(8, |codec| codec.bits),
            line_bytes: index(self.line_bytes),
            rest_bytes: index(self.codec.map_or(0, |codec| self.line_bytes % codec.group_of(1).bytes)),
            pixels,
            complete: self.complete,
            missing_lines: &self.buffers.missing,
            bad_lines: &self.buffers.bad,
            first_packet: self.opening.packet,
            at: self.opening.at,
        }
    }

    /// The finished frame with all its memory.
    pub(super) fn take(&mut self) -> OwnedFrame {
        let head = head(&self.frame());
        OwnedFrame::within(head, core::mem::take(&mut self.buffers))
    }

    fn lose_rows(&mut self, rows: usize) {
        let first = self.rows;
        if rows == 0 {
            return;
        }
        if self.overflow || !self.fits(rows) {
            self.torn = true;
            return;
        }
        self.append(rows);
        self.buffers.missing.extend((first..self.rows).map(index));
    }

    /// Adds zero rows. Beyond the limit the frame stays as it is.
    fn append(&mut self, rows: usize) -> bool {
        let Some(most) = self.admit(rows) else {
            return false;
        };
        self.catch_up();
        let cells = self.shape.cells;
        self.buffers.samples.append(rows, most * cells.narrow);
        self.buffers.wide.append(rows, most * cells.wide);
        self.buffers.packed.append(rows, most * cells.packed);
        true
    }

    /// Counts rows that are then added; the most rows there may be. `None` beyond the limit.
    fn admit(&mut self, rows: usize) -> Option<usize> {
        if self.overflow {
            return None;
        }
        if !self.fits(rows) {
            self.cut();
            return None;
        }
        self.rows += rows;
        Some(self.shape.most)
    }

    /// How rows of so many cells are written: as the whole frame is to be, so far as its size is known.
    fn stores(&self, cells: &Cells) -> Stores {
        let row = cells.narrow * size_of::<u16>() + cells.wide * size_of::<u32>();
        let rows = self.height.unwrap_or(0).max(self.rows);
        stores_for_frame(row.saturating_mul(rows))
    }

    fn cut(&mut self) {
        self.overflow = true;
        self.limit_hits += 1;
    }

    fn truncate(&mut self, rows: usize) {
        self.catch_up();
        self.rows = self.rows.min(rows);
        self.buffers.samples.truncate(rows);
        self.buffers.wide.truncate(rows);
        self.buffers.packed.truncate(rows);
    }

    /// Makes all rows this long.
    fn set_line_bytes(&mut self, line_bytes: usize) {
        self.catch_up();
        self.line_bytes = line_bytes;
        self.shape = self.shape();
        if !self.fits(0) {
            self.truncate(0);
            self.cut();
        }
        let cells = self.shape.cells;
        self.buffers.samples.restride(cells.narrow);
        self.buffers.wide.restride(cells.wide);
        self.buffers.packed.restride(cells.packed);
    }

    /// Bytes of a whole row when the next line has `word`.
    fn row_bytes_of(&self, word: u16) -> usize {
        let odd = self.alternates() && self.rows.is_multiple_of(2);
        usize::from(word) * if odd { 2 } else { 1 }
    }

    /// Payload bytes that row `row` should have: every first line of a YUV420 pair is half a row long.
    fn expected(&self, row: usize) -> usize {
        let odd = self.alternates() && row.is_multiple_of(2);
        self.line_bytes / if odd { 2 } else { 1 }
    }

    fn fits(&self, more: usize) -> bool {
        self.rows
            .checked_add(more)
            .and_then(|rows| rows.checked_mul(self.cost()))
            .is_some_and(|bytes| bytes <= self.limit)
    }

    /// What a row is charged.
    fn cost(&self) -> usize {
        self.line_bytes.max(ROW_COST)
    }

    /// Lines are short and long in turn.
    fn alternates(&self) -> bool {
        self.codec.is_some_and(|codec| codec.layout.alternates())
    }

    /// Pixels of a row; payload bytes without a codec.
    fn width(&self) -> usize {
        self.codec
            .map_or(self.line_bytes, |codec| codec.pixels_in(1, self.line_bytes))
    }

    /// Rows of `line_bytes` bytes.
    fn shape(&self) -> Shape {
        let mut cells = Cells::default();
        match self.codec.filter(|_| self.keep == Keep::Samples) {
            Some(codec) => {
                let stride = codec.layout.stride(self.width());
                match codec.kernels {
                    Kernels::Narrow { .. } => cells.narrow = stride,
                    Kernels::Wide { .. } => cells.wide = stride,
                }
            }
            None => cells.packed = self.line_bytes,
        }
        Shape {
            cells,
            most: self.limit / self.cost(),
        }
    }
}

/// What follows from the length of a row, and is needed for each.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// Cells of a row in each plane; those not in use have rows of none.
    cells: Cells,
    /// Rows that the limit allows.
    most: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cells {
    narrow: usize,
    wide: usize,
    packed: usize,
}

/// Unpacks `bytes` to a row; samples that they have not are 0.
fn fill<S: Copy + Default>(unpack: Unpack<S>, backend: Backend, bytes: &[u8], row: &mut [S]) {
    let (_, samples) = unpack(backend.with_stores(Stores::Cached), bytes, row);
    if let Some(missing) = row.get_mut(samples..) {
        missing.fill(S::default());
    }
}

/// Rows and bytes are bounded by `Limits::max_frame_bytes` and the word count.
fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
