//! From bits of all lanes to bytes in the merger.

use super::PinReceiver;
use crate::burst::Phase;
use crate::wires::HS;
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
            self.octets(merger);
        }
    }

    /// Eight rows are full: eight bits of each lane.
    pub(super) fn octets(&mut self, merger: &mut LaneMerger) {
        let octets = self.rows.transposed();
        let steady = |(lane, octet): (&LaneReceiver, u8)| lane.is_steady(octet);
        let gathering = self.burst.phase() == Phase::Gathering;
        if gathering || !self.lanes.iter().zip(octets).take(self.count).all(steady) {
            self.flush(merger);
            return;
        }
        for (index, (lane, octet)) in self.lanes.iter_mut().zip(octets).enumerate().take(self.count) {
            if let Some(byte) = lane.octet(octet) {
                merger.push_byte(index, byte);
            }
        }
        self.bits += 8;
        self.now = self.rows.at[7];
        self.rows.count = 0;
    }

    /// The rows at hand, bit by bit. Without LP wires only up to the next event: those behind it wait for what comes of it.
    pub(super) fn flush(&mut self, merger: &mut LaneMerger) {
        let count = core::mem::take(&mut self.rows.count);
        if count == 0 {
            return;
        }
        let rows = (self.rows.bits >> (64 - 8 * count)).to_le_bytes();
        let instants = self.rows.at;
        for (taken, (row, at)) in (1..=count).zip(rows.into_iter().zip(instants)) {
            self.bit(row, at, merger);
            if self.blind && self.has_news() {
                self.rows.keep(taken, count - taken);
                return;
            }
        }
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
