//! Lane merging: the inverse of distribution, with skew between lanes.
//!
//! Ref: circuitvalley/USB_C_Industrial_Camera_FPGA_USB3 `mipi_csi_rx_lane_aligner.v`.

use crate::{LaneBytes, MAX_LANES};
use csi2_kernels::{Backend, interleave};

/// Why lanes cannot be merged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MergeError {
    /// A lane ran ahead of the slowest by more than the permitted skew, or a lane never started.
    Skew {
        /// The lane that is furthest behind.
        slowest: u8,
        /// Bytes waiting in the fastest lane.
        waiting: usize,
    },
}

impl core::fmt::Display for MergeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Skew { slowest, waiting } => {
                write!(f, "lane {slowest} is behind: {waiting} bytes wait in the fastest lane")
            }
        }
    }
}

impl core::error::Error for MergeError {}

/// Gathers bytes per lane and gives them back in burst order. No allocation: `CAPACITY` bytes per lane are held.
#[derive(Clone, Debug)]
pub struct LaneMerger<const CAPACITY: usize = 4096> {
    fifo: [[u8; CAPACITY]; MAX_LANES],
    head: [usize; MAX_LANES],
    filled: [usize; MAX_LANES],
    count: usize,
    /// The lane that holds the next byte of the burst.
    turn: usize,
    /// Set while a pin receiver waits for late lanes: nothing may leave yet.
    held: bool,
    /// Merged bytes of a burst that has ended, in front of those of the next.
    ended: usize,
    backend: Backend,
}

impl<const CAPACITY: usize> LaneMerger<CAPACITY> {
    /// A merger of `lanes` lanes (1, 2, 3, 4 or 8; any value from 1 to 8 works, others are taken as the nearest).
    pub fn new(lanes: usize) -> Self {
        Self {
            fifo: [[0; CAPACITY]; MAX_LANES],
            head: [0; MAX_LANES],
            filled: [0; MAX_LANES],
            count: lanes.clamp(1, MAX_LANES),
            turn: 0,
            held: false,
            ended: 0,
            backend: Backend::detect(),
        }
    }

    /// From now on there are so many lanes; bytes of lanes above them are never asked for, nor are those of a burst before.
    pub(crate) fn set_lanes(&mut self, lanes: usize) {
        self.count = lanes.clamp(1, MAX_LANES);
        self.ended = 0;
    }

    /// Whether bytes of the burst before are waiting, too.
    pub(crate) fn holds_another(&self) -> bool {
        self.ended > 0
    }

    /// Writes the merged bytes that are next, which stay, even while a burst's lanes are waited for; returns how many.
    pub fn peek(&self, out: &mut [u8]) -> usize {
        let mut taken = [0; MAX_LANES];
        let mut turn = self.turn;
        for (written, to) in out.iter_mut().enumerate() {
            let (Some(fifo), Some(&head), Some(&filled), Some(taken)) = (
                self.fifo.get(turn),
                self.head.get(turn),
                self.filled.get(turn),
                taken.get_mut(turn),
            ) else {
                return written;
            };
            let Some(byte) = fifo.get((head + *taken) % CAPACITY).filter(|_| *taken < filled) else {
                return written;
            };
            *to = *byte;
            *taken += 1;
            turn = if turn + 1 >= self.count { 0 } else { turn + 1 };
        }
        out.len()
    }

    /// Forgets all bytes: a new burst starts with lane 0.
    pub fn restart(&mut self) {
        self.head = [0; MAX_LANES];
        self.filled = [0; MAX_LANES];
        self.turn = 0;
        self.held = false;
        self.ended = 0;
    }

    /// Takes bytes of one lane; returns how many fitted.
    pub fn push(&mut self, lane: usize, bytes: &[u8]) -> usize {
        if lane >= self.count {
            return 0;
        }
        let (Some(fifo), Some(&head), Some(filled)) =
            (self.fifo.get_mut(lane), self.head.get(lane), self.filled.get_mut(lane))
        else {
            return 0;
        };
        let taken = bytes.len().min(CAPACITY - *filled);
        let mut start = head + *filled;
        if start >= CAPACITY {
            start -= CAPACITY;
        }
        let straight = taken.min(CAPACITY - start);
        let (first, second) = bytes.split_at(taken).0.split_at(straight);
        if let Some(room) = fifo.get_mut(start..start + first.len()) {
            room.copy_from_slice(first);
        }
        if let Some(room) = fifo.get_mut(..second.len()) {
            room.copy_from_slice(second);
        }
        *filled += taken;
        taken
    }

