//! Which format a file has.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use csi2_capture::{Confidence, FORMATS, Layer, OpenOptions, Source, detect, find, open};
use tempfile::tempdir;

fn name(head: &[u8], file: &str) -> Option<&'static str> {
    detect(head, file).map(|format| format.name)
}

/// Every format that writes bytes is told from its own file: by content and name, and where it has a signature by
/// content alone.
#[test]
fn written_files_are_recognised() {
    let directory = tempdir().unwrap();
    for format in FORMATS.iter().filter(|format| format.create.is_some()) {
        for layer in format.layers.iter().filter(|layer| **layer != Layer::Pins) {
            let path = directory.path().join(format!("x.{}", format.extensions[0]));
            match layer {
                Layer::Packets => write_packets(format.name, &path, &[vec![0x00, 0x01, 0x00, 0x1A]], 0),
                _ => write_lanes(format.name, &path, 2, &[vec![vec![0x00, 0x00], vec![0x01, 0x1A]]]),
            }
            let file = std::fs::read(&path).unwrap();
            assert_eq!(name(&file, &path.to_string_lossy()), Some(format.name), "{layer:?}");
            if format.name != "lanes" {
                assert_eq!(name(&file, "-"), Some(format.name), "{layer:?} from a pipe");
            }
            // Its lanes are wires until a map says what is what.
            if format.name != "ila-csv" {
                let reading = read_file(&path, &OpenOptions::default());
                assert_eq!((reading.info.format, reading.info.layer), (format.name, *layer));
            }
        }
    }
}

/// No content has two signatures.
#[test]
fn signatures_do_not_overlap() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("x");
    for format in ["pcapng", "pcap", "readmemh", "hex", "packets"] {
        write_packets(format, &path, &[vec![0x00, 0x01, 0x00, 0x1A]], 0);
        let file = std::fs::read(&path).unwrap();
        let certain = FORMATS
            .iter()
            .filter(|format| (format.sniff)(&file) == Confidence::Certain);
        assert!(certain.count() <= 1, "{format}");
    }
}

#[test]
fn content_goes_before_the_extension() {
    assert_eq!(name(b"\xa1\xb2\x3c\x4d\0\x02", "x.pcapng"), Some("pcap"));
    assert_eq!(name(b"\x0a\x0d\x0d\x0a\x1c\0\0\0", "x.bin"), Some("pcapng"));
    assert_eq!(name(b"B8 B8\n00 01\n", "x.txt"), Some("lanes-text"));
    assert_eq!(name(b"b8\n00\n-\nb8\n", "x"), Some("lanes-text"));
    assert_eq!(name(b"b8\n00\n", "x.txt"), Some("hex"));
    assert_eq!(name(b"00 01 00 1a\n", "x.txt"), Some("hex"));
    assert_eq!(name(b"00 01 00 1a\n", "-"), Some("hex"));
    assert_eq!(name(b"00 01 00 1a\n", "x.lanes"), Some("lanes-text"));
    assert_eq!(name(b"00\n01\n", "x.mem"), Some("readmemh"));
    assert_eq!(name(b"\x00\x01\x00\x1a", "x.unknown"), Some("packets"));
    assert_eq!(name(b"\x00\x01\x00\x1a", "x.lane0"), Some("lanes"));
    assert_eq!(name(b"\x00\x01\x00\x1a", "dir.lane0/x"), Some("packets"));
    assert_eq!(name(b"", "x.hex"), Some("hex"));
    assert_eq!(name(b"", "-"), None);
    assert_eq!(name(b"Dear Sir or Madam,\n", "letter"), None);
}

#[test]
fn what_fits_nothing_is_refused_with_the_names_there_are() {
    let error = open(source("letter", b"Dear Sir or Madam,\n"), &OpenOptions::default())
        .err()
        .unwrap();
    assert!(error.to_string().contains("pcapng"), "{error}");
    let error = open(source("x", b""), &options("pcapgn")).err().unwrap();
    assert!(
        error.to_string().contains("\"pcapgn\"") && error.to_string().contains("pcapng"),
        "{error}"
    );
    let error = Source::open("/no/such/file".as_ref()).err().unwrap();
    assert!(error.to_string().starts_with("/no/such/file: "), "{error}");
}

/// Looking at the head takes nothing away, however the stream is cut.
#[test]
fn the_head_is_read_again() {
    struct Bytewise(Vec<u8>);
    impl std::io::Read for Bytewise {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(buffer.len()).min(1);
            buffer[..n].copy_from_slice(&self.0.drain(..n).collect::<Vec<u8>>());
            Ok(n)
        }
    }
    let bytes: Vec<u8> = (0..10_000u32).map(|i| (i % 255) as u8).collect();
    let source = Source {
        name: "-".into(),
        stream: Box::new(Bytewise(bytes.clone())),
        path: None,
    };
    let reading = drain(open(source, &OpenOptions::default()).unwrap());
    assert_eq!(reading.info.format, "packets");
    let found: Vec<u8> = reading
        .clean()
        .into_iter()
        .flat_map(|piece| piece.bytes)
        .flatten()
        .collect();
    assert_eq!(found, bytes);
}

#[test]
fn a_gap_between_lane_files_is_named() {
    let directory = tempdir().unwrap();
    let file = |lane: usize| directory.path().join(format!("x.lane{lane}"));
    for lane in [0, 1, 3] {
        std::fs::write(file(lane), [lane as u8; 5]).unwrap();
    }
    let error = open(Source::open(&file(1)).unwrap(), &OpenOptions::default())
        .err()
        .unwrap();
    assert!(error.to_string().contains("x.lane2 is missing"), "{error}");

    // Told how many there are, only those are read; one that is not there is an error of its own name.
    let two = OpenOptions {
        lanes: Some(2),
        ..OpenOptions::default()
    };
    assert_eq!(read_file(&file(0), &two).clean()[0].bytes, [[0; 5], [1; 5]]);
    let four = OpenOptions {
        lanes: Some(4),
        ..OpenOptions::default()
    };
    let error = open(Source::open(&file(0)).unwrap(), &four).err().unwrap();
    assert!(error.to_string().contains("x.lane2: "), "{error}");

    // Lanes of unequal length: the longer ones go on.
    std::fs::write(file(1), [1; 100_000]).unwrap();
    let pieces = read_file(&file(0), &two).clean();
    assert_eq!(pieces.len(), 2);
    assert_eq!((pieces[0].bytes[0].len(), pieces[0].bytes[1].len()), (5, 65_536));
    assert_eq!(
        (pieces[1].bytes[0].len(), pieces[1].bytes[1].len()),
        (0, 100_000 - 65_536)
    );
    assert_eq!(pieces[1].offset, 65_536);
    assert!(find("lanes").is_some());
}
