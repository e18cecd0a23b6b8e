//! Another order of the lanes, or inverted ones, that makes headers right: by their error code alone.

use alloc::vec::Vec;
use csi2_packet::{DataType, EccVerdict, PacketHeader, VcExtension};

/// Bytes of a burst that are kept: a header on each number of lanes.
const KEPT: usize = 8;
/// Bursts whose first header was no good, each kind once.
const MOST: usize = 16;
/// Fewer kinds could be right by chance: one in 64 is, and some hundred arrangements are tried.
const LEAST: usize = 3;
/// More lanes than this have more arrangements than bursts could tell apart.
const MOST_LANES: usize = 4;

/// How the lanes should have been taken.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Arrangement {
    /// For each lane in the order of the bytes: where it was found.
    pub(super) order: [u8; MOST_LANES],
    /// Lanes found inverted, by where they were found, one bit each.
    pub(super) inverted: u8,
    pub(super) lanes: u8,
    /// Kinds of headers it makes right, of so many.
    pub(super) good: u8,
    pub(super) all: u8,
}

/// First bytes of bursts whose first header was not right.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Puzzles {
    bursts: [Puzzle; MOST],
    count: usize,
}

/// The beginning of a burst, and how much of it came.
#[derive(Clone, Copy, Debug, Default)]
struct Puzzle {
    bytes: [u8; KEPT],
    have: usize,
}

impl Puzzles {
    pub(super) fn keep(&mut self, burst: &[u8]) {
        let mut bytes = [0; KEPT];
        bytes.iter_mut().zip(burst).for_each(|(place, byte)| *place = *byte);
        let have = burst.len().min(KEPT);
        // What follows the header differs from row to row.
        if self
            .all()
            .any(|known| known.bytes.first_chunk::<4>() == bytes.first_chunk())
        {
            return;
        }
        if let Some(place) = self.bursts.get_mut(self.count) {
            *place = Puzzle { bytes, have };
            self.count += 1;
        }
    }

    fn all(&self) -> impl Iterator<Item = &Puzzle> {
        self.bursts.iter().take(self.count)
    }

    /// Kinds of bursts that look like a frame start or end of which only the first bytes are here: a trail follows.
    pub(super) fn short_after(&self, lanes: usize) -> usize {
        let lanes = lanes.clamp(1, KEPT / 2);
        let is_short = |burst: &&Puzzle| {
            let is_mark = burst.bytes[0] & 0x3F <= DataType::FRAME_END.code();
            is_mark && (1..=3 / lanes).any(|rows| burst.is_trail(lanes, lanes * rows))
        };
        self.all().filter(is_short).count()
    }

    /// The arrangement that makes nearly all of them right, if one does. Fewest changes first.
    pub(super) fn solve(&self, lanes: usize) -> Option<Arrangement> {
        if !(2..=MOST_LANES).contains(&lanes) || self.count < LEAST {
            return None;
        }
        let mut best: Option<Arrangement> = None;
        for order in orders(lanes) {
            for inverted in 0..1_u8 << lanes {
                let tried = Arrangement {
                    order,
                    inverted,
                    lanes: lanes as u8,
                    good: 0,
                    all: self.count as u8,
                };
                let good = self.all().filter(|burst| tried.is_right(&burst.bytes)).count() as u8;
                let found = Arrangement { good, ..tried };
                let changes = |of: &Arrangement| (of.moved(), of.inverted.count_ones());
                let better =
                    |best: &Arrangement| good > best.good || good == best.good && changes(&found) < changes(best);
                if best.as_ref().is_none_or(better) {
                    best = Some(found);
                }
            }
        }
        best.filter(|best| usize::from(best.good) >= LEAST && 5 * best.good >= 4 * best.all && !best.is_straight())
    }
}

impl Arrangement {
    /// As received.
    fn is_straight(&self) -> bool {
        self.moved() == 0 && self.inverted == 0
    }

    /// Lanes that are not where they should be.
    pub(super) fn moved(&self) -> usize {
        let order = self.order.iter().take(self.lanes.into()).zip(0..);
        order.filter(|(found, lane)| *found != lane).count()
    }

    /// Lanes found inverted, by where they were found.
    pub(super) fn inverted(&self) -> impl Iterator<Item = u8> {
        let inverted = self.inverted;
        (0..self.lanes).filter(move |lane| inverted >> lane & 1 == 1)
    }

