//! What holds for every capture reader and any bytes:
//!
//! - it opens or refuses, goes on or ends, and never panics; its message can be printed;
//! - it ends: no more chunks than a small multiple of the input;
//! - after the end, or an error, there is nothing more;
//! - what it gives is well formed: whole samples, wires and lanes that exist, time that does not run back;
//! - how much the operating system returns per read does not matter.

use std::io::{self, Read};

use csi2_capture::{CaptureReader, OpenOptions, Source, open};
use csi2_dphy::{Change, Level, MAX_LANES, Observation};

use crate::Cuts;

/// The first byte of the input gives the options, the second the lengths of reads, the rest is the file.
pub fn read(format: &str, input: &[u8]) {
    let [options, cuts, bytes @ ..] = input else {
        return;
    };
    let options = OpenOptions {
        format: Some(format.into()),
        sample_rate: (options & 1 != 0).then_some(1_000_000),
        unit_size: Some(usize::from(options >> 1 & 7) + 1).filter(|_| options & 1 != 0),
        lanes: Some(usize::from(options >> 4 & 7) + 1).filter(|_| options & 0x80 != 0),
        tecmp_offset: (options & 0x80 != 0).then_some(usize::from(options >> 4 & 7) * 5),
        // Small enough to be reached.
        max_record: 1 << 16,
    };
    let whole = content(bytes, Cuts::new(0), &options);
    if *cuts != 0 {
        assert_eq!(content(bytes, Cuts::new(*cuts), &options), whole, "reads cut by {cuts}");
    }
}

/// All that a reader gave, free of how it was cut into chunks.
#[derive(Debug, Default, PartialEq)]
struct Content {
    /// Merged bytes and samples.
    bytes: Vec<u8>,
    lanes: [Vec<u8>; MAX_LANES],
    changes: Vec<(u64, u16, u8)>,
    /// Where bursts start and end, by bytes before.
    bursts: Vec<(bool, usize, [usize; MAX_LANES])>,
    error: Option<String>,
}

fn content(bytes: &[u8], cuts: Cuts, options: &OpenOptions) -> Content {
    let mut content = Content::default();
    let stream = Box::new(Cut {
        bytes: bytes.to_vec(),
        at: 0,
        cuts,
    });
    let source = Source {
        name: "fuzz".into(),
        stream,
        path: None,
    };
    let mut reader = match open(source, options) {
        Ok(reader) => reader,
        Err(error) => {
            content.error = Some(error.to_string());
            return content;
        }
    };
    content.take_all(&mut *reader, bytes.len());
    content
}

impl Content {
    fn take_all(&mut self, reader: &mut dyn CaptureReader, input: usize) {
        let wires = reader.info().channels.len();
        let (mut chunks, mut before, mut last) = (0, 0, 0);
        loop {
            let more = match reader.next_chunk() {
                Ok(Some(chunk)) => {
                    if chunk.burst.starts {
                        self.mark(true);
                    }
                    self.take(chunk.seen, wires, &mut last);
                    if chunk.burst.ends {
                        self.mark(false);
                    }
                    true
                }
                Ok(None) => false,
                Err(error) => {
                    self.error = Some(error.to_string());
                    false
                }
            };
            let read = reader.bytes_read();
            assert!(read >= before, "{read} bytes read, {before} before");
            before = read;
            if !more {
                break;
            }
            chunks += 1;
            assert!(chunks <= 64 + 8 * input, "{chunks} chunks of {input} bytes");
        }
        for _ in 0..2 {
            assert!(matches!(reader.next_chunk(), Ok(None)), "something after the end");
        }
    }

    fn take(&mut self, seen: Observation<'_>, wires: usize, last: &mut u64) {
        match seen {
            Observation::Samples(samples) => {
                assert!((1..=8).contains(&samples.unit));
                assert_eq!(samples.bytes.len() % samples.unit, 0);
                assert_eq!(
                    samples.first,
                    (self.bytes.len() / samples.unit) as u64,
                    "samples left out"
                );
                assert!(wires <= 8 * samples.unit);
                self.bytes.extend_from_slice(samples.bytes);
            }
            Observation::Changes(changes) => {
                for &Change { at, channel, level } in changes {
                    assert!(at >= *last, "time runs back from {last} to {at}");
                    assert!(usize::from(channel) < wires, "wire {channel} of {wires}");
                    *last = at;
                    let level = match level {
                        Level::Low => 0,
                        Level::High => 1,
                        Level::Unknown => 2,
                    };
                    self.changes.push((at, channel, level));
                }
            }
            Observation::Lanes(lanes) => {
                assert!((1..=MAX_LANES).contains(&lanes.count));
                assert!(lanes.lanes[lanes.count..].iter().all(|lane| lane.is_empty()));
                for (all, lane) in self.lanes.iter_mut().zip(lanes.lanes) {
                    all.extend_from_slice(lane);
                }
            }
            Observation::Merged(bytes) => self.bytes.extend_from_slice(bytes),
        }
    }

    fn mark(&mut self, starts: bool) {
        let lanes = self.lanes.each_ref().map(Vec::len);
        self.bursts.push((starts, self.bytes.len(), lanes));
    }
}

/// A stream that returns as much as it likes, at least one byte.
struct Cut {
    bytes: Vec<u8>,
    at: usize,
    cuts: Cuts,
}

impl Read for Cut {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = &self.bytes[self.at..];
        let length = rest.len().min(buffer.len());
        let count = rest.read(&mut buffer[..self.cuts.next(length).max(1.min(length))])?;
        self.at += count;
        Ok(count)
    }
}
