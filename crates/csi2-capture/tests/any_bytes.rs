//! The properties that each reader's fuzz target holds, on files that are nearly right: the targets' seeds with bytes
//! changed, cut out or repeated. Each reader opens or refuses, ends, gives well-formed chunks, and does not mind how much
//! the operating system returns per read.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use csi2_capture::{CaptureReader, Confidence, FORMATS, OpenOptions, Source, detect, open};
use csi2_dphy::{MAX_LANES, Observation};
use proptest::prelude::*;
use std::io::Read;
use std::path::Path;

/// Seeds of all readers: name of the format, file without the two bytes of parameters in front of it.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let of = |format: &'static str| {
        let files = std::fs::read_dir(root.join(format.replace('-', "_")))
            .into_iter()
            .flatten();
        let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
            .into_iter()
            .map(move |path| (format, std::fs::read(path).unwrap().split_off(2)))
    };
    FORMATS.iter().flat_map(|format| of(format.name)).collect()
}

/// What happens to a file.
#[derive(Clone, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    Twice(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(vec![0x00, 0xFF, 0x80, b'\n', b'#', b'$', b'-'])
    ];
    prop_oneof![
        4 => (any::<prop::sample::Index>(), byte).prop_map(|(at, byte)| Change::Byte(at, byte)),
        1 => (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(a, b)| Change::Cut(a, b)),
        1 => (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(a, b)| Change::Twice(a, b)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let range = |a: &prop::sample::Index, b: &prop::sample::Index| {
        let (a, b) = (a.index(bytes.len() + 1), b.index(bytes.len() + 1));
        a.min(b)..a.max(b)
    };
    match change {
        Change::Byte(at, byte) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Change::Byte(..) => {}
        Change::Cut(a, b) => drop(bytes.drain(range(a, b))),
        Change::Twice(a, b) => {
            let range = range(a, b);
            let again = bytes[range.clone()].to_vec();
            bytes.splice(range.end..range.end, again);
        }
    }
}

/// Returns at most so many bytes, in turn.
struct Slow {
    bytes: std::io::Cursor<Vec<u8>>,
    most: Vec<usize>,
    turn: usize,
}

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.most.get(self.turn % self.most.len().max(1)).copied();
        self.turn += 1;
        let length = buffer.len().min(most.unwrap_or(usize::MAX));
        self.bytes.read(&mut buffer[..length])
    }
}

/// All that a reader gave, free of how it was cut into chunks.
#[derive(Debug, Default, PartialEq)]
struct Content {
    bytes: Vec<u8>,
    lanes: [Vec<u8>; MAX_LANES],
    changes: Vec<(u64, u16)>,
    bursts: Vec<(bool, usize)>,
    error: Option<String>,
}

fn content(format: &str, bytes: &[u8], most: &[usize]) -> Content {
    let source = Source {
        name: "any".into(),
        stream: Box::new(Slow {
            bytes: std::io::Cursor::new(bytes.to_vec()),
            most: most.to_vec(),
            turn: 0,
        }),
        path: None,
    };
    let options = OpenOptions {
        format: Some(format.into()),
        sample_rate: (format == "samples").then_some(1_000_000),
        unit_size: (format == "samples").then_some(2),
        max_record: 1 << 16,
        ..OpenOptions::default()
    };
    let mut content = Content::default();
    match open(source, &options) {
        Ok(mut reader) => content.take_all(&mut *reader, bytes.len()),
        Err(error) => content.error = Some(error.to_string()),
    }
    content
}

impl Content {
    fn take_all(&mut self, reader: &mut dyn CaptureReader, input: usize) {
        let wires = reader.info().channels.len();
        let mut chunks = 0;
        loop {
            match reader.next_chunk() {
                Ok(Some(chunk)) => {
                    let mark = |content: &Self| content.bytes.len() + content.lanes.iter().map(Vec::len).sum::<usize>();
                    if chunk.burst.starts {
                        self.bursts.push((true, mark(self)));
                    }
                    self.take(&chunk.seen, wires);
                    if chunk.burst.ends {
                        self.bursts.push((false, mark(self)));
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    self.error = Some(error.to_string());
                    break;
                }
            }
            chunks += 1;
            assert!(chunks <= 64 + 8 * input, "{chunks} chunks of {input} bytes");
        }
        assert!(matches!(reader.next_chunk(), Ok(None)), "something after the end");
    }

    fn take(&mut self, seen: &Observation<'_>, wires: usize) {
        match seen {
            Observation::Samples(samples) => {
                assert_eq!(samples.bytes.len() % samples.unit, 0);
                assert_eq!(
                    samples.first,
                    (self.bytes.len() / samples.unit) as u64,
                    "samples left out"
                );
                self.bytes.extend_from_slice(samples.bytes);
            }
            Observation::Changes(changes) => {
                for change in *changes {
                    let last = self.changes.last().map_or(0, |last| last.0);
                    assert!(change.at >= last && usize::from(change.channel) < wires, "{change:?}");
                    self.changes.push((change.at, change.channel));
                }
            }
            Observation::Lanes(lanes) => {
                assert!((1..=MAX_LANES).contains(&lanes.count));
                self.lanes
                    .iter_mut()
                    .zip(lanes.lanes)
                    .for_each(|(all, lane)| all.extend_from_slice(lane));
            }
            Observation::Merged(bytes) => self.bytes.extend_from_slice(bytes),
        }
    }
}

#[test]
fn every_reader_has_seeds() {
    let seeds = seeds();
    for format in FORMATS {
        assert!(seeds.iter().any(|(name, _)| *name == format.name), "{}", format.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file(
        (format, mut bytes) in prop::sample::select(seeds()),
        changes in prop::collection::vec(change(), 0..6),
        most in prop::collection::vec(1_usize..50, 1..8),
    ) {
        changes.iter().for_each(|change| apply(&mut bytes, change));
        let whole = content(format, &bytes, &[]);
        prop_assert_eq!(content(format, &bytes, &most), whole, "{}, reads of {:?}", format, most);
    }

    /// What is detected has a reason, and is what is opened.
    #[test]
    fn any_head(
        (of, mut bytes) in prop::sample::select(seeds()),
        named: bool,
        changes in prop::collection::vec(change(), 0..6),
    ) {
        changes.iter().for_each(|change| apply(&mut bytes, change));
        let extension = FORMATS.iter().find(|format| format.name == of).and_then(|format| format.extensions.first());
        let extension = extension.and_then(|extension| extension.rsplit('.').next()).filter(|_| named);
        let name = extension.map_or("any".to_owned(), |extension| format!("any.{extension}"));
        let found = detect(&bytes, &name);
        let says = |format: &csi2_capture::CaptureFormat, least| (format.sniff)(&bytes) >= least;
        match found {
            Some(format) => {
                let own = extension.is_some_and(|extension| format.extensions.contains(&extension));
                let only = FORMATS.iter().all(|other| says(other, Confidence::Maybe) == (other.name == format.name));
                prop_assert!(says(format, Confidence::Certain) || own || only, "{} for no reason", format.name);
            }
            None => prop_assert!(!FORMATS.iter().any(|format| says(format, Confidence::Certain))),
        }
        let source = Source { name, stream: Box::new(std::io::Cursor::new(bytes)), path: None };
        if let Ok(reader) = open(source, &OpenOptions::default()) {
            prop_assert_eq!(Some(reader.info().format), found.map(|format| format.name));
        }
    }
}
