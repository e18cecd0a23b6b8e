//! The books: wrong bits and bits seen.

use super::edges::Edges;
use csi2_dphy::MAX_LANES;

/// By what a wrong bit is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Evidence {
    /// The ECC put it right.
    Header,
    /// The row was compared with the same row.
    Row,
    /// A sync byte was almost right.
    Sync,
}

const EVIDENCE: usize = 3;
/// Share of impostors among wrong bits from which on none of them is believed.
pub(super) const UNBELIEVABLE: f64 = 0.5;

/// Wrong bits of a lane, or of bytes whose lane is not known.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LaneErrors {
    /// By place in the byte; bit 0 is the first on the wire.
    pub bits: [u64; 8],
    /// Of those, read as one where a zero was sent.
    pub ones: [u64; 8],
    /// Wrong bits whose place in the byte is not known: those of sync bytes, and of rows too long to tell.
    pub unplaced: u64,
    /// Packets and sync bytes with any.
    pub events: u64,
}

impl LaneErrors {
    /// Wrong bits.
    pub fn total(&self) -> u64 {
        self.bits.iter().sum::<u64>() + self.unplaced
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let pairs = self.bits.iter_mut().zip(other.bits);
        pairs.for_each(|(sum, more)| *sum += more);
        let pairs = self.ones.iter_mut().zip(other.ones);
        pairs.for_each(|(sum, more)| *sum += more);
        self.unplaced += other.unplaced;
        self.events += other.events;
    }
}

/// Wrong bits, of a packet or of many.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hits {
    pub(super) lanes: [LaneErrors; MAX_LANES],
    /// Where the lane is not known.
    pub(super) nowhere: LaneErrors,
    pub(super) edges: Edges,
}

impl Hits {
    /// A wrong bit, and as what it was read.
    pub(super) fn add(&mut self, lane: Option<u8>, bit: Option<u8>, one: bool) {
        let of = match lane.and_then(|lane| self.lanes.get_mut(usize::from(lane))) {
            Some(of) => of,
            None => &mut self.nowhere,
        };
        of.events = 1;
        let place = bit.map(usize::from);
        match place.and_then(|bit| of.bits.get_mut(bit)) {
            Some(count) => *count += 1,
            None => of.unplaced += 1,
        }
        if let (true, Some(count)) = (one, place.and_then(|bit| of.ones.get_mut(bit))) {
            *count += 1;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let pairs = self.lanes.iter_mut().zip(&other.lanes);
        pairs.for_each(|(sum, more)| sum.merge(more));
        self.nowhere.merge(&other.nowhere);
        self.edges.merge(&other.edges);
    }

    pub(super) fn total(&self) -> u64 {
        self.lanes.iter().map(LaneErrors::total).sum::<u64>() + self.nowhere.total()
    }
}

/// All there is to count.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Most lanes of a burst.
    pub(super) lanes: u8,
    /// Known wrong bits.
    sure: [Hits; EVIDENCE],
    /// Bits seen of each lane.
    seen: [[u64; MAX_LANES]; EVIDENCE],
    pub(super) bits_seen: u64,
    /// Wrong bits that explain a checksum.
    pub(super) claims: Hits,
    /// Their packets.
    pub(super) claimed: u64,
    /// Chances of them all to be claimed for an odd number of wrong bits.
    pub(super) claim_chances: f64,
    /// Packets of which several bits are wrong.
    pub(super) several: u64,
    /// Packets that would be among the claims if one bit less had been wrong in those with an even number.
    pub(super) impostors: f64,
    /// Headers that cannot be used, or not be trusted.
    pub(super) lost_headers: u64,
    pub(super) good_rows: u64,
    pub(super) bad_rows: u64,
}

impl Tally {
    /// `bytes` bytes passed, the first at `start` of the burst.
    pub(super) fn see(&mut self, evidence: Evidence, start: Option<u64>, bytes: u32, lanes: u8) {
        self.bits_seen = self.bits_seen.saturating_add(u64::from(bytes) * 8);
        let Some(first) = start.and_then(|start| start.checked_rem(lanes.into())) else {
            return;
        };
        self.lanes = self.lanes.max(lanes);
        let Some(seen) = self.seen.get_mut(evidence as usize) else {
            return;
        };
        // Once for each round of the lanes, and the lanes from the first on once more for what is left.
        let (count, first) = (u32::from(lanes), first as u32);
        let (rounds, rest) = (bytes / count, bytes % count);
        for (lane, bits) in (0..count).zip(seen) {
            let behind = if lane >= first {
                lane - first
            } else {
                lane + count - first
            };
            let of_lane = u64::from(rounds) + u64::from(behind < rest);
            *bits = bits.saturating_add(of_lane * 8);
        }
    }

