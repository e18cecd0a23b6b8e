//! 0 done, 1 findings, 2 the command line is wrong, 3 a file cannot be read or written, 130 interrupted.

use crate::support::Bench;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.npy(
        "in.npy",
        &[2, 8],
        &[0, 1023, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    );
    bench
        .run(&["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", "link.sr"])
        .ok();
    bench
}

#[test]
fn the_command_line_is_wrong() {
    let bench = bench();
    for (words, hint) in [
        (&["frobnicate"][..], "frobnicate"),
        (&["list"], "CAPTURE"),
        (&["list", "--nonsense", "link.sr"], "--nonsense"),
        (&["list", "--lanes", "5", "link.sr"], "1, 2, 3, 4 or 8"),
        (&["list", "--lanes", "4", "link.sr"], "only 2 data lanes"),
        (&["list", "--dt", "RAW11", "link.sr"], "RAW10"),
        (&["list", "--vc", "16", "link.sr"], "0 to 15"),
        (&["list", "--samplerate", "fast", "link.sr"], "2.1G"),
        (&["list", "--input-format", "sigork", "link.sr"], "sigrok"),
        (&["list", "--map", "clk=CLKP/CLKN,d0=NOSUCH", "link.sr"], "D0P"),
        (&["list", "--map", "d0", "link.sr"], "clk="),
        (&["check", "--fail-on", "sometimes", "link.sr"], "never"),
        (&["decode", "link.sr"], "--output"),
        (&["decode", "link.sr", "-o", "out", "--format", "jpeg"], "png"),
        (
            &["decode", "link.sr", "-o", "out", "--format", "npy", "--stretch"],
            "--stretch",
        ),
        (&["decode", "link.sr", "-o", "out", "--frames", "5..2"], "5..2"),
        (&["encode", "in.npy", "-o", "x.sr"], "--dt"),
        (
            &["encode", "in.npy", "--dt", "RAW10", "-o", "x.unknown"],
            "--output-format",
        ),
        (&["encode", "in.npy", "--dt", "EMBEDDED", "-o", "x.sr"], "RAW12"),
        (
            &["encode", "in.npy", "--dt", "RAW10", "--layer", "lanes", "-o", "x.sr"],
            "pins",
        ),
        (
            &[
                "encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "--skew", "1,2,3", "-o", "x.sr",
            ],
            "--skew",
        ),
        (
            &[
                "encode",
                "in.npy",
                "--dt",
                "RAW10",
                "--link-type",
                "1",
                "-o",
                "x.pcapng",
            ],
            "147",
        ),
        (&["unpack", "in.npy", "--format", "SRGGB10P", "-o", "x.png"], "--size"),
        (
            &["unpack", "in.npy", "--format", "NOSUCH", "--size", "8x2", "-o", "x.png"],
            "csi2 formats",
        ),
        (
            &[
                "unpack", "in.npy", "--format", "SRGGB10P", "--size", "8x2", "--stride", "4", "-o", "x.png",
            ],
            "10 bytes",
        ),
        (&["pack", "in.npy", "-o", "x.raw"], "--format"),
        (&["completions", "tcl"], "bash"),
    ] {
        let message = bench.run(words).failed(2);
        assert!(message.contains(hint), "{words:?}: {message}");
        assert!(message.starts_with("error:"), "{words:?}: {message}");
    }
    assert!(!bench.path("x.sr").exists() && !bench.path("x.pcapng").exists());
}

