//! Which lane carries which byte: what makes headers and checksums right.

use super::Tally;
use super::bursts::{Bursts, LaneData};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;
use csi2_dphy::Scrambling;
use csi2_packet::{EccVerdict, PacketHeader, ReceivedHeader, VcExtension, checksum};

/// Lanes of the link, the one of byte 0 first.
pub(super) type Order = Vec<usize>;

/// Different beginnings of bursts.
const MOST_HEADS: usize = 256;
/// Bursts whose checksums are looked at: with all orders, with the order found.
const PROBES: usize = 4;
const MOST_WHOLE: usize = 16;
/// Bursts kept to find those.
const MOST_KEPT: usize = 64;
/// Orders whose headers are as good as the best, or nearly.
const MOST_ORDERS: usize = 128;
/// What one header, one checksum tell, in bits.
const HEADER_BITS: u32 = 6;
const CHECKSUM_BITS: u32 = 16;
/// The longest packet.
const MOST_BYTES: usize = 65_541;

/// How well an order does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Score {
    /// Bursts by their headers.
    pub(super) headers: Tally,
    /// Whole packets by their checksums.
    pub(super) checksums: Tally,
    /// Different right headers.
    kinds: u32,
    /// Different right checksums.
    sums: u32,
}

impl Score {
    /// What speaks for it, in bits. Headers that are mostly wrong say nothing.
    pub(super) fn bits(&self) -> u32 {
        let headers = if self.headers.good * 2 >= self.headers.all {
            HEADER_BITS * self.kinds.min(16) + self.headers.good.checked_ilog2().unwrap_or(0)
        } else {
            0
        };
        headers + CHECKSUM_BITS * self.sums.min(16)
    }
}

/// What is known of the order.
pub(super) struct Wanted<'a> {
    /// Data lanes.
    pub(super) lanes: usize,
    /// The names' order, as far as the names have one.
    pub(super) usual: &'a [usize],
    /// It is that one.
    pub(super) fixed: bool,
    pub(super) vcx: VcExtension,
}

/// The bytes of a link's bursts.
pub(super) struct Sample {
    /// Different beginnings, and how often each was seen.
    heads: Vec<(LaneData, u32)>,
    /// Long bursts.
    whole: Vec<LaneData>,
    /// Lanes there are.
    found: usize,
}

impl Sample {
    /// `lanes`: so many carry the header and the rest.
    pub(super) fn new(bursts: &Bursts<'_>, lanes: usize) -> Self {
        let found = bursts.lanes.len();
        let each = PacketHeader::SIZE.div_ceil(lanes.max(1));
        let mut heads: BTreeMap<LaneData, u32> = BTreeMap::new();
        for burst in 0..bursts.len() {
            let head = bursts.bytes(burst, each);
            if heads.len() < MOST_HEADS || heads.contains_key(&head) {
                *heads.entry(head).or_default() += 1;
            }
        }
        let most = MOST_BYTES.div_ceil(lanes.max(1));
        let longest = bursts.longest(MOST_KEPT);
        Self {
            heads: heads.into_iter().collect(),
            whole: longest.into_iter().map(|burst| bursts.bytes(burst, most)).collect(),
            found,
        }
    }

    /// The best order and its score. The usual one, unless another is clearly better.
    pub(super) fn order(&self, wanted: &Wanted<'_>, scrambling: Option<&Scrambling>) -> (Order, Score) {
        let usual: Order = wanted.usual.iter().copied().take(wanted.lanes).collect();
        let mut least = self.score(&usual, wanted, scrambling, MOST_WHOLE);
        if wanted.fixed || self.found < 2 {
            return (usual, least);
        }
        let heads = self.by_headers(wanted, scrambling);
        let tested = heads.len();
        let Some(best) = heads.iter().map(|(_, bits, _)| *bits).max() else {
            return (usual, least);
        };
        let mut near: Vec<&(Order, u32, u32)> = heads
            .iter()
            .filter(|(_, bits, _)| *bits > 0 && bits * 5 >= best * 4)
            .collect();
        // Lanes without a byte of a short packet look like zeros: many orders are nearly as good.
        near.sort_by_key(|(_, bits, good)| Reverse((*bits, *good)));
        near.truncate(MOST_ORDERS);
        let mut tails = 1;
        let mut found: Option<(u32, Order)> = None;
        for (head, ..) in near {
            let orders = completions(head, self.found, wanted.lanes);
            tails = tails.max(orders.len());
            for order in orders {
                let bits = self.score(&order, wanted, scrambling, PROBES).bits();
                if found.as_ref().is_none_or(|(most, _)| bits > *most) {
                    found = Some((bits, order));
                }
            }
        }
        if let Some((_, order)) = found.filter(|(_, order)| *order != usual) {
            let score = self.score(&order, wanted, scrambling, MOST_WHOLE);
            // So many were tried: one of them was bound to be good for so much.
            let chance = (tested * tails).checked_ilog2().unwrap_or(0);
            if score.bits() >= least.bits() + chance + HEADER_BITS {
                least = score;
                return (order, least);
            }
        }
        (usual, least)
    }

