//! Files of lane bytes, one lane beside the other: what every way of finding bursts in them works with.

use super::burst::{Burst, Said};
use super::descramble::HeaderCode;
use super::place::deal;
use super::window::Window;
use super::{Advance, LinkEvent};
use csi2_dphy::{LaneBytes, MAX_LANES, PinEvent, Tick};
use csi2_kernels::Backend;

/// The lanes of a capture, and how far they have been merged.
pub(super) struct Files {
    pub(super) window: Window,
    /// Of the first header of a burst.
    pub(super) code: HeaderCode,
    pub(super) max_skew: usize,
    pub(super) backend: Backend,
    pub(super) at: Option<Tick>,
    /// Merged bytes of the burst.
    pub(super) merged: u64,
}

impl Files {
    /// Lane that holds the burst's next byte.
    pub(super) fn phase(&self) -> usize {
        deal(self.merged, self.window.count()).1
    }

    /// Gives the next merged bytes, at most `bytes`, to the burst; returns how many there were.
    pub(super) fn merge(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, bytes: usize) -> usize {
        let merged = self.look(burst, lanes, bytes);
        burst.line.admit(merged);
        merged
    }

    /// Merges, but leaves open what the bytes are.
    pub(super) fn look(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, bytes: usize) -> usize {
        let rows = self.window.rows(lanes);
        let phase = self.phase();
        let merged = rows.merge(self.backend, phase, burst.line.room(bytes));
        let share = rows.share(phase, merged);
        self.window.take(lanes, &share);
        burst.line.filled(merged);
        self.merged += merged as u64;
        merged
    }

    /// Gives bytes of each lane to the burst, lane after lane.
    pub(super) fn pass(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, share: &[usize; MAX_LANES]) {
        let rows = self.window.rows(lanes);
        for (lane, &bytes) in share.iter().enumerate() {
            let from = rows.lane(lane);
            let room = burst.line.room(bytes.min(from.len()));
            let passed = room.iter_mut().zip(from).map(|(to, from)| *to = *from).count();
            burst.line.filled(passed);
            burst.line.admit(passed);
        }
        self.window.take(lanes, share);
    }

    /// Keeps the input until more comes.
    ///
    /// # Errors
    /// An event when the lanes are too far apart for that.
    pub(super) fn keep<'c>(
        &mut self,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
    ) -> Result<Advance<'c>, Advance<'c>> {
        match self.window.keep(lanes) {
            Ok(true) => Ok(Advance::Again),
            Ok(false) => Ok(Advance::Starved),
            Err(lane) => {
                burst.close(None);
                Err(self.trouble(burst, |at| PinEvent::AlignError { lane, at }))
            }
        }
    }

    pub(super) fn trouble<'c>(&self, burst: &Burst, what: impl Fn(Tick) -> PinEvent) -> Advance<'c> {
        let offset = self
            .window
            .positions()
            .iter()
            .take(self.window.count())
            .copied()
            .min()
            .unwrap_or(0);
        let span = burst.ledger.span(offset, self.at);
        Advance::Said(Said::new(LinkEvent::Lane(what(self.at.unwrap_or(0))), span))
    }
}
