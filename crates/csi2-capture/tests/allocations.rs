//! What reading costs in memory, however much a file claims or brings: each reader gets input that does not end, and
//! input whose records do not end. Memory of threads that readers start is not seen here; `hostile_memory.rs` of the
//! command looks at the process.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use allocation_counter::measure;
use csi2_capture::{ErrorKind, FORMATS, OpenOptions, Source, open};
use std::io::Read;

/// Bytes that the endless inputs have, so that the tests end.
const ENDLESS: u64 = 12 << 20;
/// Bytes of a record.
const RECORD: usize = 1 << 20;
/// What a reader may need with such records: a window that grows to twice the record, and blocks.
const MOST: u64 = 3 << 20;

/// Appends the piece of a number.
type Pieces = Box<dyn FnMut(u64, &mut Vec<u8>) + Send>;

/// A head, and then pieces without end.
struct Endless {
    head: std::io::Cursor<Vec<u8>>,
    piece: Pieces,
    number: u64,
    waiting: Vec<u8>,
    at: usize,
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut read = self.head.read(buffer)?;
        // The last piece is whole.
        while read == 0 && (self.left > 0 || self.at < self.waiting.len()) && !buffer.is_empty() {
            if self.at == self.waiting.len() {
                self.waiting.clear();
                self.at = 0;
                (self.piece)(self.number, &mut self.waiting);
                self.number += 1;
            }
            read = (&self.waiting[self.at..]).read(buffer)?;
            self.at += read;
            self.left = self.left.saturating_sub(read as u64);
        }
        Ok(read)
    }
}

/// A kind of input.
struct Case {
    format: &'static str,
    name: &'static str,
    head: Vec<u8>,
    piece: Pieces,
    /// Why reading ends: `None` where all is read.
    ends: Option<fn(&ErrorKind) -> bool>,
    most: u64,
    brings: u64,
}

fn too_large(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::TooLarge { .. })
}

fn any_error(_: &ErrorKind) -> bool {
    true
}

impl Case {
    /// Pieces that are all the same.
    fn same(format: &'static str, name: &'static str, head: &[u8], piece: &[u8]) -> Self {
        let piece = piece.to_vec();
        // Many at a time: what is measured is the reader.
        let pieces = piece.repeat(4096 / piece.len() + 1);
        Self::each(format, name, head, move |_, out| out.extend_from_slice(&pieces))
    }

    fn each(
        format: &'static str,
        name: &'static str,
        head: &[u8],
        piece: impl FnMut(u64, &mut Vec<u8>) + Send + 'static,
    ) -> Self {
        Self {
            format,
            name,
            head: head.to_vec(),
            piece: Box::new(piece),
            ends: None,
            most: MOST,
            brings: ENDLESS,
        }
    }

    fn ends(self, ends: fn(&ErrorKind) -> bool) -> Self {
        Self {
            ends: Some(ends),
            ..self
        }
    }

    /// More than the others.
    fn brings(self, brings: u64) -> Self {
        Self { brings, ..self }
    }

    /// Tables that a format has, with their own limits.
    fn most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// What happened; an error where it is not as expected, or took too much.
    fn run(self) -> Result<String, String> {
        let source = Source {
            name: "endless".into(),
            stream: Box::new(Endless {
                head: std::io::Cursor::new(self.head),
                piece: self.piece,
                number: 0,
                waiting: Vec::with_capacity(1 << 17),
                at: 0,
                left: self.brings,
            }),
            path: None,
        };
        let options = OpenOptions {
            format: Some(self.format.into()),
            sample_rate: (self.format == "samples").then_some(1_000_000),
            unit_size: (self.format == "samples").then_some(1),
            lanes: (self.format == "lanes").then_some(1),
            max_record: RECORD,
            ..OpenOptions::default()
        };
        let mut outcome = None;
        let used = measure(|| {
            outcome = match open(source, &options) {
                Ok(mut reader) => loop {
                    match reader.next_chunk() {
                        Ok(Some(_)) => {}
                        Ok(None) => break None,
                        Err(error) => break Some(error),
                    }
                },
                Err(error) => Some(error),
            };
        });
        let as_expected = match (&outcome, self.ends) {
            (None, None) => true,
            (Some(error), Some(ends)) => ends(&error.kind),
            _ => false,
        };
        let outcome = outcome.map_or("read to its end".to_owned(), |error| error.to_string());
        let said = format!(
            "{}, {}: {} kB, {outcome}",
            self.format,
            self.name,
            used.bytes_max / 1000
        );
        match as_expected && used.bytes_max <= self.most {
            true => Ok(said),
            false => Err(said),
        }
    }
}

fn le(word: u32) -> [u8; 4] {
    word.to_le_bytes()
}

/// A block of pcapng, little-endian.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = body.len() as u32 + 12;
    [&le(kind), &le(length), body, &le(length)].concat()
}

fn section() -> Vec<u8> {
    block(0x0A0D_0D0A, &[&le(0x1A2B_3C4D)[..], &le(1), &[0xFF; 8]].concat())
}

fn interface() -> Vec<u8> {
    block(1, &[le(147), le(0)].concat())
}

