//! Standard input and output, and captures that break off.

use crate::support::{Bench, lines, samples};
use std::io::Read as _;
use std::process::Stdio;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 6, 32], &samples(2 * 6 * 32, 10, 5));
    bench
}

#[test]
fn standard_input() {
    let bench = bench();
    for name in [
        "link.pcapng",
        "link.pcap",
        "link.hex",
        "link.bin",
        "link.lanes",
        "link.sr",
        "link.vcd",
    ] {
        bench
            .run(&["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", name])
            .ok();
        let from_file = bench.run(&["list", "--json", "--payload", name]).ok();
        // Raw bytes and text have no signature: a name would have told.
        let format = match name {
            "link.hex" => "hex",
            "link.bin" => "packets",
            "link.lanes" => "lanes-text",
            _ => "",
        };
        let mut words = vec!["list", "--json", "--payload", "-"];
        if !format.is_empty() {
            words.extend(["--input-format", format]);
        }
        let from_pipe = bench.feed(&words, bench.read(name)).ok();
        assert_eq!(from_pipe, from_file, "{name}");
        assert_eq!(lines(&from_pipe).len(), 16, "{name}");
    }
}

#[test]
fn standard_output() {
    let bench = bench();
    bench
        .run(&["encode", "in.npy", "--dt", "RAW10", "-o", "link.pcapng"])
        .ok();
    let said = bench.run(&[
        "encode",
        "in.npy",
        "--dt",
        "RAW10",
        "-o",
        "-",
        "--output-format",
        "pcapng",
    ]);
    assert_eq!((said.code, said.out), (0, bench.read("link.pcapng")), "{}", said.err);
    let said = bench.run(&["convert", "link.pcapng", "-o", "-", "--output-format", "packets"]);
    bench.run(&["convert", "link.pcapng", "-o", "link.bin"]).ok();
    assert_eq!(said.out, bench.read("link.bin"));
    let picture = bench.feed(
        &["encode", "-", "--dt", "RAW10", "-o", "again.pcapng"],
        bench.read("in.npy"),
    );
    picture.ok();
    assert_eq!(bench.read("again.pcapng"), bench.read("link.pcapng"));
}

