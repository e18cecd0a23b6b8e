//! What is replaced is gone, and what receivers see besides content stays.

#![allow(clippy::unwrap_used, missing_docs)]

mod wire;

use csi2_generator::Anonymiser;
use csi2_packet::{
    ChecksumVerdict, DataType, Depacketizer, EccVerdict, Framing, PacketEvent, PacketHeader, ReceiverSettings,
    VcExtension, VirtualChannel, checksum,
};
use proptest::prelude::*;

const CODES: [VcExtension; 2] = [VcExtension::Classic, VcExtension::Extended];

fn header(channel: u8, data_type: DataType, word: u16) -> PacketHeader {
    PacketHeader {
        channel: VirtualChannel::new(channel).unwrap(),
        data_type,
        word,
    }
}

fn long(header: PacketHeader) -> Vec<u8> {
    let payload: Vec<u8> = (0..header.word).map(|value| value as u8).collect();
    let mut packet = header.encode().to_vec();
    packet.extend(&payload);
    packet.extend(checksum(&payload).to_le_bytes());
    packet
}

/// Events of one input, with trailing and skipped bytes as their numbers.
fn events(bytes: &[u8], framing: Framing, vcx: VcExtension, trail_lanes: u8) -> Vec<String> {
    let mut receiver: Depacketizer = Depacketizer::new(ReceiverSettings {
        vcx,
        framing,
        trail_lanes,
    });
    let (mut rest, mut all) = (bytes, Vec::new());
    let mut say = |event: PacketEvent<'_>| match event {
        PacketEvent::Payload(_) | PacketEvent::Skipped(_) => {}
        PacketEvent::Trailing(piece) => all.extend(piece.iter().map(|_| "trailing".to_owned())),
        other => all.push(format!("{other:?}")),
    };
    while !rest.is_empty() {
        let step = receiver.push(rest);
        rest = &rest[step.consumed..];
        step.event.map(&mut say);
    }
    while let Some(event) = receiver.end_of_burst() {
        say(event);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn payloads_are_noise_with_the_checksum_error_of_before(
        seed: u64, packet: u64, payload in prop::collection::vec(any::<u8>(), 0..200), error: u16,
    ) {
        let anonymiser = Anonymiser::new(seed);
        let computed = wire::checksum(&payload);
        let mut replaced = payload.clone();
        let verdict = anonymiser.payload(packet, ChecksumVerdict::of(computed ^ error, computed), &mut replaced);
        prop_assert_eq!(replaced.len(), payload.len());
        let new = wire::checksum(&replaced);
        prop_assert_eq!(verdict, ChecksumVerdict::of(new ^ error, new));
        // Nothing of the old payload is in it.
        let mut of_zeros = vec![0; payload.len()];
        anonymiser.cut_payload(packet, &mut of_zeros);
        prop_assert_eq!(&of_zeros, &replaced);
        if payload.len() >= 16 {
            let mut next = payload.clone();
            anonymiser.cut_payload(packet.wrapping_add(1), &mut next);
            let mut reseeded = payload.clone();
            Anonymiser::new(seed.wrapping_add(1)).cut_payload(packet, &mut reseeded);
            prop_assert!(replaced != payload && replaced != next && replaced != reseeded && next != reseeded);
        }
    }

    #[test]
    fn headers_stay_but_for_generic_data(
        seed: u64, packet: u64, channel in 0..16u8, code in 0..0x40u8, word: u16, errors in prop::collection::vec(0..32u32, 0..3),
    ) {
        let sent = header(channel, DataType::from_bits(code), word).encode();
        let hit = errors.iter().fold(u32::from_le_bytes(sent), |wire, bit| wire ^ 1 << bit).to_le_bytes();
        for vcx in CODES {
            let received = PacketHeader::receive(hit, vcx);
            let now = Anonymiser::new(seed).header(packet, received);
            // What is said of it is what a receiver reads from it.
            prop_assert_eq!(PacketHeader::receive(now.wire, vcx), now);
            prop_assert_eq!(now.ecc, received.ecc);
            prop_assert_eq!(wire::parse(&now.wire).syndrome, wire::parse(&hit).syndrome);
            if !(0x08..0x10).contains(&received.header.data_type.code()) {
                prop_assert_eq!(now, received);
            } else {
                let mut blank = received;
                blank.header.word = now.header.word;
                prop_assert_eq!(now.header, blank.header);
                // The number that was sent leaves no trace.
                if errors.is_empty() {
                    let other = PacketHeader::receive(header(channel, DataType::from_bits(code), !word).encode(), vcx);
                    prop_assert_eq!(Anonymiser::new(seed).header(packet, other).wire, now.wire);
                }
            }
        }
    }

    /// Behind a header that cannot be used, in a stream without ends of bursts: the search ends where it ended.
    #[test]
    fn skipped_bytes_hide_no_header(seed: u64, packet in 0..1000u64, length in 0..300usize, a in 0..30u32, b in 0..29u32) {
        let line = long(header(1, DataType::RAW8, 40));
        let flips = 1 << a | 1 << (if b < a { b } else { b + 1 });
        let spoilt = u32::from_le_bytes(*line.first_chunk().unwrap()) ^ flips;
        let mut hidden = vec![0x55; length];
        Anonymiser::new(seed).skipped(packet, spoilt.to_le_bytes(), &mut hidden);
        let start = header(1, DataType::FRAME_START, 7).encode();
        let mut stream = [&start[..], &line, &spoilt.to_le_bytes()].concat();
        stream.extend(&hidden);
        stream.extend(&line);
        for vcx in CODES {
            let wanted = format!("{:?}", PacketEvent::Resync { skipped: length as u64 });
            prop_assert!(events(&stream, Framing::Endless, vcx, 0).contains(&wanted));
            for wire in stream[8 + line.len()..].windows(4).take(length) {
                let received = PacketHeader::receive(*wire.first_chunk().unwrap(), vcx);
                let quiet = (2..16).contains(&received.header.data_type.code());
                prop_assert!(received.ecc != EccVerdict::Clean || quiet, "{wire:02X?}");
            }
        }
    }

    /// Of a burst on wires, where trail follows: few of them are not completed to a header.
    #[test]
    fn few_trailing_bytes_begin_no_header(seed: u64, packet in 0..1000u64, length in 1..=4usize, trail: u8) {
        let mut wire = [0, 1, 2, 3].map(|bit| if trail >> bit & 1 == 1 { 0xFF } else { 0x00 });
        wire[..length].fill(0x2F);
        Anonymiser::new(seed).trailing(packet, &mut wire[..length]);
        for vcx in CODES {
            prop_assert!(!PacketHeader::receive(wire, vcx).is_usable(), "{wire:02X?}");
        }
    }

    #[test]
    fn trailing_bytes_stay_trailing(seed: u64, packet in 0..1000u64, length in 1..80usize, lanes in 0..=8u8, word in 0..20u16) {
        // Fewer are cut trail.
        let length = length + usize::from(lanes);
        let mut burst = long(header(0, DataType::RAW8, word));
        let mut trailing = vec![0x2F; length];
        Anonymiser::new(seed).trailing(packet, &mut trailing);
        burst.extend(&trailing);
        for vcx in CODES {
            let seen = events(&burst, Framing::Bursts, vcx, lanes);
            prop_assert_eq!(seen.iter().filter(|event| *event == "trailing").count(), length, "{:?}", seen);
            prop_assert_eq!(seen.len(), 2 + length);
        }
    }
}