    /// Which lanes may carry the header: each choice, what speaks for it in bits, and in how many bursts.
    fn by_headers(&self, wanted: &Wanted<'_>, scrambling: Option<&Scrambling>) -> Vec<(Order, u32, u32)> {
        let mut choices = Vec::new();
        choose(self.found, wanted.lanes.min(4), &mut Vec::new(), &mut choices);
        let rate = |order: Order| {
            let mut score = Score::default();
            self.headers(&order, wanted, scrambling, &mut score);
            (order, score.bits(), score.headers.good)
        };
        choices.into_iter().map(rate).collect()
    }

    /// `most`: packets whose checksums are looked at.
    fn score(&self, order: &[usize], wanted: &Wanted<'_>, scrambling: Option<&Scrambling>, most: usize) -> Score {
        let mut score = Score::default();
        self.headers(order, wanted, scrambling, &mut score);
        let mut sums = BTreeSet::new();
        for lanes in &self.whole {
            if score.checksums.all as usize >= most {
                break;
            }
            let Some(received) = header(lanes, order, wanted, scrambling) else {
                continue;
            };
            if received.ecc != EccVerdict::Clean || received.header.data_type.is_short() {
                continue;
            }
            let Some(packet) = merged(lanes, order, received.header.packet_len(), scrambling) else {
                continue;
            };
            let (rest, footer) = packet.split_last_chunk::<2>().unwrap_or((&[], &[0; 2]));
            score.checksums.all += 1;
            if checksum(rest.get(PacketHeader::SIZE..).unwrap_or_default()) == u16::from_le_bytes(*footer) {
                score.checksums.good += 1;
                // An empty payload has the same checksum everywhere.
                if received.header.word > 0 {
                    sums.insert(*footer);
                }
            }
        }
        score.sums = sums.len() as u32;
        score
    }

    fn headers(&self, order: &[usize], wanted: &Wanted<'_>, scrambling: Option<&Scrambling>, score: &mut Score) {
        let mut kinds = BTreeSet::new();
        for (head, times) in &self.heads {
            let Some(received) = header(head, order, wanted, scrambling) else {
                continue;
            };
            score.headers.all = score.headers.all.saturating_add(*times);
            if received.ecc == EccVerdict::Clean {
                score.headers.good = score.headers.good.saturating_add(*times);
                // Four equal bytes of zeros are right in any order.
                if received.wire != [0; 4] {
                    kinds.insert(received.wire);
                }
            }
        }
        score.kinds = kinds.len() as u32;
    }
}

/// The header of a burst, if it is all there.
fn header(
    lanes: &LaneData,
    order: &[usize],
    wanted: &Wanted<'_>,
    scrambling: Option<&Scrambling>,
) -> Option<ReceivedHeader> {
    let count = wanted.lanes.max(1);
    let mut wire = [0; 4];
    for (index, byte) in wire.iter_mut().enumerate() {
        let lane = *order.get(index % count)?;
        *byte = *lanes.get(lane)?.get(index / count)?;
    }
    if let Some(scrambling) = scrambling {
        for lane in 0..count.min(4) {
            let mut keys = scrambling.keystream(lane);
            for byte in wire.iter_mut().skip(lane).step_by(count) {
                *byte ^= keys.next_byte();
            }
        }
    }
    Some(PacketHeader::receive(wire, wanted.vcx))
}

/// The first `length` bytes of a burst, if they are all there.
fn merged(lanes: &LaneData, order: &[usize], length: usize, scrambling: Option<&Scrambling>) -> Option<Vec<u8>> {
    let count = order.len();
    let mut packet = vec![0; length];
    for (position, lane) in order.iter().enumerate() {
        let mut bytes = lanes.get(*lane)?.iter();
        for out in packet.iter_mut().skip(position).step_by(count) {
            *out = *bytes.next()?;
        }
        if let Some(scrambling) = scrambling {
            let mut keys = scrambling.keystream(position);
            for out in packet.iter_mut().skip(position).step_by(count) {
                *out ^= keys.next_byte();
            }
        }
    }
    Some(packet)
}

/// Ordered choices of `wanted` out of `all`.
fn choose(all: usize, wanted: usize, begun: &mut Order, out: &mut Vec<Order>) {
    if begun.len() == wanted {
        out.push(begun.clone());
        return;
    }
    for lane in 0..all {
        if !begun.contains(&lane) {
            begun.push(lane);
            choose(all, wanted, begun, out);
            begun.pop();
        }
    }
}

/// All orders that begin with `head`.
fn completions(head: &[usize], all: usize, wanted: usize) -> Vec<Order> {
    let mut out = Vec::new();
    choose(all, wanted, &mut head.to_vec(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_counted() {
        let mut out = Vec::new();
        choose(8, 4, &mut Vec::new(), &mut out);
        assert_eq!(out.len(), 1680);
        assert_eq!(completions(&[7, 1, 3, 5], 8, 8).len(), 24);
        assert_eq!(completions(&[1, 0], 2, 2), [[1, 0]]);
    }
}
