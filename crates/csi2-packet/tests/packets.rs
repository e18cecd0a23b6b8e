//! Whole packets in slices.

use csi2_packet::{
    ChecksumVerdict, DataType, EncodeError, LenError, LongPacket, Packet, PacketHeader, ShortPacket, SpaceError,
    VcExtension, VirtualChannel,
};
use proptest::prelude::*;

const FRAME_START: PacketHeader = PacketHeader {
    channel: VirtualChannel::ZERO,
    data_type: DataType::FRAME_START,
    word: 1,
};
const LINE: PacketHeader = PacketHeader {
    channel: VirtualChannel::ZERO,
    data_type: DataType::RAW10,
    word: 0,
};

fn parse(bytes: &[u8]) -> Result<(Packet<'_>, usize), LenError> {
    Packet::parse(bytes, VcExtension::Extended)
}

#[test]
fn published_line() {
    // stevenbell/csirx: a RAW10 group and its checksum, behind the header 2B 05 00.
    let payload = [0x5E, 0xC2, 0xA0, 0xAB, 0x33];
    let mut out = [0xEE; 16];
    assert_eq!(LongPacket::emit(LINE, &payload, &mut out), Ok(11));
    assert_eq!(out[..3], [0x2B, 0x05, 0x00]);
    assert_eq!(out[4..11], [0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61]);
    assert_eq!(out[11..], [0xEE; 5]);
    let Ok((Packet::Long(line), 11)) = parse(&out) else {
        panic!("{:?}", parse(&out));
    };
    assert_eq!((line.payload, line.footer), (&payload[..], 0x6165));
    assert_eq!(line.checksum(), ChecksumVerdict::Match);
    assert_eq!(
        parse(&out).unwrap().0.received().header,
        PacketHeader { word: 5, ..LINE }
    );
}

#[test]
fn a_wrong_checksum_is_a_verdict() {
    let mut bytes = [0; 9];
    LongPacket::emit(LINE, &[0xAA, 0xBB, 0xCC], &mut bytes).unwrap();
    bytes[8] ^= 0x80;
    let (Packet::Long(line), 9) = parse(&bytes).unwrap() else {
        panic!("not long");
    };
    let expected = ChecksumVerdict::Mismatch {
        received: 0x1738,
        computed: 0x9738,
    };
    assert_eq!(line.checksum(), expected);
}

#[test]
fn an_unusable_header_is_four_bytes() {
    let bytes = [0x28, 0x04, 0x00, 0x34, 0x00];
    let (Packet::Short(packet), 4) = parse(&bytes).unwrap() else {
        panic!("not short");
    };
    assert!(!packet.received.is_usable());
}

#[test]
fn an_empty_line_has_a_checksum() {
    let mut out = [0; 6];
    assert_eq!(LongPacket::emit(LINE, &[], &mut out), Ok(6));
    assert_eq!(out[4..], [0xFF, 0xFF]);
    assert!(matches!(parse(&out), Ok((Packet::Long(line), 6)) if line.checksum() == ChecksumVerdict::Match));
}

#[test]
fn the_longest_line() {
    let payload = vec![0x5A; 65_536];
    let mut out = vec![0; 65_541];
    let length = payload.len();
    assert_eq!(
        LongPacket::emit(LINE, &payload, &mut out),
        Err(EncodeError::PayloadTooLong { length })
    );
    assert_eq!(LongPacket::emit(LINE, &payload[1..], &mut out), Ok(65_541));
    assert!(matches!(parse(&out), Ok((Packet::Long(line), 65_541)) if line.payload == &payload[1..]));
}

#[test]
fn wrong_kinds() {
    let mut out = [0; 16];
    assert_eq!(
        ShortPacket::emit(LINE, &mut out),
        Err(EncodeError::WrongKind { data_type: 0x2B })
    );
    assert_eq!(
        LongPacket::emit(FRAME_START, &[], &mut out),
        Err(EncodeError::WrongKind { data_type: 0x00 })
    );
}

#[test]
fn no_room() {
    for available in 0..4 {
        let space = SpaceError { required: 4, available };
        assert_eq!(
            ShortPacket::emit(FRAME_START, &mut vec![0; available]),
            Err(EncodeError::Space(space))
        );
    }
    for available in 0..9 {
        let space = SpaceError { required: 9, available };
        assert_eq!(
            LongPacket::emit(LINE, &[1, 2, 3], &mut vec![0; available]),
            Err(EncodeError::Space(space))
        );
    }
}

#[test]
fn cut_packets_say_what_is_missing() {
    let mut bytes = [0; 9];
    LongPacket::emit(LINE, &[0xAA, 0xBB, 0xCC], &mut bytes).unwrap();
    for length in 0..9 {
        let (what, required, offset) = match length {
            0..4 => ("packet header", 4, 0),
            4..7 => ("payload", 3, 4),
            _ => ("checksum", 2, 7),
        };
        let expected = LenError {
            what,
            required,
            available: length - offset,
            offset,
        };
        assert_eq!(parse(&bytes[..length]), Err(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn emitted_packets_come_back(code in 0_u8..64, channel in 0_u8..16, word: u16, payload: Vec<u8>, behind: Vec<u8>) {
        let data_type = DataType::from_bits(code);
        let header = PacketHeader { channel: VirtualChannel::new(channel).unwrap(), data_type, word };
        let mut out = vec![0; 300 + behind.len()];
        let length = if data_type.is_short() {
            ShortPacket::emit(header, &mut out).unwrap()
        } else {
            LongPacket::emit(header, &payload, &mut out).unwrap()
        };
        out.truncate(length);
        out.extend_from_slice(&behind);
        let (packet, end) = parse(&out).unwrap();
        prop_assert_eq!(end, length);
        match packet {
            Packet::Short(short) => prop_assert_eq!(short.received.header, header),
            Packet::Long(long) => {
                prop_assert_eq!(long.received.header, PacketHeader { word: payload.len() as u16, ..header });
                prop_assert_eq!(long.payload, &payload[..]);
                prop_assert_eq!(long.checksum(), ChecksumVerdict::Match);
            }
        }
    }

    #[test]
    fn any_bytes_parse_within_themselves(bytes: Vec<u8>) {
        match parse(&bytes) {
            Ok((packet, length)) => {
                prop_assert!(length <= bytes.len());
                if let Packet::Long(long) = packet {
                    prop_assert_eq!(long.payload, &bytes[4..length - 2]);
                }
            }
            Err(error) => {
                prop_assert!(error.available < error.required);
                prop_assert_eq!(error.offset + error.available, bytes.len());
            }
        }
    }
}