    fn is_right(&self, burst: &[u8; KEPT]) -> bool {
        let lanes = usize::from(self.lanes);
        let wire = core::array::from_fn(|at| {
            let found = self.order.get(at % lanes).copied().unwrap_or(0);
            let byte = burst.get(at - at % lanes + usize::from(found)).copied().unwrap_or(0);
            if self.inverted >> found & 1 == 1 { !byte } else { byte }
        });
        let received = PacketHeader::receive(wire, VcExtension::Extended);
        let header = received.header;
        let plausible = header.data_type.is_assigned() && (header.word > 0 || header.data_type <= DataType::FRAME_END);
        received.ecc == EccVerdict::Clean && plausible
    }
}

impl Puzzle {
    /// Whether each lane brings, from byte `from` on, nothing but the inverse of the last bit before.
    fn is_trail(&self, lanes: usize, from: usize) -> bool {
        let came = self.bytes.get(..self.have).unwrap_or_default();
        let of_lane = |lane: usize| {
            let last = from.checked_sub(lanes).and_then(|before| came.get(before + lane));
            let trail = if last.is_some_and(|last| last >> 7 == 0) {
                0xFF
            } else {
                0
            };
            came.iter().skip(from + lane).step_by(lanes).all(|byte| *byte == trail)
        };
        came.len() > from && (0..lanes).all(of_lane)
    }
}

/// All orders of so many lanes.
fn orders(lanes: usize) -> Vec<[u8; MOST_LANES]> {
    let mut orders = Vec::new();
    for code in 0..1_u32 << (2 * MOST_LANES) {
        let order: [u8; MOST_LANES] = core::array::from_fn(|lane| (code >> (2 * lane) & 3) as u8);
        let (used, rest) = order.split_at(lanes);
        let once = (0..lanes as u8).all(|lane| used.iter().filter(|found| **found == lane).count() == 1);
        if once && rest.iter().all(|lane| *lane == 0) {
            orders.push(order);
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merged bytes of `lanes`, with lane `i` found where `order[i]` says.
    fn swapped(bytes: &[u8], order: &[usize], inverted: u8) -> [u8; KEPT] {
        let lanes = order.len();
        let mut burst = [0; KEPT];
        for (at, byte) in bytes.iter().enumerate().take(KEPT) {
            let found = order[at % lanes];
            let flip = if inverted >> found & 1 == 1 { 0xFF } else { 0 };
            if let Some(place) = burst.get_mut(at - at % lanes + found) {
                *place = byte ^ flip;
            }
        }
        burst
    }

    #[test]
    fn the_orders_of_lanes_are_found() {
        // FS 1, FE 1, a row, FS 2, FE 2: header bytes from the kernel's and our own tables of check bits.
        let headers = [
            [0x00, 1, 0, 0x1A],
            [0x01, 1, 0, 0x1D],
            [0x2A, 0x40, 0, 0x3A],
            [0, 2, 0, 0x1C],
            [1, 2, 0, 0x1B],
        ];
        for (order, inverted) in [
            (&[1, 0][..], 0),
            (&[2, 0, 1], 0),
            (&[2, 0, 3, 1], 0),
            (&[0, 1, 2, 3], 0b100),
            (&[0, 1], 0b10),
            (&[3, 2, 1, 0], 0b0001),
        ] {
            let mut puzzles = Puzzles::default();
            for header in headers {
                let bytes: Vec<u8> = header.iter().copied().chain([0x11, 0x22, 0x33, 0x44]).collect();
                puzzles.keep(&swapped(&bytes, order, inverted));
            }
            let found = puzzles.solve(order.len()).unwrap();
            let wanted: Vec<u8> = order.iter().map(|lane| *lane as u8).collect();
            assert_eq!((&found.order[..order.len()], found.inverted), (&wanted[..], inverted));
        }
    }

    #[test]
    fn noise_has_no_order() {
        let mut puzzles = Puzzles::default();
        let mut state = 0x1234_5678_u32;
        for _ in 0..200 {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            };
            puzzles.keep(&core::array::from_fn::<_, KEPT, _>(|_| next()));
        }
        for lanes in 1..=8 {
            assert_eq!(puzzles.solve(lanes), None);
        }
    }
}
