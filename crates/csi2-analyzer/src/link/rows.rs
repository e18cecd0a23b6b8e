//! Bytes of all lanes side by side: what merging reads.
//!
//! A burst's byte `i` is on lane `i mod N`, in row `i / N`. In mid-row (`phase` bytes of the row are done with) the
//! lanes below `phase` stand one row further than the others. A phase is below the number of lanes.

use csi2_dphy::MAX_LANES;
use csi2_kernels::{Backend, interleave};

/// Unread bytes of each lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    lanes: [&'a [u8]; MAX_LANES],
    count: usize,
}

impl<'a> Rows<'a> {
    /// `count` lanes, 1 to 8.
    pub(super) fn new(lanes: [&'a [u8]; MAX_LANES], count: usize) -> Self {
        Self {
            lanes,
            count: count.clamp(1, MAX_LANES),
        }
    }

    /// Number of lanes.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The lanes in use.
    pub(super) fn lanes(&self) -> &[&'a [u8]] {
        self.lanes.get(..self.count).unwrap_or_default()
    }

    /// Unread bytes of `lane`.
    pub(super) fn lane(&self, lane: usize) -> &'a [u8] {
        self.lanes().get(lane).copied().unwrap_or_default()
    }

    /// Bytes in the shortest lane.
    pub(super) fn depth(&self) -> usize {
        self.lanes().iter().map(|lane| lane.len()).min().unwrap_or(0)
    }

    /// Bytes in the longest lane.
    pub(super) fn longest(&self) -> usize {
        self.lanes().iter().map(|lane| lane.len()).max().unwrap_or(0)
    }

