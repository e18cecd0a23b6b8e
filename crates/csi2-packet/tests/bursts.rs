//! Receiving bursts: what stands in them, and what is left of them.

mod support;

use csi2_packet::{DataType, Depacketizer, Framing, PacketEvent};
use support::{Note, long, receive, receive_at_once, settings, short, told, trail};

fn burst(trail_lanes: u8, bytes: &[u8]) -> Vec<String> {
    bursts(trail_lanes, &[bytes.to_vec()])
}

fn bursts(trail_lanes: u8, bursts: &[Vec<u8>]) -> Vec<String> {
    let settings = settings(Framing::Bursts, trail_lanes);
    let whole = receive(settings, bursts, std::iter::empty());
    assert_eq!(receive(settings, bursts, std::iter::repeat(1)), whole, "byte by byte");
    told(&whole)
}

fn line() -> Vec<u8> {
    long(DataType::RAW8, &[0xAA, 0xBB, 0xCC])
}

const LINE: [&str; 3] = ["0 long RAW8 VC0 3", "0 payload aabbcc", "0 checksum match"];

fn line_and(more: &[&str]) -> Vec<String> {
    LINE.iter().chain(more).map(ToString::to_string).collect()
}

#[test]
fn one_packet_a_burst() {
    let frame = [short(DataType::FRAME_START, 7), line(), short(DataType::FRAME_END, 7)];
    let mut expected = vec!["0 short FS VC0 7".to_owned()];
    expected.extend(line_and(&["0 short FE VC0 7"]));
    assert_eq!(bursts(0, &frame), expected);
    assert_eq!(bursts(4, &frame), expected);
}

#[test]
fn good_packets_are_taken_at_once() {
    let line = line();
    let with_trail = |packet: &[u8], length| [packet.to_vec(), trail(packet, 4, length)].concat();
    let frame: Vec<Vec<u8>> = [short(DataType::FRAME_START, 7), line.clone(), long(DataType::RAW8, &[])]
        .iter()
        .enumerate()
        .map(|(index, packet)| with_trail(packet, 7 * index))
        .collect();
    let settings = settings(Framing::Bursts, 4);
    assert_eq!(
        receive_at_once(settings, &frame),
        (receive(settings, &frame, std::iter::empty()), 3)
    );

    // Damage, a second packet, and a trail that breaks off are for the steps.
    let mut others = vec![
        line[..8].to_vec(),
        [&line[..], &line[..]].concat(),
        with_trail(&line, 7),
    ];
    others[2][12] ^= 0x80;
    others.extend((0..line.len()).map(|at| {
        let mut damaged = line.clone();
        damaged[at] ^= 1;
        damaged
    }));
    let steps = receive(settings, &others, std::iter::empty());
    assert_eq!(receive_at_once(settings, &others), (steps, 0));
}

#[test]
fn a_line_without_payload_rolls_on_to_its_checksum() {
    let bytes = long(DataType::RAW8, &[]);
    let mut receiver: Depacketizer = Depacketizer::new(settings(Framing::Bursts, 0));
    let step = receiver.push(&bytes);
    assert!(matches!(step.event, Some(PacketEvent::LongStart(_))) && step.consumed == 4);
    assert_eq!((receiver.wanted(), receiver.between_packets()), (Some(2), false));
    let step = receiver.push(&bytes[4..]);
    assert!(matches!(step.event, Some(PacketEvent::LongEnd(_))) && step.consumed == 2);
    assert_eq!((receiver.wanted(), receiver.between_packets()), (None, true));
    assert_eq!(receiver.end_of_burst(), None);
}

