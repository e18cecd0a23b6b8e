//! Packets that are neither of a frame nor of a line, and reserved ones: named, counted, and without a say in framing.

use super::wire::*;
use csi2_analyzer::Severity::{self, *};

/// A frame of three RAW10 lines between LS and LE on channel 5, as packets.
fn frame() -> Vec<Vec<u8>> {
    link(|l| _ = l.vc(5).fs(1).numbered(RAW10, 20, &[1, 2, 3]).fe(1)).packets
}

/// A packet of this type on channel 5, short or long.
fn guest(data_type: u8) -> Vec<u8> {
    if data_type < 0x10 {
        short(5, data_type, 0xBEEF)
    } else {
        long(5, data_type, &[0x81; 8])
    }
}

/// Types that are no image and no synchronisation, and what each packet of them is called.
fn types() -> impl Iterator<Item = (u8, Option<Severity>)> {
    let generic = (0x08..0x10).chain(0x10..0x17).chain(0x30..0x38).map(|of| (of, None));
    let reserved = [0x05, 0x06, 0x07, 0x17, 0x1B, 0x25].into_iter().chain(0x38..0x40);
    generic
        .chain(reserved.map(|of| (of, Some(Error))))
        .chain([(0x04, Some(Info))])
}

/// Puts one packet of each type at the places named; what is found beside its name must be nothing.
fn judge_with(data_type: u8, name: Option<Severity>, places: &[usize]) {
    let mut packets = Link::new();
    for (at, packet) in frame().iter().enumerate() {
        if places.contains(&at) {
            packets.bytes(&guest(data_type));
        }
        packets.bytes(packet);
    }
    let (statistics, findings) = judge(&packets);
    let mut expected: Vec<_> = name
        .map(|severity| ("ID_ERR", severity, places.len()))
        .into_iter()
        .collect();
    if places.contains(&0) && data_type == EMBEDDED {
        expected.push(("DATA_OUTSIDE_FRAME", Warning, 1));
    }
    assert_eq!(
        count(&findings),
        expected,
        "0x{data_type:02X} at {places:?}: {findings:#?}"
    );
    // Framing and lines are what they were.
    let [channel] = &statistics.channels[..] else {
        panic!("{statistics:?}")
    };
    let of = |code: u8| {
        channel
            .data_types
            .iter()
            .find(|of| of.data_type.code() == code)
            .unwrap()
    };
    assert_eq!(
        (channel.frames, of(RAW10).lines, of(RAW10).width),
        (1, Some(3), Some(16))
    );
    // And the guests are counted.
    let bytes = if data_type < 0x10 { 0 } else { 8 * places.len() as u64 };
    let counted = of(data_type);
    assert_eq!(
        (counted.packets, counted.bytes, counted.width),
        (places.len() as u64, bytes, None)
    );
    if data_type != EMBEDDED && !(0x30..0x38).contains(&data_type) {
        assert_eq!(counted.lines, None, "0x{data_type:02X} makes no lines");
    }
    assert_eq!(statistics.packets, 11 + places.len() as u64);
}

#[test]
fn they_may_come_anywhere() {
    for (data_type, name) in types() {
        for at in 0..frame().len() {
            judge_with(data_type, name, &[at]);
        }
        let everywhere: Vec<_> = (0..frame().len()).collect();
        judge_with(data_type, name, &everywhere);
        judge_with(data_type, name, &everywhere[3..]);
    }
    assert_eq!(
        types().count() + 4 + 22,
        64,
        "with the synchronisation packets and the images"
    );
}

#[test]
fn another_image_type_may_come_anywhere_in_a_frame() {
    // Packet by packet between the packets of lines, where the other type has no LS and LE of its own.
    for places in [
        vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        vec![1, 3, 6],
        vec![2],
        vec![3, 6, 9],
    ] {
        let mut packets = Link::new();
        for (at, packet) in frame().iter().enumerate() {
            if places.contains(&at) {
                packets.bytes(&guest(RAW8));
            }
            packets.bytes(packet);
        }
        let (_, findings) = judge(&packets);
        assert!(findings.is_empty(), "{places:?}: {findings:#?}");
    }
}

#[test]
fn on_a_link_said_to_be_v1_the_end_of_transmission_is_reserved() {
    let packets = link(|l| _ = l.short(0x04, 0x0102).short(0x05, 3));
    let told = |vcx| {
        let (_, findings) = judge_as(&packets, vcx);
        findings
            .iter()
            .map(|of| format!("{} {of}", of.severity))
            .collect::<Vec<_>>()
    };
    let other = "error data type 0x05 is reserved (word 0x0003)";
    for vcx in [AUTO, ON] {
        assert_eq!(
            told(vcx),
            [
                "info data type 0x04 (word 0x0102): end of transmission in later versions, reserved in v1.x",
                other
            ]
        );
    }
    assert_eq!(told(OFF), ["error data type 0x04 is reserved (word 0x0102)", other]);
}

#[test]
fn embedded_rows_at_both_ends_and_filler_between() {
    walk(&[
        (
            "rows before and after the image, null and blanking wherever",
            |l| {
                for frame in 1..=3 {
                    l.lines(0x10, &[3])
                        .fs(frame)
                        .lines(EMBEDDED, &[40, 40])
                        .lines(0x11, &[0, 7]);
                    l.lines(RAW10, &[20, 20])
                        .lines(0x10, &[1])
                        .lines(RAW10, &[20])
                        .lines(EMBEDDED, &[30]);
                    l.fe(frame).lines(0x11, &[80]);
                }
            },
            &[],
        ),
        (
            "a wrong checksum in filler spoils no frame, one in embedded data does",
            |l| {
                l.fs(1).lines(0x10, &[5]).hit(6, 1).lines(RAW10, &[20]).fe(1);
                l.fs(2).lines(EMBEDDED, &[5]).hit(6, 1).lines(RAW10, &[20]).fe(2);
            },
            &[("CRC_ERR", Error, 2), ("FRAME_DATA_ERR", Error, 1)],
        ),
        (
            "two types line by line, both with lengths and heights of their own",
            |l| {
                for frame in 1..=2 {
                    l.fs(frame)
                        .lines(RAW10, &[20])
                        .lines(RAW8, &[9])
                        .lines(RAW10, &[20])
                        .lines(RAW8, &[9, 9]);
                    l.fe(frame);
                }
            },
            &[],
        ),
        (
            "a frame of user-defined lines between frames of an image",
            |l| {
                l.fs(1).lines(RAW10, &[20, 20]).fe(1).fs(2).lines(USER1, &[7; 3]).fe(2);
                l.fs(3).lines(RAW10, &[20, 20]).fe(3);
            },
            &[],
        ),
        (
            "a frame of filler and embedded rows between them",
            |l| {
                l.fs(1)
                    .lines(RAW10, &[20, 20])
                    .fe(1)
                    .fs(2)
                    .lines(0x10, &[7; 3])
                    .lines(EMBEDDED, &[9])
                    .fe(2);
                l.fs(3).lines(RAW10, &[20, 20]).fe(3);
            },
            &[("LINE_COUNT_CHANGE", Warning, 1)],
        ),
        (
            "one of the two is a line short",
            |l| {
                l.fs(1).lines(RAW10, &[20, 20]).lines(RAW8, &[9, 9]).fe(1);
                l.fs(2).lines(RAW10, &[20, 20]).lines(RAW8, &[9]).fe(2);
            },
            &[("LINE_COUNT_CHANGE", Warning, 1)],
        ),
    ]);
}
