//! Damaged files: cut anywhere, or with any byte changed, a file gives what lies before the damage, then an end or an
//! error, and never a panic.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use std::path::Path;

/// Small files, one of each kind: name of the format, bytes.
fn samples(directory: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let packets = vec![
        vec![0x00, 0x01, 0x00, 0x1A],
        (0..23).collect(),
        vec![0x01, 0x01, 0x00, 0x07],
    ];
    let lanes = vec![vec![vec![1, 2, 3], vec![4, 5]], vec![vec![0x83], vec![]]];
    let path = directory.join("x");
    let mut samples = Vec::new();
    for format in ["pcapng", "pcap", "packets", "hex", "readmemh"] {
        write_packets(format, &path, &packets, 1_700_000_000_000_000_000);
        samples.push((format, std::fs::read(&path).unwrap()));
    }
    for format in ["lanes-text", "readmemh"] {
        write_lanes(format, &path, 2, &lanes);
        samples.push((format, std::fs::read(&path).unwrap()));
    }
    samples.push((
        "hex",
        b"// memory\n@0 00 01\n00\n1a\n\n@10\n29 /* a\nb */ 03\n".to_vec(),
    ));
    samples.push(("lanes", (0..200).collect()));
    samples
}

/// Whether `found` is what `whole` starts with, up to a last piece that may be cut short.
fn is_start(found: &[Piece], whole: &[Piece]) -> bool {
    let Some((last, before)) = found.split_last() else {
        return true;
    };
    let Some(full) = whole.get(before.len()) else {
        return false;
    };
    let cut = |(a, b): (&Vec<u8>, &Vec<u8>)| b.starts_with(a);
    before == &whole[..before.len()] && last.bytes.iter().zip(&full.bytes).all(cut)
}

#[test]
fn every_prefix_gives_the_start() {
    let directory = tempfile::tempdir().unwrap();
    for (format, bytes) in samples(directory.path()) {
        let whole = read(format, &bytes).unwrap().clean();
        assert!(!whole.is_empty());
        // Half a word of text may spoil its line, which the same line without that word is not.
        let spoiled = if TEXT.contains(&format) { 1 } else { 0 };
        let mut most = 0;
        for end in 0..bytes.len() {
            let Ok(found) = read(format, &bytes[..end]) else {
                assert!(most <= spoiled, "{format}: {end} bytes give less than fewer do");
                continue;
            };
            assert!(
                is_start(&found.pieces, &whole),
                "{format}, {end} bytes: {:?}",
                found.pieces
            );
            assert!(
                found.pieces.len() + spoiled >= most,
                "{format}: {end} bytes give less than fewer do"
            );
            most = most.max(found.pieces.len());
            if let Some(error) = found.error {
                assert!(error.at.offset <= end as u64, "{format}, {end} bytes: {error}");
            }
        }
        assert!(most + 1 >= whole.len(), "{format}: {most}");
    }
}

#[test]
fn any_changed_byte_is_survived() {
    let directory = tempfile::tempdir().unwrap();
    for (format, mut bytes) in samples(directory.path()) {
        let whole = read(format, &bytes).unwrap().clean();
        for at in 0..bytes.len() {
            let right = bytes[at];
            for wrong in (0..8)
                .map(|bit| right ^ 1 << bit)
                .chain([0x00, 0xFF, b'\n', b'@', b'/', b'-'])
            {
                bytes[at] = wrong;
                // Records that ended before the damage are untouched. (A text has no records: how it starts tells how all
                // of it is read.)
                let intact = match TEXT.contains(&format) {
                    true => 0,
                    false => whole
                        .iter()
                        .take_while(|piece| end_of_record(format, piece) <= at as u64)
                        .count(),
                };
                match read(format, &bytes) {
                    Ok(found) => {
                        assert!(found.pieces.len() >= intact, "{format}, byte {at} = {wrong:02x}");
                        assert_eq!(
                            found.pieces[..intact],
                            whole[..intact],
                            "{format}, byte {at} = {wrong:02x}"
                        );
                    }
                    Err(error) => assert_eq!(intact, 0, "{format}, byte {at} = {wrong:02x}: {error}"),
                }
            }
            bytes[at] = right;
        }
    }
}

/// Where the record of a piece ends in the file.
fn end_of_record(format: &str, piece: &Piece) -> u64 {
    let data = piece.offset + piece.bytes[0].len() as u64;
    match format {
        // Padding, the flags and the end of the options, and the length once more.
        "pcapng" => data.next_multiple_of(4) + 8 + 4 + 4,
        _ => data,
    }
}

const TEXT: [&str; 3] = ["hex", "lanes-text", "readmemh"];

#[test]
fn noise_is_survived_by_every_reader() {
    let mut state = 0x1234_5678_9ABC_DEF0u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let byte = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        (0..length).map(byte).collect()
    };
    let starts: [&[u8]; 5] = [
        b"",
        b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a",
        b"\xa1\xb2\xc3\xd4\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x93",
        b"// csi2 memory file: packets\n",
        b"b8 b8\n",
    ];
    for format in ["pcapng", "pcap", "packets", "hex", "lanes", "lanes-text", "readmemh"] {
        for start in starts {
            for length in [0, 1, 7, 100, 3000] {
                let bytes = [start, &noise(length)].concat();
                if let Ok(found) = read(format, &bytes) {
                    let given: usize = found.pieces.iter().flat_map(|piece| &piece.bytes).map(Vec::len).sum();
                    assert!(given <= bytes.len(), "{format} gives {given} bytes of {}", bytes.len());
                }
            }
        }
    }
}
