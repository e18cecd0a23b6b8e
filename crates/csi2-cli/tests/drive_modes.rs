//! The drive modes of the IMX412's product brief, whole frames as a sensor sends them: what `check --sensor` measures is
//! what the brief's numbers come to.
//!
//! Some hundred megabytes: `cargo test --release -p csi2-cli --test drive_modes -- --ignored`.

#![allow(clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::process::Command;

/// A mode and its numbers: frames per second, microseconds of a line, image payload and all packets in Gbps, per cent of
/// four lanes of 2.1 Gbps. Frames of the brief, line lengths of the driver, and arithmetic.
struct Row(&'static str, f64, f64, f64, f64, f64);

const ROWS: [Row; 5] = [
    Row("full-10bit", 60.0, 5.371, 7.398, 7.412, 88.0),
    Row("full-12bit", 40.0, 7.410, 5.919, 5.928, 71.0),
    Row("4k2k-10bit", 79.0, 5.371, 7.331, 7.346, 87.0),
    Row("1080p-binning-10bit", 240.0, 3.543, 5.412, 5.435, 65.0),
    Row("full-dol2-10bit", 30.0, 5.371, 7.398, 7.412, 88.0),
];

fn run(directory: &std::path::Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_csi2"))
        .args(words)
        .current_dir(directory)
        .output()
        .expect("csi2 starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
#[ignore = "long: whole frames"]
fn what_the_brief_says_is_measured() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let check = |capture: &str, sensor: &str| -> Value {
        let words = ["check", "--json", "--fail-on", "warning", "--sensor", sensor, capture];
        serde_json::from_str(&run(directory.path(), &words)).expect("JSON")
    };
    for Row(mode, frames, line, payload, packets, share) in ROWS {
        let sensor = format!("imx412:{mode}");
        run(
            directory.path(),
            &["simulate", &sensor, "--frames", "3", "-o", "link.pcapng"],
        );
        let report = check("link.pcapng", &sensor);
        assert_eq!(
            (&report["verdict"], &report["sensor"]["fits"]),
            (&"clean".into(), &true.into()),
            "{mode}"
        );
        let measured = |what: &str| {
            let rows = report["sensor"]["rows"].as_array().expect("rows");
            let row = rows.iter().find(|row| row["what"] == what).expect("the row");
            assert_eq!(row["verdict"], "ok", "{mode} {row}");
            row["measured"].as_f64().expect("a number")
        };
        for (what, unit, expected) in [
            ("frame rate", 1.0, frames),
            ("line time", 1e3, line),
            ("image payload", 1e9, payload),
            ("packets", 1e9, packets),
        ] {
            let value = measured(what) / unit;
            assert!(
                (value / expected - 1.0).abs() < 1e-3,
                "{mode}: {what} {value}, not {expected}"
            );
        }
        assert_eq!((measured("share of the link") * 100.0).round(), share, "{mode}");
        // The same mode is found where nobody names it.
        assert_eq!(check("link.pcapng", "imx412")["sensor"]["mode"], mode);
    }
}
