//! sigrok sessions.

use crate::support::{create_options, names, noise, read, read_file, source, write_samples};
use csi2_capture::{ErrorKind, OpenOptions, Source, detect};
use csi2_dphy::Timebase;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A ZIP of members, as other programs may order and name them.
pub(crate) fn session(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::DEFAULT).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn metadata(keys: &str) -> String {
    format!("[global]\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\n{keys}\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read(
        unit in 1usize..=8,
        count in 0usize..3000,
        step in 1usize..1000,
        seed: u64,
        hertz in 1u64..20_000_000_000,
        wires in 1usize..=64,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.sr");
        let bytes = noise(seed, count * unit);
        let channels: Vec<String> = (0..wires.min(unit * 8)).map(|n| format!("wire {n}")).collect();
        let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
        let options = create_options(&path, Timebase::from_hertz(hertz), &channels);
        write_samples("sigrok", &options, unit, &bytes, step);
        let read = read_file(&path);
        prop_assert_eq!(read.info.timebase, Some(Timebase::from_hertz(hertz)));
        prop_assert_eq!(names(&read.info), channels);
        prop_assert_eq!(read.samples, bytes);
    }
}

#[test]
fn long_captures_have_several_members() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sr");
    let bytes = noise(7, 3 * 3_000_000);
    let options = create_options(&path, Timebase::from_hertz(1), &["A"; 24]);
    write_samples("sigrok", &options, 3, &bytes, 100_000);
    assert_eq!(read_file(&path).samples, bytes);
    let file = std::fs::File::open(&path).unwrap();
    let zip = zip::ZipArchive::new(file).unwrap();
    let mut members: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    members.sort();
    assert_eq!(members, ["logic-1-1", "logic-1-2", "logic-1-3", "metadata", "version"]);
}

#[test]
fn members_count_in_numbers_and_may_end_inside_a_sample() {
    let bytes = noise(3, 3 * 1000);
    let parts: Vec<&[u8]> = bytes.chunks(250).collect();
    let text = metadata("total probes=24\nsamplerate=100 MHz\nprobe1=A\nprobe24=Z\nunitsize=3");
    let numbered: Vec<String> = (1..=parts.len()).map(|n| format!("logic-1-{n}")).collect();
    let mut members: Vec<(&str, &[u8])> = numbered.iter().map(String::as_str).zip(parts).collect();
    // As strings they sort: logic-1-1, logic-1-10, logic-1-11, logic-1-12, logic-1-2, ...
    members.sort();
    members.push(("metadata", text.as_bytes()));
    members.push(("version", b"2"));
    let read = read(source("x.sr", &session(&members)), &OpenOptions::default()).unwrap();
    assert!(read.error.is_none());
    assert_eq!(read.samples, bytes);
    assert_eq!(
        (read.info.channels.len(), names(&read.info)[0], names(&read.info)[1]),
        (24, "A", "probe2")
    );
    assert_eq!(names(&read.info)[23], "Z");
    assert_eq!(read.info.sample_rate, Some(1e8));
}

#[test]
fn an_old_session_is_one_member() {
    let text = metadata("total probes=8\nprobe1=A\nunitsize=1");
    let members: [(&str, &[u8]); 3] = [("version", b"1\n"), ("metadata", text.as_bytes()), ("logic-1", b"abc")];
    let bytes = session(&members);
    assert_eq!(detect(&bytes, "capture").map(|format| format.name), Some("sigrok"));
    let given = OpenOptions {
        sample_rate: Some(5),
        ..OpenOptions::default()
    };
    let with_rate = read(source("x.sr", &bytes), &given).unwrap();
    assert_eq!(
        (with_rate.samples.as_slice(), with_rate.info.timebase),
        (&b"abc"[..], Some(Timebase::from_hertz(5)))
    );
    assert_eq!(
        read(source("x.sr", &bytes), &OpenOptions::default())
            .unwrap()
            .info
            .timebase,
        None
    );
}