/// A held level tells nothing, and must not become something else.
#[test]
fn levels_stay() {
    for level in [0x00, 0xFF] {
        let mut bytes = [level; 9];
        Anonymiser::new(3).trailing(0, &mut bytes);
        assert_eq!(bytes, [level; 9]);
        bytes[8] = 0x80;
        Anonymiser::new(3).trailing(0, &mut bytes);
        assert!(!bytes.contains(&level));
    }
}

/// The fallback is a header that cannot be used, as all that it replaces.
#[test]
fn the_last_resort_is_no_header() {
    for (count, trail) in (1..=4).flat_map(|count| (0..16).map(move |trail| (count, trail))) {
        let mut wire = [0, 1, 2, 3].map(|bit| if trail >> bit & 1 == 1 { 0xFF } else { 0x00 });
        wire[..count].fill(0x0C);
        for vcx in CODES {
            assert!(!PacketHeader::receive(wire, vcx).is_usable(), "{wire:02X?}");
        }
    }
}

/// A seed is a promise to later versions: these bytes are SplitMix64, worked out by another program.
#[test]
fn the_noise_of_seed_0() {
    let mut payload = [0; 8];
    Anonymiser::new(0).cut_payload(17, &mut payload);
    assert_eq!(payload, [0xA3, 0xEB, 0xC0, 0xD1, 0x1D, 0x31, 0x37, 0xE6]);
}
