//! What the tests share: files in and out, and plain models to compare with.

use csi2_capture::{
    Burst, CaptureError, CaptureInfo, CreateOptions, ErrorKind, Layer, OpenOptions, Source, WireNote, create, open,
};
use csi2_dphy::{Change, Level, Observation, Samples, Timebase};
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) fn source(name: &str, bytes: &[u8]) -> Source {
    Source {
        name: name.into(),
        stream: Box::new(Cursor::new(bytes.to_vec())),
        path: None,
    }
}

pub(crate) fn create_options(path: &Path, timebase: Timebase, channels: &[&str]) -> CreateOptions {
    CreateOptions {
        path: path.to_path_buf(),
        layer: Layer::Pins,
        timebase,
        channels: channels.iter().map(|name| name.to_string()).collect(),
        lanes: 0,
        link_type: 147,
    }
}

/// Writes samples in chunks of `step` samples.
pub(crate) fn write_samples(format: &str, options: &CreateOptions, unit: usize, bytes: &[u8], step: usize) {
    let mut writer = create(format, options).unwrap();
    let mut first = 0;
    for bytes in bytes.chunks(unit * step) {
        let seen = Observation::Samples(Samples { first, unit, bytes });
        writer.write(&seen, Burst::WITHIN, None, WireNote::default()).unwrap();
        first += (bytes.len() / unit) as u64;
    }
    writer.finish().unwrap();
}

/// What a reader gave until its end or error.
pub(crate) struct Read {
    pub(crate) info: CaptureInfo,
    pub(crate) samples: Vec<u8>,
    pub(crate) unit: usize,
    pub(crate) changes: Vec<Change>,
    /// Largest number of changes in a chunk.
    pub(crate) largest: usize,
    pub(crate) error: Option<CaptureError>,
}

/// Reads to the end, checking what every reader promises: chunks continue one another, a time stamp is in one chunk,
/// and there is nothing after the end.
pub(crate) fn read(source: Source, options: &OpenOptions) -> Result<Read, CaptureError> {
    let mut reader = open(source, options)?;
    let mut read = Read {
        info: reader.info().clone(),
        samples: Vec::new(),
        unit: 0,
        changes: Vec::new(),
        largest: 0,
        error: None,
    };
    let mut next = 0;
    let mut progress = 0;
    loop {
        assert!(reader.bytes_read() >= progress);
        progress = reader.bytes_read();
        let chunk = match reader.next_chunk() {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => {
                read.error = Some(error);
                break;
            }
        };
        match chunk.seen {
            Observation::Samples(samples) => {
                assert_eq!((samples.first, chunk.offset), (next, next));
                assert!(!samples.bytes.is_empty() && samples.bytes.len() % samples.unit == 0);
                next += (samples.bytes.len() / samples.unit) as u64;
                read.unit = samples.unit;
                read.samples.extend_from_slice(samples.bytes);
            }
            Observation::Changes(changes) => {
                assert!(!changes.is_empty());
                assert!(changes.is_sorted_by_key(|change| change.at));
                if let Some(last) = read.changes.last() {
                    assert!(last.at < changes[0].at, "time stamp {} is in two chunks", last.at);
                }
                read.largest = read.largest.max(changes.len());
                read.changes.extend_from_slice(changes);
            }
            _ => panic!("not wires"),
        }
    }
    assert!(
        matches!(reader.next_chunk(), Ok(None)),
        "a reader is finished after its end or error"
    );
    Ok(read)
}

pub(crate) fn read_file(path: &Path) -> Read {
    let read = read(Source::open(path).unwrap(), &OpenOptions::default()).unwrap();
    if let Some(error) = &read.error {
        panic!("{error}");
    }
    read
}

pub(crate) fn names(info: &CaptureInfo) -> Vec<&str> {
    info.channels.iter().map(|channel| channel.name.as_str()).collect()
}

/// Levels of `channels` wires at ticks `0..ticks`, one step at a time: what changes mean.
pub(crate) fn levels(changes: &[Change], channels: usize, ticks: u64) -> Vec<Vec<Level>> {
    let mut now = vec![Level::Unknown; channels];
    let mut changes = changes.iter().peekable();
    (0..ticks)
        .map(|tick| {
            while let Some(change) = changes.next_if(|change| change.at <= tick) {
                now[usize::from(change.channel)] = change.level;
            }
            now.clone()
        })
        .collect()
}

/// The same of samples, bit by bit.
pub(crate) fn sample_levels(bytes: &[u8], unit: usize, channels: usize) -> Vec<Vec<Level>> {
    let level = |sample: &[u8], channel: usize| match sample[channel / 8] & (1 << (channel % 8)) {
        0 => Level::Low,
        _ => Level::High,
    };
    bytes
        .chunks(unit)
        .map(|sample| (0..channels).map(|channel| level(sample, channel)).collect())
        .collect()
}

pub(crate) fn required() -> bool {
    std::env::var_os("CSI2_REQUIRE_PEERS").is_some_and(|value| value == "1")
}

/// Runs a foreign tool; `None` where it is not installed and need not be.
pub(crate) fn tool(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let Ok(output) = output else {
        assert!(!required(), "{program} is required and not installed");
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    Some(output.stdout)
}

/// Bytes with runs and changes, from a seed (xorshift).
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut byte = 0;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if state & 7 == 0 {
                byte = (state >> 32) as u8;
            }
            byte
        })
        .collect()
}

/// Samples of so many wires; bits above them are zero.
pub(crate) fn wire_noise(seed: u64, wires: usize, count: usize) -> Vec<u8> {
    let unit = wires.div_ceil(8);
    let mut bytes = noise(seed, count * unit);
    for sample in bytes.chunks_mut(unit) {
        for bit in wires..unit * 8 {
            sample[bit / 8] &= !(1 << (bit % 8));
        }
    }
    bytes
}

/// Rows behind `head` that are none, as `outcome` tells: those that are `cut`, at their start, and those that are `wrong`,
/// at a column.
pub(crate) fn bad_rows(head: &str, outcome: impl Fn(&str) -> CaptureError, cut: &[&str], wrong: &[(&str, u64)]) {
    for row in cut {
        let error = outcome(row);
        assert!(matches!(error.kind, ErrorKind::Truncated { .. }), "{row}: {error}");
        assert_eq!(error.at.offset, head.len() as u64);
    }
    for (row, column) in wrong {
        let error = outcome(row);
        assert!(matches!(error.kind, ErrorKind::Malformed { .. }), "{row}: {error}");
        assert_eq!(error.at.offset, head.len() as u64 + column, "{row}: {error}");
    }
}
