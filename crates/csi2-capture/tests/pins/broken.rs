//! Cut and damaged files: never a panic; what was read before the damage stands.

use crate::sigrok::{metadata, session};
use crate::support::{create_options, noise, read, source, write_samples};
use csi2_capture::{ErrorKind, OpenOptions, Source};
use csi2_dphy::Timebase;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Write;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn small_session() -> (Vec<u8>, Vec<u8>) {
    let samples = noise(1, 300);
    let text = metadata("total probes=8\nsamplerate=1 MHz\nprobe1=D0\nunitsize=1");
    let members: [(&str, &[u8]); 4] = [
        ("version", b"2"),
        ("metadata", text.as_bytes()),
        ("logic-1-1", &samples[..200]),
        ("logic-1-2", &samples[200..]),
    ];
    (session(&members), samples)
}

fn small_dump() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.vcd");
    let options = create_options(&path, Timebase::from_hertz(1_000_000), &["CLKP", "D0P", "D1P"]);
    write_samples("vcd", &options, 1, &noise(2, 120), 50);
    let vectors = "$var wire 4 v bus [3:0] $end $var real 64 r x $end $enddefinitions $end";
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replacen("$enddefinitions $end", vectors, 1);
    (text + "b01x v\nr1.5 r\n$comment x $end\n").into_bytes()
}

fn named(format: &str) -> OpenOptions {
    OpenOptions {
        format: Some(format.into()),
        ..OpenOptions::default()
    }
}

#[test]
fn a_dump_cut_anywhere_gives_its_beginning() {
    let bytes = small_dump();
    let whole = read(source("x", &bytes), &named("vcd")).unwrap();
    assert!(whole.error.is_none() && whole.changes.len() > 20);
    let mut most = 0;
    for cut in 0..bytes.len() {
        let (changes, error) = match read(source("x", &bytes[..cut]), &named("vcd")) {
            Ok(part) => (part.changes, part.error),
            Err(error) => (Vec::new(), Some(error)),
        };
        if let Some(error) = error {
            assert!(
                matches!(error.kind, ErrorKind::Truncated { .. }) && error.at.offset <= cut as u64,
                "cut at {cut}: {error}"
            );
        }
        assert!(whole.changes.starts_with(&changes), "cut at {cut}");
        assert!(changes.len() >= most, "{cut} bytes give less than fewer do");
        most = changes.len();
    }
    assert_eq!(most, whole.changes.len());
}

/// What is left of a session, which must be its beginning: bytes of samples.
fn beginning(bytes: &[u8], cut: usize, samples: &[u8]) -> usize {
    let (found, error) = match read(source("x", &bytes[..cut]), &named("sigrok")) {
        Ok(part) => (part.samples, part.error),
        Err(error) => (Vec::new(), Some(error)),
    };
    let error = error.unwrap_or_else(|| panic!("cut at {cut}: no error"));
    assert!(error.to_string().contains("ZIP"), "cut at {cut}: {error}");
    // Less than a signature is no ZIP at all.
    if cut >= 4 {
        assert!(
            matches!(error.kind, ErrorKind::Truncated { .. }),
            "cut at {cut}: {error}"
        );
        assert_eq!(error.at.offset, cut as u64);
    }
    assert!(samples.starts_with(&found), "cut at {cut}");
    found.len()
}

#[test]
fn a_session_cut_anywhere_gives_its_beginning() {
    let (bytes, samples) = small_session();
    assert_eq!(read(source("x", &bytes), &named("sigrok")).unwrap().samples, samples);
    let mut most = 0;
    for cut in 0..bytes.len() {
        let found = beginning(&bytes, cut, &samples);
        assert!(found >= most, "{cut} bytes give less than fewer do");
        most = found;
    }
    assert_eq!(most, samples.len());
}

/// Ours are written without seeking back: how long a member is stands behind it.
#[test]
fn our_session_cut_anywhere_gives_its_beginning() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sr");
    let options = create_options(&path, Timebase::from_hertz(1_000_000), &["A"; 24]);
    // Two members of whole samples of 3 bytes, the first almost all zero.
    let mut samples = vec![0; 4_194_303];
    samples.extend(noise(9, 3 * 500));
    samples[1_000_000..1_003_000].copy_from_slice(&noise(8, 3000));
    write_samples("sigrok", &options, 3, &samples, 100_000);
    let bytes = std::fs::read(&path).unwrap();
    let cuts = (0..bytes.len()).step_by(211).chain(bytes.len() - 400..bytes.len());
    let lengths: BTreeSet<usize> = cuts.map(|cut| beginning(&bytes, cut, &samples)).collect();
    assert!(lengths.iter().all(|length| length.is_multiple_of(3)));
    assert_eq!(lengths.last(), Some(&samples.len()));
    // Members that are cut themselves give what was inflated of them.
    assert!(lengths.range(1..4_194_303).count() > 3);
    assert!(lengths.range(4_194_304..samples.len()).count() > 3);
    // From a file as from memory.
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let part = read(Source::open(&path).unwrap(), &named("sigrok")).unwrap();
    assert!(part.samples == samples && part.error.is_some());
}

