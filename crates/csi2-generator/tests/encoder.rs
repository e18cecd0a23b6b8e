//! Encoded frames, taken apart by a receiver that shares nothing with the encoder.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

mod wire;

use std::convert::Infallible;

use csi2_generator::{EncodeSettings, EncodeTrouble, Encoder, Image};
use csi2_packet::{DataType, EncodeError, LineNumbering, VirtualChannel};
use proptest::prelude::*;

fn settings(data_type: DataType) -> EncodeSettings {
    EncodeSettings {
        channel: VirtualChannel::ZERO,
        data_type,
        numbering: LineNumbering::None,
        first_frame: 1,
    }
}

fn encode(encoder: &mut Encoder, width: usize, samples: &[u16]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let height = samples.len() / width;
    encoder
        .frame(&Image { width, height, samples }, &mut |packet| {
            packets.push(packet.to_vec());
            Ok::<_, Infallible>(())
        })
        .unwrap();
    packets
}

/// Samples of a payload by the figure of each layout, one bit at a time: bit `bit` of sample `p` of a group.
fn decode(data_type: DataType, payload: &[u8]) -> Vec<u16> {
    type Place = fn(p: usize, bit: usize) -> usize;
    let (bytes, samples, bits, place): (usize, usize, usize, Place) = match data_type {
        DataType::RAW6 => (3, 4, 6, |p, bit| p * 6 + bit),
        DataType::RAW7 => (7, 8, 7, |p, bit| p * 7 + bit),
        DataType::RAW8 => (1, 1, 8, |_, bit| bit),
        DataType::RAW10 => (
            5,
            4,
            10,
            |p, bit| if bit >= 2 { p * 8 + bit - 2 } else { 32 + p * 2 + bit },
        ),
        DataType::RAW12 => (
            3,
            2,
            12,
            |p, bit| if bit >= 4 { p * 8 + bit - 4 } else { 16 + p * 4 + bit },
        ),
        DataType::RAW14 => (
            7,
            4,
            14,
            |p, bit| if bit >= 6 { p * 8 + bit - 6 } else { 32 + p * 6 + bit },
        ),
        DataType::RAW16 => (2, 1, 16, |_, bit| if bit >= 8 { bit - 8 } else { 8 + bit }),
        other => panic!("{}", other.name()),
    };
    assert_eq!(payload.len() % bytes, 0);
    let groups = payload.chunks_exact(bytes);
    groups
        .flat_map(|group| {
            (0..samples).map(move |p| {
                (0..bits).fold(0, |sample, bit| {
                    let at = place(p, bit);
                    sample | u16::from(group[at / 8] >> (at % 8) & 1) << bit
                })
            })
        })
        .collect()
}

const TYPES: [(DataType, u32); 7] = [
    (DataType::RAW6, 6),
    (DataType::RAW7, 7),
    (DataType::RAW8, 8),
    (DataType::RAW10, 10),
    (DataType::RAW12, 12),
    (DataType::RAW14, 14),
    (DataType::RAW16, 16),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_frame_is_fs_lines_fe(
        (groups, height) in (1_usize..12, 0_usize..6),
        noise in prop::collection::vec(any::<u16>(), 12 * 8 * 6),
        (channel, numbered, first) in (0_u8..16, any::<bool>(), any::<u16>()),
    ) {
        for (data_type, bits) in TYPES {
            let width = groups * 8;
            let samples: Vec<u16> = noise[..width * height].iter().map(|sample| sample >> (16 - bits)).collect();
            let mut encoder = Encoder::new(EncodeSettings {
                channel: VirtualChannel::new(channel).unwrap(),
                data_type,
                numbering: if numbered { LineNumbering::Counted } else { LineNumbering::None },
                first_frame: first,
            });
            let second = if first == 0 { 0 } else { first.checked_add(1).unwrap_or(1) };
            for number in [first, second] {
                let packets = encode(&mut encoder, width, &samples);
                let mut packets = packets.iter().map(|packet| wire::parse(packet));
                prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x00, number)));
                for (row, line) in samples.chunks(width).zip(1..) {
                    if numbered {
                        prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x02, line)));
                    }
                    let long = packets.next().unwrap();
                    let (payload, checksum) = long.payload.unwrap();
                    prop_assert_eq!((long.channel, long.data_type, long.syndrome), (channel, data_type.code(), 0));
                    prop_assert_eq!((payload.len() * 8, long.behind), (width * bits as usize, 0));
                    prop_assert!(checksum);
                    prop_assert_eq!(decode(data_type, &payload), row);
                    if numbered {
                        prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x03, line)));
                    }
                }
                prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x01, number)));
                prop_assert_eq!(packets.next(), None);
            }
        }
    }
}