    /// Writes merged bytes in burst order until a lane runs out or `out` is full; returns how many.
    /// While a [`crate::PinReceiver`] still waits for late lanes of a burst, that is none.
    pub fn drain(&mut self, out: &mut [u8]) -> usize {
        let mut written = 0;
        while self.ended > 0 {
            let Some(to) = out.get_mut(written) else { return written };
            let byte = self.next();
            self.ended = byte.map_or(0, |_| self.ended - 1);
            if self.ended == 0 {
                self.turn = 0;
            }
            let Some(byte) = byte else { break };
            *to = byte;
            written += 1;
        }
        if self.held {
            return written;
        }
        loop {
            while self.turn != 0 {
                let Some(to) = out.get_mut(written) else { return written };
                let Some(byte) = self.next() else { return written };
                *to = byte;
                written += 1;
            }
            let room = out.get_mut(written..).unwrap_or_default();
            let rows = self.drain_rows(room);
            if rows == 0 {
                break;
            }
            written += rows * self.count;
        }
        // The uneven end of a burst, or a lane that is late.
        while let Some(to) = out.get_mut(written) {
            let Some(byte) = self.next() else { break };
            *to = byte;
            written += 1;
        }
        written
    }

    /// Merges straight from slices, without the FIFO where it is empty; returns (bytes taken per lane, bytes written).
    ///
    /// When a lane runs out, what the other lanes are ahead by goes to the FIFO as far as there is room; when `out` is
    /// full, the rest is not taken.
    pub fn merge(&mut self, from: &LaneBytes<'_>, out: &mut [u8]) -> ([usize; MAX_LANES], usize) {
        let mut taken = [0; MAX_LANES];
        let mut written = 0;
        if self.held {
            return (taken, written);
        }
        while written < out.len() {
            if self.turn == 0 && self.filled == [0; MAX_LANES] {
                let mut rest: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
                for ((rest, lane), taken) in rest.iter_mut().zip(&from.lanes).zip(&taken) {
                    *rest = lane.get(*taken..).unwrap_or_default();
                }
                let lanes = rest.get(..self.count).unwrap_or_default();
                let rows = interleave(self.backend, lanes, out.get_mut(written..).unwrap_or_default());
                written += rows * self.count;
                for taken in taken.iter_mut().take(self.count) {
                    *taken += rows;
                }
            }
            let (Some(to), Some(at), Some(lane)) = (
                out.get_mut(written),
                taken.get_mut(self.turn),
                from.lanes.get(self.turn),
            ) else {
                break;
            };
            if let Some(byte) = self.next() {
                *to = byte;
            } else if let Some(byte) = lane.get(*at) {
                *to = *byte;
                *at += 1;
                self.pass_turn();
            } else {
                self.keep(from, &mut taken);
                break;
            }
            written += 1;
        }
        (taken, written)
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.count
    }

    /// Room left in the fullest lane.
    pub fn room(&self) -> usize {
        let fullest = self.filled.iter().take(self.count).max().copied().unwrap_or(0);
        CAPACITY - fullest
    }

    /// Bytes waiting per lane.
    pub fn waiting(&self) -> [usize; MAX_LANES] {
        self.filled
    }

    /// Whether the lanes are within `limit` bytes of each other.
    ///
    /// # Errors
    /// [`MergeError::Skew`] when they are not.
    pub fn check_skew(&self, limit: usize) -> Result<(), MergeError> {
        let lanes = self.filled.get(..self.count).unwrap_or_default();
        let (mut slowest, mut least, mut most) = (0, usize::MAX, 0);
        for (lane, &filled) in (0u8..).zip(lanes) {
            if filled < least {
                (slowest, least) = (lane, filled);
            }
            most = most.max(filled);
        }
        if most.saturating_sub(least) > limit {
            return Err(MergeError::Skew { slowest, waiting: most });
        }
        Ok(())
    }

    /// One byte of one lane, if it fits.
    #[inline]
    pub(crate) fn push_byte(&mut self, lane: usize, byte: u8) {
        let (Some(fifo), Some(&head), Some(filled)) =
            (self.fifo.get_mut(lane), self.head.get(lane), self.filled.get_mut(lane))
        else {
            return;
        };
        let mut at = head + *filled;
        if at >= CAPACITY {
            at -= CAPACITY;
        }
        if lane >= self.count || *filled >= CAPACITY {
            return;
        }
        if let Some(slot) = fifo.get_mut(at) {
            *slot = byte;
            *filled += 1;
        }
    }

    /// The lane that holds the next byte of the burst, if nothing else keeps the bytes of `lanes` lanes from leaving.
    pub(crate) fn turn(&self, lanes: usize) -> Option<usize> {
        self.next_turn(lanes).filter(|_| !self.held)
    }

    /// The same, once nothing is held.
    pub(crate) fn next_turn(&self, lanes: usize) -> Option<usize> {
        (self.ended == 0 && self.count == lanes).then_some(self.turn)
    }

