//! Saleae Logic 2: tables of changes.

use crate::saleae::{HIGH, LOW, NONE, changes, export};
use crate::support::{bad_rows, create_options, names, read, read_file, source, write_samples};
use csi2_capture::OpenOptions;
use csi2_dphy::Timebase;

/// The table that Saleae documents, with its names: a gap at first, and no data as the end.
#[test]
fn the_documented_table() {
    let text = "Time [s],Channel 0 :),Channel 1 :),Ch2\n0.000000000,0,1,X\n0.125000000,0,0,X\n0.250000000,1,1,X\n\
                0.500000000,0,0,1\n0.625000000,1,1,0\n0.750000000,0,1,0\n0.875000000,1,0,1\n1.000000000,X,X,X\n";
    let given = OpenOptions {
        sample_rate: Some(8),
        ..OpenOptions::default()
    };
    let found = read(source("-", text.as_bytes()), &given).unwrap();
    assert!(found.error.is_none());
    assert_eq!(
        (found.info.format, names(&found.info)),
        ("saleae-csv", vec!["Channel 0 :)", "Channel 1 :)", "Ch2"])
    );
    #[rustfmt::skip]
    let expected = [
        (0, 0, LOW), (0, 1, HIGH), (1, 1, LOW), (2, 0, HIGH), (2, 1, HIGH),
        (4, 0, LOW), (4, 1, LOW), (4, 2, HIGH), (5, 0, HIGH), (5, 1, HIGH), (5, 2, LOW),
        (6, 0, LOW), (7, 0, HIGH), (7, 1, LOW), (7, 2, HIGH),
    ];
    assert_eq!(changes(&found.changes), expected);
    // As a file in a directory, with times from below zero and other ends of lines.
    let directory = export(&[("digital.csv", b"Time [s],A\r\n-0.5,1\r\n0.25,X\r\n0.5,0\r\n".to_vec())]);
    let found = read_file(directory.path());
    let quarter = 250_000_000_000;
    assert_eq!(
        changes(&found.changes),
        [(0, 0, HIGH), (3 * quarter, 0, NONE), (4 * quarter, 0, LOW)]
    );
}

#[test]
fn rows_that_are_none() {
    let head = "Time [s],A,B\n0.0,0,1\n0.5,1,1\n";
    let outcome = |row: &str| {
        let found = read(
            source("x.csv", (head.to_string() + row).as_bytes()),
            &OpenOptions::default(),
        );
        let found = found.unwrap();
        assert_eq!(found.changes.len(), 3, "{row}");
        found.error.unwrap_or_else(|| panic!("no error: {row}"))
    };
    bad_rows(
        head,
        outcome,
        &["0.6,1", "0.", "0.6", "0.6,1,"],
        &[
            ("0.4,1,1\n", 0),
            ("0.6,1\n", 0),
            ("0.6,1,2\n", 6),
            ("0.6,1,1,1\n", 7),
            ("0.6,1.5,1\n", 5),
            ("nan,1,1\n", 0),
            ("1e99,1,1\n", 0),
            ("later,1,1\n", 0),
        ],
    );
}

#[test]
fn a_table_of_ours() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.saleae.csv");
    let options = create_options(&path, Timebase::from_hertz(500_000_000), &["CLK", "D,0"]);
    write_samples("saleae-csv", &options, 1, &[1, 1, 3, 2, 2], 2);
    let text = std::fs::read_to_string(&path).unwrap();
    let expected = "Time [s],CLK,\"D,0\"\n0.000000000,1,0\n0.000000004,1,1\n0.000000006,0,1\n0.000000010,0,1\n";
    assert_eq!(text, expected);
    assert_eq!(names(&read_file(&path).info), ["CLK", "D,0"]);
}
