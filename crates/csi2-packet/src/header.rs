//! The four bytes that open every packet.

use crate::{DataType, EccVerdict, VcExtension, VirtualChannel};

/// A packet header's meaning.
///
/// | byte 0: VC[7:6] DT[5:0] | bytes 1-2: word, LSB first | byte 3: VCX[7:6] ECC[5:0] |
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PacketHeader {
    /// Virtual channel.
    pub channel: VirtualChannel,
    /// Data type.
    pub data_type: DataType,
    /// Word count of a long packet, data field of a short one.
    pub word: u16,
}

/// A header as it came, what it means, and what the ECC says about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReceivedHeader {
    /// As received.
    pub wire: [u8; 4],
    /// After correction; as received when uncorrectable.
    pub header: PacketHeader,
    /// What the ECC says.
    pub ecc: EccVerdict,
}

impl PacketHeader {
    /// Reading four bytes cannot fail; the verdict is part of the answer.
    pub fn receive(wire: [u8; 4], vcx: VcExtension) -> ReceivedHeader {
        let _ = (wire, vcx);
        todo!()
    }
    /// The four bytes on the wire.
    pub const fn encode(self) -> [u8; 4] {
        todo!()
    }
}

impl ReceivedHeader {
    /// Whether the header may be used (clean, corrected, or only a check bit hit).
    pub const fn is_usable(&self) -> bool {
        !matches!(self.ecc, EccVerdict::Uncorrectable { .. })
    }
}
