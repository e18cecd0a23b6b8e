//! The bits of headers and checksums, one at a time.
//!
//! Ref: gatecat/CSI2Rx verilog_cores/csi/header_ecc.v; hellgate202/csi2_rx src/csi2_crc_calc.sv.

use csi2_packet::{DataType, VcExtension};

/// Check bits that each data bit takes part in: D0 to D23 of the header, then the two extension bits.
const COLUMNS: [u8; 26] = [
    0x07, 0x0B, 0x0D, 0x0E, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1C, 0x23, 0x25, 0x26, 0x29, 0x2A, 0x2C, 0x31, 0x32, 0x34,
    0x38, 0x1F, 0x2F, 0x37, 0x3B, 0x3D, 0x3E,
];

/// What the check bits say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ecc {
    Clean,
    /// This data bit was wrong.
    Data(u8),
    /// A check bit was wrong.
    Check,
    /// More than one bit was wrong.
    Wrong,
}

/// A header, corrected where that is possible.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Header {
    pub(super) channel: u8,
    pub(super) data_type: DataType,
    pub(super) word: u16,
    /// The two extension bits as they came.
    pub(super) extension: u8,
    pub(super) ecc: Ecc,
}

impl Header {
    /// Reads four bytes.
    pub(super) fn read(wire: [u8; 4], vcx: VcExtension) -> Self {
        let read = |bits: usize| {
            let [id, low, high, check] = wire;
            let mut data = [id, low, high, check >> 6];
            if bits < COLUMNS.len() {
                data[3] = 0;
            }
            let is_set = |data: &[u8; 4], bit: usize| data[bit / 8] >> (bit % 8) & 1 == 1;
            let columns = COLUMNS.iter().take(bits).enumerate();
            let computed = columns.clone().filter(|(bit, _)| is_set(&data, *bit));
            let syndrome = computed.fold(check & 0x3F, |syndrome, (_, column)| syndrome ^ column);
            let wrong = columns.clone().find(|(_, column)| **column == syndrome);
            let ecc = match (syndrome.count_ones(), wrong) {
                (0, _) => Ecc::Clean,
                (1, _) => Ecc::Check,
                (_, Some((bit, _))) => {
                    data[bit / 8] ^= 1 << (bit % 8);
                    Ecc::Data(bit as u8)
                }
                (_, None) => Ecc::Wrong,
            };
            Self {
                channel: data[0] >> 6 | data[3] << 2,
                data_type: DataType::from_bits(data[0]),
                word: u16::from(data[1]) | u16::from(data[2]) << 8,
                extension: check >> 6,
                ecc,
            }
        };
        match vcx {
            VcExtension::Extended => read(26),
            VcExtension::Classic => read(24),
            // A header that only the longer code understands is one of that.
            VcExtension::ClassicFirst => match (read(24), read(26)) {
                (classic, extended) if classic.ecc == Ecc::Wrong && extended.ecc == Ecc::Clean => extended,
                (classic, _) => classic,
            },
        }
    }
}

/// The checksum of a payload: a shift register of x^16 + x^12 + x^5 + 1 that starts with ones, least significant bit first.
pub(super) fn checksum(payload: &[u8]) -> u16 {
    let mut register = 0xFFFF_u16;
    for byte in payload {
        for bit in 0..8 {
            let feedback = (register ^ u16::from(byte >> bit)) & 1 == 1;
            register >>= 1;
            if feedback {
                register ^= 0x8408;
            }
        }
    }
    register
}