#[test]
fn bookkeeping() {
    let mut receiver: Depacketizer = Depacketizer::new(settings(Framing::Bursts, 0));
    assert_eq!((receiver.wanted(), receiver.header()), (None, None));
    let bytes = [line(), short(DataType::LINE_END, 1)].concat();
    assert_eq!(receiver.push(&bytes[..3]).consumed, 3);
    assert_eq!((receiver.position(), receiver.wanted()), (3, None));
    receiver.push(&bytes[3..4]);
    assert_eq!((receiver.wanted(), receiver.between_packets()), (Some(5), false));
    receiver.push(&bytes[4..6]);
    assert_eq!(receiver.wanted(), Some(3));
    receiver.push(&bytes[6..7]);
    receiver.push(&bytes[7..8]);
    assert_eq!((receiver.wanted(), receiver.position()), (Some(1), 8));
    receiver.push(&bytes[8..9]);
    // Two bytes may be the start of anything.
    receiver.push(&bytes[9..11]);
    assert!(receiver.between_packets());
    assert_eq!((receiver.packet_start(), receiver.position()), (0, 11));
    receiver.push(&bytes[11..]);
    assert_eq!((receiver.packet_start(), receiver.position()), (9, 13));
    assert_eq!(receiver.header().unwrap().header.data_type, DataType::LINE_END);
    assert_eq!(
        receiver.push(&[]),
        csi2_packet::Step {
            consumed: 0,
            event: None
        }
    );
}

#[test]
fn a_receiver_is_small() {
    assert!(size_of::<Depacketizer>() <= 208, "{}", size_of::<Depacketizer>());
}

#[test]
fn bursts_that_end_inside_a_packet() {
    let bytes = line();
    let cut = |length: usize| burst(4, &bytes[..length]);
    assert_eq!(cut(0), [""; 0]);
    for have in 1..4 {
        assert_eq!(cut(have), [format!("0 truncated Header {{ have: {have} }}")]);
    }
    assert_eq!(cut(4), [LINE[0], "0 truncated Payload { bytes: 3 }"]);
    assert_eq!(cut(6), [LINE[0], "0 payload aabb", "0 truncated Payload { bytes: 1 }"]);
    for have in 0..2 {
        let expected = [LINE[0], LINE[1], &format!("0 truncated Footer {{ have: {have} }}")];
        assert_eq!(cut(7 + have), expected);
    }
}

#[test]
fn a_wrong_checksum() {
    let mut bytes = line();
    bytes[5] ^= 1;
    let notes = burst(0, &bytes);
    assert_eq!(notes[2], "0 checksum mismatch: received 0x9738, computed 0x8EE0");
}

#[test]
fn an_unusable_header_spoils_its_burst_only() {
    let mut bytes = line();
    bytes[0] ^= 0x03;
    let expected = ["0 unusable 29030016", "0 skipped aabbcc3897", "0 resync after 5"];
    let then = line_and(&[]);
    assert_eq!(
        bursts(1, &[bytes.clone(), line()]),
        [&expected.map(String::from)[..], &then[..]].concat()
    );
    assert_eq!(burst(1, &bytes[..4]), ["0 unusable 29030016", "0 resync after 0"]);
}

#[test]
fn a_wrongly_corrected_header_runs_to_the_end_of_its_burst() {
    // D23, P2 and P3 wrong look like D22 alone.
    let mut bytes = line();
    bytes[2] ^= 0x80;
    bytes[3] ^= 0x0C;
    let notes = burst(1, &bytes);
    assert_eq!(notes[0], "0 long RAW8 VC0 49155");
    assert_eq!(notes[2], "0 truncated Payload { bytes: 49150 }");
}

#[test]
fn trail_is_silent() {
    for lanes in [1, 2, 3, 4, 8] {
        for payload in 0..20_u8 {
            let pixels: Vec<u8> = (0..payload).map(|pixel| pixel.wrapping_mul(0x5B)).collect();
            let packet = long(DataType::RAW8, &pixels);
            let alone = burst(lanes, &packet);
            for bytes in 0..40 {
                let whole = [packet.clone(), trail(&packet, lanes.into(), bytes)].concat();
                assert_eq!(
                    burst(lanes, &whole),
                    alone,
                    "{lanes} lanes, {payload} pixels, trail of {bytes}"
                );
                if bytes < 2 * usize::from(lanes) {
                    continue;
                }
                // A whole byte of trail on each lane, and a last one cut short: some of its bits are anything.
                let mut cut = whole;
                for byte in cut.iter_mut().rev().take(lanes.into()) {
                    *byte ^= 0xC0;
                }
                assert_eq!(
                    burst(lanes, &cut),
                    alone,
                    "{lanes} lanes, {payload} pixels, cut trail of {bytes}"
                );
            }
        }
    }
}

