//! What the tests of this crate share: captures read into owned pieces, and bytes as sources.
// Each test binary uses a part; helpers fail the test that called them.
#![allow(dead_code, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use csi2_capture::{
    Burst, CaptureError, CaptureInfo, CaptureReader, CaptureWriter, CreateOptions, Layer, OpenOptions, Source,
    WireNote, create, open,
};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation, Timebase};
use std::io::Cursor;
use std::path::Path;

/// A chunk, owned: one slice of merged bytes, or one a lane.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Piece {
    pub bytes: Vec<Vec<u8>>,
    pub burst: Burst,
    pub offset: u64,
    pub at: Option<u64>,
    pub link: u16,
}

/// All that a capture gives.
#[derive(Debug)]
pub(crate) struct Reading {
    pub info: CaptureInfo,
    pub pieces: Vec<Piece>,
    pub error: Option<CaptureError>,
}

impl Reading {
    /// The pieces of a capture without trouble.
    #[track_caller]
    pub(crate) fn clean(self) -> Vec<Piece> {
        if let Some(error) = self.error {
            panic!("{error}");
        }
        self.pieces
    }

    /// Bytes of bursts put together again: a list of lanes (or of one merged slice) for each.
    #[track_caller]
    pub(crate) fn bursts(self) -> Vec<Vec<Vec<u8>>> {
        let mut bursts: Vec<Vec<Vec<u8>>> = Vec::new();
        let mut open = false;
        for piece in self.clean() {
            assert_ne!(piece.burst.starts, open, "a burst starts where the last one ended");
            if piece.burst.starts {
                bursts.push(vec![Vec::new(); piece.bytes.len()]);
            }
            for (whole, part) in bursts.last_mut().unwrap().iter_mut().zip(piece.bytes) {
                whole.extend(part);
            }
            open = !piece.burst.ends;
        }
        assert!(!open, "the last burst ends");
        bursts
    }
}

pub(crate) fn source(name: &str, bytes: &[u8]) -> Source {
    Source {
        name: name.into(),
        stream: Box::new(Cursor::new(bytes.to_vec())),
        path: None,
    }
}

pub(crate) fn options(format: &str) -> OpenOptions {
    OpenOptions {
        format: Some(format.into()),
        ..OpenOptions::default()
    }
}

/// Reads bytes in a format; the error where it does not even open.
pub(crate) fn read(format: &str, bytes: &[u8]) -> Result<Reading, CaptureError> {
    open(source("t", bytes), &options(format)).map(drain)
}

pub(crate) fn read_file(path: &Path, options: &OpenOptions) -> Reading {
    drain(open(Source::open(path).unwrap(), options).unwrap())
}

pub(crate) fn drain(mut reader: Box<dyn CaptureReader>) -> Reading {
    let mut pieces = Vec::new();
    let mut error = None;
    let mut read = reader.bytes_read();
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => pieces.push(Piece {
                bytes: match chunk.seen {
                    Observation::Merged(bytes) => vec![bytes.to_vec()],
                    Observation::Lanes(LaneBytes { lanes, count }) => {
                        assert!(lanes[count..].iter().all(|lane| lane.is_empty()));
                        lanes[..count].iter().map(|lane| lane.to_vec()).collect()
                    }
                    other => panic!("pins from a reader of bytes: {other:?}"),
                },
                burst: chunk.burst,
                offset: chunk.offset,
                at: chunk.at,
                link: chunk.link,
            }),
            Ok(None) => break,
            Err(found) => {
                assert!(!found.to_string().is_empty());
                error = Some(found);
                break;
            }
        }
        assert!(reader.bytes_read() >= read, "progress goes forward");
        read = reader.bytes_read();
    }
    for _ in 0..2 {
        assert!(
            matches!(reader.next_chunk(), Ok(None)),
            "a reader is finished after its end and after an error"
        );
    }
    Reading {
        info: reader.info().clone(),
        pieces,
        error,
    }
}

pub(crate) fn create_options(path: &Path, layer: Layer, lanes: usize) -> CreateOptions {
    CreateOptions {
        path: path.to_path_buf(),
        layer,
        timebase: Timebase::NANOSECONDS,
        channels: Vec::new(),
        lanes,
        link_type: 147,
    }
}

pub(crate) fn packets_writer(format: &str, path: &Path) -> Box<dyn CaptureWriter> {
    create(format, &create_options(path, Layer::Packets, 0)).unwrap()
}

/// Writes packets, one a nanosecond from `start`.
pub(crate) fn write_packets(format: &str, path: &Path, packets: &[Vec<u8>], start: u64) {
    let mut writer = packets_writer(format, path);
    for (index, packet) in packets.iter().enumerate() {
        let at = Some(start + index as u64);
        writer
            .write(&Observation::Merged(packet), Burst::WHOLE, at, WireNote::default())
            .unwrap();
    }
    writer.finish().unwrap();
}

/// Writes bursts of lanes.
pub(crate) fn write_lanes(format: &str, path: &Path, count: usize, bursts: &[Vec<Vec<u8>>]) {
    let mut writer = create(format, &create_options(path, Layer::Lanes, count)).unwrap();
    for burst in bursts {
        let mut lanes = [&[][..]; MAX_LANES];
        lanes.iter_mut().zip(burst).for_each(|(lane, bytes)| *lane = bytes);
        let seen = Observation::Lanes(LaneBytes { lanes, count });
        writer.write(&seen, Burst::WHOLE, None, WireNote::default()).unwrap();
    }
    writer.finish().unwrap();
}

/// What lanes send in a burst, by the rule and not by the code: sync byte, data, the inverse of the last bit until one
/// byte clock after the end of the longest lane.
pub(crate) fn on_the_wire(burst: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let end = burst.iter().map(Vec::len).max().unwrap() + 2;
    let lane = |data: &Vec<u8>| {
        let mut sent = vec![0xB8];
        sent.extend(data);
        let trail = match sent.last() {
            Some(last) if *last > 127 => 0x00,
            _ => 0xFF,
        };
        while sent.len() < end {
            sent.push(trail);
        }
        sent
    };
    burst.iter().map(lane).collect()
}
