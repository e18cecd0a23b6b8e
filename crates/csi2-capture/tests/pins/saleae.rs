//! Saleae Logic 2: binary exports.

use crate::support::{create_options, names, noise, read, read_file, write_samples};
use csi2_capture::{Burst, CaptureError, ErrorKind, OpenOptions, Source, WireNote, create, detect};
use csi2_dphy::{Change, Level, Observation, Timebase};
use proptest::prelude::*;
use std::path::Path;

/// Version 0, field by field.
fn version_0(initial: u32, begin: f64, end: f64, times: &[f64]) -> Vec<u8> {
    let mut bytes = b"<SALEAE>".to_vec();
    bytes.extend(0i32.to_le_bytes());
    bytes.extend(0i32.to_le_bytes());
    bytes.extend(initial.to_le_bytes());
    bytes.extend(begin.to_le_bytes());
    bytes.extend(end.to_le_bytes());
    bytes.extend((times.len() as u64).to_le_bytes());
    times.iter().for_each(|time| bytes.extend(time.to_le_bytes()));
    bytes
}

/// Level, rate, begin, end and times of a chunk.
type Piece<'a> = (u32, f64, f64, f64, &'a [f64]);

fn version_1(chunks: &[Piece<'_>]) -> Vec<u8> {
    let mut bytes = b"<SALEAE>\x01\0\0\0\0\0\0\0".to_vec();
    bytes.extend((chunks.len() as u64).to_le_bytes());
    for (initial, rate, begin, end, times) in chunks {
        bytes.extend(initial.to_le_bytes());
        for field in [rate, begin, end] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend((times.len() as u64).to_le_bytes());
        times.iter().for_each(|time| bytes.extend(time.to_le_bytes()));
    }
    bytes
}

pub(crate) fn export(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

pub(crate) fn changes(changes: &[Change]) -> Vec<(u64, u16, Level)> {
    changes
        .iter()
        .map(|change| (change.at, change.channel, change.level))
        .collect()
}

fn piped(bytes: &[u8]) -> Source {
    crate::support::source("x", bytes)
}

pub(crate) const HIGH: Level = Level::High;
pub(crate) const LOW: Level = Level::Low;
pub(crate) const NONE: Level = Level::Unknown;

/// The head of a file as the bytes of the documented layout, not by way of a function of ours.
#[test]
fn the_documented_layout() {
    #[rustfmt::skip]
    let bytes: [u8; 60] = [
        b'<', b'S', b'A', b'L', b'E', b'A', b'E', b'>', 0, 0, 0, 0, 0, 0, 0, 0,
        // Low at first, from 0 s to 1 s, two transitions at 0.25 s and 0.5 s.
        0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0xF0, 0x3F,
        2, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0xD0, 0x3F,
        0, 0, 0, 0, 0, 0, 0xE0, 0x3F,
    ];
    assert_eq!(detect(&bytes, "-").map(|format| format.name), Some("saleae"));
    let found = read(piped(&bytes), &OpenOptions::default()).unwrap();
    assert!(found.error.is_none());
    let quarter = 250_000_000_000;
    assert_eq!(
        changes(&found.changes),
        [(0, 0, LOW), (quarter, 0, HIGH), (2 * quarter, 0, LOW)]
    );
    assert_eq!(found.info.timebase, Some(Timebase::from_hertz(1_000_000_000_000)));
    assert_eq!((names(&found.info), found.info.sample_rate), (vec!["digital_0"], None));
}

#[test]
fn channels_are_merged_by_time() {
    let directory = export(&[
        ("digital_0.bin", version_0(1, 0.0, 1.0, &[2e-6, 3e-6])),
        ("digital_2.bin", version_0(0, 0.0, 1.0, &[1e-6, 2e-6, 9e-6])),
        ("digital_10.bin", version_0(0, 0.0, 1.0, &[])),
        ("analog_1.bin", b"<SALEAE>\0\0\0\0\x01\0\0\0".to_vec()),
        ("notes.txt", Vec::new()),
    ]);
    let given = OpenOptions {
        sample_rate: Some(1_000_000),
        ..OpenOptions::default()
    };
    // The directory, or any of its files.
    for path in [directory.path().to_path_buf(), directory.path().join("digital_2.bin")] {
        let found = read(Source::open(&path).unwrap(), &given).unwrap();
        assert!(found.error.is_none());
        let expected = [
            (0, 0, HIGH),
            (0, 2, LOW),
            (0, 10, LOW),
            (1, 2, HIGH),
            (2, 0, LOW),
            (2, 2, LOW),
            (3, 0, HIGH),
            (9, 2, HIGH),
        ];
        assert_eq!(changes(&found.changes), expected);
        assert_eq!((found.info.channels.len(), names(&found.info)[10]), (11, "digital_10"));
        assert!(
            found.info.notes.iter().any(|note| note.contains("analog_1.bin")),
            "{:?}",
            found.info.notes
        );
        assert_eq!(found.info.total_bytes, Some(3 * 44 + 5 * 8));
    }
}

#[test]
fn times_lie_on_the_grid_of_the_rate() {
    // 500 MHz at 100 s: neighbouring floating-point numbers are 14 fs apart.
    let at = |sample: u64| (50_000_000_000u64 + sample) as f64 * 2e-9;
    let times: Vec<f64> = [1, 2, 7, 1000].map(at).to_vec();
    let file = version_1(&[(0, 500e6, 0.0, 200.0, &times)]);
    let found = read(piped(&file), &OpenOptions::default()).unwrap();
    let ticks: Vec<u64> = found
        .changes
        .iter()
        .skip(1)
        .map(|change| change.at - 50_000_000_000)
        .collect();
    assert_eq!(ticks, [1, 2, 7, 1000]);
    assert_eq!(found.info.timebase, Some(Timebase::from_hertz(500_000_000)));
    assert_eq!(found.info.sample_rate, Some(5e8));
}

#[test]
fn gaps_are_unknown_and_told() {
    let (second, third) = (&[0.6, 0.7][..], &[][..]);
    let chunks: [Piece<'_>; 3] = [
        (1, 10.0, 0.0, 0.2, &[]),
        (0, 10.0, 0.5, 0.8, second),
        (1, 10.0, 0.9, 1.0, third),
    ];
    let directory = export(&[
        ("digital_0.bin", version_1(&chunks)),
        ("digital_1.bin", version_1(&chunks[..1])),
    ]);
    let found = read_file(directory.path());
    let expected = [
        (0, 0, HIGH),
        (0, 1, HIGH),
        (2, 0, NONE),
        // The other channel has no more data, which shows when the capture goes on.
        (3, 1, NONE),
        (5, 0, LOW),
        (6, 0, HIGH),
        (7, 0, LOW),
        // The next sample: no gap.
        (9, 0, HIGH),
    ];
    assert_eq!(changes(&found.changes), expected);
    let note = &found.info.notes[0];
    assert!(
        note.contains("digital_0.bin") && note.contains("0.2 s to 0.5 s"),
        "{note}"
    );
    assert_eq!(found.info.notes.len(), 1);
}

/// A channel without data is unknown; at the end of the capture that is no change.
#[test]
fn channels_may_end_before_others() {
    let file = |end, times| version_1(&[(1, 10.0, 0.0, end, times)]);
    let directory = export(&[
        ("digital_0.bin", file(0.5, &[])),
        ("digital_1.bin", file(1.0, &[0.2, 0.9])),
        ("digital_2.bin", file(0.3, &[0.1])),
        ("digital_3.bin", file(0.8, &[])),
        ("digital_4.bin", version_1(&[])),
    ]);
    let expected = [
        (0, 0, HIGH),
        (0, 1, HIGH),
        (0, 2, HIGH),
        (0, 3, HIGH),
        (1, 2, LOW),
        (2, 1, LOW),
        (3, 2, NONE),
        (5, 0, NONE),
        // Channel 3 has a sample at 8.
        (9, 1, HIGH),
    ];
    assert_eq!(changes(&read_file(directory.path()).changes), expected);
}

#[test]
fn times_below_zero_start_the_ticks() {
    let directory = export(&[
        ("digital_0.bin", version_0(0, -1e-3, 1.0, &[-5e-4, 0.0])),
        ("digital_1.bin", version_0(1, -2e-3, 1.0, &[1e-3])),
    ]);
    let found = read_file(directory.path());
    let ms = 1_000_000_000;
    let expected = [
        (0, 1, HIGH),
        (ms, 0, LOW),
        (ms * 3 / 2, 0, HIGH),
        (2 * ms, 0, LOW),
        (3 * ms, 1, LOW),
    ];
    assert_eq!(changes(&found.changes), expected);
    assert!(found.info.notes[0].contains("-0.002 s"), "{:?}", found.info.notes);
}

#[test]
fn rates_that_differ_leave_picoseconds() {
    let directory = export(&[
        ("digital_0.bin", version_1(&[(0, 10.0, 0.0, 1.0, &[0.1])])),
        ("digital_1.bin", version_1(&[(0, 20.0, 0.0, 1.0, &[0.05])])),
    ]);
    let found = read_file(directory.path());
    assert_eq!((found.info.sample_rate, found.changes[3].at), (None, 100_000_000_000));
    // Within a file too: only then is it looked at as a whole.
    let mixed = version_1(&[(0, 10.0, 0.0, 1.0, &[0.1]), (0, 20.0, 1.0, 2.0, &[1.05])]);
    let directory = export(&[("digital_0.bin", mixed.clone())]);
    let found = read_file(directory.path());
    assert_eq!(
        (found.info.sample_rate, found.changes.last().unwrap().at),
        (None, 1_050_000_000_000)
    );
    let found = read(piped(&mixed), &OpenOptions::default()).unwrap();
    assert_eq!(changes(&found.changes), [(0, 0, LOW), (1, 0, HIGH)]);
    assert!(found.error.unwrap().to_string().contains("give the file by name"));
}

#[test]
fn pulses_of_no_width_are_left_out() {
    let file = version_1(&[(0, 10.0, 0.0, 1.0, &[0.1, 0.1001, 0.3])]);
    let found = read(piped(&file), &OpenOptions::default()).unwrap();
    assert_eq!(changes(&found.changes), [(0, 0, LOW), (3, 0, HIGH)]);
}

fn outcome(bytes: &[u8]) -> (Vec<Change>, CaptureError) {
    let options = OpenOptions {
        format: Some("saleae".into()),
        ..OpenOptions::default()
    };
    match read(piped(bytes), &options) {
        Ok(found) => (found.changes, found.error.expect("an error")),
        Err(error) => (Vec::new(), error),
    }
}

#[test]
fn what_is_wrong_is_said_where() {
    let good = version_0(0, 0.0, 1.0, &[0.25, 0.5, 0.75]);
    for cut in 0..good.len() {
        let (found, error) = outcome(&good[..cut]);
        assert!(matches!(error.kind, ErrorKind::Truncated { .. }), "{cut}: {error}");
        assert!(error.at.offset <= cut as u64);
        assert_eq!(found.len(), if cut < 44 { 0 } else { 1 + (cut - 44) / 8 }, "{cut}");
    }
    for hostile in [f64::NAN, f64::INFINITY, -1.0, 0.1, 1e300] {
        let (found, error) = outcome(&version_0(0, 0.0, 1.0, &[0.25, hostile]));
        assert_eq!((found.len(), error.at.offset), (2, 52), "{hostile}: {error}");
        assert!(matches!(error.kind, ErrorKind::Malformed { .. }), "{error}");
    }
    // More than there are, and fewer.
    let counted = |count: u64| {
        let mut bytes = good.clone();
        bytes[36..44].copy_from_slice(&count.to_le_bytes());
        outcome(&bytes)
    };
    let (found, error) = counted(u64::MAX);
    assert_eq!((found.len(), error.at.offset), (4, 68), "{error}");
    let (found, error) = counted(2);
    assert_eq!((found.len(), error.at.offset), (3, 60), "{error}");
    // As many chunks as there may be.
    let mut many = version_1(&[(0, 10.0, 0.0, 1.0, &[0.5])]);
    many[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    let (found, error) = outcome(&many);
    assert_eq!((found.len(), error.at.offset), (2, 68), "{error}");
    let (_, error) = outcome(&version_1(&[(7, 10.0, 0.0, 1.0, &[])]));
    assert!(error.to_string().contains("is 7"), "{error}");
    let (_, error) = outcome(&version_1(&[(0, 10.0, 1.0, 0.0, &[])]));
    assert!(error.to_string().contains("end of a chunk"), "{error}");
    let (_, error) = outcome(&version_1(&[(0, 10.0, 1.0, 2.0, &[]), (0, 10.0, 0.0, 3.0, &[])]));
    assert!(error.to_string().contains("begin of a chunk"), "{error}");
}

#[test]
fn damage_of_a_channel_ends_the_others_there() {
    let mut cut = version_0(0, 0.0, 1.0, &[0.1, 0.2, 0.3]);
    cut.truncate(cut.len() - 1);
    let directory = export(&[
        ("digital_0.bin", version_0(0, 0.0, 1.0, &[0.15, 0.2, 0.25, 0.9])),
        ("digital_1.bin", cut),
    ]);
    let found = read(Source::open(directory.path()).unwrap(), &OpenOptions::default()).unwrap();
    assert_eq!(found.changes.last().unwrap().at, 200_000_000_000);
    assert_eq!(found.changes.len(), 2 + 2 + 2);
    assert!(found.error.unwrap().at.file.ends_with("digital_1.bin"));
}

#[test]
fn what_is_no_export_is_refused() {
    let directory = export(&[("readme", Vec::new())]);
    let error = Source::open(directory.path()).err().unwrap();
    assert!(error.to_string().contains("digital_0.bin"), "{error}");
    let (_, error) = outcome(b"<SALEAE>\0\0\0\0\x01\0\0\0");
    assert!(error.to_string().contains("analog"), "{error}");
    let directory = export(&[("digital_9999.bin", version_0(0, 0.0, 0.0, &[]))]);
    let refused = read(Source::open(directory.path()).unwrap(), &OpenOptions::default());
    assert!(refused.err().unwrap().to_string().contains("channel 9999"));
}

/// Lets wires change, and not be known at times, from a seed.
fn story(seed: u64, wires: u16, stamps: u64) -> Vec<Change> {
    let random = noise(seed, (stamps * u64::from(wires)) as usize * 2);
    let mut random = random.iter().map(|byte| usize::from(*byte));
    let (mut at, mut changes) = (0, Vec::new());
    let mut levels = vec![NONE; usize::from(wires)];
    for _ in 0..stamps {
        for channel in 0..wires {
            let level = [LOW, HIGH, LOW, HIGH, LOW, HIGH, NONE, LOW][random.next().unwrap_or(0) % 8];
            if levels[usize::from(channel)] != level {
                levels[usize::from(channel)] = level;
                changes.push(Change { at, channel, level });
            }
        }
        at += 2 + random.next().unwrap_or(0) as u64 % 5;
    }
    // At last all are known: an end without data is no change.
    for channel in 0..wires {
        let level = if channel % 2 == 0 { LOW } else { HIGH };
        if levels[usize::from(channel)] != level {
            changes.push(Change { at, channel, level });
        }
    }
    changes
}

fn write_changes(format: &str, path: &Path, hertz: u64, wires: &[&str], changes: &[Change]) {
    let mut writer = create(format, &create_options(path, Timebase::from_hertz(hertz), wires)).unwrap();
    for changes in changes.chunks(7) {
        let seen = Observation::Changes(changes);
        writer.write(&seen, Burst::WITHIN, None, WireNote::default()).unwrap();
    }
    assert!(!path.exists());
    writer.finish().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read(seed: u64, wires in 1u16..9, stamps in 1u64..60, hertz in 1u64..5_000_000_000) {
        let directory = tempfile::tempdir().unwrap();
        let written = story(seed, wires, stamps);
        let channels = vec!["A"; usize::from(wires)];
        for format in ["saleae", "saleae-csv"] {
            let path = directory.path().join(format);
            write_changes(format, &path, hertz, &channels, &written);
            let options = OpenOptions { sample_rate: Some(hertz), ..OpenOptions::default() };
            let found = read(Source::open(&path).unwrap(), &options).unwrap();
            prop_assert!(found.error.is_none());
            let sorted = |changes: &[Change]| {
                let mut changes: Vec<Change> = changes.to_vec();
                changes.sort_by_key(|change| (change.at, change.channel));
                changes
            };
            prop_assert_eq!(sorted(&found.changes), sorted(&written));
        }
    }
}

/// The bytes of an export of ours, as the layout has them.
#[test]
fn an_export_of_ours_has_the_documented_layout() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.saleae");
    let options = create_options(&path, Timebase::from_hertz(10), &["CLK", "D0"]);
    write_samples("saleae", &options, 1, &[1, 1, 3, 2, 0], 2);
    let file = |number: usize| std::fs::read(path.join(format!("digital_{number}.bin"))).unwrap();
    assert_eq!(file(0), version_1(&[(1, 10.0, 0.0, 0.5, &[0.3])]));
    assert_eq!(file(1), version_1(&[(0, 10.0, 0.0, 0.5, &[0.2, 0.4])]));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    // Written again, with fewer channels and over the one before.
    let options = create_options(&path, Timebase::from_hertz(10), &["CLK"]);
    write_samples("saleae", &options, 1, &[1, 0], 2);
    assert_eq!(file(0), version_1(&[(1, 10.0, 0.0, 0.2, &[0.1])]));
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn an_export_that_is_not_finished_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    let mut writer = create("saleae", &create_options(&path, Timebase::from_hertz(10), &["A"])).unwrap();
    let change = [Change {
        at: 0,
        channel: 0,
        level: HIGH,
    }];
    writer
        .write(&Observation::Changes(&change), Burst::WITHIN, None, WireNote::default())
        .unwrap();
    drop(writer);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    std::fs::write(&path, b"a file").unwrap();
    assert!(create("saleae", &create_options(&path, Timebase::from_hertz(10), &["A"])).is_err());
    assert!(
        create(
            "saleae",
            &create_options(Path::new("-"), Timebase::from_hertz(10), &["A"])
        )
        .is_err()
    );
}
