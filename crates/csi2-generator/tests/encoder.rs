//! Encoded frames, taken apart by a receiver that shares nothing with the encoder.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

mod wire;

use std::convert::Infallible;

use csi2_generator::{EncodeSettings, EncodeTrouble, Encoder, Image};
use csi2_packet::{DataType, EncodeError, LineNumbering, VirtualChannel};
use csi2_pixel::{Codecs, Samples};
use proptest::prelude::*;
use wire::figures::{FIGURES, Figure};

fn settings(data_type: DataType) -> EncodeSettings {
    EncodeSettings {
        channel: VirtualChannel::ZERO,
        data_type,
        codecs: Codecs::STANDARD,
        numbering: LineNumbering::None,
        first_frame: 1,
    }
}

fn encode(encoder: &mut Encoder, width: usize, samples: &[u16]) -> Vec<Vec<u8>> {
    encode_rows(encoder, width, samples.len() / width, samples)
}

fn encode_rows(encoder: &mut Encoder, width: usize, height: usize, samples: &[u16]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    encoder
        .frame(
            &Image {
                width,
                height,
                samples: Samples::Narrow(samples),
            },
            &mut |packet| {
                packets.push(packet.to_vec());
                Ok::<_, Infallible>(())
            },
        )
        .unwrap();
    packets
}

/// Values of a frame, each as wide as its place. What a row does not use is 0.
fn values(figure: &Figure, width: usize, height: usize, noise: &[u32]) -> Vec<u32> {
    let stride = figure.samples_of(1, width);
    let mut noise = noise.iter().cycle();
    (0..height)
        .flat_map(|row| (0..stride).map(move |n| (row, n)))
        .map(|(row, n)| {
            let value = noise.next().unwrap() >> (32 - figure.bits_of(n));
            if n < figure.samples_of(row, width) { value } else { 0 }
        })
        .collect()
}

/// As wide as the encoder wants them.
fn with_samples<R>(figure: &Figure, values: &[u32], go: impl FnOnce(Samples<'_>) -> R) -> R {
    if figure.bits[0] > 16 {
        return go(Samples::Wide(values));
    }
    let narrow: Vec<u16> = values.iter().map(|value| *value as u16).collect();
    go(Samples::Narrow(&narrow))
}

#[test]
fn the_figures_are_of_all_formats() {
    let codes: Vec<u8> = FIGURES.iter().map(|figure| figure.code).collect();
    let formats: Vec<u8> = csi2_pixel::CODECS.iter().map(|codec| codec.data_type.code()).collect();
    assert_eq!(codes, formats);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_frame_is_fs_lines_fe(
        (groups, height) in (1_usize..9, 0_usize..6),
        noise in prop::collection::vec(any::<u32>(), 1..400),
        (channel, numbered, first) in (0_u8..16, any::<bool>(), any::<u16>()),
        declared in any::<bool>(),
    ) {
        for figure in FIGURES {
            let own = DataType::from_bits(figure.code);
            let mut codecs = Codecs::STANDARD;
            let mut data_type = own;
            if declared {
                data_type = DataType::from_bits(0x33);
                prop_assert!(codecs.declare(data_type, csi2_pixel::codec(own).unwrap()));
            }
            let width = groups * figure.pixels();
            let values = values(figure, width, height, &noise);
            let mut encoder = Encoder::new(EncodeSettings {
                codecs,
                channel: VirtualChannel::new(channel).unwrap(),
                data_type,
                numbering: if numbered { LineNumbering::Counted } else { LineNumbering::None },
                first_frame: first,
            });
            let second = if first == 0 { 0 } else { first.checked_add(1).unwrap_or(1) };
            for number in [first, second] {
                let mut packets = Vec::new();
                with_samples(figure, &values, |samples| {
                    encoder.frame(&Image { width, height, samples }, &mut |packet| {
                        packets.push(packet.to_vec());
                        Ok::<_, Infallible>(())
                    })
                }).unwrap();
                let mut packets = packets.iter().map(|packet| wire::parse(packet));
                prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x00, number)));
                for (row, line) in values.chunks(figure.samples_of(1, width)).enumerate() {
                    let line = &line[..figure.samples_of(row, width)];
                    let number = row as u16 + 1;
                    if numbered {
                        prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x02, number)));
                    }
                    let long = packets.next().unwrap();
                    let (payload, checksum) = long.payload.unwrap();
                    prop_assert_eq!((long.channel, long.data_type, long.syndrome), (channel, data_type.code(), 0));
                    prop_assert_eq!((payload.len() * figure.samples, long.behind), (line.len() * figure.bytes, 0));
                    prop_assert!(checksum);
                    prop_assert_eq!(figure.unpack(&payload), line, "{:?}", figure);
                    if numbered {
                        prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x03, number)));
                    }
                }
                prop_assert_eq!(packets.next(), Some(wire::short(channel, 0x01, number)));
                prop_assert_eq!(packets.next(), None);
            }
        }
    }
}

/// Lines of YUV420 in the order of the link: Y of the first line; U, Y, V, Y of the second. What the first does not use is not
/// sent, and not judged.
#[test]
fn half_lines_of_yuv420() {
    let samples = [1, 2, 0xFFFF, 0xFFFF, 3, 4, 5, 6];
    let packets = encode_rows(&mut Encoder::new(settings(DataType::YUV420_8)), 2, 2, &samples);
    let payload = |at: usize| wire::parse(&packets[at]).payload.unwrap().0;
    assert_eq!((payload(1), payload(2)), (vec![1, 2], vec![3, 4, 5, 6]));
    let legacy = encode_rows(
        &mut Encoder::new(settings(DataType::YUV420_8_LEGACY)),
        2,
        2,
        &[1, 2, 3, 4, 5, 6],
    );
    assert_eq!(wire::parse(&legacy[1]).payload.unwrap().0, [1, 2, 3]);
    assert_eq!(wire::parse(&legacy[2]).payload.unwrap().0, [4, 5, 6]);
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
            samples: Samples::Narrow(&samples),
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
    let image = |width, height, samples| Image {
        width,
        height,
        samples: Samples::Narrow(samples),
    };
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
        // Green has a bit more than red and blue.
        (
            DataType::RGB565,
            image(1, 1, &[31, 63, 32]),
            EncodeTrouble::Range {
                index: 2,
                value: 32,
                bits: 5,
            },
        ),
        (DataType::RAW20, image(4, 2, &good), EncodeTrouble::Samples { bits: 20 }),
        (
            DataType::YUV420_8,
            image(3, 2, &good),
            EncodeTrouble::Width { width: 3, group: 2 },
        ),
        // The longer lines decide.
        (
            DataType::YUV420_8,
            image(32_768, 0, &[]),
            EncodeTrouble::Packet(EncodeError::PayloadTooLong { length: 65_536 }),
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
        if matches!(*data_type, DataType::RAW8 | DataType::RAW10) {
            assert_eq!(encode(&mut encoder, 8, &[0; 8])[0][1], 1);
        }
    }
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
            samples: Samples::Narrow(&[0; 9]),
        },
        &mut |_| {
            calls += 1;
            if calls == 3 { Err("disk full") } else { Ok(()) }
        },
    );
    assert_eq!(result, Err(EncodeTrouble::Send("disk full")));
    assert_eq!(calls, 3);
}