#[test]
fn sizes_behind_members_are_found_whatever_their_width() {
    let samples = noise(4, 1000);
    let text = metadata("total probes=8\nsamplerate=1 MHz\nprobe1=D0\nunitsize=1");
    for (wide, method) in [
        (false, CompressionMethod::Stored),
        (true, CompressionMethod::Stored),
        (true, CompressionMethod::Deflated),
    ] {
        let options = SimpleFileOptions::DEFAULT.compression_method(method).large_file(wide);
        let mut zip = ZipWriter::new_stream(Vec::new());
        for (name, content) in [
            ("version", &b"2"[..]),
            // Of no interest, and it looks like the end of a member.
            ("analog-1-1-1", b"xxPK\x07\x08PK\x03\x04PK\x07\x08\0\0\0\0\x09\0\0\0"),
            ("metadata", text.as_bytes()),
            ("logic-1-1", &samples[..700]),
            ("logic-1-2", &samples[700..]),
        ] {
            zip.start_file(name, options).unwrap();
            zip.write_all(content).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        let lengths: Vec<usize> = (0..bytes.len()).map(|cut| beginning(&bytes, cut, &samples)).collect();
        assert!(lengths.is_sorted());
        assert_eq!(lengths.last(), Some(&samples.len()), "{wide} {method}");
    }
}

#[test]
fn without_a_directory_members_must_come_in_their_order() {
    let text = metadata("total probes=8\nprobe1=D0\nunitsize=1");
    let members: [(&str, &[u8]); 5] = [
        ("logic-1-1", b"aa"),
        ("logic-1-3", b"cc"),
        ("logic-1-2", b"bb"),
        ("metadata", text.as_bytes()),
        ("version", b"2"),
    ];
    let bytes = session(&members);
    assert_eq!(read(source("x", &bytes), &named("sigrok")).unwrap().samples, b"aabbcc");
    let part = read(source("x", &bytes[..bytes.len() - 1]), &named("sigrok")).unwrap();
    assert_eq!(part.samples, b"aa");
    let error = part.error.unwrap().to_string();
    assert!(error.contains("`logic-1-3` where `logic-1-2` follows"), "{error}");
}

#[test]
fn a_damaged_directory_is_reported_after_the_samples() {
    let (mut bytes, samples) = small_session();
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[directory] = 0;
    let part = read(source("x", &bytes), &named("sigrok")).unwrap();
    assert_eq!(part.samples, samples);
    let error = part.error.unwrap();
    assert!(matches!(error.kind, ErrorKind::Malformed { .. }), "{error}");
    // Not one of ours, cut or not: nothing to read.
    let other = session(&[("readme", b"hello")]);
    assert!(read(source("x", &other), &named("sigrok")).is_err());
    assert!(read(source("x", &other[..other.len() - 9]), &named("sigrok")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_byte_changed_in_a_dump(at: prop::sample::Index, byte: u8) {
        let mut bytes = small_dump();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = read(source("x", &bytes), &named("vcd"));
    }

    #[test]
    fn one_byte_changed_in_a_session(at: prop::sample::Index, byte: u8) {
        let (mut bytes, samples) = small_session();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(part) = read(source("x", &bytes), &named("sigrok")) {
            // Content is checked: nothing wrong is taken for good without an error.
            let same = part.samples.len() <= samples.len() && samples[..part.samples.len()] == part.samples[..];
            let names_or_rate = part.info.channels.len() == 8;
            prop_assert!(same || part.error.is_some() || !names_or_rate, "byte {at} = {byte:#04x}");
        }
    }

    #[test]
    fn noise_is_not_a_capture(bytes: Vec<u8>, name in prop_oneof![Just("vcd"), Just("sigrok")]) {
        let _ = read(source("x", &bytes), &named(name));
    }

    #[test]
    fn noise_after_a_header(bytes in "[01xzbrsh#$!\" \n0-9enddumpvars]{0,200}") {
        let text = format!("$timescale 1ns $end $var wire 1 ! a $end $var wire 3 \" b $end $enddefinitions $end\n{bytes}");
        let _ = read(source("x", text.as_bytes()), &named("vcd"));
    }
}