    /// Whether no lane has a byte.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes().iter().all(|lane| lane.is_empty())
    }

    /// The same lanes after `skip` bytes of each.
    pub(super) fn after(&self, skip: &[usize; MAX_LANES]) -> Self {
        let mut lanes = self.lanes;
        for (lane, &skip) in lanes.iter_mut().zip(skip) {
            *lane = lane.get(skip..).unwrap_or_default();
        }
        Self {
            lanes,
            count: self.count,
        }
    }

    /// Merged bytes until a lane runs out.
    pub(super) fn available(&self, phase: usize) -> usize {
        let lanes = self.lanes().iter().enumerate();
        lanes
            .map(|(lane, bytes)| self.turn(phase, lane) + bytes.len() * self.count)
            .min()
            .unwrap_or(0)
    }

    /// Bytes of each lane in the next `bytes` merged bytes.
    pub(super) fn share(&self, phase: usize, bytes: usize) -> [usize; MAX_LANES] {
        let (rows, more) = (bytes / self.count, bytes % self.count);
        let mut share = [0; MAX_LANES];
        for (lane, share) in share.iter_mut().enumerate().take(self.count) {
            *share = rows + usize::from(self.turn(phase, lane) < more);
        }
        share
    }

    /// Bytes of the row that was begun.
    pub(super) fn lead(&self, phase: usize) -> usize {
        self.turn(phase, 0)
    }

    /// How many merged bytes come before the next one of `lane`. Phases are below the number of lanes: no division.
    fn turn(&self, phase: usize, lane: usize) -> usize {
        if lane < phase {
            (lane + self.count).saturating_sub(phase)
        } else {
            lane - phase
        }
    }

    /// The merged byte at `index`.
    pub(super) fn byte(&self, phase: usize, index: usize) -> Option<u8> {
        let position = phase + index;
        let (row, lane) = (position / self.count, position % self.count);
        let row = row - usize::from(lane < phase);
        self.lane(lane).get(row).copied()
    }

    /// The next four merged bytes.
    pub(super) fn header(&self, phase: usize) -> Option<[u8; 4]> {
        let mut header = [0; 4];
        let (mut row, mut lane) = (0, phase);
        for byte in &mut header {
            *byte = *self.lane(lane).get(row)?;
            lane += 1;
            if lane == self.count {
                lane = 0;
            }
            // The lanes below the phase stand one row further.
            row += usize::from(lane == phase);
        }
        Some(header)
    }

    /// Merges until `out` is full or a lane runs out; returns bytes written.
    pub(super) fn merge(&self, backend: Backend, phase: usize, out: &mut [u8]) -> usize {
        let bytes = self.available(phase).min(out.len());
        let Some(out) = out.get_mut(..bytes) else {
            return 0;
        };
        // The rest of the row that was begun, whole rows, and the beginning of the last row.
        let lead = self.lead(phase).min(bytes);
        let (begun, rest) = out.split_at_mut(lead);
        for (index, byte) in begun.iter_mut().enumerate() {
            *byte = self.byte(phase, index).unwrap_or(0);
        }
        let after;
        let aligned = if phase == 0 {
            self
        } else {
            after = self.after(&self.share(phase, lead));
            &after
        };
        lead + aligned.merge_whole(backend, bytes - lead, rest)
    }

    /// The same from the first lane on, for as many bytes as [`Rows::available`] or fewer.
    pub(super) fn merge_whole(&self, backend: Backend, bytes: usize, out: &mut [u8]) -> usize {
        let Some(out) = out.get_mut(..bytes) else {
            return 0;
        };
        let rows = interleave(backend, self.lanes(), out);
        let last = out.get_mut(rows * self.count..).unwrap_or_default();
        for (byte, lane) in last.iter_mut().zip(self.lanes()) {
            *byte = lane.get(rows).copied().unwrap_or(0);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::Rows;
    use csi2_dphy::MAX_LANES;
    use csi2_kernels::Backend;
    use std::vec::Vec;

    /// Deals bytes to lanes one by one, starting with lane `phase`.
    fn deal(bytes: &[u8], phase: usize, count: usize) -> Vec<Vec<u8>> {
        let mut lanes = std::vec![Vec::new(); MAX_LANES];
        for (index, &byte) in bytes.iter().enumerate() {
            lanes[(phase + index) % count].push(byte);
        }
        lanes
    }

    #[test]
    fn merging_undoes_dealing_from_any_lane() {
        let bytes: Vec<u8> = (0..97).collect();
        for count in 1..=MAX_LANES {
            for phase in 0..count {
                for length in [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 97] {
                    let bytes = &bytes[..length];
                    let lanes = deal(bytes, phase, count);
                    let rows = Rows::new(core::array::from_fn(|lane| lanes[lane].as_slice()), count);
                    assert_eq!(rows.available(phase), length, "{count} lanes from {phase}");
                    let mut out = std::vec![0xEE; length + 3];
                    assert_eq!(rows.merge(Backend::PORTABLE, phase, &mut out), length);
                    assert_eq!(&out[..length], bytes);
                    assert_eq!(&out[length..], [0xEE; 3]);
                    assert_eq!(rows.header(phase), bytes.first_chunk().copied());
                    let share = rows.share(phase, length);
                    assert!(share.iter().zip(&lanes).all(|(share, lane)| *share == lane.len()));
                    assert!(rows.after(&share).is_empty());
                }
            }
        }
    }

    #[test]
    fn merging_stops_where_the_first_lane_runs_out() {
        let rows = Rows::new([&[1, 4, 7], &[2], &[3, 6, 9], &[], &[], &[], &[], &[]], 3);
        assert_eq!(rows.available(0), 4);
        let mut out = [0; 9];
        assert_eq!(rows.merge(Backend::PORTABLE, 0, &mut out), 4);
        assert_eq!(out[..4], [1, 2, 3, 4]);
        // From lane 1 on: 2, 3, 1, and lane 1 has nothing more.
        assert_eq!(rows.available(1), 3);
        assert_eq!(rows.merge(Backend::PORTABLE, 1, &mut out), 3);
        assert_eq!(out[..3], [2, 3, 1]);
        assert_eq!(rows.depth(), 1);
    }
}
