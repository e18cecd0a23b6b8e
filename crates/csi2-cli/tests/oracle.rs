//! An independent transmitter, `oracle/oracle.py`, against the command: what it sent is what is listed and decoded.
//! Without Python the test is skipped, unless `CSI2_REQUIRE_PEERS=1`.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// Each gives its own captures, of every format that the oracle writes.
const SEEDS: [&str; 3] = ["1", "131", "195"];

fn python() -> String {
    std::env::var("CSI2_PYTHON").unwrap_or_else(|_| "python3".into())
}

fn have_python() -> bool {
    let required = std::env::var_os("CSI2_REQUIRE_PEERS").is_some_and(|value| value == "1");
    let found = Command::new(python())
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(found || !required, "{} is required and not installed", python());
    if !found {
        eprintln!("skipped: {} is not installed", python());
    }
    found
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("the program starts");
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn items<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().map_or(&[], Vec::as_slice)
}

/// Whether a listed packet is what the oracle says; `what` names it in the message.
fn compare(seen: &Value, expected: &Value, capture: &Value, what: &str) {
    for key in ["kind", "vc", "dt", "word", "header", "ecc", "ecc_bit", "checksum"] {
        if expected[key] != "any" {
            assert_eq!(seen[key], expected[key], "{what}: {key}");
        }
    }
    let payload = seen["payload"].as_str().unwrap_or_default();
    let sent = expected["payload"].as_str().expect("a payload");
    if expected["open"] == true {
        assert!(payload.starts_with(sent), "{what}: payload {payload}, sent {sent}");
    } else {
        assert_eq!(payload, sent, "{what}: payload");
    }
    for (key, tolerance) in [("offset", "tolerance_offset"), ("time_ns", "tolerance_ns")] {
        if let Some(expected) = expected[key].as_f64() {
            let seen = seen[key].as_f64().unwrap_or(f64::NAN);
            let tolerance = capture[tolerance].as_f64().unwrap_or(0.0);
            assert!(
                (seen - expected).abs() <= tolerance,
                "{what}: {key} {seen}, expected {expected}"
            );
        }
    }
}

fn list(path: &str, arguments: &[&str], capture: &Value) {
    let listed = run(
        env!("CARGO_BIN_EXE_csi2"),
        &[&["list", path, "--json", "--payload", "--events"], arguments].concat(),
    );
    let lines: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).cloned().collect();
    let listed: Vec<Value> = of("packet");
    if capture["events"].is_array() {
        lane_events(
            of("lp"),
            items(capture, "events"),
            &format!("{path} ({})", capture["note"]),
        );
    }
    let expected = items(capture, "packets");
    for (index, (seen, expected)) in listed.iter().zip(expected).enumerate() {
        let what = format!("{path} ({}), packet {index}", capture["note"]);
        compare(seen, expected, capture, &what);
    }
    assert_eq!(listed.len(), expected.len(), "{path} ({})", capture["note"]);
}

/// Whether the lanes did what they are expected to have done besides bursts, in any order, and nothing else.
fn lane_events(mut seen: Vec<Value>, expected: &[Value], what: &str) {
    for event in expected {
        let fits = |seen: &Value| {
            event
                .as_object()
                .expect("an event")
                .iter()
                .all(|(key, value)| match key.as_str() {
                    // Of a pattern, the ends may be lost.
                    "length_ui" => seen[key]
                        .as_i64()
                        .is_some_and(|ui| (ui - value.as_i64().unwrap_or(0)).abs() <= 16),
                    _ => seen[key] == *value,
                })
        };
        let place = seen.iter().position(fits);
        seen.remove(place.unwrap_or_else(|| panic!("{what}: no {event} among {seen:?}")));
    }
    assert!(seen.is_empty(), "{what}: more events, {seen:?}");
}

/// Whether the link is found to be wired and timed as it is, and a link without faults is not blamed for any.
fn check(path: &str, arguments: &[&str], capture: &Value) {
    let what = format!("{path} ({})", capture["note"]);
    let checked = run(
        env!("CARGO_BIN_EXE_csi2"),
        &[&["check", path, "--json", "--fail-on", "never"], arguments].concat(),
    );
    let checked: Value = serde_json::from_str(&checked).expect("JSON");
    for (key, expected) in capture["link"].as_object().expect("a link") {
        let seen = &checked["link"][key];
        match (seen.as_f64(), expected.as_f64()) {
            (Some(seen), Some(expected)) => {
                assert!(
                    (seen - expected).abs() <= 0.02 * expected,
                    "{what}: {key} {seen}, expected {expected}"
                );
            }
            _ => assert_eq!(seen, expected, "{what}: {key}"),
        }
    }
    let blamed = items(&checked, "findings")
        .iter()
        .filter(|finding| finding["severity"] != "info");
    if capture["clean"] == true {
        assert_eq!(blamed.collect::<Vec<_>>(), Vec::<&Value>::new(), "{what}");
    }
}

