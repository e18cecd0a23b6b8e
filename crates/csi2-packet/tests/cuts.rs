//! However the input is cut, the events are the same, whatever the input is.

mod support;

use csi2_packet::{DataType, Framing, PacketEvent};
use proptest::prelude::*;
use support::{Note, long, receive, receive_at_once, settings, short, trail};

/// A packet, a damaged packet, or no packet at all.
fn stretch() -> impl Strategy<Value = Vec<u8>> {
    let payload = || prop::collection::vec(any::<u8>(), 0..24);
    let packet = prop_oneof![
        (0_u8..4, 0_u16..4).prop_map(|(code, number)| short(DataType::from_bits(code), number)),
        payload().prop_map(|payload| long(DataType::RAW10, &payload)),
        // Lines of one length become known.
        prop::array::uniform10(any::<u8>()).prop_map(|payload| long(DataType::RAW8, &payload)),
        Just(long(DataType::RAW8, &[0; 10])),
    ];
    let damaged = (
        packet,
        prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 0..3),
        0_usize..3,
    );
    prop_oneof![
        4 => damaged.prop_map(|(mut packet, flips, kind)| {
            for (at, bit) in flips {
                let length = packet.len();
                match kind {
                    // In the header, anywhere, or a byte lost.
                    0 => packet[at.index(4.min(length))] ^= 1 << bit,
                    1 => packet[at.index(length)] ^= 1 << bit,
                    _ => drop(packet.remove(at.index(length))),
                }
            }
            packet
        }),
        1 => payload(),
        1 => (0_usize..12).prop_map(|count| vec![0; count]),
    ]
}

fn burst() -> impl Strategy<Value = Vec<u8>> {
    let stretches = prop::collection::vec(stretch(), 0..4);
    let tail = (0_usize..10, prop::collection::vec(any::<u8>(), 0..6), 1_usize..=8);
    (stretches, tail).prop_map(|(stretches, (length, garbage, lanes))| {
        let mut burst = stretches.concat();
        burst.extend(trail(&burst, lanes, length));
        burst.extend(garbage);
        burst
    })
}

/// The bytes that the events account for.
fn accounted(notes: &[Note]) -> usize {
    let bytes = |note: &Note| match note {
        Note::Payload(_, bytes) | Note::Skipped(_, bytes) | Note::Trailing(_, bytes) => bytes.len(),
        Note::Said(_, PacketEvent::Short(_) | PacketEvent::LongStart(_) | PacketEvent::Unusable(_)) => 4,
        Note::Said(_, PacketEvent::LongEnd(_)) => 2,
        Note::Said(_, PacketEvent::Truncated(missing)) => match *missing {
            csi2_packet::Missing::Header { have } | csi2_packet::Missing::Footer { have } => have.into(),
            csi2_packet::Missing::Payload { .. } => 0,
        },
        Note::Said(..) => 0,
    };
    notes.iter().map(bytes).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn bursts(
        bursts in prop::collection::vec(burst(), 1..4),
        cuts in prop::collection::vec(0_usize..9, 0..80),
        lanes in 0_u8..10,
    ) {
        let settings = settings(Framing::Bursts, lanes);
        let whole = receive(settings, &bursts, std::iter::empty());
        prop_assert_eq!(&receive(settings, &bursts, cuts.into_iter()), &whole);
        if lanes == 0 {
            // Nothing is passed over in silence.
            prop_assert_eq!(accounted(&whole), bursts.iter().map(Vec::len).sum::<usize>());
        }
    }

    /// A burst that can be taken at once says the same, and leaves the receiver the same for those behind it.
    #[test]
    fn at_once(bursts in prop::collection::vec(burst(), 1..6), lanes in 0_u8..10) {
        let settings = settings(Framing::Bursts, lanes);
        let (notes, _) = receive_at_once(settings, &bursts);
        prop_assert_eq!(notes, receive(settings, &bursts, std::iter::empty()));
    }

    #[test]
    fn endless(
        stretches in prop::collection::vec(stretch(), 0..24),
        cuts in prop::collection::vec(0_usize..9, 0..80),
    ) {
        let input = [stretches.concat()];
        let settings = settings(Framing::Endless, 0);
        let whole = receive(settings, &input, std::iter::empty());
        prop_assert_eq!(&receive(settings, &input, cuts.into_iter()), &whole);
        // A header found within an unusable one shares up to three bytes with it.
        let shared = whole.iter().filter(|note| matches!(note, Note::Said(_, PacketEvent::Resync { skipped: 0 }))).count();
        let accounted = accounted(&whole);
        prop_assert!((input[0].len()..=input[0].len() + 3 * shared).contains(&accounted));
    }

    /// In a file whose lines have one header, damaged headers cost their own packets and nothing else.
    #[test]
    fn damaged_headers_cost_one_packet_each(
        lines in prop::collection::vec((prop::array::uniform16(any::<u8>()), any::<bool>()), 2..20),
    ) {
        let mut bytes = long(DataType::RAW8, &[0xFF; 16]);
        for (payload, damaged) in &lines {
            let at = bytes.len();
            bytes.extend(long(DataType::RAW8, payload));
            bytes[at + 1] ^= if *damaged { 0x03 } else { 0x00 };
        }
        let notes = receive(settings(Framing::Endless, 0), &[bytes], std::iter::empty());
        let received: Vec<&[u8]> = notes
            .windows(2)
            .filter_map(|pair| match pair {
                [Note::Payload(_, payload), Note::Said(_, PacketEvent::LongEnd(_))] => Some(&payload[..]),
                _ => None,
            })
            .skip(1)
            .collect();
        let sent: Vec<&[u8]> = lines.iter().filter(|(_, damaged)| !damaged).map(|(payload, _)| &payload[..]).collect();
        prop_assert_eq!(received, sent);
    }
}
