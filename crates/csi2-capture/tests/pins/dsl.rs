//! DSView sessions.

use crate::sigrok::session;
use crate::support::{create_options, names, noise, read, read_file, source, wire_noise, write_samples};
use csi2_capture::{ErrorKind, OpenOptions, detect};
use csi2_dphy::Timebase;
use proptest::prelude::*;

/// As DSView writes it, with the channels 1 and 9.
fn header(samples: &str) -> String {
    format!(
        "[version]\nversion = 3\n[header]\ndriver = DSLogic\ndevice mode = 0\ncapturefile = data\n{samples}\
         total probes = 2\ntotal blocks = 2\nsamplerate = 100 MHz\ntrigger time = 1700000000000\ntrigger pos = 3\n\
         probe1 = CLK P\nprobe9 = D0\n"
    )
}

fn named() -> OpenOptions {
    OpenOptions {
        format: Some("dsl".into()),
        ..OpenOptions::default()
    }
}

/// The first sample is in the lowest bit of the first byte.
#[test]
fn a_session_of_dsview() {
    let header = header("total samples = 20\n");
    let members: [(&str, &[u8]); 7] = [
        ("header", header.as_bytes()),
        ("decoders", b"[]"),
        ("session", b"{}"),
        ("L-1/0", &[0b0000_0001, 0b1000_0000]),
        ("L-1/1", &[0b0000_1010]),
        ("L-9/1", &[0b1111_0100]),
        ("L-9/0", &[0b1111_1111, 0b0000_0000]),
    ];
    let bytes = session(&members);
    assert_eq!(detect(&bytes, "-").map(|format| format.name), Some("dsl"));
    let found = read(source("-", &bytes), &OpenOptions::default()).unwrap();
    assert!(found.error.is_none());
    assert_eq!((found.unit, found.info.channels.len()), (2, 10));
    assert_eq!(
        (names(&found.info)[0], names(&found.info)[1], names(&found.info)[9]),
        ("probe0", "CLK P", "D0")
    );
    assert_eq!(found.info.timebase, Some(Timebase::from_hertz(100_000_000)));
    let clock = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1];
    let data = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
    let expected: Vec<u8> = clock
        .iter()
        .zip(data)
        .flat_map(|(clock, data)| [clock << 1, data << 1])
        .collect();
    assert_eq!(found.samples, expected);
}

#[test]
fn the_first_version_is_one_member() {
    let members: [(&str, &[u8]); 2] = [
        ("data", &[1, 0, 2, 0x80, 3, 0, 4, 0]),
        (
            "header",
            b"[version]\nversion = 1\n[header]\ntotal samples = 3\nprobe0 = A\nsamplerate = 1 MHz\n",
        ),
    ];
    let found = read(source("x.dsl", &session(&members)), &named()).unwrap();
    assert!(found.error.is_none());
    assert_eq!((found.samples.as_slice(), found.unit), (&[1, 0, 2, 0x80, 3, 0][..], 2));
    assert_eq!(
        (found.info.channels.len(), names(&found.info)[0], names(&found.info)[15]),
        (16, "A", "probe15")
    );
}

#[test]
fn what_is_missing_comes_last() {
    let all = header("");
    let with = |header: &str, more: &[(&'static str, &'static [u8])]| {
        let mut members: Vec<(&str, &[u8])> =
            vec![("header", header.as_bytes()), ("L-0/0", &[0xFF]), ("L-1/0", &[0x0F])];
        members.extend(more);
        let found = read(source("x", &session(&members)), &named()).unwrap();
        assert_eq!(found.samples, [3, 3, 3, 3, 1, 1, 1, 1]);
        found.error.map(|error| error.to_string())
    };
    assert_eq!(with(&all, &[]), None);
    assert_eq!(with(&header("total samples = 8\n"), &[("L-0/1", &[0])]), None);
    let error = with(&header("total samples = 18446744073709551615\n"), &[]).unwrap();
    assert!(
        error.contains("18446744073709551607 samples are missing") && error.contains("`L-0/1`"),
        "{error}"
    );
    let error = with(&all, &[("L-0/1", &[0])]).unwrap();
    assert!(error.contains("no member `L-1/1`"), "{error}");
    let error = with(&all, &[("L-0/2", &[0]), ("L-1/2", &[0])]).unwrap();
    assert!(error.contains("no member `L-0/1`"), "{error}");
    let error = with(&all, &[("L-0/1", &[0]), ("L-1/1", &[0, 0])]).unwrap();
    assert!(error.contains("`L-1/1` has 2 bytes"), "{error}");
}

