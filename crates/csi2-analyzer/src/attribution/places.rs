//! From evidence to places.

use super::edges::changing;
use super::rows::Sent;
use super::tally::Hits;
use super::{BitPlace, OneBit};
use csi2_packet::{EccVerdict, PacketHeader};

/// The last few headers of long packets that came to their end.
#[derive(Debug, Default)]
pub(super) struct Expected {
    headers: [Option<PacketHeader>; 8],
    next: usize,
}

impl Expected {
    /// Whether such a one came before.
    pub(super) fn note(&mut self, header: &PacketHeader) -> bool {
        let known = self.headers.contains(&Some(*header));
        if let (false, Some(slot)) = (known, self.headers.get_mut(self.next)) {
            *slot = Some(*header);
            self.next = (self.next + 1) % self.headers.len();
        }
        known
    }
}

/// The lanes of bytes behind a place in the burst.
#[derive(Clone, Copy)]
pub(super) struct Lanes {
    pub(super) count: u8,
    pub(super) start: Option<u64>,
}

impl Lanes {
    pub(super) fn of(self, byte: u32) -> Option<u8> {
        let position = self.start?.saturating_add(byte.into());
        position.checked_rem(self.count.into()).map(|lane| lane as u8)
    }
}

/// Where a row and its spoilt copy differ.
pub(super) fn differences(sent: &Sent<'_>, footer: u16, lanes: Lanes) -> Hits {
    let good = sent.payload.iter().copied().chain(sent.footer.to_le_bytes());
    let came = sent.received.iter().copied().chain(footer.to_le_bytes());
    let changing = changing(sent.payload, lanes.count);
    let mut hits = Hits::default();
    for (index, (good, came)) in (0u32..).zip(good.zip(came)).filter(|(_, (good, came))| good != came) {
        for bit in (0..8).filter(|bit| (good ^ came) >> bit & 1 == 1) {
            let one = came >> bit & 1 == 1;
            hits.add(lanes.of(index), Some(bit), one);
            hits.edges
                .note(sent.payload, lanes.count, (index as usize, bit), one, changing);
        }
    }
    hits
}

/// The wrong bit that explains the checksum of a row, as far as it is known which.
pub(super) fn claim(places: &OneBit, payload: &[u8], footer: u16, lanes: Lanes) -> Hits {
    let mut hits = Hits::default();
    match places.only() {
        Some(BitPlace { byte, bit }) => {
            let index = byte as usize;
            let mut bytes = payload.iter().copied().chain(footer.to_le_bytes());
            let one = bytes.nth(index).is_some_and(|byte| byte >> bit & 1 == 1);
            hits.add(lanes.of(byte), Some(bit), one);
            let changing = changing(payload, lanes.count);
            hits.edges.note(payload, lanes.count, (index, bit), one, changing);
        }
        // Places 32 767 bits apart: mostly of the same lane, where there are 2, 4 or 8.
        None => {
            let mut of = places.iter().map(|place| lanes.of(place.byte));
            let first = of.next().flatten();
            hits.add(first.filter(|_| of.all(|lane| lane == first)), None, false);
        }
    }
    hits
}

/// The byte of the header and the bit that the ECC found wrong.
pub(super) fn header_bit(ecc: EccVerdict) -> Option<(u8, u8)> {
    match ecc {
        // Data identifier and word, least significant bit first.
        EccVerdict::Corrected { bit: bit @ 0..24 } => Some((bit / 8, bit % 8)),
        // The virtual channel extension shares the last byte with the check bits.
        EccVerdict::Corrected { bit } => Some((3, 6 + (bit & 1))),
        EccVerdict::ParityBit { bit } => Some((3, bit)),
        EccVerdict::Clean | EccVerdict::Uncorrectable { .. } => None,
    }
}
