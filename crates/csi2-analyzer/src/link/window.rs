//! Unread bytes of each lane: those of the input at hand, and those kept from the inputs before.

use super::rows::Rows;
use alloc::vec::Vec;
use csi2_dphy::{LaneBytes, MAX_LANES};

/// Bytes of the input that are at first added to what is kept of a lane, so that a packet is seen whole; then as many more as
/// are kept already.
const BRIDGE: usize = 4 << 10;
/// So many bytes of a lane, or more, may be kept whatever the limit is: a packet, and the header behind it.
const LEAST: usize = 96 << 10;

/// What is kept per lane. Nothing is, while the inputs bring as many bytes for one lane as for the others and a packet is
/// whole in one. Where it is not, what is kept is a bridge from one input to the next: as soon as all of it is of the input
/// at hand, bytes are read from there again.
pub(super) struct Window {
    count: usize,
    kept: [Vec<u8>; MAX_LANES],
    /// Bytes of `kept` that are done with.
    heads: [usize; MAX_LANES],
    /// Bytes at the end of `kept` that are still in the input, too.
    bridged: [usize; MAX_LANES],
    /// Some lane has kept bytes.
    keeps: bool,
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
            bridged: [0; MAX_LANES],
            keeps: false,
            taken: [0; MAX_LANES],
            limit: limit.max(LEAST),
        }
    }

    /// Lanes in use.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether unread bytes of inputs before are kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }

    /// The capture starts at `offset`.
    pub(super) fn start_at(&mut self, offset: u64) {
        self.taken = [offset; MAX_LANES];
    }

    /// Number of the next byte of each lane.
    pub(super) fn positions(&self) -> [u64; MAX_LANES] {
        self.taken
    }

    /// Where bytes are kept, adds some of the input, so that both are one stretch.
    pub(super) fn refill(&mut self, input: &LaneBytes<'_>) {
        if self.keeps {
            for lane in 0..self.count {
                let more = BRIDGE.saturating_sub(self.bridged.get(lane).copied().unwrap_or(0));
                self.bridge(lane, input, more);
            }
        }
    }

    /// All unread bytes that are at hand.
    pub(super) fn rows<'v>(&'v self, input: &LaneBytes<'v>) -> Rows<'v> {
        if !self.keeps {
            return Rows::new(input.lanes, self.count);
        }
        let lanes = core::array::from_fn(|lane| {
            let kept = self.kept(lane);
            let fresh = input.lanes.get(lane).copied().unwrap_or_default();
            if kept.is_empty() { fresh } else { kept }
        });
        Rows::new(lanes, self.count)
    }

    /// `bytes` of each lane are done with.
    pub(super) fn take(&mut self, input: &mut LaneBytes<'_>, bytes: &[usize; MAX_LANES]) {
        let keeps = self.keeps;
        self.keeps = false;
        for (lane, &bytes) in bytes.iter().enumerate().take(self.count) {
            let from_kept = if keeps { self.take_kept(lane, input, bytes) } else { 0 };
            let (Some(fresh), Some(taken)) = (input.lanes.get_mut(lane), self.taken.get_mut(lane)) else {
                return;
            };
            let from_fresh = (bytes - from_kept).min(fresh.len());
            *fresh = fresh.get(from_fresh..).unwrap_or_default();
            *taken += (from_kept + from_fresh) as u64;
        }
    }

    /// Keeps what is left of the input, or as much of it as may tell more; returns whether there is more of it.
    ///
    /// # Errors
    /// The lane that lags when another is further ahead of it than the limit; all bytes are then dropped.
    pub(super) fn keep(&mut self, input: &mut LaneBytes<'_>) -> Result<bool, u8> {
        if self.keeps && !self.shows_all(input) {
            for lane in 0..self.count {
                let more = self.kept(lane).len();
                self.bridge(lane, input, more);
            }
            return Ok(true);
        }
        let unread = |lane: usize| {
            let fresh = input.lanes.get(lane).map_or(0, |bytes| bytes.len());
            let bridged = self.bridged.get(lane).copied().unwrap_or(0);
            self.kept(lane).len() + fresh.saturating_sub(bridged)
        };
        if (0..self.count).any(|lane| unread(lane) > self.limit) {
            let slowest = (0..self.count).min_by_key(|lane| unread(*lane)).unwrap_or(0);
            self.drop_all(input);
            return Err(slowest as u8);
        }
        for lane in 0..self.count {
            self.keep_lane(lane, input);
        }
        Ok(false)
    }

    /// Drops all unread bytes.
    pub(super) fn drop_all(&mut self, input: &mut LaneBytes<'_>) {
        self.take(input, &[usize::MAX; MAX_LANES]);
    }

    /// Whether no unread bytes are left.
    pub(super) fn is_empty(&self, input: &LaneBytes<'_>) -> bool {
        self.rows(input).is_empty()
    }

    /// Whether [`Window::rows`] shows every unread byte of `input`.
    pub(super) fn shows_all(&self, input: &LaneBytes<'_>) -> bool {
        !self.keeps
            || (0..self.count).all(|lane| {
                let fresh = input.lanes.get(lane).map_or(0, |bytes| bytes.len());
                self.kept(lane).is_empty() || self.bridged.get(lane).is_some_and(|bridged| *bridged >= fresh)
            })
    }

    fn kept(&self, lane: usize) -> &[u8] {
        let head = self.heads.get(lane).copied().unwrap_or(0);
        self.kept
            .get(lane)
            .and_then(|kept| kept.get(head..))
            .unwrap_or_default()
    }

    /// Takes from what is kept and, of that, from the input what is in both. Returns how many bytes were taken.
    fn take_kept(&mut self, lane: usize, input: &mut LaneBytes<'_>, bytes: usize) -> usize {
        let (Some(kept), Some(head), Some(bridged), Some(fresh)) = (
            self.kept.get_mut(lane),
            self.heads.get_mut(lane),
            self.bridged.get_mut(lane),
            input.lanes.get_mut(lane),
        ) else {
            return 0;
        };
        let bytes = bytes.min(kept.len() - *head);
        *head += bytes;
        let left = kept.len() - *head;
        if left <= *bridged {
            // All that is left is in the input.
            *fresh = fresh.get(*bridged - left..).unwrap_or_default();
            kept.clear();
            (*head, *bridged) = (0, 0);
        } else {
            self.keeps = true;
        }
        bytes
    }

    /// Adds up to `more` bytes of the input, which keeps them, to what is kept of a lane, if anything is.
    fn bridge(&mut self, lane: usize, input: &LaneBytes<'_>, more: usize) {
        let (Some(kept), Some(bridged), Some(fresh)) = (
            self.kept.get_mut(lane),
            self.bridged.get_mut(lane),
            input.lanes.get(lane),
        ) else {
            return;
        };
        if !kept.is_empty() {
            let unseen = fresh.get(*bridged..).unwrap_or_default();
            let unseen = unseen.get(..more).unwrap_or(unseen);
            kept.extend_from_slice(unseen);
            *bridged += unseen.len();
        }
    }

    fn keep_lane(&mut self, lane: usize, input: &mut LaneBytes<'_>) {
        let (Some(kept), Some(head), Some(bridged), Some(fresh)) = (
            self.kept.get_mut(lane),
            self.heads.get_mut(lane),
            self.bridged.get_mut(lane),
            input.lanes.get_mut(lane),
        ) else {
            return;
        };
        if *head > kept.len() / 2 {
            kept.drain(..*head);
            *head = 0;
        }
        kept.extend_from_slice(fresh.get(*bridged..).unwrap_or_default());
        (*fresh, *bridged) = (&[], 0);
        self.keeps |= !kept.is_empty();
    }
}