#[test]
fn what_is_no_session_is_refused() {
    let message = |members: &[(&str, &[u8])]| {
        read(source("x", &session(members)), &named())
            .err()
            .unwrap()
            .to_string()
    };
    let good = header("");
    assert!(message(&[("L-0/0", b"x")]).contains("no member `header`"));
    assert!(message(&[("header", good.as_bytes())]).contains("no member `L-0/0`"));
    assert!(message(&[("header", good.as_bytes()), ("L-64/0", b"x")]).contains("72 channels"));
    assert!(message(&[("header", b"version = 3\ndevice mode = 2\n"), ("L-0/0", b"x")]).contains("device mode 2"));
    assert!(message(&[("header", &vec![b' '; 2 << 20])]).contains("1048576"));
    assert!(message(&[("header", b"version = 1\n"), ("L-0/0", b"x")]).contains("no member `data`"));
}

/// A block that inflates to more than is allowed in memory, from a thousandth of it.
#[test]
fn bombs_are_refused() {
    let good = header("");
    let members: [(&str, &[u8]); 4] = [
        ("header", good.as_bytes()),
        ("L-0/0", &[1]),
        ("L-0/1", &vec![0; 3 << 20]),
        ("L-1/0", &[1]),
    ];
    let bytes = session(&members[..3]);
    assert!(bytes.len() < 20_000);
    let limited = OpenOptions {
        max_record: 1 << 20,
        ..named()
    };
    let found = read(source("x", &bytes), &limited).unwrap();
    assert_eq!(found.samples.len(), 8);
    let error = found.error.unwrap();
    assert!(
        matches!(error.kind, ErrorKind::TooLarge { limit, .. } if limit == 1 << 20),
        "{error}"
    );
}

#[test]
fn damage_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.dsl");
    write_samples(
        "dsl",
        &create_options(&path, Timebase::from_hertz(1), &["A", "B"]),
        1,
        &noise(1, 5000),
        77,
    );
    let bytes = std::fs::read(&path).unwrap();
    let samples = read_file(&path).samples;
    for cut in 0..bytes.len() {
        assert!(read(source("x", &bytes[..cut]), &named()).is_err(), "cut at {cut}");
    }
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x55;
        if let Ok(found) = read(source("x", &bytes), &named()) {
            // Contents are checked; where the name of a channel is not what it was, the count of channels is.
            let lost = found
                .info
                .notes
                .iter()
                .any(|note| note.contains("2 channels were saved, 1 are"));
            assert!(found.samples == samples || found.error.is_some() || lost, "{at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read(
        wires in 1usize..=64,
        count in 0usize..3000,
        step in 1usize..99,
        seed: u64,
        hertz in 1u64..20_000_000_000,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.dsl");
        let unit = wires.div_ceil(8);
        let bytes = wire_noise(seed, wires, count);
        let channels: Vec<String> = (0..wires).map(|n| format!("wire {n}")).collect();
        let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
        write_samples("dsl", &create_options(&path, Timebase::from_hertz(hertz), &channels), unit, &bytes, step);
        if count == 0 {
            // Without blocks there is nothing to read.
            return Ok(());
        }
        let file = std::fs::read(&path).unwrap();
        prop_assert_eq!(detect(&file, "-").map(|format| format.name), Some("dsl"));
        let read = read_file(&path);
        prop_assert_eq!(read.info.timebase, Some(Timebase::from_hertz(hertz)));
        prop_assert_eq!(names(&read.info), channels);
        prop_assert_eq!(read.samples, bytes);
    }
}

#[test]
fn long_captures_have_several_blocks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.dsl");
    let bytes = noise(7, (1 << 24) + 1001);
    let bytes: Vec<u8> = bytes.iter().map(|byte| byte & 3).collect();
    write_samples(
        "dsl",
        &create_options(&path, Timebase::from_hertz(1), &["A", "B"]),
        1,
        &bytes,
        1_000_003,
    );
    assert!(read_file(&path).samples == bytes);
    let zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut members: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    members.sort();
    assert_eq!(members, ["L-0/0", "L-0/1", "L-1/0", "L-1/1", "header"]);
}
