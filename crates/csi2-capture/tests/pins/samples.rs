//! Headerless samples.

use crate::support::{create_options, names, noise, read, source, write_samples};
use csi2_capture::{Burst, ErrorKind, OpenOptions, WireNote, create};
use csi2_dphy::{Change, Level, Observation, Samples, Timebase};

fn options(unit: usize, rate: Option<u64>) -> OpenOptions {
    OpenOptions {
        format: Some("samples".into()),
        unit_size: Some(unit),
        sample_rate: rate,
        ..OpenOptions::default()
    }
}

#[test]
fn the_file_is_the_samples() {
    let directory = tempfile::tempdir().unwrap();
    for unit in 1..=8 {
        let bytes = noise(unit as u64, 3000 * unit);
        let path = directory.path().join("x.samples");
        write_samples(
            "samples",
            &create_options(&path, Timebase::from_hertz(1), &[]),
            unit,
            &bytes,
            700,
        );
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        let read = read(source("x", &bytes), &options(unit, Some(2_100_000_000))).unwrap();
        assert_eq!((read.samples, read.unit), (bytes, unit));
        assert_eq!(read.info.timebase, Some(Timebase::from_hertz(2_100_000_000)));
        assert_eq!(read.info.sample_rate, Some(2.1e9));
        assert_eq!(names(&read.info)[..3], ["0", "1", "2"]);
        assert_eq!(read.info.channels.len(), unit * 8);
    }
}

#[test]
fn a_cut_sample_comes_after_the_whole_ones() {
    let read = read(source("x", &[1, 2, 3, 4, 5]), &options(2, None)).unwrap();
    assert_eq!(read.samples, [1, 2, 3, 4]);
    assert_eq!((read.info.timebase, read.info.sample_rate), (None, None));
    let error = read.error.unwrap();
    assert!(
        matches!(
            error.kind,
            ErrorKind::Truncated {
                required: 2,
                available: 1,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.at.offset, 4);
}

#[test]
fn the_unit_must_be_said() {
    let missing = OpenOptions {
        unit_size: None,
        ..options(1, None)
    };
    for wrong in [missing, options(0, None), options(9, None)] {
        let error = read(source("x", &[0]), &wrong).err().unwrap();
        assert!(matches!(error.kind, ErrorKind::Missing { .. }), "{error}");
        assert!(error.to_string().contains("--unitsize"), "{error}");
    }
}

#[test]
fn a_writer_refuses_what_it_cannot_hold() {
    let directory = tempfile::tempdir().unwrap();
    for (format, name) in [("samples", "x.samples"), ("sigrok", "x.sr")] {
        let path = directory.path().join(name);
        let options = create_options(&path, Timebase::from_hertz(1000), &["A"]);
        let samples = |first, unit, bytes| Observation::Samples(Samples { first, unit, bytes });
        let change = [Change {
            at: 0,
            channel: 0,
            level: Level::High,
        }];
        let cases = [
            Observation::Changes(&change),
            Observation::Merged(&[0]),
            samples(4, 1, &[0]),
            samples(3, 2, &[0, 0]),
            samples(3, 2, &[0, 0, 0]),
            samples(3, 0, &[0]),
        ];
        for wrong in cases {
            let mut writer = create(format, &options).unwrap();
            let first = samples(0, 1, &[0, 1, 0]);
            writer.write(&first, Burst::WITHIN, None, WireNote::default()).unwrap();
            let error = writer
                .write(&wrong, Burst::WITHIN, None, WireNote::default())
                .unwrap_err();
            assert!(matches!(error.kind, ErrorKind::Unsupported { .. }), "{error}");
            drop(writer);
            assert!(
                std::fs::read_dir(directory.path()).unwrap().next().is_none(),
                "nothing may be left"
            );
        }
    }
}
