//! pcap and pcapng files as others write them: both byte orders, all time resolutions, several links.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod common;

use common::*;
use csi2_capture::{Burst, ErrorKind, OpenOptions, WireNote};
use csi2_dphy::Observation;
use std::process::Command;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Order {
    Little,
    Big,
}

/// Builds files from the published layout, field by field.
struct Build {
    order: Order,
    bytes: Vec<u8>,
}

impl Build {
    fn new(order: Order) -> Self {
        Self {
            order,
            bytes: Vec::new(),
        }
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn u16(self, value: u16) -> Self {
        match self.order {
            Order::Little => self.raw(&value.to_le_bytes()),
            Order::Big => self.raw(&value.to_be_bytes()),
        }
    }

    fn u32(self, value: u32) -> Self {
        match self.order {
            Order::Little => self.raw(&value.to_le_bytes()),
            Order::Big => self.raw(&value.to_be_bytes()),
        }
    }

    fn u64(self, value: u64) -> Self {
        match self.order {
            Order::Little => self.raw(&value.to_le_bytes()),
            Order::Big => self.raw(&value.to_be_bytes()),
        }
    }

    fn padded(self, bytes: &[u8]) -> Self {
        let padding = bytes.len().next_multiple_of(4) - bytes.len();
        self.raw(bytes).raw(&[0; 3][..padding])
    }

    fn option(self, code: u16, value: &[u8]) -> Self {
        let length = value.len().try_into().unwrap();
        self.u16(code).u16(length).padded(value)
    }

    fn block(self, kind: u32, body: impl FnOnce(Build) -> Build) -> Self {
        let body = body(Build::new(self.order)).bytes;
        assert_eq!(body.len() % 4, 0);
        let length = body.len() as u32 + 12;
        self.u32(kind).u32(length).raw(&body).u32(length)
    }

    fn section(self) -> Self {
        self.block(0x0A0D0D0A, |body| {
            body.u32(0x1A2B3C4D)
                .u16(1)
                .u16(0)
                .u64(u64::MAX)
                .option(4, b"a tool")
                .option(0, b"")
        })
    }

    fn interface(self, link_type: u16, options: impl FnOnce(Build) -> Build) -> Self {
        self.block(1, |body| options(body.u16(link_type).u16(0).u32(0)))
    }

    fn enhanced(self, interface: u32, ticks: u64, original: u32, data: &[u8]) -> Self {
        self.block(6, |body| {
            let body = body.u32(interface).u32((ticks >> 32) as u32).u32(ticks as u32);
            body.u32(data.len() as u32).u32(original).padded(data)
        })
    }
}

const ORDERS: [Order; 2] = [Order::Little, Order::Big];

fn at_start(format: &str, bytes: &[u8]) -> Vec<Piece> {
    read(format, bytes).unwrap().clean()
}

#[test]
fn resolutions_and_byte_orders() {
    type Options = fn(Build) -> Build;
    let nothing: Options = |body| body;
    let cases: [(Options, u64, u64); 5] = [
        // Microseconds where the file does not say.
        (nothing, 1_700_000_000_000_001, 1_700_000_000_000_001_000),
        (|body| body.option(9, &[9]).option(0, b""), 17, 17),
        (|body| body.option(2, b"csi").option(9, &[3]), 5, 5_000_000),
        (
            |body| body.option(9, &[0x80 | 30]).option(0, b""),
            1 << 31,
            2_000_000_000,
        ),
        (
            |body| body.option(9, &[12]).option(10, &[0; 4]).option(0, b""),
            7_999,
            7,
        ),
    ];
    for order in ORDERS {
        for (options, ticks, expected) in cases {
            let file = Build::new(order)
                .section()
                .interface(147, options)
                .enhanced(0, ticks, 4, b"abcd");
            let pieces = at_start("pcapng", &file.bytes);
            assert_eq!(pieces.len(), 1);
            assert_eq!(pieces[0].at, Some(expected), "{order:?}");
            assert_eq!(pieces[0].bytes, [b"abcd"]);
        }
        let shifted = Build::new(order).section().interface(147, |body| {
            let seconds = Build::new(order).u64(2).bytes;
            body.option(14, &seconds)
        });
        let pieces = at_start("pcapng", &shifted.enhanced(0, 1, 4, b"abcd").bytes);
        assert_eq!(pieces[0].at, Some(2_000_001_000));
    }
}

#[test]
fn every_kind_of_packet_block() {
    for order in ORDERS {
        let file = Build::new(order)
            .section()
            .block(0x0000_0BAD, |body| body.raw(&[7; 400]))
            .block(1, |body| body.u16(147).u16(0).u32(6))
            .enhanced(0, 1 << 32 | 5, 3, b"abc")
            // Simple: no time; as much as the snapshot length of 6 says.
            .block(3, |body| body.u32(9).padded(b"simple"))
            .block(3, |body| body.u32(2).padded(b"si"))
            .block(5, |body| body.u32(0).u32(0).u32(0))
            // The obsolete packet block: interface and drops have 16 bits.
            .block(2, |body| body.u16(0).u16(0).u32(0).u32(8).u32(4).u32(9).padded(b"olde"));
        let pieces = at_start("pcapng", &file.bytes);
        let found: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.bytes[0].as_slice(), piece.at))
            .collect();
        let expected: [(&[u8], _); 4] = [
            (b"abc", Some(((1 << 32) + 5) * 1000)),
            (b"simple", None),
            (b"si", None),
            (b"olde", Some(8000)),
        ];
        assert_eq!(found, expected, "{order:?}");
        for piece in pieces {
            assert!(file.bytes[piece.offset as usize..].starts_with(&piece.bytes[0]));
            assert_eq!(piece.burst, Burst::WHOLE);
        }
    }
}