#[test]
fn a_file_cannot_be_read_or_written() {
    let bench = bench();
    let whole = bench.read("link.sr");
    bench.write("cut.sr", &whole[..whole.len() / 2]);
    bench.write("empty", "");
    bench.write("short.raw", [0; 19]);
    bench.npy("wide.npy", &[1, 6], &[0; 6]);
    for (words, hint) in [
        (&["list", "nosuch.sr"][..], "nosuch.sr"),
        (&["list", "cut.sr"], "cut.sr"),
        (&["list", "empty"], "empty"),
        (&["encode", "nosuch.npy", "--dt", "RAW10", "-o", "x.sr"], "nosuch.npy"),
        (&["encode", "link.sr", "--dt", "RAW10", "-o", "x.sr"], "--size"),
        (
            &["encode", "in.npy", "--dt", "RAW8", "-o", "x.sr"],
            "sample 1 (column 1, row 0) is 1023",
        ),
        (&["encode", "wide.npy", "--dt", "RAW10", "-o", "x.sr"], "groups of 4"),
        (
            &["encode", "in.npy", "--dt", "RAW10", "-o", "nosuch/x.sr"],
            "nosuch/x.sr",
        ),
        (&["convert", "link.sr", "-o", "nosuch/x.pcapng"], "nosuch/x.pcapng"),
        (
            &[
                "unpack",
                "short.raw",
                "--format",
                "pRAA",
                "--size",
                "8x2",
                "-o",
                "x.png",
            ],
            "20 bytes",
        ),
        (&["pack", "in.npy", "--format", "SRGGB8", "-o", "x.raw"], "at most 255"),
    ] {
        let message = bench.run(words).failed(3);
        assert!(message.contains(hint), "{words:?}: {message}");
        assert!(message.starts_with("error:"), "{words:?}: {message}");
    }
    assert!(!bench.path("x.sr").exists() && !bench.path("x.raw").exists() && !bench.path("x.png").exists());
}

#[test]
fn check_and_its_bound() {
    let bench = bench();
    // One header bit flipped is a warning, a wrong checksum an error.
    bench.write("warning.hex", "0001001a\n2a04003400000000000000ff\n0101001d\n");
    bench.write("warning.hex", "0001001a\n2f05002e5ec2a0ab336561\n0101001d\n");
    bench.write("error.hex", "0001001a\n2b05002e5ec2a0ab330000\n0101001d\n");
    for (name, bound, code) in [
        ("link.sr", "warning", 0),
        ("warning.hex", "warning", 1),
        ("warning.hex", "error", 0),
        ("error.hex", "warning", 1),
        ("error.hex", "error", 1),
        ("error.hex", "never", 0),
    ] {
        let said = bench.run(&["check", "--fail-on", bound, name]);
        assert_eq!(
            said.code,
            code,
            "{name} {bound}: {}",
            String::from_utf8_lossy(&said.out)
        );
        assert_eq!(said.err, "", "{name}");
    }
    assert_eq!(bench.run(&["check", "error.hex"]).code, 1);
    assert_eq!(bench.run(&["check", "warning.hex"]).code, 0);
    // A capture that breaks off is worse than what is in it.
    bench.run(&["convert", "error.hex", "-o", "error.pcapng"]).ok();
    let whole = bench.read("error.pcapng");
    bench.write("error.pcapng", &whole[..whole.len() - 3]);
    bench.run(&["check", "error.pcapng"]).failed(3);
}

/// Whoever stops a long run keeps what was read, and finds nothing half written.
#[cfg(unix)]
#[test]
fn interrupted() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let bench = bench();
    bench.run(&["convert", "link.sr", "-o", "link.bin"]).ok();
    let frame = bench.read("link.bin");
    let words = [
        "decode",
        "-",
        "--input-format",
        "packets",
        "--format",
        "npy",
        "-o",
        "out",
    ];
    let mut child = bench
        .command(&words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(bench.path("told")).unwrap())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Frames without end, and Ctrl-C once the first is there: nothing else ends this.
    let mut pressed = false;
    while input.write_all(&frame.repeat(64)).is_ok() {
        if !pressed && bench.path("out/vc0-raw10-000000.npy").exists() {
            let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            assert!(kill.unwrap().success());
            pressed = true;
        }
    }
    drop(input);
    let status = child.wait().unwrap();
    let told = bench.text("told");
    assert_eq!(status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted (everything before it was read)"), "{told}");
    let manifest: serde_json::Value = serde_json::from_str(&bench.text("out/frames.json")).unwrap();
    let frames = manifest["frames"].as_array().unwrap().len();
    let written: Vec<String> = std::fs::read_dir(bench.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(frames > 0);
    // The frames told of and the manifest, nothing hidden.
    assert_eq!(written.len(), frames + 1, "{written:?}");
    assert!(written.iter().all(|name| !name.starts_with('.')), "{written:?}");
}