#[cfg(test)]
mod tests {
    use super::{BRIDGE, Window};
    use alloc::vec::Vec;
    use csi2_dphy::{LaneBytes, MAX_LANES};

    /// Takes whole pieces of `wanted` bytes of each lane, from inputs of `input` bytes, and waits for what is missing.
    fn run(bytes: &[Vec<u8>; 2], input: usize, wanted: usize) -> [Vec<u8>; 2] {
        let mut window = Window::new(2, 1 << 20);
        let mut taken = [Vec::new(), Vec::new()];
        for start in (0..bytes[0].len()).step_by(input) {
            let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
            for (to, lane) in lanes.iter_mut().zip(bytes) {
                *to = &lane[start..lane.len().min(start + input)];
            }
            let mut seen = LaneBytes { lanes, count: 2 };
            loop {
                window.refill(&seen);
                let rows = window.rows(&seen);
                if rows.depth() < wanted {
                    if window.keep(&mut seen) == Ok(false) {
                        break;
                    }
                    continue;
                }
                for (to, lane) in taken.iter_mut().zip(rows.lanes()) {
                    to.extend_from_slice(&lane[..wanted]);
                }
                window.take(&mut seen, &[wanted; MAX_LANES]);
            }
            assert!(seen.lanes.iter().all(|lane| lane.is_empty()));
        }
        let rows = window.rows(&LaneBytes {
            lanes: [&[]; MAX_LANES],
            count: 2,
        });
        for (to, lane) in taken.iter_mut().zip(rows.lanes()) {
            assert_eq!(window.positions()[0], to.len() as u64);
            to.extend_from_slice(lane);
        }
        taken
    }

    #[test]
    fn no_byte_is_lost_or_seen_twice_between_inputs() {
        let lane = |seed: usize| (0..40_000).map(|at| (at * 7 + at / 251 + seed) as u8).collect();
        let bytes: [Vec<u8>; 2] = [lane(1), lane(2)];
        for input in [1000, BRIDGE - 1, BRIDGE, 3 * BRIDGE + 5, 40_000] {
            for wanted in [1, 997, BRIDGE, BRIDGE + 1, 9000, 39_999] {
                assert!(run(&bytes, input, wanted) == bytes, "{wanted} of inputs of {input}");
            }
        }
    }

    #[test]
    fn bytes_are_read_from_the_input_again_once_the_bridge_is_crossed() {
        let mut window = Window::new(1, 1 << 20);
        let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        let bytes: Vec<u8> = (0..100_000).map(|at| (at % 251) as u8).collect();
        lanes[0] = &bytes[..10];
        let mut seen = LaneBytes { lanes, count: 1 };
        assert_eq!(window.keep(&mut seen), Ok(false));
        seen.lanes[0] = &bytes[10..];
        window.refill(&seen);
        assert!(window.keeps() && !window.shows_all(&seen));
        assert_eq!(window.rows(&seen).depth(), 10 + BRIDGE);
        window.take(&mut seen, &[50; MAX_LANES]);
        assert!(!window.keeps() && window.shows_all(&seen));
        assert_eq!(seen.lanes[0], &bytes[50..]);
    }
}
