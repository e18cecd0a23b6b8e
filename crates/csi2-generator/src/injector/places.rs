//! Where the packets of a burst are.

use csi2_packet::{EccVerdict, PacketHeader, VcExtension};

/// A packet in a burst that came in whole.
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) header: PacketHeader,
}

/// The packets of a burst, up to the first that is damaged: what may be hit is what was sound.
pub(super) fn places(burst: &[u8]) -> impl Iterator<Item = Place> + '_ {
    let mut at = 0;
    core::iter::from_fn(move || {
        let start = at;
        let wire = *burst.get(start..)?.first_chunk()?;
        let received = PacketHeader::receive(wire, VcExtension::Extended);
        let end = start.checked_add(received.header.packet_len())?;
        if received.ecc != EccVerdict::Clean || end > burst.len() {
            at = burst.len();
            return None;
        }
        at = end;
        Some(Place {
            start,
            end,
            header: received.header,
        })
    })
}
