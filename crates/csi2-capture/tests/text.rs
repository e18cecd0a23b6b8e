//! Text that people and simulators write.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use csi2_capture::{ErrorKind, OpenOptions};
use std::path::PathBuf;

fn merged(format: &str, text: &str) -> Vec<Vec<u8>> {
    let bursts = read(format, text.as_bytes()).unwrap().bursts();
    bursts.into_iter().map(|mut burst| burst.remove(0)).collect()
}

/// Position of an error in a text: byte offset, and the line and column in its message.
#[track_caller]
fn position(format: &str, text: &str) -> (u64, String) {
    let error = match read(format, text.as_bytes()) {
        Ok(reading) => reading.error.expect("an error"),
        Err(error) => error,
    };
    let ErrorKind::Malformed { detail, .. } = &error.kind else {
        panic!("{error}");
    };
    let (place, _) = detail.rsplit_once(": ").unwrap();
    (error.at.offset, place.into())
}

#[test]
fn a_line_is_a_burst() {
    let text = "# frame start\n00 01 00 1A\r\n\n0x29,0x03,0x00_1b // header\n; nothing\n010100 /* 07\n11 */ 07\n";
    let reading = read("hex", text.as_bytes()).unwrap();
    assert!(reading.info.framed);
    let offsets: Vec<u64> = reading.pieces.iter().map(|piece| piece.offset).collect();
    assert_eq!(offsets, [14, 28, 66, 85]);
    let expected: [&[u8]; 4] = [&[0, 1, 0, 0x1A], &[0x29, 3, 0, 0x1B], &[1, 1, 0], &[7]];
    let expected = expected.map(<[u8]>::to_vec);
    assert_eq!(merged("hex", text), expected);
}

#[test]
fn one_byte_a_line_is_a_memory() {
    // No marks: bytes run on.
    let reading = read("hex", b"// all of it\n00\n01\n00\n1A\n").unwrap();
    assert!(!reading.info.framed);
    assert_eq!(reading.clean()[0].bytes, [[0x00, 0x01, 0x00, 0x1A]]);
    // Blank lines, comments and jumps are marks; an address that follows is none.
    let text = "00\n01\n\n\n// next\n02\n@3 03\n@10\n04\n05\n";
    assert_eq!(merged("hex", text), [vec![0, 1], vec![2, 3], vec![4, 5]]);
    // An address makes it a memory, whatever the line holds.
    assert_eq!(merged("hex", "@0\n00 01 02\n03\n\n04"), [vec![0, 1, 2, 3], vec![4]]);
    // Said by the caller: lines are no bursts.
    let reading = read("readmemh", b"00 01 02\n03 04\n").unwrap();
    assert!(!reading.info.framed);
    assert_eq!(reading.clean()[0].bytes, [[0, 1, 2, 3, 4]]);
}

#[test]
fn bad_digits_are_found_by_line_column_and_byte() {
    assert_eq!(position("hex", "0001\n00 0g\n"), (9, "line 2, column 5".into()));
    assert_eq!(position("hex", "0001\n00 012\n"), (8, "line 2, column 4".into()));
    assert_eq!(position("hex", "0001\n@5 00\n"), (5, "line 2, column 1".into()));
    assert_eq!(position("hex", "00\n@5z 00\n"), (5, "line 2, column 3".into()));
    assert_eq!(position("hex", "00\n1fff\n"), (3, "line 2, column 1".into()));
    // One digit may be half of a byte that was cut.
    assert_eq!(position("hex", "00\n01\n1"), (6, "line 3, column 1".into()));
    assert_eq!(position("lanes-text", "b8 b8\nxy 00\n"), (6, "line 2, column 1".into()));
    assert_eq!(position("lanes-text", "b8 b8\n0 00\n"), (6, "line 2, column 1".into()));
    assert_eq!(position("lanes-text", "b8 b8\n00\n"), (6, "line 2, column 1".into()));
    assert_eq!(position("lanes-text", "b8 b8\n00 0x\n"), (9, "line 2, column 4".into()));
}

#[test]
fn what_lies_before_a_bad_line_is_given_first() {
    let reading = read("hex", b"00\n01\n\n02\nzz\n").unwrap();
    let bytes: Vec<_> = reading.pieces.iter().map(|piece| piece.bytes[0].clone()).collect();
    assert_eq!(bytes, [vec![0, 1], vec![2]]);
    assert!(!reading.pieces[1].burst.ends && reading.error.is_some());
    let reading = read("lanes-text", b"b8 b8\n00 01\n00\n").unwrap();
    assert_eq!(reading.pieces[0].bytes, [[0xB8, 0x00], [0xB8, 0x01]]);
    assert!(!reading.pieces[0].burst.ends && reading.error.is_some());
}

