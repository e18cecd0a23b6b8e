//! Receiving a file of packets: damage costs the packets it hits, and what follows is found again.

#![allow(clippy::unwrap_used, reason = "of tests")]

mod support;

use csi2_packet::{DataType, Depacketizer, Framing};
use support::{long, receive, settings, short, told};

fn endless(bytes: &[u8]) -> Vec<String> {
    let input = [bytes.to_vec()];
    let settings = settings(Framing::Endless, 0);
    let whole = receive(settings, &input, std::iter::empty());
    for length in [1, 2, 3, 5] {
        assert_eq!(
            receive(settings, &input, std::iter::repeat(length)),
            whole,
            "by {length}"
        );
    }
    told(&whole)
}

/// A line whose bytes are no header that any of these tests knows.
fn line(row: u8) -> Vec<u8> {
    long(DataType::RAW8, &[0xF0 | row; 12])
}

fn frame(number: u16) -> Vec<Vec<u8>> {
    let mut packets = vec![short(DataType::FRAME_START, number)];
    packets.extend((0..4).map(line));
    packets.push(short(DataType::FRAME_END, number));
    packets
}

/// The rows whose payload came whole and with the right checksum, and the frame packets between them.
fn good(notes: &[String]) -> Vec<&str> {
    let mut good = Vec::new();
    for (at, note) in notes.iter().enumerate() {
        let what = note
            .trim_start_matches(|letter: char| letter.is_ascii_digit())
            .trim_start();
        match what.strip_prefix("payload ") {
            Some(payload) if notes.get(at + 1).is_some_and(|next| next.ends_with("checksum match")) => {
                good.push(&payload[..2]);
            }
            None if what.starts_with("short") => good.push(what),
            _ => {}
        }
    }
    good
}

#[test]
fn packets_one_after_the_other() {
    let bytes = [frame(1), frame(2)].concat().concat();
    let notes = endless(&bytes);
    let expected = [
        "short FS VC0 1",
        "f0",
        "f1",
        "f2",
        "f3",
        "short FE VC0 1",
        "short FS VC0 2",
        "f0",
        "f1",
        "f2",
        "f3",
        "short FE VC0 2",
    ];
    assert_eq!(good(&notes), expected);
    assert_eq!(notes.len(), 2 * (1 + 4 * 3 + 1));
    assert_eq!(notes[4], "22 long RAW8 VC0 12");
}

#[test]
fn an_unusable_line_is_skipped() {
    let mut packets = frame(1);
    packets[2][1] ^= 0x03;
    let notes = endless(&packets.concat());
    assert_eq!(good(&notes), ["short FS VC0 1", "f0", "f2", "f3", "short FE VC0 1"]);
    let skipped = "f1".repeat(12);
    let footer = &packets[2][16..];
    assert_eq!(notes[4], "22 unusable 2a0f0016");
    assert_eq!(
        notes[5],
        format!("22 skipped {skipped}{:02x}{:02x}", footer[0], footer[1])
    );
    assert_eq!(notes[6], "40 resync after 14");
    assert_eq!(notes[7], "40 long RAW8 VC0 12");
}

#[test]
fn an_unusable_frame_end_is_left_by_the_next_frame_start() {
    let mut packets = [frame(1), frame(2)].concat();
    packets[5][0] ^= 0x03;
    let notes = endless(&packets.concat());
    let first = ["short FS VC0 1", "f0", "f1", "f2", "f3", "short FS VC0 2"];
    assert_eq!(good(&notes)[..6], first);
    assert_eq!(notes[14], "80 resync after 0");
}

#[test]
fn stray_bytes_between_packets() {
    // Whatever stands before a header, the header is found, also where it begins inside the unusable one.
    for stray in 1..8 {
        let mut packets = frame(1);
        packets[2].splice(0..0, vec![0xFC; stray]);
        let notes = endless(&packets.concat());
        let expected = ["short FS VC0 1", "f0", "f1", "f2", "f3", "short FE VC0 1"];
        assert_eq!(good(&notes), expected, "{stray} stray bytes");
        let skipped = stray.saturating_sub(4);
        assert!(
            notes.contains(&format!("{} resync after {skipped}", 22 + stray)),
            "{notes:?}"
        );
    }
}

#[test]
fn lost_bytes_cost_two_lines() {
    for lost in 1..12 {
        let mut packets = frame(1);
        packets[2].truncate(18 - lost);
        let notes = endless(&packets.concat());
        let found = good(&notes);
        assert_eq!(found[..2], ["short FS VC0 1", "f0"]);
        assert_eq!(
            found[found.len() - 2..],
            ["f3", "short FE VC0 1"],
            "{lost} bytes lost: {notes:#?}"
        );
    }
}

#[test]
fn a_correction_must_be_plausible_once_a_line_is_known() {
    // D23, P2 and P3 wrong look like D22 alone: a line of 49164 bytes.
    let wild = |packet: &mut Vec<u8>| {
        packet[2] ^= 0x80;
        packet[3] ^= 0x0C;
    };
    let mut packets = frame(1);
    wild(&mut packets[3]);
    let notes = endless(&packets.concat());
    assert_eq!(good(&notes), ["short FS VC0 1", "f0", "f1", "f3", "short FE VC0 1"]);
    // Of the first line nothing better is known, and the rest of the input is its payload.
    let mut packets = frame(1);
    wild(&mut packets[1]);
    let notes = endless(&packets.concat());
    assert_eq!(notes[1], "4 long RAW8 VC0 49164");
    assert!(notes[3].starts_with("4 truncated Payload"));
    // One wrong bit of a known line is a plain correction.
    let mut packets = frame(1);
    packets[3][2] ^= 0x80;
    assert_eq!(good(&endless(&packets.concat())).len(), 6);
}

