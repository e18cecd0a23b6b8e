//! The four bytes that open every packet.
//!
//! Ref: torvalds/linux include/media/mipi-csi2.h; gatecat/CSI2Rx verilog_cores/csi/rx_packet_handler.v;
//! ez.analog.com GMSL FAQ FA503 (extended virtual channels).

use core::fmt;

use crate::ecc::{self, CLASSIC_DATA_BITS, DATA_BITS};
use crate::{DataType, EccVerdict, VcExtension, VirtualChannel};

/// A packet header's meaning.
///
/// | byte 0 | bytes 1 and 2 | byte 3 |
/// |---|---|---|
/// | `VC[7:6] DT[5:0]` | word, LSB first | `VCX[7:6] ECC[5:0]` |
///
/// ```
/// use csi2_packet::{DataType, EccVerdict, PacketHeader, VcExtension, VirtualChannel};
/// let header = PacketHeader { channel: VirtualChannel::ZERO, data_type: DataType::RAW10, word: 2400 };
/// assert_eq!(header.encode(), [0x2B, 0x60, 0x09, 0x1D]);
/// // Bit 0 arrives wrong and is put right before anything is read from the header.
/// let received = PacketHeader::receive([0x2A, 0x60, 0x09, 0x1D], VcExtension::Extended);
/// assert_eq!((received.header, received.ecc), (header, EccVerdict::Corrected { bit: 0 }));
/// ```
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
    /// Bytes of a header.
    pub const SIZE: usize = 4;

    /// Reading four bytes cannot fail; the verdict is part of the answer.
    #[inline]
    pub const fn receive(wire: [u8; 4], vcx: VcExtension) -> ReceivedHeader {
        let code = match vcx {
            VcExtension::Classic | VcExtension::ClassicFirst => Code::CLASSIC,
            VcExtension::Extended => Code::EXTENDED,
        };
        let (received, syndrome) = code.read(wire);
        // Nearly all headers are good, and their four bytes say all.
        let (data, ecc) = match syndrome {
            0 => (received, EccVerdict::Clean),
            _ => code.judge(received, syndrome, wire, vcx),
        };
        ReceivedHeader {
            wire,
            header: Self::from_data(data),
            ecc,
        }
    }

    /// The four bytes on the wire. Channels above 3 set the extension bits; the others give the same bytes in CSI-2
    /// v1.x and v2.0.
    pub const fn encode(self) -> [u8; 4] {
        let [low, high] = self.word.to_le_bytes();
        let id = self.channel.low() << 6 | self.data_type.code();
        let vcx = self.channel.vcx();
        [
            id,
            low,
            high,
            vcx << 6 | ecc::check_bits(u32::from_le_bytes([id, low, high, vcx])),
        ]
    }

    /// Bytes of the whole packet: header, payload and footer.
    pub const fn packet_len(self) -> usize {
        if self.data_type.is_short() {
            Self::SIZE
        } else {
            Self::SIZE + self.word as usize + 2
        }
    }

    const fn from_data(data: u32) -> Self {
        let [id, low, high, vcx] = data.to_le_bytes();
        Self {
            channel: VirtualChannel::from_wire(id >> 6, vcx),
            data_type: DataType::from_bits(id),
            word: u16::from_le_bytes([low, high]),
        }
    }
}

impl fmt::Display for PacketHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} VC{} {}", self.data_type, self.channel.number(), self.word)
    }
}

/// One of the two codes.
#[derive(Clone, Copy)]
struct Code {
    /// Bits of byte 3 that it has a meaning for.
    used: u8,
    data_bits: u8,
}

impl Code {
    const CLASSIC: Self = Self {
        used: 0x3F,
        data_bits: CLASSIC_DATA_BITS,
    };
    const EXTENDED: Self = Self {
        used: 0xFF,
        data_bits: DATA_BITS,
    };

    /// Data as received, and the syndrome.
    #[inline]
    const fn read(self, [id, low, high, last]: [u8; 4]) -> (u32, u8) {
        let data = u32::from_le_bytes([id, low, high, (last & self.used) >> 6]);
        (data, ecc::syndrome(data, last))
    }

    /// Data after correction, and the verdict, of a header with an error. The flipped bit may belong to the channel, the data
    /// type or the word count.
    #[cold]
    const fn judge(self, received: u32, syndrome: u8, wire: [u8; 4], vcx: VcExtension) -> (u32, EccVerdict) {
        match (ecc::judge(syndrome, self.data_bits), vcx) {
            (ecc @ EccVerdict::Corrected { bit }, _) => (received ^ (1 << bit), ecc),
            (ecc @ EccVerdict::Uncorrectable { .. }, VcExtension::ClassicFirst) => match Self::EXTENDED.read(wire) {
                (extended, 0) => (extended, EccVerdict::Clean),
                _ => (received, ecc),
            },
            (ecc, _) => (received, ecc),
        }
    }
}

impl ReceivedHeader {
    /// Whether the header may be used (clean, corrected, or only a check bit hit).
    pub const fn is_usable(&self) -> bool {
        !matches!(self.ecc, EccVerdict::Uncorrectable { .. })
    }
}
