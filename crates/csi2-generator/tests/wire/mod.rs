//! A receiver of single packets, bit by bit, that shares nothing with the code under test.

#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod figures;

/// Data bits that each check bit covers, of 26: torvalds/linux drivers/gpu/drm/sun4i/sun6i_mipi_dsi.c and
/// gatecat/CSI2Rx verilog_cores/csi/header_ecc.v for the first 24.
const COVERAGE: [&[u32]; 6] = [
    &[0, 1, 2, 4, 5, 7, 10, 11, 13, 16, 20, 21, 22, 23, 24],
    &[0, 1, 3, 4, 6, 8, 10, 12, 14, 17, 20, 21, 22, 23, 25],
    &[0, 2, 3, 5, 6, 9, 11, 12, 15, 18, 20, 21, 22, 24, 25],
    &[1, 2, 3, 7, 8, 9, 13, 14, 15, 19, 20, 21, 23, 24, 25],
    &[4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20, 22, 23, 24, 25],
    &[10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25],
];

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) channel: u8,
    pub(crate) data_type: u8,
    pub(crate) word: u16,
    /// Received check bits XOR computed ones.
    pub(crate) syndrome: u8,
    /// Payload and whether the footer fits it; `None` for short packets and those whose bytes end early.
    pub(crate) payload: Option<(Vec<u8>, bool)>,
    /// Bytes behind the packet.
    pub(crate) behind: usize,
}

pub(crate) fn parse(packet: &[u8]) -> Parsed {
    let bits = u32::from_le_bytes(packet[..4].try_into().unwrap());
    let data = bits & 0x00FF_FFFF | (bits >> 30) << 24;
    let mut syndrome = (bits >> 24) as u8 & 0x3F;
    for (check, covered) in COVERAGE.iter().enumerate() {
        let parity = covered.iter().filter(|&&bit| data >> bit & 1 == 1).count() % 2;
        syndrome ^= (parity as u8) << check;
    }
    let (data_type, word) = (packet[0] & 0x3F, u16::from_le_bytes([packet[1], packet[2]]));
    let end = 4 + usize::from(word);
    let (payload, length) = match data_type {
        0x00..0x10 => (None, 4),
        _ if packet.len() < end + 2 => (None, packet.len()),
        _ => {
            let payload = packet[4..end].to_vec();
            let good = checksum(&payload) == u16::from_le_bytes([packet[end], packet[end + 1]]);
            (Some((payload, good)), end + 2)
        }
    };
    Parsed {
        channel: packet[0] >> 6 | (packet[3] >> 6) << 2,
        data_type,
        word,
        syndrome,
        payload,
        behind: packet.len() - length,
    }
}

pub(crate) fn short(channel: u8, data_type: u8, word: u16) -> Parsed {
    Parsed {
        channel,
        data_type,
        word,
        syndrome: 0,
        payload: None,
        behind: 0,
    }
}

/// x^16 + x^12 + x^5 + 1, least significant bits first, from all ones.
pub(crate) fn checksum(bytes: &[u8]) -> u16 {
    let mut register = 0xFFFF_u16;
    for byte in bytes {
        for bit in 0..8 {
            let feedback = register & 1 != u16::from(byte >> bit & 1);
            register >>= 1;
            if feedback {
                register ^= 0x8408;
            }
        }
    }
    register
}

#[test]
fn the_model_knows_published_answers() {
    // stevenbell/csirx unit_tests: headers and a RAW10 group; CRC-16/MCRF4XX check value.
    assert_eq!(parse(&[0x01, 0x00, 0x00, 0x07]).syndrome, 0);
    assert_eq!(parse(&[0x2B, 0x04, 0x00, 0x34]).syndrome, 0);
    assert_eq!(parse(&[0x2A, 0x04, 0x00, 0x34]).syndrome, 0x07);
    assert_eq!(checksum(b"123456789"), 0x6F91);
}
