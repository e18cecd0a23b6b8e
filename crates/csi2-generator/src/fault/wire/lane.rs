//! Bits of lanes, one by one: a model of what is on the wires after the sync byte.

use alloc::{vec, vec::Vec};

use csi2_dphy::{Scrambler, TrailLevel, lane_length};

use super::{WireLink, WireView};

/// Data of each lane, then its trail, to the stop state.
pub(super) struct Bits {
    lanes: Vec<LaneBits>,
    /// Bytes of the burst.
    length: usize,
}

struct LaneBits {
    /// Data and trail.
    bits: Vec<bool>,
    /// How many of them are data.
    data: usize,
}

/// What became of a trail.
pub(super) struct Changed {
    /// It is not what it should be.
    pub(super) any: bool,
    /// The level that the lane ends in begins within a byte, or none lasts.
    pub(super) within_byte: bool,
}

/// What each lane carries.
pub(super) fn lane_bytes(burst: &[u8], link: &WireLink) -> Vec<Vec<u8>> {
    let count = link.lanes.max(1);
    let mut lanes = vec![Vec::new(); count];
    for (index, byte) in burst.iter().enumerate() {
        if let Some(lane) = lanes.get_mut(index % count) {
            lane.push(*byte);
        }
    }
    for (lane, mut keystream) in lanes.iter_mut().zip(keystreams(link)) {
        keystream.apply(lane);
    }
    lanes
}

fn keystreams(link: &WireLink) -> impl Iterator<Item = Scrambler> + use<> {
    let scrambling = link.scrambling;
    (0..link.lanes).filter_map(move |lane| scrambling.map(|scrambling| scrambling.keystream(lane)))
}

impl Bits {
    /// As they should be. Lane bytes have no trail.
    pub(super) fn of(burst: &[u8], link: &WireLink) -> Self {
        let lanes = lane_bytes(burst, link);
        let longest = lanes.iter().map(Vec::len).max().unwrap_or(0);
        let trail = match link.view {
            WireView::Pins | WireView::HighSpeed => Some(link.timing.hs_trail as usize),
            WireView::Packets | WireView::Lanes => None,
        };
        let lanes = lanes.iter().map(|bytes| {
            let mut bits: Vec<bool> = bytes
                .iter()
                .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
                .collect();
            let data = bits.len();
            // Lanes stop together.
            let end = trail.map_or(data, |trail| 8 * longest + trail);
            let level = !last(&bits, data);
            bits.resize(end, level);
            LaneBits { bits, data }
        });
        Self {
            lanes: lanes.collect(),
            length: burst.len(),
        }
    }

    pub(super) fn swap(&mut self, a: u8, b: u8) {
        if usize::from(a.max(b)) < self.lanes.len() {
            self.lanes.swap(a.into(), b.into());
        }
    }

    pub(super) fn invert(&mut self, lane: u8) {
        if let Some(lane) = self.lanes.get_mut(usize::from(lane)) {
            lane.bits.iter_mut().for_each(|bit| *bit = !*bit);
        }
    }

    /// All that `lane` does, it does so many bytes earlier. Returns whether it had data to lose; `None` if it has not so
    /// many bytes.
    pub(super) fn end_early(&mut self, lane: u8, bytes: u32) -> Option<bool> {
        let lane = self.lanes.get_mut(usize::from(lane))?;
        let bits = (bytes as usize).checked_mul(8)?;
        let data = lane.data.checked_sub(bits)?;
        let end = lane.bits.len().checked_sub(bits)?;
        let level = !last(&lane.bits, data);
        lane.data = data;
        lane.bits.truncate(data);
        lane.bits.resize(end, level);
        Some(bits > 0)
    }

    /// Bits are lost or gained after so many bytes; the lane stops when it would without. `None` if that is not within its
    /// data.
    pub(super) fn slip(&mut self, lane: u8, byte: u32, slip: i8) -> Option<()> {
        let lane = self.lanes.get_mut(usize::from(lane))?;
        let at = (byte as usize).checked_mul(8)?;
        let bits = usize::from(slip.unsigned_abs());
        // A byte of data remains on either side.
        if !(1..8).contains(&bits) || at < 8 || at.checked_add(16)? > lane.data {
            return None;
        }
        let end = lane.bits.len();
        let (head, tail) = lane.bits.get(..lane.data)?.split_at_checked(at)?;
        let mut slipped = head.to_vec();
        if slip < 0 {
            slipped.extend_from_slice(tail.get(bits..)?);
        } else {
            slipped.extend(core::iter::repeat_n(last(head, at), bits));
            slipped.extend_from_slice(tail);
        }
        lane.data = slipped.len();
        let level = !last(&slipped, slipped.len());
        slipped.resize(end.max(slipped.len()), level);
        lane.bits = slipped;
        Some(())
    }