    /// The sync bytes of a burst of so many lanes; `wrong`: one bit of the lane's is.
    pub(super) fn syncs(&mut self, lanes: u8, wrong: impl Iterator<Item = bool>) {
        let lanes = lanes.min(MAX_LANES as u8);
        self.lanes = self.lanes.max(lanes);
        self.bits_seen = self.bits_seen.saturating_add(u64::from(lanes) * 8);
        if let Some(seen) = self.seen.get_mut(Evidence::Sync as usize) {
            let of_lanes = seen.iter_mut().take(lanes.into());
            of_lanes.for_each(|bits| *bits = bits.saturating_add(8));
        }
        for (lane, _) in (0..lanes).zip(wrong).filter(|(_, wrong)| *wrong) {
            self.wrong_sync(lane);
        }
    }

    #[cold]
    fn wrong_sync(&mut self, lane: u8) {
        let mut hits = Hits::default();
        hits.add(Some(lane), None, false);
        self.add(Evidence::Sync, &hits);
    }

    /// Wrong bits that are known.
    pub(super) fn add(&mut self, evidence: Evidence, hits: &Hits) {
        if let Some(sum) = self.sure.get_mut(evidence as usize) {
            sum.merge(hits);
        }
    }

    /// A wrong bit that explains a checksum, as an odd number of others would with this chance.
    pub(super) fn claim(&mut self, hits: &Hits, chance: f64) {
        self.claims.merge(hits);
        self.claimed += 1;
        self.claim_chances += chance;
    }

    /// A packet of which several bits are wrong. Where their number is even, `chance`: that one less would look like
    /// one.
    pub(super) fn several(&mut self, chance: f64) {
        self.several += 1;
        self.impostors += chance;
    }

    /// A header that cannot be used, or not be trusted.
    pub(super) fn lost_header(&mut self) {
        self.lost_headers += 1;
    }

    /// Payload and footer of a long packet.
    pub(super) fn row(&mut self, good: bool) {
        if good {
            self.good_rows += 1;
        } else {
            self.bad_rows += 1;
        }
    }

    /// Known wrong bits of headers and sync bytes.
    pub(super) fn outside_rows(&self) -> u64 {
        let [_, _, sync] = &self.sure;
        sync.total() + self.headers().total()
    }

    /// Wrong bits of headers, as far as they are believed. Of bytes that are no headers, as many can be corrected as not.
    fn headers(&self) -> Hits {
        let [header, ..] = self.sure;
        let believed = self.lost_headers as f64 <= header.total() as f64 * UNBELIEVABLE;
        if believed { header } else { Hits::default() }
    }

    /// Headers of which a bit was corrected that is not believed.
    pub(super) fn withheld_headers(&self) -> u64 {
        let [header, ..] = &self.sure;
        header.total() - self.headers().total()
    }

    /// Wrong bits that are known, of all evidence.
    pub(super) fn known(&self) -> Hits {
        let mut all = self.headers();
        self.sure.iter().skip(1).for_each(|hits| all.merge(hits));
        all
    }

    /// Which share of the events would be a lane's if all bits were wrong alike; `claims`: those count.
    pub(super) fn share(&self, lane: usize, claims: bool) -> f64 {
        let events = |hits: &Hits| hits.lanes.iter().map(|of| of.events).sum::<u64>() as f64;
        let share = |seen: &[u64; MAX_LANES]| {
            let all = seen.iter().sum::<u64>();
            let of = seen.get(lane).copied().unwrap_or(0);
            if all == 0 { 0.0 } else { of as f64 / all as f64 }
        };
        let mut expected = 0.0;
        let mut all = 0.0;
        let headers = self.headers();
        for (hits, seen) in [&headers].into_iter().chain(self.sure.iter().skip(1)).zip(&self.seen) {
            expected += events(hits) * share(seen);
            all += events(hits);
        }
        if let (true, Some(seen)) = (claims, self.seen.get(Evidence::Row as usize)) {
            expected += events(&self.claims) * share(seen);
            all += events(&self.claims);
        }
        if all == 0.0 { 0.0 } else { expected / all }
    }
}