/// Little-endian samples of `unit` bytes.
fn little_endian(data: &[u8], unit: usize) -> Vec<u64> {
    let read = |sample: &[u8]| sample.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
    data.chunks(unit).map(read).collect()
}

/// Header of an npy file, and its samples in order.
fn npy(file: &Path) -> (String, Vec<u64>) {
    let bytes = std::fs::read(file).expect("the frame");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, data) = bytes[10..].split_at(length);
    let header = String::from_utf8_lossy(header).into_owned();
    let types = [("|u1", 1), ("<u2", 2), ("<u4", 4)];
    let (_, unit) = types
        .into_iter()
        .find(|(name, _)| header.contains(name))
        .expect("a type");
    (header, little_endian(data, unit))
}

fn numbers(values: &[Value]) -> Vec<u64> {
    values.iter().map(|value| value.as_u64().expect("a number")).collect()
}

fn decode(path: &str, arguments: &[&str], capture: &Value) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for format in ["npy", "raw"] {
        let out = directory.path().join(format);
        let out_name = out.to_str().expect("a name");
        // Layouts of data types are for this command alone.
        let declared: Vec<&str> = items(&capture["frames"][0], "args")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        run(
            env!("CARGO_BIN_EXE_csi2"),
            &[
                &["decode", path, "-q", "--format", format, "-o", out_name],
                arguments,
                &declared,
            ]
            .concat(),
        );
        let manifest = std::fs::read_to_string(out.join("frames.json")).expect("the manifest");
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        let (seen, expected) = (items(&manifest, "frames"), items(capture, "frames"));
        assert_eq!(seen.len(), expected.len(), "{path}");
        for (seen, expected) in seen.iter().zip(expected) {
            for key in ["vc", "dt", "number", "width", "height", "bits"] {
                assert_eq!(seen[key], expected[key], "{path}: {key}");
            }
            assert_eq!(
                (&seen["complete"], items(seen, "bad_lines").len()),
                (&Value::Bool(true), 0),
                "{path}"
            );
            // YUV420 is an array a plane.
            if format == "npy" && expected["shape"].is_null() {
                continue;
            }
            let file = out.join(seen["file"].as_str().expect("a name"));
            let (samples, sent) = if format == "npy" {
                let (header, samples) = npy(&file);
                let shape: Vec<String> = items(expected, "shape").iter().map(Value::to_string).collect();
                assert!(header.contains(&format!("({})", shape.join(", "))), "{path}: {header}");
                (samples, numbers(items(expected, "samples")))
            } else {
                let unit = match expected["bits"].as_u64().expect("bits") {
                    ..=8 => 1,
                    9..=16 => 2,
                    _ => 4,
                };
                let bytes = std::fs::read(&file).expect("the frame");
                (little_endian(&bytes, unit), numbers(items(expected, "raw")))
            };
            assert!(samples == sent, "{path} {format}: samples differ");
        }
    }
}

#[test]
fn what_the_oracle_sent_is_listed_and_decoded() {
    if !have_python() {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/oracle.py");
    for seed in SEEDS {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let name = directory.path().to_str().expect("a name");
        run(&python(), &["-B", script, seed, name]);
        let expected = std::fs::read_to_string(directory.path().join("expected.json")).expect("what is expected");
        let expected: Value = serde_json::from_str(&expected).expect("JSON");
        let captures = items(&expected, "captures");
        assert!(captures.len() > 10, "seed {seed}: {} captures", captures.len());
        for capture in captures {
            let path = directory.path().join(capture["file"].as_str().expect("a name"));
            let path = path.to_str().expect("a name");
            let arguments: Vec<&str> = items(capture, "args").iter().filter_map(Value::as_str).collect();
            list(path, &arguments, capture);
            if capture["link"].is_object() {
                check(path, &arguments, capture);
            }
            if !items(capture, "frames").is_empty() {
                decode(path, &arguments, capture);
            }
        }
    }
}
