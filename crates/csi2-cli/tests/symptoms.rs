//! Each row of the table of symptoms has captures that show it, and what is clean shows none.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use csi2_analyzer::diagnosis::SYMPTOMS;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A golden capture, and what `check` says of it; nothing where it cannot be read.
struct Checked {
    name: String,
    report: Option<Value>,
}

fn checked() -> Vec<Checked> {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures");
    let directories = std::fs::read_dir(captures).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = directories
        .filter(|path| path.is_dir())
        .map(|path| check(&path))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn check(directory: &PathBuf) -> Checked {
    let mut files: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let capture = files.iter().find(|name| name.starts_with("capture.")).unwrap();
    let options = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
    let output = Command::new(env!("CARGO_BIN_EXE_csi2"))
        .args(["check", "--json"])
        .args(options("options").lines().chain(options("check-options").lines()))
        .arg(capture)
        .current_dir(directory)
        .output()
        .unwrap();
    Checked {
        name: directory.file_name().unwrap().to_string_lossy().into_owned(),
        report: serde_json::from_slice(&output.stdout).ok(),
    }
}

impl Checked {
    fn diagnosis(&self) -> &[Value] {
        let rows = self.report.as_ref().and_then(|report| report["diagnosis"].as_array());
        rows.map(Vec::as_slice).unwrap_or_default()
    }

    fn symptoms(&self) -> Vec<&str> {
        self.diagnosis()
            .iter()
            .map(|row| row["symptom"].as_str().unwrap())
            .collect()
    }
}

#[test]
fn each_symptom_has_a_capture_and_clean_captures_have_none() {
    let all = checked();
    for symptom in SYMPTOMS {
        let own = all
            .iter()
            .filter(|of| of.name.starts_with(&format!("symptom-{}", symptom.name)));
        assert!(own.clone().count() > 0, "no capture shows {}", symptom.name);
        for of in own {
            // Another may begin with the same words.
            let shows = SYMPTOMS
                .iter()
                .filter(|of_name| of.name.starts_with(&format!("symptom-{}", of_name.name)));
            let longest = shows.max_by_key(|symptom| symptom.name.len()).unwrap();
            assert_eq!(of.symptoms().first(), Some(&longest.name), "{}", of.name);
        }
    }
    for of in all.iter().filter(|of| !of.name.starts_with("symptom-")) {
        let verdict = of.report.as_ref().map(|report| &report["verdict"]);
        if verdict.is_some_and(|verdict| verdict == "clean") {
            assert!(of.diagnosis().is_empty(), "{}: {:?}", of.name, of.symptoms());
        }
    }
}

#[test]
fn a_diagnosis_says_what_where_why_and_what_to_try() {
    for of in checked() {
        for row in of.diagnosis() {
            let text = |key: &str| row[key].as_str().unwrap_or_default();
            assert!(!text("title").is_empty() && !text("evidence").is_empty(), "{}", of.name);
            assert!(row["count"].as_u64() > Some(0), "{}: {row}", of.name);
            for key in ["causes", "try"] {
                assert!(
                    row[key].as_array().is_some_and(|rows| !rows.is_empty()),
                    "{}: {row}",
                    of.name
                );
            }
            assert!(
                text("evidence").bytes().any(|c| c.is_ascii_digit()),
                "{}: no number in {row}",
                of.name
            );
            let of_log = text("symptom") == "receiver-overflow";
            assert!(
                of_log || row["first"]["offset"].is_u64(),
                "{}: no place in {row}",
                of.name
            );
        }
    }
}

/// What breaks a lane does so for all that follows: one cause is told, not its consequences.
#[test]
fn lanes_are_named() {
    for (name, lane) in [
        ("symptom-polarity-crossed", 1),
        ("symptom-sync-one-lane", 2),
        ("symptom-lanes-late", 2),
        ("broken-lane-dead", 2),
        ("broken-lanes-8-dead", 6),
        ("symptom-lp-sequence", 0),
    ] {
        let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures");
        let of = check(&captures.join(name));
        let lanes: Vec<&Value> = of.diagnosis().iter().map(|row| &row["lane"]).collect();
        assert_eq!(lanes, [&Value::from(lane)], "{name}");
    }
}