/// `csi2 list | head -1` ends quietly.
#[test]
fn a_closed_pipe_is_no_failure() {
    let bench = Bench::new();
    // Far more than a pipe holds.
    bench.write("long.hex", "0001001a\n0101001d\n".repeat(20_000));
    for words in [
        &["list", "long.hex"][..],
        &["list", "--json", "long.hex"],
        &["convert", "long.hex", "-o", "-", "--output-format", "hex"],
    ] {
        let mut child = bench
            .command(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("csi2 starts");
        let mut out = child.stdout.take().expect("piped");
        let mut first = [0; 10];
        out.read_exact(&mut first).expect("some output");
        drop(out);
        let output = child.wait_with_output().expect("csi2 ends");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    }
}

/// Cut anywhere, a capture gives what is whole, status 0 or 3, and never a panic.
#[test]
fn cut_captures_keep_what_was_whole() {
    let bench = bench();
    for name in [
        "link.pcapng",
        "link.pcap",
        "link.bin",
        "link.sr",
        "link.vcd",
        "link.hex",
    ] {
        bench
            .run(&["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", name])
            .ok();
        let whole = bench.read(name);
        let cut = format!("cut-{name}");
        let all = lines(&bench.run(&["list", "--json", "--payload", name]).ok());
        for part in 1..8 {
            bench.write(&cut, &whole[..whole.len() * part / 8]);
            let said = bench.run(&["list", "--json", "--payload", &cut]);
            assert!([0, 2, 3].contains(&said.code), "{cut} {part}: {}", said.err);
            assert!(!said.err.contains("panicked"), "{}", said.err);
            if said.code == 3 {
                assert!(said.err.starts_with(&format!("error: {cut}: ")), "{}", said.err);
            }
            let some = lines(&String::from_utf8(said.out).expect("text"));
            for (ours, whole) in some.iter().zip(&all) {
                // The last one may be cut itself.
                if ours["checksum"] != "missing" {
                    assert_eq!(ours, whole, "{cut} {part}");
                }
            }
        }
    }
}

#[test]
fn decode_writes_what_came_before_the_cut() {
    let bench = bench();
    bench
        .run(&["encode", "in.npy", "--dt", "RAW10", "-o", "link.pcapng"])
        .ok();
    let whole = bench.read("link.pcapng");
    bench.write("cut.pcapng", &whole[..whole.len() - 150]);
    let said = bench.run(&["decode", "cut.pcapng", "--format", "npy", "-o", "out"]);
    let message = said.failed(3);
    let error = message
        .lines()
        .find(|line| line.starts_with("error:"))
        .expect("an error");
    assert!(error.contains("cut.pcapng: at byte "), "{message}");
    let manifest: serde_json::Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
    let frames = manifest["frames"].as_array().expect("frames");
    assert_eq!(frames.len(), 2);
    assert_eq!(
        (&frames[0]["complete"], &frames[1]["complete"]),
        (&true.into(), &false.into())
    );
    assert!(manifest["error"].as_str().expect("why").contains("at byte"));
    let picture = samples(2 * 6 * 32, 10, 5);
    assert_eq!(bench.npy_samples("out/vc0-raw10-000000.npy"), picture[..192]);
    let second = bench.npy_samples("out/vc0-raw10-000001.npy");
    assert_eq!(second[..64], picture[192..256]);
}

/// A row that was lost is zero and named.
#[test]
fn lost_rows_are_named() {
    let bench = bench();
    bench
        .run(&["encode", "in.npy", "--dt", "RAW10", "--line-sync", "-o", "link.hex"])
        .ok();
    let text = bench.text("link.hex");
    let row = text
        .lines()
        .filter(|line| line.starts_with("2b"))
        .nth(3)
        .expect("a row")
        .to_owned();
    // The fourth row's header with two wrong bits.
    bench.write("lost.hex", text.replacen(&row, &format!("28{}", &row[2..]), 1));
    let said = bench.run(&["decode", "lost.hex", "--format", "npy", "-o", "out"]);
    assert!(
        said.err.contains("vc0-raw10-000000.npy: incomplete: row 3 "),
        "{}",
        said.err
    );
    said.ok();
    let manifest: serde_json::Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
    assert_eq!(manifest["frames"][0]["missing_lines"], serde_json::json!([3]));
    assert_eq!(manifest["frames"][0]["complete"], false);
    assert_eq!(manifest["frames"][1]["complete"], true);
    let mut expected = samples(2 * 6 * 32, 10, 5);
    expected[96..128].fill(0);
    assert_eq!(bench.npy_samples("out/vc0-raw10-000000.npy"), expected[..192]);
}

#[test]
fn messages_go_to_standard_error_and_may_be_silenced() {
    let bench = bench();
    let said = bench.run(&["encode", "in.npy", "--dt", "RAW10", "-o", "link.pcapng"]);
    assert!(said.out.is_empty() && said.err.contains("2 frames"), "{}", said.err);
    let said = bench.run(&["encode", "-q", "in.npy", "--dt", "RAW10", "-o", "link.pcapng"]);
    assert_eq!((said.out.len(), said.err.as_str()), (0, ""));
    let said = bench.run(&["-q", "decode", "link.pcapng", "-o", "out"]);
    assert_eq!((said.out.len(), said.err.as_str()), (0, ""));
    // Colours only where asked for.
    let said = bench.run(&["list", "--color", "always", "nosuch"]);
    assert!(said.err.contains("\x1b["), "{}", said.err);
    let said = bench.run(&["list", "nosuch"]);
    assert!(!said.err.contains("\x1b["), "{}", said.err);
}