    /// The lane holds another level after its last bit. `None` where that may look like a trail of another length.
    pub(super) fn trail(&mut self, lane: u8, level: TrailLevel) -> Option<Changed> {
        let lane = self.lanes.get_mut(usize::from(lane))?;
        let right = !last(&lane.bits, lane.data);
        let trail = lane.bits.get_mut(lane.data..)?;
        let before = trail.to_vec();
        for (index, bit) in trail.iter_mut().enumerate() {
            *bit = match level {
                TrailLevel::Inverse => right,
                TrailLevel::Low => false,
                TrailLevel::High => true,
                TrailLevel::Toggling => right != (index & 1 == 1),
            };
        }
        let any = *trail != before;
        // One bit of another level at the end is a trail, if a short one.
        if level == TrailLevel::Toggling && lane.bits.len() % 8 == 1 {
            return None;
        }
        let end = lane.bits.last().copied()?;
        let constant = lane.bits.iter().rev().take_while(|bit| **bit == end).count();
        // The sync byte ends with a zero and a one.
        let start = match lane.bits.len() - constant {
            0 if end => {
                return Some(Changed { any, within_byte: true });
            }
            start => start,
        };
        // Constant bytes at the end of the data pass for a part of the trail, which is too long then.
        if start % 8 == 0 && start < lane.data {
            return None;
        }
        let within_byte = start % 8 != 0 || constant < 8;
        Some(Changed { any, within_byte })
    }

    /// Whether the trail of `lane` is long enough to tell where it begins, whatever its last bits are, or the data before it
    /// does not look like one.
    pub(super) fn ends_clearly(&self, lane: u8) -> bool {
        let Some(lane) = self.lanes.get(usize::from(lane)) else {
            return false;
        };
        let last = lane.data.div_ceil(8);
        let bytes = lane.bytes();
        let data = bytes
            .get(last.saturating_sub(3)..last.min(bytes.len()))
            .unwrap_or_default();
        lane.bits.len() - lane.data >= LONG_TRAIL || !data.iter().any(|byte| matches!(byte, 0x00 | 0xFF))
    }

    /// Whole bytes of all lanes.
    pub(super) fn bytes(&self) -> usize {
        self.lanes.iter().map(|lane| lane.bits.len() / 8).sum()
    }

    /// Whole bytes of all lanes in turn, until one has no more. Scrambling is taken off as far as the burst goes. The trail is
    /// never scrambled: behind the burst each lane is given as if the last bit before had been sent as it is.
    pub(super) fn merged(&self, link: &WireLink) -> Vec<u8> {
        let mut lanes: Vec<Vec<u8>> = self.lanes.iter().map(LaneBits::bytes).collect();
        let count = lanes.len().max(1);
        for ((lane, number), mut keystream) in lanes.iter_mut().zip(0..).zip(keystreams(link)) {
            let own = lane_length(self.length, count, number).min(lane.len());
            let (data, trail) = lane.split_at_mut(own);
            let level = |data: &[u8]| data.last().is_none_or(|byte| byte >> 7 == 1);
            let sent = level(data);
            keystream.apply(data);
            if level(data) != sent {
                trail.iter_mut().for_each(|byte| *byte = !*byte);
            }
        }
        let mut bytes = Vec::new();
        while let Some(byte) = lanes
            .get(bytes.len() % count)
            .and_then(|lane| lane.get(bytes.len() / count))
        {
            bytes.push(*byte);
        }
        bytes
    }
}

/// Two bytes of trail wherever it begins, and a byte of bits that may be anything before the stop state.
const LONG_TRAIL: usize = 31;

impl LaneBits {
    fn bytes(&self) -> Vec<u8> {
        let (bytes, _) = self.bits.as_chunks::<8>();
        let byte = |bits: &[bool; 8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        bytes.iter().map(byte).collect()
    }
}

/// The bit before `end`; the sync byte ends with a one.
fn last(bits: &[bool], end: usize) -> bool {
    end.checked_sub(1).and_then(|at| bits.get(at)).copied().unwrap_or(true)
}