#[test]
fn lost_members_and_cut_samples_come_last() {
    let text = metadata("total probes=16\nprobe1=A\nunitsize=2");
    let base: [(&str, &[u8]); 3] = [("version", b"2"), ("metadata", text.as_bytes()), ("logic-1-1", b"aabb")];
    let with = |more: &[(&'static str, &'static [u8])]| {
        let members: Vec<_> = base.iter().copied().chain(more.iter().copied()).collect();
        read(source("x.sr", &session(&members)), &OpenOptions::default()).unwrap()
    };
    let lost = with(&[("logic-1-3", b"dd")]);
    assert_eq!(lost.samples, b"aabb");
    assert!(lost.error.unwrap().to_string().contains("`logic-1-2`"));
    let cut = with(&[("logic-1-2", b"ccd")]);
    assert_eq!(cut.samples, b"aabbcc");
    assert!(matches!(
        cut.error.unwrap().kind,
        ErrorKind::Truncated {
            required: 2,
            available: 1,
            ..
        }
    ));
    // Members of analog channels and of other names are none of ours.
    let other = with(&[
        ("analog-1-17-1", b"xxxx"),
        ("logic-10", b"x"),
        ("logic-1-", b"x"),
        ("logic-1-x", b"x"),
    ]);
    assert!(other.error.is_none());
    assert_eq!(other.samples, b"aabb");
}

#[test]
fn what_is_no_session_is_refused() {
    let text = metadata("total probes=8\nprobe1=A\nunitsize=1");
    let message = |members: &[(&str, &[u8])]| {
        let options = OpenOptions {
            format: Some("sigrok".into()),
            ..OpenOptions::default()
        };
        read(source("x.sr", &session(members)), &options)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(message(&[("metadata", text.as_bytes())]).contains("no member `version`"));
    assert!(message(&[("version", b"2")]).contains("no member `metadata`"));
    assert!(message(&[("version", b"3"), ("metadata", text.as_bytes())]).contains("version `3`"));
    assert!(message(&[("version", b"2"), ("metadata", b"[device 1]\ntotal analog=1\n")]).contains("analog"));
    assert!(message(&[("version", b"2"), ("metadata", &vec![b' '; 2 << 20])]).contains("1048576"));
}

#[test]
fn a_pipe_is_kept_in_memory_up_to_the_limit() {
    let text = metadata("total probes=8\nprobe1=A\nunitsize=1");
    let bytes = session(&[("version", b"2"), ("metadata", text.as_bytes()), ("logic-1-1", &[5; 9])]);
    let limited = |max_record| OpenOptions {
        max_record,
        ..OpenOptions::default()
    };
    assert_eq!(
        read(source("-", &bytes), &limited(bytes.len())).unwrap().samples,
        [5; 9]
    );
    let error = read(source("-", &bytes), &limited(bytes.len() - 1)).err().unwrap();
    assert!(error.to_string().contains("give the file by name"), "{error}");
    // By name there is no limit: the file is read where it lies.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sr");
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(read(Source::open(&path).unwrap(), &limited(1)).unwrap().samples, [5; 9]);
}

#[test]
fn a_reader_dropped_early_leaves_its_thread_to_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sr");
    let options = create_options(&path, Timebase::from_hertz(1), &["A"]);
    write_samples("sigrok", &options, 1, &vec![0; 8 << 20], 1 << 20);
    let mut reader = csi2_capture::open(Source::open(&path).unwrap(), &OpenOptions::default()).unwrap();
    assert!(reader.next_chunk().unwrap().is_some());
    drop(reader);
}

/// A session without the samples that its metadata names is not an empty capture.
#[test]
fn samples_that_are_not_there() {
    let keys = metadata("total probes=1\nsamplerate=1 MHz\nprobe1=A\nunitsize=1");
    let bytes = session(&[("version", b"2"), ("metadata", keys.as_bytes())]);
    let mut reader = csi2_capture::open(source("x.sr", &bytes), &OpenOptions::default()).unwrap();
    let error = reader.next_chunk().err().unwrap();
    assert!(error.to_string().contains("logic-1-1"), "{error}");
}