#[test]
fn runs_of_zeros_end_no_search() {
    let mut packets = frame(0);
    let dark = long(DataType::RAW8, &[0; 12]);
    packets[3] = dark.clone();
    packets[3][0] ^= 0x03;
    packets[4] = dark;
    let notes = endless(&packets.concat());
    let expected = ["short FS VC0 0", "f0", "f1", "00", "short FE VC0 0"];
    assert_eq!(good(&notes), expected);
}

#[test]
fn the_end_of_the_input() {
    let whole = frame(1).concat();
    let said = |bytes: &[u8]| endless(bytes).pop().unwrap();
    assert_eq!(said(&whole[..whole.len() - 1]), "76 truncated Header { have: 3 }");
    assert_eq!(said(&whole[..whole.len() - 4 - 1]), "58 truncated Footer { have: 1 }");
    assert_eq!(said(&whole[..whole.len() - 4 - 3]), "58 truncated Payload { bytes: 1 }");
    // In a search, what was kept for later is told as well.
    let mut bytes = whole[..22].to_vec();
    bytes.extend([0xFC; 9]);
    assert_eq!(
        endless(&bytes)[4..],
        ["22 unusable fcfcfcfc", "22 skipped fcfcfcfcfc", "22 resync after 5"]
    );
    bytes.truncate(22 + 4);
    assert_eq!(endless(&bytes)[4..], ["22 unusable fcfcfcfc", "22 resync after 0"]);
}

#[test]
fn the_last_eight_kinds_of_line_are_known() {
    let kinds = |count: u8| (0..count).map(|kind| long(DataType::USER1, &vec![0xF5; 20 + usize::from(kind)]));
    let recovered = |count: u8| {
        let mut bytes: Vec<u8> = kinds(count).flatten().collect();
        bytes.extend([0xFC; 6]);
        bytes.extend(kinds(1).flatten());
        endless(&bytes).last().unwrap().ends_with("checksum match")
    };
    assert!(recovered(8));
    assert!(!recovered(9));
}

#[test]
fn only_good_lines_become_known() {
    // The same kind of line twice, the first time with a wrong checksum, the second time behind stray bytes.
    let good_line = long(DataType::RAW8, &[0xF0; 12]);
    let other = long(DataType::USER1, &[0xF5; 9]);
    let mut bad = other.clone();
    bad[7] ^= 1;
    let stray = vec![0xFC; 6];
    let bytes = [good_line.clone(), bad, stray.clone(), other.clone(), good_line.clone()].concat();
    assert_eq!(good(&endless(&bytes)), ["f0", "f0"]);
    // Nor does a corrected header end a search.
    let mut corrected = good_line.clone();
    corrected[1] ^= 0x40;
    let bytes = [good_line.clone(), stray, corrected, good_line].concat();
    assert_eq!(good(&endless(&bytes)), ["f0", "f0"]);
}

#[test]
fn behind_a_wrong_checksum_a_header_must_prove_itself() {
    let hit = |mut packet: Vec<u8>, at: usize| {
        packet[at] ^= 0x10;
        packet
    };
    let known = line(0);
    let broken = hit(line(1), 9);
    let generic = short(DataType::GENERIC1, 5);
    for at in [1, 3] {
        let told = |packets: &[&[u8]]| endless(&packets.concat());
        let damaged = hit(generic.clone(), at);
        // A data bit or a check bit hit: no matter behind a good line, nor where no line is known.
        assert!(
            told(&[&known, &damaged])
                .last()
                .unwrap()
                .ends_with("short GENERIC1 VC0 5")
        );
        assert!(
            told(&[&broken, &damaged])
                .last()
                .unwrap()
                .ends_with("short GENERIC1 VC0 5")
        );
        // Behind a bad one it may be anything, unless it came clean.
        assert!(
            told(&[&known, &broken, &damaged])
                .last()
                .unwrap()
                .ends_with("resync after 0")
        );
        assert!(
            told(&[&known, &broken, &generic])
                .last()
                .unwrap()
                .ends_with("short GENERIC1 VC0 5")
        );
        // Or what was expected came in between: here found by a search.
        let (start, end) = (short(DataType::FRAME_START, 3), short(DataType::FRAME_END, 3));
        let notes = told(&[&start, &known, &broken, &[0xFC; 5], &end, &damaged]);
        assert!(notes.last().unwrap().ends_with("short GENERIC1 VC0 5"), "{notes:?}");
        // Another input begins without suspicion.
        let inputs = [[known.clone(), broken.clone()].concat(), damaged.clone()];
        let notes = support::told(&receive(settings(Framing::Endless, 0), &inputs, std::iter::empty()));
        assert!(notes.last().unwrap().ends_with("short GENERIC1 VC0 5"), "{notes:?}");
    }
}

#[test]
fn between_packets_means_that_none_has_begun() {
    let mut receiver: Depacketizer = Depacketizer::new(settings(Framing::Endless, 0));
    let bytes = frame(1).concat();
    let standing: Vec<bool> = bytes[..9]
        .iter()
        .map(|byte| {
            receiver.push(&[*byte]);
            receiver.between_packets()
        })
        .collect();
    assert_eq!(standing, [false, false, false, true, false, false, false, false, false]);
}
