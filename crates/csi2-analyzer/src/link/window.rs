//! Unread bytes of each lane: those of the input at hand, and those kept from the inputs before.

use super::rows::Rows;
use alloc::vec::Vec;
use csi2_dphy::{LaneBytes, MAX_LANES};

/// While a lane reads from what is kept, at least so many bytes are put there, so that a packet is seen whole.
const REFILL: usize = 96 << 10;

/// What is kept per lane. Nothing is, while the inputs bring as many bytes for one lane as for the others.
pub(super) struct Window {
    count: usize,
    kept: [Vec<u8>; MAX_LANES],
    /// Bytes of `kept` that are done with.
    heads: [usize; MAX_LANES],
    /// Bytes done with since the start of the capture.
    taken: [u64; MAX_LANES],
    limit: usize,
}

impl Window {
    /// `count` lanes, 1 to 8. A lane may lag behind another by at most `limit` bytes.
    pub(super) fn new(count: usize, limit: usize) -> Self {
        Self {
            count: count.clamp(1, MAX_LANES),
            kept: core::array::from_fn(|_| Vec::new()),
            heads: [0; MAX_LANES],
            taken: [0; MAX_LANES],
            limit: limit.max(REFILL),
        }
    }

    /// Lanes in use.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The capture starts at `offset`.
    pub(super) fn start_at(&mut self, offset: u64) {
        self.taken = [offset; MAX_LANES];
    }

    /// Number of the next byte of each lane.
    pub(super) fn positions(&self) -> [u64; MAX_LANES] {
        self.taken
    }

    /// Where bytes are kept, adds more of them, so that what is kept and the input are one stretch.
    pub(super) fn refill(&mut self, input: &mut LaneBytes<'_>) {
        for lane in 0..self.count {
            let kept = self.kept(lane).len();
            if kept > 0 {
                self.keep_lane(lane, input, REFILL.saturating_sub(kept));
            }
        }
    }

    /// All unread bytes that are at hand.
    pub(super) fn rows<'v>(&'v self, input: &LaneBytes<'v>) -> Rows<'v> {
        let lanes = core::array::from_fn(|lane| {
            let kept = self.kept(lane);
            let fresh = input.lanes.get(lane).copied().unwrap_or_default();
            if kept.is_empty() { fresh } else { kept }
        });
        Rows::new(lanes, self.count)
    }

    /// `bytes` of each lane are done with.
    pub(super) fn take(&mut self, input: &mut LaneBytes<'_>, bytes: &[usize; MAX_LANES]) {
        for (lane, &bytes) in bytes.iter().enumerate().take(self.count) {
            let (Some(kept), Some(head), Some(fresh), Some(taken)) = (
                self.kept.get_mut(lane),
                self.heads.get_mut(lane),
                input.lanes.get_mut(lane),
                self.taken.get_mut(lane),
            ) else {
                return;
            };
            let from_kept = bytes.min(kept.len() - *head);
            *head += from_kept;
            if *head == kept.len() {
                kept.clear();
                *head = 0;
            }
            let from_fresh = (bytes - from_kept).min(fresh.len());
            *fresh = fresh.get(from_fresh..).unwrap_or_default();
            *taken += (from_kept + from_fresh) as u64;
        }
    }

    /// Keeps what is left of the input.
    ///
    /// # Errors
    /// The lane that lags when another is further ahead of it than the limit; all bytes are then dropped.
    pub(super) fn keep(&mut self, input: &mut LaneBytes<'_>) -> Result<(), u8> {
        let over = (0..self.count).any(|lane| {
            let fresh = input.lanes.get(lane).map_or(0, |bytes| bytes.len());
            self.kept(lane).len() + fresh > self.limit
        });
        if over {
            let unread = |lane: &usize| self.kept(*lane).len() + input.lanes.get(*lane).map_or(0, |bytes| bytes.len());
            let slowest = (0..self.count).min_by_key(unread).unwrap_or(0);
            self.drop_all(input);
            return Err(slowest as u8);
        }
        for lane in 0..self.count {
            self.keep_lane(lane, input, usize::MAX);
        }
        Ok(())
    }

    /// Drops all unread bytes.
    pub(super) fn drop_all(&mut self, input: &mut LaneBytes<'_>) {
        self.take(input, &[usize::MAX; MAX_LANES]);
        self.take(input, &[usize::MAX; MAX_LANES]);
    }

    /// Whether no unread bytes are left.
    pub(super) fn is_empty(&self, input: &LaneBytes<'_>) -> bool {
        self.rows(input).is_empty()
    }

    /// Whether [`Window::rows`] shows every unread byte of `input`.
    pub(super) fn shows_all(&self, input: &LaneBytes<'_>) -> bool {
        (0..self.count)
            .all(|lane| self.kept(lane).is_empty() || input.lanes.get(lane).is_none_or(|fresh| fresh.is_empty()))
    }

    fn kept(&self, lane: usize) -> &[u8] {
        let head = self.heads.get(lane).copied().unwrap_or(0);
        self.kept
            .get(lane)
            .and_then(|kept| kept.get(head..))
            .unwrap_or_default()
    }

    fn keep_lane(&mut self, lane: usize, input: &mut LaneBytes<'_>, most: usize) {
        let (Some(kept), Some(head), Some(fresh)) = (
            self.kept.get_mut(lane),
            self.heads.get_mut(lane),
            input.lanes.get_mut(lane),
        ) else {
            return;
        };
        let (bytes, rest) = fresh.split_at(most.min(fresh.len()));
        if *head > kept.len() / 2 {
            kept.drain(..*head);
            *head = 0;
        }
        kept.extend_from_slice(bytes);
        *fresh = rest;
    }
}
