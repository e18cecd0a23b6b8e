//! Undamaged captures.

use crate::harness::*;
use csi2_dphy::SotVerdict;
use proptest::prelude::*;

/// Bursts that look like trails, idle lanes and each other.
pub(crate) fn tricky() -> Vec<Burst> {
    let line: Vec<u8> = (0..=255).collect();
    vec![
        vec![short(0x00, 1)],
        vec![long(0x2A, &line)],
        vec![long(0x2A, &[])],
        vec![long(0x2A, &[0x00; 64])],
        vec![long(0x2A, &[0xFF; 64])],
        vec![long(0x12, &[0xB8; 33])],
        // Payload that looks like the end of a burst and the start of one.
        vec![long(
            0x2A,
            &[
                0x00, 0x00, 0xFF, 0xFF, 0xB8, 0xB8, 0xB8, 0xB8, 0xB8, 0xB8, 0xB8, 0xB8, 0x11, 0x22,
            ],
        )],
        vec![long(0x2B, &[0x5A; 5])],
        vec![long(0x2B, &[1]), short(0x03, 0x1234), long(0x2B, &[0x80; 7])],
        vec![short(0x01, 1)],
        vec![short(0x00, 2), short(0x01, 2)],
    ]
}

#[test]
fn every_layer_gives_the_packets_that_were_sent() {
    let bursts = tricky();
    for layer in LAYERS {
        for count in LANES {
            let log = receive(&capture(layer, &bursts, count));
            same(&log, &expected(&bursts), &format!("{layer:?}, {count} lanes"));
            let strange = log.bare().into_iter().find(|event| {
                matches!(
                    event,
                    Event::Trailing(_) | Event::Lane(..) | Event::Truncated(_) | Event::Unusable(_) | Event::Resync(_)
                )
            });
            assert_eq!(strange, None, "{layer:?}, {count} lanes");
            if layer.shows_bursts() {
                assert_eq!(log.bursts(), bursts.len(), "{layer:?}, {count} lanes");
            }
        }
    }
}

#[test]
fn a_line_is_one_piece() {
    let line = |byte: u8| long(0x2B, &vec![byte; 5070]);
    let bursts = vec![
        vec![short(0, 1)],
        vec![line(1)],
        vec![line(2)],
        vec![long(0x2A, &vec![0x33; 65535])],
    ];
    for layer in LAYERS {
        for count in LANES {
            let log = receive(&capture(layer, &bursts, count));
            same(&log, &expected(&bursts), &format!("{layer:?}, {count} lanes"));
            // A packet in one piece of the input, or that had to be merged, is one piece of payload.
            assert_eq!(log.pieces, 3, "{layer:?}, {count} lanes");
        }
    }
}

#[test]
fn skew_is_taken_out_and_told() {
    let bursts = tricky();
    for layer in [
        Layer::Lanes { sync: true },
        Layer::MarkedFiles,
        Layer::Pairs,
        Layer::SingleEnded,
    ] {
        for count in [2, 3, 4, 8] {
            let skew = [0, 8, 16, 0, 40, 48, 8, 0];
            let log = receive(&skewed(layer, &bursts, count, skew));
            same(&log, &expected(&bursts), &format!("{layer:?}, {count} lanes"));
            let Some((Event::Start { skew: told, sync }, _)) = log.events.first() else {
                panic!("no burst");
            };
            let wanted: Vec<u16> = skew[..count].iter().map(|bits| *bits as u16).collect();
            assert_eq!(*told, wanted, "{layer:?}, {count} lanes");
            assert!(sync.iter().all(|verdict| *verdict == SotVerdict::Clean));
        }
    }
}

#[test]
fn changes_say_the_same_as_samples() {
    let bursts = tricky();
    for count in LANES {
        let samples = capture(Layer::Pairs, &bursts, count);
        let log = receive(&samples.as_changes());
        assert_eq!(log.events, receive(&samples).events, "{count} lanes");
        assert_eq!(
            receive(&samples.as_changes().cut(&[1, 3, 200])).events,
            log.events,
            "{count} lanes, cut"
        );
    }
}

#[test]
fn lanes_without_sync_bytes_may_begin_like_one() {
    // User-defined data on channel 2: data identifier B0, one bit from the sync byte.
    let mut packet = long(0x30, &[1, 2, 3]);
    packet[0] = 0xB0;
    let header = csi2_packet::PacketHeader {
        channel: csi2_packet::VirtualChannel::new(2).unwrap(),
        data_type: csi2_packet::DataType::from_bits(0x30),
        word: 3,
    };
    packet[..4].copy_from_slice(&header.encode());
    let bursts = vec![vec![packet]];
    let log = receive(&capture(Layer::Lanes { sync: false }, &bursts, 1));
    same(&log, &expected(&bursts), "");
    let log = receive(&capture(Layer::Lanes { sync: true }, &bursts, 1));
    same(&log, &expected(&bursts), "");
}