#[test]
fn other_links_are_skipped_with_a_note() {
    let file = Build::new(Order::Little)
        .section()
        .interface(113, |body| body.option(2, b"eth0"))
        .interface(162, |body| body.option(2, b"csi").option(3, b"front camera"))
        .enhanced(0, 1, 4, b"ethr")
        .enhanced(1, 2, 4, b"csi2")
        .raw(
            &Build::new(Order::Big)
                .section()
                .interface(148, |body| body)
                .enhanced(0, 3, 4, b"next")
                .bytes,
        );
    let reading = read("pcapng", &file.bytes).unwrap();
    let notes = reading.info.notes.join("\n");
    for part in [
        "written by a tool",
        "\"eth0\"",
        "link type 113 (Linux cooked)",
        "\"csi\": front camera",
    ] {
        assert!(notes.contains(part), "{part:?} in {notes}");
    }
    let found: Vec<_> = reading
        .clean()
        .into_iter()
        .map(|piece| (piece.bytes[0].clone(), piece.link))
        .collect();
    assert_eq!(found, [(b"csi2".to_vec(), 1), (b"next".to_vec(), 0)]);
}

#[test]
fn files_of_other_links_only_are_refused_with_the_remedy() {
    let ng = Build::new(Order::Little)
        .section()
        .interface(113, |body| body)
        .enhanced(0, 1, 4, b"sll ");
    let classic = Build::new(Order::Big)
        .u32(0xA1B2C3D4)
        .u16(2)
        .u16(4)
        .u32(0)
        .u32(0)
        .u32(65_535)
        .u32(113);
    for (format, file) in [("pcapng", ng), ("pcap", classic)] {
        let error = read(format, &file.bytes).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error.kind, ErrorKind::Unsupported { .. }), "{text}");
        assert!(
            text.contains("link type 113 (Linux cooked)") && text.contains("editcap -T user0"),
            "{text}"
        );
    }
}

#[test]
fn blocks_that_contradict_themselves_are_malformed() {
    let start = |order| {
        Build::new(order)
            .section()
            .interface(147, |body| body)
            .enhanced(0, 1, 4, b"good")
    };
    for order in ORDERS {
        let cases = [
            ("no such interface", start(order).enhanced(1, 1, 4, b"lost")),
            (
                "length not a multiple of four",
                start(order).u32(6).u32(33).raw(&[0; 40]),
            ),
            ("length too small", start(order).u32(6).u32(8).raw(&[0; 40])),
            ("lengths differ", start(order).u32(6).u32(32).raw(&[0; 20]).u32(36)),
            ("no fields", start(order).block(6, |body| body.u32(0))),
            (
                "captured length beyond the block",
                start(order).block(6, |body| body.raw(&[0; 12]).u32(5).u32(5).u32(0)),
            ),
            (
                "captured length of 4 GB",
                start(order).block(6, |body| body.raw(&[0; 12]).u32(u32::MAX).u32(5)),
            ),
            ("short interface", start(order).block(1, |body| body.u32(147))),
            (
                "unknown byte order",
                start(order).block(0x0A0D0D0A, |body| body.raw(&[0; 16])),
            ),
            (
                "unknown version",
                start(order).block(0x0A0D0D0A, |body| body.u32(0x1A2B3C4D).u16(2).u16(0).u64(0)),
            ),
        ];
        for (what, file) in cases {
            let reading = read("pcapng", &file.bytes).unwrap();
            assert_eq!(reading.pieces.len(), 1, "{what}");
            let error = reading.error.expect(what);
            assert!(matches!(error.kind, ErrorKind::Malformed { .. }), "{what}: {error}");
            let good = start(order).bytes.len() as u64;
            assert!((good..good + 60).contains(&error.at.offset), "{what}: {error}");
        }
    }
}

