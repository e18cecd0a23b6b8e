//! Without LP wires: where one burst ends and the next begins.

use super::{Boundary, MOST_SKEW_BLIND, PinReceiver};
use crate::lane::Candidate;
use crate::{LaneMerger, Tick};

impl PinReceiver {
    /// A stop state, HS-ZERO and a sync byte on all lanes of a running burst.
    pub(super) fn look_for_boundary(&mut self) {
        if self.boundary.is_some() {
            return;
        }
        let (mut bytes, mut at, mut ready) = (u64::MAX, Tick::MAX, 0);
        let (mut earliest, mut latest) = (u64::MAX, 0);
        for index in 0..self.count {
            let Some(lane) = self.lanes.get_mut(index) else { break };
            let Some(candidate) = lane.candidate() else { continue };
            if lane.candidate_age().is_some_and(|age| age > MOST_SKEW_BLIND) {
                lane.forget_candidate();
            } else if let Some(first) = candidate.at {
                // The byte of this lane after those would be the first that is not before the stop state.
                bytes = bytes.min(
                    candidate
                        .before
                        .saturating_mul(self.count as u64)
                        .saturating_add(index as u64),
                );
                at = at.min(first);
                let start = self.shared_count(index, candidate.start);
                earliest = earliest.min(start);
                latest = latest.max(start);
                ready += 1;
            }
        }
        if ready == self.count && ready > 0 && latest - earliest <= self.burst.limit() {
            self.boundary = Some(Boundary { at, bytes, told: false });
        }
    }

    /// The packet layer has the burst's `bytes` merged bytes. Lanes that have seen the next sync byte since start with
    /// it, the others look for it.
    pub(super) fn leave_burst(&mut self, bytes: u64, merger: &mut LaneMerger) {
        self.boundary = None;
        self.burst.reset();
        let count = self.count.max(1) as u64;
        for index in 0..self.count {
            let Some(lane) = self.lanes.get(index) else { break };
            let own = bytes.saturating_sub(index as u64).div_ceil(count);
            let candidate = lane.candidate().filter(|candidate| candidate.before >= own);
            let start = candidate.map_or(0, |candidate| self.shared_count(index, candidate.start));
            let Some(lane) = self.lanes.get_mut(index) else { break };
            match candidate {
                Some(candidate) if lane.adopt(candidate) => {
                    self.burst.adopt(index, Candidate { start, ..candidate }, merger);
                    while let Some(byte) = lane.take_byte() {
                        merger.push_byte(index, byte);
                    }
                }
                Some(_) => {}
                None => lane.release_after(own),
            }
        }
        self.refresh();
    }
}
