//! Archives that unpack to far more than they are: members are read in pieces, texts have an end. Threads inflate them, so
//! that what the process holds is looked at.
#![cfg(target_os = "linux")]
// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use csi2_capture::{OpenOptions, Source, open};
use csi2_dphy::Observation;
use std::io::Write;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Bytes that a member unpacks to.
const BOMB: usize = 256 << 20;
/// What reading may add to the greatest resident size of the process.
const MOST: u64 = 96 << 20;

/// Greatest resident size so far, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes << 10
}

/// A ZIP of members; `None` is a bomb.
fn archive(path: &Path, members: &[(&str, Option<&str>)]) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in members {
        zip.start_file(*name, SimpleFileOptions::DEFAULT).unwrap();
        match text {
            Some(text) => zip.write_all(text.as_bytes()).unwrap(),
            None => (0..BOMB >> 20).for_each(|_| zip.write_all(&[0; 1 << 20]).unwrap()),
        }
    }
    zip.finish().unwrap();
}

/// Bytes of samples, and the error.
fn read(path: &Path) -> (usize, Option<String>) {
    let mut bytes = 0;
    let mut reader = match open(Source::open(path).unwrap(), &OpenOptions::default()) {
        Ok(reader) => reader,
        Err(error) => return (0, Some(error.to_string())),
    };
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => {
                let Observation::Samples(samples) = chunk.seen else {
                    panic!("no samples")
                };
                bytes += samples.bytes.len();
            }
            Ok(None) => return (bytes, None),
            Err(error) => return (bytes, Some(error.to_string())),
        }
    }
}

#[test]
fn members_that_unpack_to_more_than_memory() {
    let directory = tempfile::tempdir().unwrap();
    let sigrok = "[global]\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\ntotal probes=8\nsamplerate=1 MHz\nprobe1=D0\nunitsize=1\n";
    let (samples, text) = (directory.path().join("samples.sr"), directory.path().join("text.sr"));
    archive(
        &samples,
        &[("version", Some("2")), ("metadata", Some(sigrok)), ("logic-1-1", None)],
    );
    archive(
        &text,
        &[("version", Some("2")), ("metadata", None), ("logic-1-1", Some("x"))],
    );
    assert!(samples.metadata().unwrap().len() < 1 << 20, "packed");

    let before = peak();
    assert_eq!(read(&samples), (BOMB, None));
    let (bytes, error) = read(&text);
    let error = error.unwrap();
    assert!(bytes == 0 && error.contains("larger than the 1048576 bytes"), "{error}");
    let grown = peak() - before;
    assert!(grown < MOST, "{grown} bytes more");

    // A block of all channels is kept as a whole, up to the bound of a record; a buffer that grows is there twice.
    let header = "[version]\nversion = 3\n[header]\ndriver = DSLogic\ndevice mode = 0\ncapturefile = data\ntotal samples = 9\n\
        total probes = 2\ntotal blocks = 1\nsamplerate = 1 MHz\nprobe0 = A\nprobe1 = B\n";
    let blocks = directory.path().join("blocks.dsl");
    archive(&blocks, &[("header", Some(header)), ("L-0/0", None), ("L-1/0", None)]);
    let (bytes, error) = read(&blocks);
    let error = error.unwrap();
    assert!(bytes == 0 && error.contains("block of all channels"), "{error}");
    let grown = peak() - before;
    assert!(grown < 3 * (64 << 20), "{grown} bytes more");
}