#[test]
fn a_wrong_bit_makes_no_sync_byte_where_none_came_before() {
    let header = |code, word| csi2_packet::PacketHeader {
        channel: csi2_packet::VirtualChannel::new(2).unwrap(),
        data_type: csi2_packet::DataType::from_bits(code),
        word,
    };
    let mut packet = long(0x30, &[1, 2, 3]);
    packet[..4].copy_from_slice(&header(0x30, 3).encode());
    // Data identifier B0 becomes B8.
    packet[0] ^= 0x08;
    let start = header(0x00, 1).encode().to_vec();
    let bursts = vec![vec![start], vec![packet]];
    let log = receive(&capture(Layer::Lanes { sync: false }, &bursts, 1));
    same(&log, &expected(&bursts), "");
    let log = receive(&capture(Layer::Lanes { sync: true }, &bursts, 1));
    same(&log, &expected(&bursts), "");
}

#[test]
fn lane_files_may_be_read_unevenly() {
    let bursts = tricky();
    for layer in [
        Layer::Lanes { sync: true },
        Layer::Lanes { sync: false },
        Layer::MarkedFiles,
        Layer::BareFiles,
    ] {
        for count in [2, 4, 8] {
            let whole = capture(layer, &bursts, count);
            let log = receive(&whole.cut_unevenly(&[7, 1, 30, 3, 5, 11, 2, 100]));
            assert_eq!(log.events, receive(&whole).events, "{layer:?}, {count} lanes");
        }
    }
}

/// A checksum 99 80 behind zeros, and the frame start behind it: four bits earlier, a sync byte with one wrong bit and a
/// good header.
#[test]
fn no_burst_starts_inside_a_packet_that_proved_good() {
    let payload = [0x01, 0xB8, 0x01, 0x00, 0x01, 0x1A, 0xB8, 0xFF, 0x1A, 0xFF, 0x00, 0x00];
    let bursts = [vec![long(0x10, &payload), short(0x00, 1)]];
    assert!(bursts[0][0].ends_with(&[0x00, 0x00, 0x80, 0x99]));
    for layer in LAYERS {
        let log = receive(&capture(layer, &bursts, 1));
        same(&log, &expected(&bursts), "");
    }
}

pub(crate) fn packet() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::sample::select(vec![0x00, 0xFF, 0xB8, 0x80, 0x01, 0x1A]);
    prop_oneof![
        (0u8..16, any::<u16>()).prop_map(|(data_type, word)| short(data_type, word)),
        (0x10u8..64, prop::collection::vec(byte, 0..40)).prop_map(|(data_type, payload)| long(data_type, &payload)),
        (0x10u8..64, prop::collection::vec(any::<u8>(), 0..200))
            .prop_map(|(data_type, payload)| long(data_type, &payload)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Cutting the input anywhere changes nothing but the pieces of a payload.
    #[test]
    fn any_cut_gives_the_same_events(
        bursts in prop::collection::vec(prop::collection::vec(packet(), 1..2), 1..6),
        layer in prop::sample::select(LAYERS.to_vec()),
        count in prop::sample::select(LANES.to_vec()),
        cuts in prop::collection::vec(1usize..60, 1..6),
    ) {
        let whole = capture(layer, &bursts, count);
        let log = receive(&whole);
        same(&log, &expected(&bursts), "");
        let cut = receive(&whole.cut(&cuts));
        prop_assert_eq!(log.events, cut.events);
    }

    /// Several packets of a burst, where none begins like a trail.
    #[test]
    fn bursts_of_several_packets(
        burst in prop::collection::vec(packet(), 1..5),
        layer in prop::sample::select(LAYERS.to_vec()),
        count in prop::sample::select(LANES.to_vec()),
    ) {
        // A frame start of number zero and a trail are the same bytes; one of number 184 and a trail with a sync byte, too.
        prop_assume!(burst.iter().all(|packet| packet[..4] != [0; 4] && packet[..2] != [0x00, 0xB8]));
        let bursts = [burst];
        let log = receive(&capture(layer, &bursts, count));
        same(&log, &expected(&bursts), "");
    }
}