fn packet() -> Vec<u8> {
    block(
        6,
        &[le(0), le(0), le(0), le(4), le(4), [0x00, 0x01, 0x00, 0x1A]].concat(),
    )
}

fn pcapng() -> Vec<Case> {
    let start = [section(), interface()].concat();
    let comment = block(
        0x0A0D_0D0A,
        &[&le(0x1A2B_3C4D)[..], &le(1), &[0xFF; 8], &[1, 0, 200, 0], &[b'x'; 200]].concat(),
    );
    vec![
        Case::same("pcapng", "packets", &start, &packet()),
        Case::same("pcapng", "sections with comments", &section(), &comment),
        Case::same("pcapng", "interfaces", &section(), &interface())
            .ends(too_large)
            .most(MOST + (24 << 20)),
        Case::same(
            "pcapng",
            "a block of four gigabytes",
            &[start, le(6).to_vec(), le(0xFFFF_FFF0).to_vec()].concat(),
            &[0; 4],
        )
        .ends(too_large),
        Case::same(
            "pcapng",
            "an unknown block of four gigabytes",
            &[section(), le(77).to_vec(), le(0xFFFF_FFF0).to_vec()].concat(),
            &[0; 4],
        )
        .ends(any_error),
    ]
}

fn pcap() -> Vec<Case> {
    let head = [le(0xA1B2_3C4D), le(0x0004_0002), le(0), le(0), le(0), le(147)].concat();
    let record = |length: u32| [le(1), le(1), le(length), le(length)].concat();
    vec![
        Case::same(
            "pcap",
            "packets",
            &head,
            &[record(4), vec![0x00, 0x01, 0x00, 0x1A]].concat(),
        ),
        Case::same(
            "pcap",
            "a record of four gigabytes",
            &[head, record(u32::MAX)].concat(),
            &[0; 4],
        )
        .ends(too_large),
    ]
}

/// Messages of ASAM CMP of many devices, each the first segment of a packet whose others never come.
fn cmp() -> Vec<Case> {
    let path = tempfile::tempdir().unwrap();
    let file = path.path().join("x.cmp");
    let options = csi2_capture::CreateOptions {
        path: file.clone(),
        layer: csi2_capture::Layer::Packets,
        timebase: csi2_dphy::Timebase::NANOSECONDS,
        channels: Vec::new(),
        lanes: 0,
        link_type: 147,
    };
    let mut writer = csi2_capture::create("cmp", &options).unwrap();
    let packet = [0x00, 0x01, 0x00, 0x1A];
    let seen = csi2_dphy::Observation::Merged(&packet);
    let note = csi2_capture::WireNote::default();
    writer.write(&seen, csi2_capture::Burst::WHOLE, Some(1), note).unwrap();
    writer.finish().unwrap();
    let file = std::fs::read(file).unwrap();
    let (mut head, mut one, mut rest) = (Vec::new(), Vec::new(), &file[..]);
    while let [kind, _, _, _, a, b, c, d, ..] = *rest {
        let (block, after) = rest.split_at(u32::from_le_bytes([a, b, c, d]) as usize);
        if kind == 6 { &mut one } else { &mut head }.extend_from_slice(block);
        rest = after;
    }
    // Bytes behind the heads of block and frame changed in turn: other devices, streams, interfaces, segments and lengths.
    let changeable = 28 + 14..one.len() - 4;
    let changed = move |number: u64, out: &mut Vec<u8>| {
        for step in number * 64..(number + 1) * 64 {
            let from = out.len();
            out.extend_from_slice(&one);
            for turn in 1..4 {
                let at = changeable.start + (step as usize * turn * 31) % changeable.len();
                out[from + at] ^= (step / turn as u64 / 7) as u8;
            }
        }
    };
    vec![Case::each("cmp", "messages changed", &head, changed)]
}