#[test]
fn trail_of_zeros_is_no_frame_start() {
    // Frame end 257 on one lane: its last bit is one.
    let packet = [0xC1, 0x01, 0x00, 0x12];
    let line = long(DataType::RAW8, &[0x00]);
    assert_eq!(line[line.len() - 2..], [0x87, 0x0F]);
    assert_eq!(trail(&line, 2, 4), [0x00, 0xFF, 0x00, 0xFF]);
    let ends_high = self::line();
    let whole = [ends_high.clone(), vec![0; 8]].concat();
    assert_eq!(burst(1, &whole), line_and(&[]));
    // Without lanes nothing can be trail, so the same bytes are frame starts.
    assert_eq!(burst(0, &whole), line_and(&["9 short FS VC0 0", "13 short FS VC0 0"]));
    // A short burst of four lanes, where each lane sent one byte only.
    assert_eq!(
        burst(4, &[&packet[..], &trail(&packet, 4, 8)].concat()),
        burst(4, &packet)
    );
}

#[test]
fn a_trail_that_is_not_the_inverse() {
    // Seen from a public transmitter model: zeros after a last bit of zero.
    let low = long(DataType::RAW8, &[0x00]);
    assert_eq!(low[low.len() - 1] & 0x80, 0);
    for lanes in [1, 2, 3, 4, 8] {
        for (bytes, level) in (0..40).flat_map(|bytes| [(bytes, 0x00), (bytes, 0xFF)]) {
            let whole = [low.clone(), vec![level; bytes]].concat();
            assert_eq!(
                burst(lanes, &whole),
                burst(lanes, &low),
                "{lanes} lanes, {bytes} of {level:02x}"
            );
        }
    }
}

#[test]
fn more_packets_in_a_burst() {
    let frame = [line(), short(DataType::FRAME_END, 1), line()].concat();
    let expected = line_and(&[
        "9 short FE VC0 1",
        "13 long RAW8 VC0 3",
        "13 payload aabbcc",
        "13 checksum match",
    ]);
    for lanes in [0, 1, 2, 3, 4, 8] {
        assert_eq!(burst(lanes, &frame), expected);
        if lanes > 0 {
            let whole = [frame.clone(), trail(&frame, lanes.into(), 16)].concat();
            assert_eq!(burst(lanes, &whole), expected);
        }
    }
    // One that nothing follows, where as many bytes could be the cut ones of a trail.
    let frame = [line(), short(DataType::FRAME_END, 1)].concat();
    for lanes in [0, 1, 2, 3, 4, 8] {
        assert_eq!(burst(lanes, &frame), line_and(&["9 short FE VC0 1"]));
    }
}

#[test]
fn each_burst_has_its_own_trail() {
    // The second burst has no byte on the last four of eight lanes, so their trail continues the sync byte.
    let low = long(DataType::RAW8, &[0; 64]);
    let low_trail = trail(&low, 8, 24);
    let end = short(DataType::FRAME_END, 1);
    let end_trail = trail(&end, 8, 24);
    let notes = bursts(8, &[[low, low_trail].concat(), [end, end_trail].concat()]);
    assert_eq!(notes[3..], ["0 short FE VC0 1"]);
}

#[test]
fn a_check_bit_does_not_matter_behind_a_packet() {
    let mut end = short(DataType::FRAME_END, 1);
    end[3] ^= 0x10;
    let frame = [line(), end].concat();
    assert_eq!(burst(0, &frame), line_and(&["9 short FE VC0 1"]));
}

