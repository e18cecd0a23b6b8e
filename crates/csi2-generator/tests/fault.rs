//! Each fault does what it says, and nothing else.

#![allow(clippy::unwrap_used, missing_docs)]

mod wire;

use csi2_generator::PacketFault;
use csi2_packet::{DataType, LongPacket, PacketHeader, ShortPacket, VirtualChannel};
use proptest::prelude::*;

fn long(payload: &[u8]) -> Vec<u8> {
    let header = PacketHeader {
        channel: VirtualChannel::new(1).unwrap(),
        data_type: DataType::RAW8,
        word: payload.len() as u16,
    };
    let mut packet = vec![0; payload.len() + 6];
    LongPacket::emit(header, payload, &mut packet).unwrap();
    packet
}

fn short() -> Vec<u8> {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::FRAME_START,
        word: 7,
    };
    let mut packet = vec![0; 4];
    ShortPacket::emit(header, &mut packet).unwrap();
    packet
}

fn with(fault: PacketFault, packet: &[u8]) -> Vec<u8> {
    let mut hit = packet.to_vec();
    assert!(fault.apply(&mut hit), "{fault:?}");
    assert_ne!(hit, packet, "{fault:?}");
    hit
}

fn flipped(a: &[u8], b: &[u8]) -> u32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// Of a single wrong bit: all columns of the code have an odd number of ones, so two wrong bits give an even number.
fn odd(syndrome: u8) -> bool {
    syndrome.count_ones() % 2 == 1
}

proptest! {
    #[test]
    fn header_faults(payload in prop::collection::vec(any::<u8>(), 1..40), a in any::<u8>(), b in any::<u8>()) {
        let packet = long(&payload);
        let one = with(PacketFault::HeaderBit { bit: a }, &packet);
        prop_assert_eq!((flipped(&one[..4], &packet[..4]), flipped(&one, &packet)), (1, 1));
        prop_assert!(odd(wire::parse(&one).syndrome));
        let two = with(PacketFault::HeaderBits { bits: [a, b] }, &packet);
        prop_assert_eq!((flipped(&two[..4], &packet[..4]), flipped(&two, &packet)), (2, 2));
        let syndrome = wire::parse(&two).syndrome;
        prop_assert!(syndrome != 0 && !odd(syndrome));
    }

    #[test]
    fn payload_faults(payload in prop::collection::vec(any::<u8>(), 1..40), byte in any::<usize>(), bit in any::<u8>(), flip in any::<u16>()) {
        let packet = long(&payload);
        for fault in [PacketFault::PayloadBit { byte, bit }, PacketFault::Checksum { flip }] {
            let hit = with(fault, &packet);
            let parsed = wire::parse(&hit);
            prop_assert_eq!((parsed.syndrome, parsed.behind), (0, 0));
            let (received, good) = parsed.payload.unwrap();
            prop_assert!(!good);
            let expected = u32::from(matches!(fault, PacketFault::PayloadBit { .. }));
            prop_assert_eq!(flipped(&received, &payload), expected);
        }
    }

    #[test]
    fn lengths(payload in prop::collection::vec(any::<u8>(), 1..40), length in 0_usize..60, word in 0_u16..60, extra in 1_u8..=255) {
        let packet = long(&payload);
        let cut = with(PacketFault::Truncate { length }, &packet);
        prop_assert_eq!(&cut, &packet[..length.min(packet.len() - 1)]);

        let parsed = wire::parse(&with(PacketFault::WordCount { word }, &packet));
        prop_assert_eq!(parsed.syndrome, 0);
        if usize::from(parsed.word) > payload.len() {
            prop_assert_eq!(parsed.payload, None);
        } else {
            prop_assert_eq!(parsed.behind, payload.len() - usize::from(parsed.word));
            prop_assert!(parsed.behind > 0);
        }

        let longer = with(PacketFault::Append { length: extra }, &packet);
        prop_assert_eq!(&longer[..packet.len()], &packet);
        prop_assert_eq!(wire::parse(&longer).behind, usize::from(extra));
    }
}

#[test]
fn appended_bytes_are_no_header() {
    let behind = with(PacketFault::Append { length: 4 }, &short()).split_off(4);
    let syndrome = wire::parse(&behind).syndrome;
    assert!(syndrome != 0 && !odd(syndrome));
}

#[test]
fn other_headers_are_good_headers() {
    let packet = long(&[1, 2, 3]);
    let typed = wire::parse(&with(
        PacketFault::DataType {
            data_type: DataType::from_bits(0x3F),
        },
        &packet,
    ));
    assert_eq!((typed.data_type, typed.syndrome, typed.word), (0x3F, 0, 3));
    assert_eq!(typed.payload, Some((vec![1, 2, 3], true)));
    let moved = wire::parse(&with(
        PacketFault::Channel {
            channel: VirtualChannel::new(13).unwrap(),
        },
        &packet,
    ));
    assert_eq!((moved.channel, moved.data_type, moved.syndrome), (13, 0x2A, 0));
    for (number, expected) in [(9, 9), (7, 8)] {
        let hit = with(PacketFault::Number { number }, &short());
        assert_eq!(wire::parse(&hit), wire::short(0, 0x00, expected));
    }
}

#[test]
fn packets_without_the_part_stay_whole() {
    let payload_faults = [
        PacketFault::PayloadBit { byte: 0, bit: 0 },
        PacketFault::Checksum { flip: 1 },
        PacketFault::WordCount { word: 5 },
    ];
    for fault in payload_faults {
        let mut packet = short();
        assert!(!fault.apply(&mut packet), "{}", fault.name());
        assert_eq!(packet, short());
    }
    let mut empty = long(&[]);
    assert!(!PacketFault::PayloadBit { byte: 0, bit: 0 }.apply(&mut empty));
    assert!(!PacketFault::Number { number: 1 }.apply(&mut empty));
    assert_eq!(empty, long(&[]));
    for fault in payload_faults.into_iter().chain([
        PacketFault::HeaderBit { bit: 0 },
        PacketFault::HeaderBits { bits: [0, 0] },
        PacketFault::Truncate { length: 0 },
        PacketFault::Append { length: 9 },
    ]) {
        for length in 0..4 {
            let mut stub = vec![0x2A; length];
            assert!(!fault.apply(&mut stub), "{} of {length} bytes", fault.name());
            assert_eq!(stub, vec![0x2A; length]);
        }
    }
}
