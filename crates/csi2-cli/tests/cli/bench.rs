//! `bench`: its rows are there whatever the CPU, and say what scripts read. How fast anything is, is not tested.

use crate::support::{Bench, Ordered, lines};
use csi2_kernels::Backend;

/// Rows that scripts ask for, and what each is compared with.
const ROWS: &[(&str, &[&str])] = &[
    ("unpack/raw8/l1", &["scalar", "memcpy"]),
    ("unpack/raw10/l1", &["scalar", "memcpy"]),
    ("unpack/raw12/l1", &["scalar", "memcpy"]),
    ("unpack/raw14/l1", &["scalar", "memcpy"]),
    ("pack/raw10/l1", &["scalar", "memcpy"]),
    ("pack/raw12/l1", &["scalar", "memcpy"]),
    ("unpack/raw10/l3", &["scalar", "memcpy", "nt_copy"]),
    ("unpack/raw10/dram", &["scalar", "memcpy", "nt_copy"]),
    ("pack/raw10/dram", &["scalar", "memcpy", "nt_copy"]),
    ("checksum/5070", &["crc", "crc_table16", "crc_fast"]),
    ("checksum/64", &["crc", "crc_table16", "crc_fast"]),
    ("checksum/16", &["crc", "crc_table16", "crc_fast"]),
    ("merge4/l1", &["scalar", "memcpy"]),
    ("merge4-ecc/l3", &["scalar", "memcpy", "read"]),
    ("distribute4/l1", &["scalar", "memcpy"]),
    ("samples4/l1", &["scalar", "memcpy", "read"]),
    ("samples4/l3", &["scalar", "memcpy", "read"]),
    ("samples4/dram", &["scalar", "memcpy", "read"]),
    ("clocked4x/l1", &["scalar", "read"]),
    ("clocked4x/dram", &["scalar", "read"]),
    ("path/lanes4-check/dram", &["read", "plain"]),
    ("path/lanes4-frame/l3", &["memcpy", "nt_copy", "plain"]),
    ("path/lanes4-frame/dram", &["memcpy", "nt_copy", "plain"]),
    ("path/samples4-frame/dram", &["read", "plain"]),
];

/// Frames of a few lines, and one round.
const QUICK: [&str; 4] = ["bench", "--quick", "--rounds", "1"];

#[test]
fn every_row_for_every_backend() {
    let text = Bench::new().run(&[&QUICK[..], &["--json"]].concat()).ok();
    let ordered = Ordered::parse(&text);
    assert_eq!(ordered.keys()[..3], ["type", "cpu", "backend"]);
    let first = ordered.at("rows").at("0");
    assert_eq!(first.keys()[..4], ["id", "backend", "bytes_per_s", "vs"]);

    let [report] = &lines(&text)[..] else {
        panic!("more than one line: {text}");
    };
    let backends: Vec<&str> = Backend::available().map(Backend::name).collect();
    assert_eq!(
        (report["type"].as_str(), report["backend"].as_str()),
        (Some("bench"), Some(backends[0]))
    );
    assert!(report["cpu"].as_str().is_some_and(|cpu| !cpu.is_empty()));
    let rows = report["rows"].as_array().expect("rows");
    let expected = ROWS
        .iter()
        .flat_map(|(id, beside)| backends.iter().map(move |backend| (*id, *backend, *beside)));
    let expected: Vec<_> = expected.collect();
    assert_eq!(rows.len(), expected.len());
    for (row, (id, backend, beside)) in rows.iter().zip(expected) {
        assert_eq!((row["id"].as_str(), row["backend"].as_str()), (Some(id), Some(backend)));
        assert!(row["bytes_per_s"].as_f64().is_some_and(|rate| rate > 0.0), "{row}");
        let vs = row["vs"].as_object().expect("ratios");
        assert_eq!(
            vs.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
            beside.iter().copied().collect()
        );
        assert!(
            vs.values().all(|ratio| ratio.as_f64().is_some_and(|ratio| ratio > 0.0)),
            "{row}"
        );
    }
}

#[test]
fn filters_and_one_backend() {
    let words = [&QUICK[..], &["raw10/l", "checksum/64", "--backend", "portable"]].concat();
    let text = Bench::new().run(&words).ok();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip(2)
        .map(|line| line.split_whitespace().collect())
        .collect();
    let ids: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(
        ids,
        ["unpack/raw10/l1", "pack/raw10/l1", "unpack/raw10/l3", "checksum/64"]
    );
    assert!(
        rows.iter().all(|row| row[1] == "portable" && row[3] == "GB/s"),
        "{text}"
    );
}

#[test]
fn what_is_not_there_is_said() {
    let bench = Bench::new();
    let message = bench.run(&["bench", "unpack/raw10", "nonesuch"]).failed(2);
    assert!(message.contains("nonesuch"), "{message}");
    for (id, _) in ROWS {
        assert!(message.contains(id), "{id} in {message}");
    }
    let message = bench.run(&["bench", "--backend", "mmx"]).failed(2);
    assert!(message.contains("mmx") && message.contains("portable"), "{message}");
    bench.run(&["bench", "--rounds", "0"]).failed(2);
}