#[test]
fn a_header_that_begins_like_trail() {
    // Frame start 256: two bytes as the trail of two lanes that ended high, then two that are not.
    let ends_high = |line: &Vec<u8>| line.iter().rev().take(2).all(|byte| byte & 0x80 != 0);
    let lines = (0..=255)
        .map(|pixel| long(DataType::RAW8, &[0, 0, pixel]))
        .find(ends_high)
        .unwrap();
    let frame = [lines, short(DataType::FRAME_START, 256)].concat();
    let whole = [frame.clone(), trail(&frame, 2, 6)].concat();
    assert_eq!(burst(2, &whole)[3..], ["9 short FS VC0 256"]);
    // Where the burst ends right there, it can only have been a trail.
    assert_eq!(burst(2, &frame).len(), 3);
}

#[test]
fn a_corrected_header_behind_a_packet_must_be_a_known_one() {
    let damaged = |mut packet: Vec<u8>| {
        packet[1] ^= 0x10;
        packet
    };
    // RAW8 of three bytes was seen, of four was not.
    let known = [line(), damaged(line())].concat();
    assert_eq!(
        burst(0, &known)[3..],
        ["9 long RAW8 VC0 3", "9 payload aabbcc", "9 checksum match"]
    );
    let unknown = [line(), damaged(long(DataType::RAW8, &[1, 2, 3, 4]))].concat();
    let rest = unknown[9..]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    assert_eq!(burst(0, &unknown), line_and(&[&format!("0 trailing {rest}")]));
    // So must a frame end: the one of the frame that runs.
    let frame = [short(DataType::FRAME_START, 3), damaged(short(DataType::FRAME_END, 3))].concat();
    assert_eq!(burst(0, &frame), ["0 short FS VC0 3", "4 short FE VC0 3"]);
    let frame = [short(DataType::FRAME_START, 3), damaged(short(DataType::FRAME_END, 4))].concat();
    assert_eq!(burst(0, &frame), ["0 short FS VC0 3", "0 trailing 01140024"]);
}

#[test]
fn bytes_left_over() {
    let with = |more: &[u8]| [line(), more.to_vec()].concat();
    // No trail is expected: even one byte is told.
    assert_eq!(burst(0, &with(&[0x00])), line_and(&["0 trailing 00"]));
    assert_eq!(burst(0, &with(&[1, 2, 3])), line_and(&["0 trailing 010203"]));
    assert_eq!(
        burst(0, &with(&[1, 2, 3, 4, 5, 6])),
        line_and(&["0 trailing 010203040506"])
    );
    // On two lanes two odd bytes may be cut ones, three may not.
    assert_eq!(burst(2, &with(&[1, 2])), line_and(&[]));
    assert_eq!(burst(2, &with(&[1, 2, 3])), line_and(&["0 trailing 010203"]));
    // Likewise four and five on four lanes.
    assert_eq!(burst(4, &with(&[1, 2, 3, 5])), line_and(&[]));
    assert_eq!(burst(4, &with(&[1, 2, 3, 5, 6])), line_and(&["0 trailing 0102030506"]));
    // Trailing bytes start behind the trail.
    let packet = line();
    let mut bytes = [packet.clone(), trail(&packet, 2, 7)].concat();
    bytes.extend([0x55, 0x66, 0x77, 0x88]);
    assert_eq!(burst(2, &bytes), line_and(&["0 trailing 55667788"]));
}

#[test]
fn trailing_bytes_are_told_once_per_piece_and_lent() {
    let bytes = [line(), vec![0x11; 32]].concat();
    let notes = receive(settings(Framing::Bursts, 0), &[bytes], std::iter::empty());
    assert_eq!(notes.last(), Some(&Note::Trailing(0, vec![0x11; 32])));
}

#[test]
fn undefined_bits_behind_a_trail_are_no_damaged_header() {
    let packet = [0xBE, 0x04, 0x00, 0x8A, 0, 0, 0, 0, 0x10, 0x0E];
    // On two lanes, ones and then a cut byte on each. The first four bytes are a header with a wrong check bit.
    let clean = burst(2, &packet);
    let worn = burst(2, &[&packet[..], &[0xFF, 0xFF, 0xFF, 0xDF, 0x3F]].concat());
    assert_eq!(worn, clean);
}
