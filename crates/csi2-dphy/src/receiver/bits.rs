//! From bits of all lanes to bytes in the merger.

use super::PinReceiver;
use crate::burst::Phase;
use crate::sot::REST_OF_SYNC;
use crate::wires::{HS, transpose};
use crate::{LaneEvent, LaneMerger, LaneReceiver, Tick};

impl PinReceiver {
    /// One bit of each lane.
    #[inline]
    pub(super) fn take(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) {
        if !self.listening {
            return;
        }
        if !self.bulk {
            self.bit((word & HS) as u8, at, merger);
        } else if self.rows.push((word & HS) as u8, at) {
            self.flush(merger);
        }
    }

    /// The rows at hand. Without LP wires those only up to the next event: what is behind it waits for what comes of it.
    pub(super) fn flush(&mut self, merger: &mut LaneMerger) {
        let count = core::mem::take(&mut self.rows.count);
        let Some(rows) = self.rows.bits.checked_shr(64 - 8 * count as u32) else {
            return;
        };
        let instants = self.rows.at;
        let at = |row: usize| instants.get(row).copied().unwrap_or_default();
        let taken = self.take_octets(transpose(rows), count, at, merger);
        if taken < count {
            self.rows.keep(taken, count - taken);
        }
    }

    /// `count` bits of each lane, eight at most, those of lane 0 in the lowest byte: at once where all lanes only go on as they
    /// did, else bit by bit, and without LP wires up to the next event. Returns how many were taken. `at`: when each was.
    pub(super) fn take_octets(
        &mut self,
        octets: u64,
        count: usize,
        at: impl Fn(usize) -> Tick,
        merger: &mut LaneMerger,
    ) -> usize {
        let of_lanes = octets.to_le_bytes();
        let phase = self.burst.phase();
        let all = |is: fn(&LaneReceiver, u8) -> bool| {
            let mut lanes = self.lanes.iter().zip(of_lanes).take(self.count);
            lanes.all(|(lane, octet)| is(lane, octet))
        };
        if phase != Phase::Gathering && all(LaneReceiver::is_steady) {
            for (index, (lane, octet)) in self.lanes.iter_mut().zip(of_lanes).enumerate().take(self.count) {
                if let Some(byte) = lane.octet(octet, count as u32) {
                    merger.push_byte(index, byte);
                }
            }
            self.bits += count as u64;
            self.now = at(count.saturating_sub(1));
            return count;
        }
        let mut passed = 0;
        if phase == Phase::Idle && count > REST_OF_SYNC as usize && all(LaneReceiver::expects_sync) {
            // All lanes are in step.
            self.lanes.iter_mut().take(self.count).for_each(LaneReceiver::pass_sync);
            self.bits += u64::from(REST_OF_SYNC);
            passed = REST_OF_SYNC as usize;
        }
        let rows = transpose(octets).to_le_bytes();
        for (row, levels) in rows.into_iter().enumerate().take(count).skip(passed) {
            self.bit(levels, at(row), merger);
            if self.blind && self.has_news() {
                return row + 1;
            }
        }
        count
    }

    /// One bit of each lane, with all that may come of it.
    pub(super) fn bit(&mut self, levels: u8, at: Tick, merger: &mut LaneMerger) {
        self.bits += 1;
        self.now = at;
        for lane in 0..self.count {
            if self.lines.hold(lane) {
                continue;
            }
            self.lane_bit(lane, levels >> lane & 1 == 1, at, merger);
        }
        self.after_bit(at, merger);
    }

    /// What may come of a bit besides.
    pub(super) fn after_bit(&mut self, at: Tick, merger: &mut LaneMerger) {
        if self.burst.is_overdue(self.bits) && !self.lanes.iter().any(LaneReceiver::is_undecided) {
            let mask = |is: fn(&LaneReceiver) -> bool| {
                let lanes = self.lanes.iter().zip(0u32..);
                lanes.fold(0, |mask, (lane, index)| mask | u8::from(is(lane)) << index)
            };
            let (lost, resting) = (mask(LaneReceiver::is_lost), mask(|lane| !lane.in_hs()));
            if !self.burst.narrow(resting, at, false, merger) {
                self.burst.give_up(lost, at, merger);
            }
            if self.blind {
                self.burst.reset();
                self.hunt();
            }
            self.refresh();
        }
        if self.blind && self.burst.phase() == Phase::Running {
            self.look_for_boundary();
        }
    }

    pub(super) fn lane_bit(&mut self, lane: usize, level: bool, at: Tick, merger: &mut LaneMerger) {
        let Some(receiver) = self.lanes.get_mut(lane) else {
            return;
        };
        if let Some(mut event) = receiver.bit(level, at) {
            if let LaneEvent::Start { at, .. } = &mut event {
                *at = self.history.instant(lane, *at);
                self.timing.data_starts(lane as u8, *at);
            }
            let first_bit = self.bits.wrapping_sub(receiver.loose_bits());
            self.burst.lane(lane, event, first_bit, self.bits, true, merger);
            if !matches!(event, LaneEvent::Byte(_)) {
                self.refresh();
            }
        }
    }
}