#[test]
fn sizes_are_bounded_but_not_of_what_is_passed_over() {
    let big = vec![1; 5000];
    let small = OpenOptions {
        max_record: 1000,
        ..options("pcapng")
    };
    let start = Build::new(Order::Little).section().interface(147, |body| body);
    let skipped = start.block(0xBAD, |body| body.raw(&big)).enhanced(0, 1, 4, b"good");
    let file = skipped.enhanced(0, 2, 5000, &big);
    let reading = drain(csi2_capture::open(source("t", &file.bytes), &small).unwrap());
    assert_eq!(reading.pieces.len(), 1);
    let kind = reading.error.unwrap().kind;
    assert!(
        matches!(
            kind,
            ErrorKind::TooLarge {
                size: 5032,
                limit: 1000,
                ..
            }
        ),
        "{kind}"
    );

    let small = OpenOptions {
        max_record: 1000,
        ..options("pcap")
    };
    let file = Build::new(Order::Little)
        .u32(0xA1B2C3D4)
        .u16(2)
        .u16(4)
        .u32(0)
        .u32(0)
        .u32(0)
        .u32(147);
    let file = file.u32(0).u32(0).u32(985).u32(985).raw(&[0; 985]);
    let reading = drain(csi2_capture::open(source("t", &file.bytes), &small).unwrap());
    let kind = reading.error.unwrap().kind;
    assert!(
        matches!(
            kind,
            ErrorKind::TooLarge {
                size: 1001,
                limit: 1000,
                ..
            }
        ),
        "{kind}"
    );
}

#[test]
fn pcap_in_both_orders_and_units() {
    for order in ORDERS {
        for (magic, unit) in [(0xA1B2_C3D4, 1000), (0xA1B2_3C4D, 1)] {
            let file = Build::new(order)
                .u32(magic)
                .u16(2)
                .u16(4)
                .u32(0)
                .u32(0)
                .u32(2)
                .u32(150)
                .u32(1_700_000_000)
                .u32(999_999)
                .u32(2)
                .u32(9)
                .raw(b"cu")
                .u32(0)
                .u32(0)
                .u32(0)
                .u32(0);
            let reading = read("pcap", &file.bytes).unwrap();
            assert_eq!(reading.info.format, "pcap");
            let pieces = reading.clean();
            assert_eq!(pieces.len(), 2);
            assert_eq!((pieces[0].bytes[0].as_slice(), pieces[0].offset), (&b"cu"[..], 40));
            assert_eq!(
                pieces[0].at,
                Some(1_700_000_000_000_000_000 + 999_999 * unit),
                "{order:?} {magic:x}"
            );
            assert_eq!((pieces[1].bytes[0].len(), pieces[1].at), (0, Some(0)));
        }
    }
}

/// Runs a tool; `None` where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                output.status.success(),
                "{program}: {text}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(text)
        }
        Err(_) => {
            eprintln!("skipped: {program} is not installed");
            None
        }
    }
}

#[test]
fn tshark_reads_what_we_write() {
    let directory = tempfile::tempdir().unwrap();
    for (format, flagged) in [("pcapng", "1"), ("pcap", "")] {
        let path = directory.path().join(format);
        let mut writer = packets_writer(format, &path);
        let bad = WireNote {
            comment: Some("payload checksum: received 1234, computed 5678"),
            checksum_error: true,
        };
        let packet = Observation::Merged(&[0x00, 0x01, 0x00, 0x1A]);
        writer
            .write(
                &packet,
                Burst::WHOLE,
                Some(1_700_000_000_000_000_001),
                WireNote::default(),
            )
            .unwrap();
        writer
            .write(&packet, Burst::WHOLE, Some(1_700_000_000_000_000_812), bad)
            .unwrap();
        writer.finish().unwrap();
        let fields = [
            "frame.time_epoch",
            "frame.len",
            "frame.packet_flags_crc_error",
            "frame.comment",
        ];
        let mut arguments = vec!["-r", path.to_str().unwrap(), "-T", "fields", "-E", "separator=|"];
        arguments.extend(fields.iter().flat_map(|field| ["-e", field]));
        let Some(text) = run("tshark", &arguments) else { return };
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].starts_with("1700000000.000000001|4|"), "{text}");
        let comment = if flagged.is_empty() { "" } else { bad.comment.unwrap() };
        assert_eq!(lines[1], format!("1700000000.000000812|4|{flagged}|{comment}"));
    }
}

/// A file that another program wrote, from ours: the round trip through its reader and writer.
#[test]
fn editcap_passes_packets_through() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, theirs) = (directory.path().join("a.pcapng"), directory.path().join("b.pcap"));
    let packets = vec![vec![0x00, 0x01, 0x00, 0x1A], vec![9; 65_541]];
    write_packets("pcapng", &ours, &packets, 5_000_000_000);
    for kind in ["pcapng", "nsecpcap", "pcap"] {
        if run(
            "editcap",
            &["-F", kind, ours.to_str().unwrap(), theirs.to_str().unwrap()],
        )
        .is_none()
        {
            return;
        }
        let pieces = read_file(&theirs, &OpenOptions::default()).clean();
        let found: Vec<_> = pieces.iter().map(|piece| piece.bytes[0].clone()).collect();
        assert_eq!(found, packets, "{kind}");
        let fraction = if kind == "pcap" { 0 } else { 1 };
        assert_eq!(pieces[1].at, Some(5_000_000_000 + fraction), "{kind}");
    }
}
