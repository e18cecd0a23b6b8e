//! Walks `captures/`: what `list`, `check` and `decode` say of each case is what its `expected.txt` and `frames.txt` say.
//! `CSI2_BLESS=1` writes these two files anew; read the difference as you read code.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures")
}

struct Case {
    name: String,
    directory: PathBuf,
    capture: String,
    /// Options that the capture needs, from its file `options`: one word a line.
    options: Vec<String>,
    /// Those of `check` alone, from its file `check-options`.
    check_options: Vec<String>,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = std::fs::read_dir(captures())
        .expect("captures/ is there")
        .map(|entry| entry.expect("readable entry").path())
        .filter(|path| path.is_dir())
        .map(|directory| {
            let mut files: Vec<String> = std::fs::read_dir(&directory)
                .expect("readable case")
                .map(|entry| {
                    entry
                        .expect("readable entry")
                        .file_name()
                        .to_string_lossy()
                        .into_owned()
                })
                .filter(|name| name.starts_with("capture."))
                .collect();
            files.sort();
            let options = |name: &str| -> Vec<String> {
                let text = std::fs::read_to_string(directory.join(name)).unwrap_or_default();
                text.lines().map(str::to_owned).collect()
            };
            Case {
                name: directory.file_name().expect("a name").to_string_lossy().into_owned(),
                capture: files
                    .first()
                    .unwrap_or_else(|| panic!("{}: no capture.*", directory.display()))
                    .clone(),
                options: options("options"),
                check_options: options("check-options"),
                directory,
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// Runs the command in the case's directory; its transcript ends with the exit status.
fn csi2(case: &Case, words: &[&str]) -> (String, String, i32) {
    let more = match words {
        ["check", ..] => case.check_options.as_slice(),
        _ => &[],
    };
    let output = Command::new(env!("CARGO_BIN_EXE_csi2"))
        .args(words)
        .args(&case.options)
        .args(more)
        .arg(&case.capture)
        .current_dir(&case.directory)
        .env("NO_COLOR", "1")
        .output()
        .expect("csi2 starts");
    let code = output.status.code().expect("csi2 ends by itself");
    (
        String::from_utf8(output.stdout).expect("text"),
        String::from_utf8(output.stderr).expect("text"),
        code,
    )
}

fn transcript(case: &Case) -> String {
    let mut text = String::new();
    for command in ["info", "list", "check"] {
        let (out, err, code) = csi2(case, &[command]);
        let _ = writeln!(text, "$ csi2 {command} {}\n{out}{err}[exit {code}]\n", case.capture);
    }
    text
}

fn frames(case: &Case) -> String {
    let (out, err, code) = csi2(case, &["decode", "--null"]);
    if code == 3 && out.is_empty() {
        return format!("[exit {code}]\n"); // refused before the first frame: the transcript says why
    }
    let manifest: serde_json::Value =
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{}: manifest: {e}\n{out}{err}", case.name));
    let mut text = String::new();
    for frame in manifest["frames"].as_array().expect("frames") {
        let exposure = frame["exposure"]
            .as_str()
            .map(|name| format!(" {name} set {}", frame["set"]));
        let _ = writeln!(
            text,
            "vc{} {}{} index {} number {} {}x{} {} missing {} bad {} sha256 {}",
            frame["vc"],
            frame["name"].as_str().expect("name"),
            exposure.unwrap_or_default(),
            frame["index"],
            frame["number"],
            frame["width"],
            frame["height"],
            if frame["complete"] == true {
                "complete"
            } else {
                "incomplete"
            },
            frame["missing_lines"],
            frame["bad_lines"],
            frame["sha256"].as_str().expect("a hash per frame"),
        );
    }
    // What is said of exposures.
    let of_sets = |line: &&str| line.contains(" exposures by ") || line.starts_with("warning: set ");
    err.lines()
        .filter(of_sets)
        .for_each(|line| text += &format!("{line}\n"));
    let _ = writeln!(text, "[exit {code}]");
    text
}

fn compare(path: &Path, actual: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("CSI2_BLESS").is_some() {
        std::fs::write(path, actual).expect("writable captures/");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        let line = expected.lines().zip(actual.lines()).position(|(e, a)| e != a);
        let line = line.unwrap_or_else(|| expected.lines().count().min(actual.lines().count()));
        wrong.push(format!(
            "{} line {}:\n  expected: {}\n  actual:   {}",
            path.display(),
            line + 1,
            expected.lines().nth(line).unwrap_or("<end>"),
            actual.lines().nth(line).unwrap_or("<end>"),
        ));
    }
}

#[test]
fn every_capture_reads_as_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        compare(&case.directory.join("expected.txt"), &transcript(&case), &mut wrong);
        compare(&case.directory.join("frames.txt"), &frames(&case), &mut wrong);
        assert!(
            case.directory.join("SOURCE.md").is_file(),
            "{}: no SOURCE.md",
            case.name
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_enough_cases_and_half_are_broken() {
    let cases = cases();
    let broken = cases
        .iter()
        .filter(|case| csi2(case, &["check", "--fail-on", "warning"]).2 != 0)
        .count();
    assert!(cases.len() >= 20, "{} cases", cases.len());
    assert!(
        2 * broken >= cases.len(),
        "{broken} of {} cases are broken",
        cases.len()
    );
    assert!(broken < cases.len(), "no case is clean");
}

#[test]
fn the_format_is_found_by_content() {
    for case in cases().iter().filter(|case| case.options.is_empty()) {
        let (out, err, code) = csi2(case, &["info", "--json"]);
        if code == 3 {
            continue; // cut on purpose: its transcript is compared above
        }
        let info: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{}: {e} {err}", case.name));
        let format = info["format"].as_str().expect("a format");
        let extension = case.capture.rsplit('.').next().expect("an extension");
        let expected = match extension {
            "sr" => "sigrok",
            "bin" => "packets",
            "lane0" => "lanes",
            "txt" => "lanes-text",
            other => other,
        };
        assert_eq!(format, expected, "{}", case.name);
    }
}