fn text() -> Vec<Case> {
    let line =
        |format, head: &'static str| Case::same(format, "a line without end", head.as_bytes(), b"1").ends(too_large);
    let vcd = "$timescale 1ns $end $var wire 1 ! a $end $enddefinitions $end\n";
    let ila = "Sample in Buffer,Sample in Window,TRIGGER,valid,data[7:0],last\nRadix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX,HEX\n";
    vec![
        Case::same("hex", "packets", b"", b"00 01 00 1a\n"),
        Case::same("hex", "a comment without end", b"# ", b"x").ends(too_large),
        line("hex", ""),
        Case::same("lanes-text", "bursts", b"", b"b8 b8\n00 01\n00 1a\nff ff\n\n"),
        line("lanes-text", "b8 b8\n"),
        Case::same("readmemh", "words", b"// csi2 memory file: packets\n", b"00 01 00 1a\n"),
        Case::same(
            "readmemh",
            "a comment without end",
            b"// csi2 memory file: packets\n/* ",
            b"x\n",
        ),
        line("readmemh", "// csi2 memory file: packets\n").ends(any_error),
        Case::same(
            "sigrok-csv",
            "samples",
            b"; CSV generated by libsigrok 0.5.2\n; Channels (2/2): a, b\n; Samplerate: 1 MHz\nlogic,logic\n",
            b"0,1\n1,1\n",
        ),
        line("sigrok-csv", "logic,logic\n"),
        Case::each("saleae-csv", "changes", b"Time [s],Channel 0\n", |number, out| {
            for step in number * 1024..(number + 1) * 1024 {
                out.extend_from_slice(format!("{}.{:09},{}\n", step / 1000, step % 1000, step & 1).as_bytes());
            }
        }),
        Case::same("saleae-csv", "columns without end", b"Time [s]", b",Channel 0").ends(too_large),
        line("saleae-csv", "Time [s],Channel 0\n"),
        Case::each("ols", "changes", b";Rate: 1000000\n;Channels: 8\n", |number, out| {
            for step in number * 1024..(number + 1) * 1024 {
                out.extend_from_slice(format!("{:08x}@{step}\n", step & 255).as_bytes());
            }
        }),
        Case::same("ols", "heads without end", b"", b";Rate: 1000000\n"),
        line("ols", ";Rate: 1000000\n"),
        Case::same("ila-csv", "samples", ila.as_bytes(), b"1,1,0,1,b8,0\n"),
        Case::same("ila-csv", "columns without end", b"Sample in Buffer", b",probe").ends(too_large),
        line("ila-csv", ila),
        Case::each("vcd", "changes", vcd.as_bytes(), |number, out| {
            for step in number * 1024..(number + 1) * 1024 {
                out.extend_from_slice(format!("#{step}\n{}!\n", step & 1).as_bytes());
            }
        }),
        Case::same(
            "vcd",
            "changes at one instant",
            format!("{vcd}#1\n").as_bytes(),
            b"1!\n0!\n",
        ),
        Case::same("vcd", "a comment without end", b"$comment ", b"x ").ends(too_large),
        Case::same("vcd", "comments without end", b"", b"$comment x $end\n").ends(any_error),
        Case::same(
            "vcd",
            "scopes without end",
            b"",
            b"$scope module abcdefghijklmnop $end\n",
        )
        .ends(too_large),
        Case::same("vcd", "empty scopes without end", b"", b"$scope module  $end\n").ends(too_large),
        Case::each("vcd", "wires without end", b"", |number, out| {
            for wire in number * 64..(number + 1) * 64 {
                out.extend_from_slice(format!("$var wire 64 w{wire:x} bus{wire} [63:0] $end\n").as_bytes());
            }
        })
        .ends(too_large)
        .most(MOST + (24 << 20)),
        Case::each("vcd", "codes without end", b"", |number, out| {
            out.extend_from_slice(format!("$var wire 1 {:x>60000} a $end\n", number).as_bytes());
        })
        .ends(too_large)
        .brings(40 << 20)
        .most(MOST + (40 << 20)),
        Case::same(
            "vcd",
            "one wire under names without end",
            b"",
            b"$var wire 1 ! name $end\n",
        )
        .ends(any_error),
        line("vcd", vcd),
    ]
}

fn bytes() -> Vec<Case> {
    // An export of Saleae Logic: its head, and distances between changes.
    let saleae = |changes: u64| {
        let head = [
            &b"<SALEAE>"[..],
            &le(0),
            &le(0),
            &le(0),
            &0_f64.to_le_bytes(),
            &1e6_f64.to_le_bytes(),
        ]
        .concat();
        [head, changes.to_le_bytes().to_vec()].concat()
    };
    let step = |number: u64| (number as f64 / 1e6).to_le_bytes();
    let steps =
        move |number: u64, out: &mut Vec<u8>| (number * 512..(number + 1) * 512).for_each(|at| out.extend(step(at)));
    vec![
        Case::same("packets", "packets", b"", &[0x00, 0x01, 0x00, 0x1A]),
        Case::same("lanes", "lane bytes", b"", &[0xB8, 0x00, 0x01, 0x00, 0x1A, 0xFF]),
        Case::same("samples", "samples", b"", &[1, 2, 3]),
        Case::each("saleae", "changes", &saleae(u64::MAX), steps).ends(any_error),
        // What must be kept from a pipe is refused.
        Case::same("sigrok", "a ZIP through a pipe", b"PK\x03\x04", &[0; 64]).ends(any_error),
        Case::same("dsl", "a ZIP through a pipe", b"PK\x03\x04", &[0; 64]).ends(any_error),
        Case::same("fst", "a file through a pipe", b"\0\0\0\0\0\0\0\x01\x49", &[0; 64]).ends(too_large),
    ]
}

fn cases() -> Vec<Case> {
    let all = [pcapng(), pcap(), cmp(), text(), bytes()].into_iter().flatten();
    all.filter(|case| case.format != "fst" || cfg!(feature = "fst"))
        .collect()
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let mut failures = Vec::new();
    for case in cases() {
        match case.run() {
            Ok(said) => println!("{said}"),
            Err(said) => failures.push(said),
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn every_reader_has_a_case() {
    let cases = cases();
    for format in FORMATS {
        assert!(cases.iter().any(|case| case.format == format.name), "{}", format.name);
    }
}
