//! A burst on one data lane.

use super::{LaneFlaw, TrailLevel};
use crate::SYNC;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Content {
    Bytes,
    Deskew,
}

impl Content {
    /// UI of the sync sequence.
    pub(super) const fn sync(self) -> u64 {
        match self {
            Self::Bytes => 8,
            Self::Deskew => 16,
        }
    }
}

/// First UI of each state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneBurst {
    pub(super) content: Content,
    pub(super) flaw: LaneFlaw,
    pub(super) request: u64,
    pub(super) bridge: u64,
    pub(super) zero: u64,
    pub(super) sync: u64,
    pub(super) data: u64,
    pub(super) trail: u64,
    pub(super) stop: u64,
}

impl LaneBurst {
    /// Levels of Dp and Dn in the eight UI from `ui`, the first in the lowest position.
    pub(super) fn levels(&self, bytes: &[u8], ui: u64) -> (u8, u8) {
        let plain = self.content == Content::Bytes && self.flaw == LaneFlaw::default();
        if plain && ui >= self.data && ui.saturating_add(8) <= self.trail {
            let bit = ui - self.data;
            let byte = |index: u64| bytes.get(index as usize).copied().unwrap_or(0);
            let pair = u16::from_le_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
            let p = (pair >> (bit % 8)) as u8;
            return (p, !p);
        }
        let (mut p, mut n) = (0, 0);
        for index in 0..8 {
            let (dp, dn) = self.level(bytes, ui.saturating_add(index));
            p |= u8::from(dp) << index;
            n |= u8::from(dn) << index;
        }
        (p, n)
    }

    fn level(&self, bytes: &[u8], ui: u64) -> (bool, bool) {
        let hs = |bit: bool| (bit != self.flaw.inverted, bit == self.flaw.inverted);
        if ui < self.request || ui >= self.stop {
            (true, true)
        } else if ui < self.bridge {
            (false, true)
        } else if ui < self.zero {
            (false, false)
        } else if ui < self.sync {
            hs(false)
        } else if ui < self.data {
            let sync = SYNC ^ self.flaw.sync;
            hs(self.content == Content::Deskew || sync >> ((ui - self.sync) & 7) & 1 == 1)
        } else if ui < self.trail {
            hs(self.payload(bytes, ui - self.data))
        } else {
            // The sync sequence ends with a one.
            let last = match (self.trail - self.data).checked_sub(1) {
                Some(bit) => self.payload(bytes, bit),
                None => true,
            };
            hs(match self.flaw.trail {
                TrailLevel::Inverse => !last,
                TrailLevel::Low => false,
                TrailLevel::High => true,
                TrailLevel::Toggling => last == ((ui - self.trail) & 1 == 1),
            })
        }
    }

    fn payload(&self, bytes: &[u8], bit: u64) -> bool {
        let bit = self.flaw.source(bit);
        match self.content {
            Content::Bytes => bytes
                .get((bit / 8) as usize)
                .is_some_and(|byte| byte >> (bit % 8) & 1 == 1),
            Content::Deskew => bit & 1 == 1,
        }
    }
}