#[test]
fn a_row_is_a_byte_clock() {
    let text = b"# two lanes\nB8 B8\n00 01\n00 1A # header\n-\n\n  b8 b8\n-- 02\n03 ..\n04 05";
    let reading = read("lanes-text", text).unwrap();
    assert_eq!(reading.info.lanes, Some(2));
    assert!(reading.info.framed);
    let offsets: Vec<u64> = reading.pieces.iter().map(|piece| piece.offset).collect();
    assert_eq!(offsets, [12, 44]);
    let expected = [
        vec![vec![0xB8, 0x00, 0x00], vec![0xB8, 0x01, 0x1A]],
        vec![vec![0xB8, 0x03, 0x04], vec![0xB8, 0x02, 0x05]],
    ];
    assert_eq!(reading.bursts(), expected);
}

#[test]
fn the_lane_count_asked_for_must_be_the_one_there_is() {
    let open = |lanes| {
        let options = OpenOptions {
            lanes: Some(lanes),
            ..options("lanes-text")
        };
        csi2_capture::open(source("t", b"b8 b8\n"), &options).map(drop)
    };
    assert!(open(2).is_ok());
    let error = open(4).unwrap_err().to_string();
    assert!(error.contains('2') && error.contains('4'), "{error}");
    assert!(read("lanes-text", b"00 00 00 00 00 00 00 00 00\n").is_err());
}

#[test]
fn words_of_lanes_need_the_lane_count_unless_the_file_says() {
    let error = read("readmemh", b"1ab8\n").unwrap_err();
    assert!(
        matches!(error.kind, ErrorKind::Missing { .. }) && error.to_string().contains("--lanes 2"),
        "{error}"
    );
    let options = OpenOptions {
        lanes: Some(2),
        ..options("readmemh")
    };
    let reader = csi2_capture::open(source("t", b"@0\n1ab8\n02_01\n"), &options).unwrap();
    assert_eq!(drain(reader).bursts(), [[[0xB8, 0x01], [0x1A, 0x02]]]);
}

#[test]
fn lines_are_bounded() {
    for format in ["hex", "lanes-text", "readmemh"] {
        let options = OpenOptions {
            max_record: 100,
            ..options(format)
        };
        let text = [b"b8 b8 ".repeat(50), b"\n".to_vec()].concat();
        let error = match csi2_capture::open(source("t", &text), &options) {
            Ok(reader) => drain(reader).error.expect("an error"),
            Err(error) => error,
        };
        assert!(
            matches!(error.kind, ErrorKind::TooLarge { limit: 100, .. }),
            "{format}: {error}"
        );
    }
}

/// Lane bytes of a transmitter that this project did not write, from its simulation. Not part of the project: read
/// where it is.
#[test]
fn lanes_of_a_foreign_transmitter() {
    let peers = std::env::var_os("CSI2_PEERS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peer-captures"),
        PathBuf::from,
    );
    let path = peers.join("tx-videogpu-2lane-raw10/lane_bytes.txt");
    if !path.exists() {
        assert_ne!(
            std::env::var("CSI2_REQUIRE_PEERS").as_deref(),
            Ok("1"),
            "{} is missing",
            path.display()
        );
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let reading = read_file(&path, &OpenOptions::default());
    assert_eq!(reading.info.format, "lanes-text");
    assert_eq!(reading.info.lanes, Some(2));
    let bursts = reading.bursts();
    // Frame start, four lines of 2592 pixels, frame end.
    assert_eq!(bursts.len(), 6);
    for burst in &bursts {
        assert_eq!((burst[0][0], burst[1][0]), (0xB8, 0xB8));
        assert_eq!(burst[0].len(), burst[1].len());
    }
    let merged = |burst: &[Vec<u8>], length: usize| -> Vec<u8> {
        let rows = burst[0].iter().zip(&burst[1]).skip(1);
        rows.flat_map(|(lane0, lane1)| [*lane0, *lane1]).take(length).collect()
    };
    assert_eq!(merged(&bursts[0], 4), [0x00, 0x01, 0x00, 0x1A]);
    for (index, burst) in bursts[1..5].iter().enumerate() {
        let packet = merged(burst, 4 + 3240 + 2);
        assert_eq!(packet[..3], [0x2B, 0xA8, 0x0C], "RAW10, 3240 bytes");
        // Checksums d2b1 on odd lines and 15b5 on even ones, low byte first.
        let checksum = if index % 2 == 0 { [0xB1, 0xD2] } else { [0xB5, 0x15] };
        assert_eq!(packet[3244..], checksum, "line {}", index + 1);
    }
    assert_eq!(merged(&bursts[5], 3), [0x01, 0x53, 0x17]);
}