    /// The bytes of a lane that wait, in order.
    pub(crate) fn waiting_of(&self, lane: usize) -> impl Iterator<Item = u8> {
        let (head, filled) = (self.head.get(lane), self.filled.get(lane));
        let (head, filled) = (head.copied().unwrap_or(0), filled.copied().unwrap_or(0));
        let fifo = self.fifo.get(lane);
        (0..filled).filter_map(move |index| fifo?.get((head + index) % CAPACITY).copied())
    }

    /// Nothing leaves until all lanes have started: the receiver decides.
    pub(crate) fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// The burst ends here: bytes that may leave do so before those of the next one, the others are forgotten.
    pub(crate) fn end_burst(&mut self) {
        if !self.held && self.ended == 0 {
            let until_empty = |(lane, filled): (usize, &usize)| self.turns_until(lane) + self.count * filled;
            let lanes = self.filled.iter().enumerate().take(self.count);
            self.ended = lanes.map(until_empty).min().unwrap_or(0);
            self.next_burst();
        }
    }

    /// Forgets all bytes but those of the burst that has ended: another one starts with lane 0, or is given up.
    pub(crate) fn next_burst(&mut self) {
        if self.ended == 0 {
            return self.restart();
        }
        for lane in 0..self.count {
            let kept = self.ended.saturating_sub(self.turns_until(lane)).div_ceil(self.count);
            if let Some(filled) = self.filled.get_mut(lane) {
                *filled = kept.min(*filled);
            }
        }
        self.held = false;
    }

    /// Bytes of other lanes before the next one of `lane`.
    fn turns_until(&self, lane: usize) -> usize {
        (lane + self.count - self.turn) % self.count
    }

    /// Whole rows from the FIFOs, as far as all of them are contiguous in memory.
    fn drain_rows(&mut self, out: &mut [u8]) -> usize {
        let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        for (((slice, fifo), &head), &filled) in lanes.iter_mut().zip(&self.fifo).zip(&self.head).zip(&self.filled) {
            let end = (head + filled).min(CAPACITY);
            *slice = fifo.get(head..end).unwrap_or_default();
        }
        let rows = interleave(self.backend, lanes.get(..self.count).unwrap_or_default(), out);
        for (head, filled) in self.head.iter_mut().zip(&mut self.filled).take(self.count) {
            *filled = filled.saturating_sub(rows);
            *head += rows;
            if *head >= CAPACITY {
                *head = 0;
            }
        }
        rows
    }

    /// The next byte of the burst, from the FIFO of the lane whose turn it is.
    fn next(&mut self) -> Option<u8> {
        let filled = self.filled.get_mut(self.turn)?;
        *filled = filled.checked_sub(1)?;
        let head = self.head.get_mut(self.turn)?;
        let byte = *self.fifo.get(self.turn)?.get(*head)?;
        *head += 1;
        if *head >= CAPACITY {
            *head = 0;
        }
        self.pass_turn();
        Some(byte)
    }

    fn pass_turn(&mut self) {
        self.turn += 1;
        if self.turn >= self.count {
            self.turn = 0;
        }
    }

    /// Lanes that are ahead wait in the FIFO.
    fn keep(&mut self, from: &LaneBytes<'_>, taken: &mut [usize; MAX_LANES]) {
        for (lane, taken) in taken.iter_mut().enumerate().take(self.count) {
            let rest = from
                .lanes
                .get(lane)
                .and_then(|bytes| bytes.get(*taken..))
                .unwrap_or_default();
            *taken += self.push(lane, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What may leave at the end of a burst does so whether it is drained before the next one starts or after.
    #[test]
    fn what_is_left_of_a_burst_comes_before_the_next() {
        let mut merger = LaneMerger::<8>::new(3);
        let mut out = [0; 16];
        for (lane, bytes) in [&[1, 4, 7][..], &[2, 5], &[3, 6, 9]].iter().enumerate() {
            merger.push(lane, bytes);
        }
        assert_eq!(merger.drain(&mut out[..2]), 2);
        merger.end_burst();
        for _ in 0..2 {
            // The second time the burst between is given up.
            merger.next_burst();
            merger.hold(true);
            merger.push(0, &[11, 14]);
            merger.push(2, &[13]);
        }
        assert_eq!(merger.drain(&mut out[2..4]), 2);
        assert_eq!(merger.drain(&mut out[4..]), 3);
        assert_eq!(out[..7], [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(merger.drain(&mut out), 0);
        merger.hold(false);
        merger.push(1, &[12]);
        assert_eq!(merger.drain(&mut out), 4);
        assert_eq!(out[..4], [11, 12, 13, 14]);
    }
}
