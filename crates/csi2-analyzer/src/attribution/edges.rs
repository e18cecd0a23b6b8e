//! Whether wrong bits read like their neighbours on the lane: what an instant of sampling too close to an edge makes of
//! bits. Noise turns bits whatever their neighbours are.

use super::odds;

/// Chance alone shows it more seldom than this.
const SIGNIFICANT: f64 = 1e-3;
/// Share of wrong bits that read like the same neighbour.
const MOST: f64 = 0.9;

/// When a lane was sampled, to judge by what its wrong bits read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sampling {
    /// They read like the bit before: the lane is late, or its clock early.
    Early,
    /// They read like the bit behind.
    Late,
}

/// Wrong bits and their neighbours in time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Edges {
    known: u64,
    like_before: u64,
    like_behind: u64,
    /// Wrong bits that would read like one of the two, say the one before, if which bits are wrong had nothing to do with it.
    expected: f64,
}

impl Edges {
    /// A wrong bit of a row over so many lanes, as what it was read, and the share of bits at which the row changes.
    pub(super) fn note(&mut self, row: &[u8], lanes: u8, place: (usize, u8), one: bool, changing: f64) {
        let (byte, bit) = place;
        let lanes = usize::from(lanes);
        let at = |byte: Option<usize>, bit: u8| {
            let byte = byte.and_then(|byte| row.get(byte));
            byte.map(|byte| byte >> bit & 1 == 1)
        };
        let before = match bit {
            0 => at(byte.checked_sub(lanes), 7),
            bit => at(Some(byte), bit - 1),
        };
        let behind = match bit {
            7 => at(byte.checked_add(lanes), 0),
            bit => at(Some(byte), bit + 1),
        };
        let (Some(before), Some(behind), 1..) = (before, behind, lanes) else {
            return;
        };
        self.known += 1;
        self.like_before += u64::from(before == one);
        self.like_behind += u64::from(behind == one);
        self.expected += changing;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.known += other.known;
        self.like_before += other.like_before;
        self.like_behind += other.like_behind;
        self.expected += other.expected;
    }

    /// What they have in common, where that is no chance.
    pub(super) fn sampling(&self) -> Option<Sampling> {
        let known = self.known as f64;
        let telling = |alike: u64| {
            alike as f64 >= known * MOST && odds::tail(alike, self.known, self.expected / known) * 2.0 < SIGNIFICANT
        };
        match (telling(self.like_before), telling(self.like_behind)) {
            (true, false) => Some(Sampling::Early),
            (false, true) => Some(Sampling::Late),
            _ => None,
        }
    }
}

/// Share of the bits of a row that differ from the bit before on their lane.
pub(super) fn changing(row: &[u8], lanes: u8) -> f64 {
    let lanes = usize::from(lanes.max(1));
    let pairs = row.iter().zip(row.iter().skip(lanes));
    let (mut bits, mut changes) = (0u64, 0u64);
    for (before, byte) in pairs {
        bits += 8;
        changes += u64::from((byte ^ (byte << 1 | before >> 7)).count_ones());
    }
    if bits == 0 { 0.5 } else { changes as f64 / bits as f64 }
}