#[test]
fn known_packet() {
    // The samples of stevenbell/csirx unit_tests/raw10_decoder_testvec.txt; ECC and checksum computed by hand.
    let packets = encode(
        &mut Encoder::new(settings(DataType::RAW10)),
        4,
        &[0x17B, 0x308, 0x283, 0x2AC],
    );
    assert_eq!(packets[0], [0x00, 0x01, 0x00, 0x1A]);
    assert_eq!(
        packets[1],
        [0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61]
    );
    assert_eq!(packets[2], [0x01, 0x01, 0x00, 0x1D]);
}

#[test]
fn the_packet_buffer_is_reused() {
    let mut encoder = Encoder::new(settings(DataType::RAW12));
    let samples = vec![0; 64 * 20];
    let mut places = Vec::new();
    for _ in 0..2 {
        let image = Image {
            width: 64,
            height: 20,
            samples: &samples,
        };
        let mut note = |packet: &[u8]| {
            if packet.len() > 4 {
                places.push(packet.as_ptr());
            }
            Ok::<_, Infallible>(())
        };
        encoder.frame(&image, &mut note).unwrap();
    }
    assert_eq!(places.len(), 40);
    assert!(places.iter().all(|place| *place == places[0]));
}

#[test]
fn what_cannot_be_sent_is_refused_before_the_first_packet() {
    let good = vec![0x3FF; 8];
    let mut bad = good.clone();
    bad[5] = 0x400;
    let long = vec![0; 52_432];
    let image = |width, height, samples| Image { width, height, samples };
    let cases: &[(DataType, Image<'_>, EncodeTrouble<&str>)] = &[
        (
            DataType::EMBEDDED,
            image(4, 2, &good),
            EncodeTrouble::NoCodec(DataType::EMBEDDED),
        ),
        (
            DataType::RAW10,
            image(2, 4, &good),
            EncodeTrouble::Width { width: 2, group: 4 },
        ),
        (
            DataType::RAW10,
            image(4, 3, &good),
            EncodeTrouble::Size {
                required: 12,
                available: 8,
            },
        ),
        (
            DataType::RAW10,
            image(4, 1, &good),
            EncodeTrouble::Size {
                required: 4,
                available: 8,
            },
        ),
        (
            DataType::RAW10,
            image(4, usize::MAX, &good),
            EncodeTrouble::Size {
                required: usize::MAX,
                available: 8,
            },
        ),
        (
            DataType::RAW10,
            image(4, 2, &bad),
            EncodeTrouble::Range {
                index: 5,
                value: 0x400,
                bits: 10,
            },
        ),
        (
            DataType::RAW8,
            image(4, 2, &good),
            EncodeTrouble::Range {
                index: 0,
                value: 0x3FF,
                bits: 8,
            },
        ),
        (
            DataType::RAW10,
            image(52_432, 1, &long),
            EncodeTrouble::Packet(EncodeError::PayloadTooLong { length: 65_540 }),
        ),
    ];
    for (data_type, image, trouble) in cases {
        let mut encoder = Encoder::new(settings(*data_type));
        let refused = encoder.frame(image, &mut |_| Err("sent something"));
        assert_eq!(refused.as_ref(), Err(trouble));
        assert!(
            trouble.to_string().chars().any(|c| c.is_ascii_digit()) || matches!(trouble, EncodeTrouble::NoCodec(_))
        );
        // The frame that was refused has taken no number.
        if codec_exists(*data_type) {
            assert_eq!(encode(&mut encoder, 8, &[0; 8])[0][1], 1);
        }
    }
}

fn codec_exists(data_type: DataType) -> bool {
    TYPES.iter().any(|(known, _)| *known == data_type)
}

#[test]
fn the_longest_line_goes_through() {
    let packets = encode(&mut Encoder::new(settings(DataType::RAW8)), 65_535, &vec![0xA5; 65_535]);
    assert_eq!(packets[1].len(), 65_541);
    assert_eq!(wire::parse(&packets[1]).payload, Some((vec![0xA5; 65_535], true)));
}

#[test]
fn a_failing_receiver_stops_the_frame() {
    let mut calls = 0;
    let mut encoder = Encoder::new(settings(DataType::RAW8));
    let result = encoder.frame(
        &Image {
            width: 1,
            height: 9,
            samples: &[0; 9],
        },
        &mut |_| {
            calls += 1;
            if calls == 3 { Err("disk full") } else { Ok(()) }
        },
    );
    assert_eq!(result, Err(EncodeTrouble::Send("disk full")));
    assert_eq!(calls, 3);
}
