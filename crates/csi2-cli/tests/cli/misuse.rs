//! What is not there, contradicts itself, or would destroy what it reads.

use crate::support::{Bench, lines, samples};

/// A frame of two RAW10 lines of eight pixels.
const RAW10: &str = "0001001a\n2b0a002e000000013901010102392033\n2b0a002e000000013901010102392033\n0101001d\n";
/// A frame of two lines of a generic long type.
const GENERIC: &str = "0001001a\n1308003a0001020304050607fd9d\n1308003a0001020304050607fd9d\n0101001d\n";
/// A frame whose first row is shorter than the others.
const SHORT_FIRST: &str = "0001001a\n2b05002e00000001391285\n2b0a002e000000013901010102392033\n\
                           2b0a002e000000013901010102392033\n0101001d\n";

#[test]
fn an_input_is_not_overwritten() {
    let bench = Bench::new();
    bench.write("link.hex", RAW10);
    bench.npy("picture.npy", &[4, 8], &samples(32, 10, 1));
    bench.write("dump.raw", [7; 64]);
    #[cfg(unix)]
    std::fs::hard_link(bench.path("dump.raw"), bench.path("other.raw")).expect("a link");
    #[cfg(not(unix))]
    std::fs::copy(bench.path("dump.raw"), bench.path("other.raw")).expect("a copy");
    let same = if cfg!(unix) { "other.raw" } else { "dump.raw" };
    let cases: &[(&str, &[&str])] = &[
        ("link.hex", &["convert", "link.hex", "-o", "./link.hex"]),
        (
            "picture.npy",
            &[
                "encode",
                "picture.npy",
                "--dt",
                "RAW10",
                "--output-format",
                "hex",
                "-o",
                "picture.npy",
            ],
        ),
        (
            "picture.npy",
            &["pack", "picture.npy", "--format", "SRGGB10P", "-o", "./picture.npy"],
        ),
        (
            "dump.raw",
            &["unpack", "dump.raw", "--format", "SRGGB8/8x8", "-o", same],
        ),
    ];
    for (input, words) in cases {
        let before = bench.read(input);
        let said = bench.run(words).failed(2);
        assert!(said.contains("is the input too"), "{said}");
        assert_eq!(bench.read(input), before, "{words:?}");
    }
}

#[test]
fn contradictions_are_refused() {
    let bench = Bench::new();
    bench.write("dump.raw", [7; 64]);
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &["--format", "SRGGB8/8x8", "--size", "4x16", "-o", "a.png"],
            2,
            "contradict",
        ),
        (
            &[
                "--format",
                "SRGGB8/8x8",
                "-o",
                "a.dng",
                "--black-level",
                "90",
                "--white-level",
                "10",
            ],
            2,
            "--black-level 90 is not below --white-level 10",
        ),
        (
            &["--format", "SRGGB8/8x8", "-o", "a.png", "--output-format", "packed"],
            2,
            "possible values",
        ),
        (
            &[
                "--format",
                "SRGGB8/8x8",
                "-o",
                "a.png",
                "--offset",
                "18446744073709551615",
            ],
            3,
            "byte 64: the file ends before --offset",
        ),
        (&["--format", "BayerRG10p/8x8", "-o", "a.png"], 2, "PFNC"),
    ];
    for (words, code, message) in cases {
        let said = bench.run(&[&["unpack", "dump.raw"], *words].concat()).failed(*code);
        assert!(said.contains(message), "{said}");
    }
    bench
        .run(&[
            "unpack",
            "dump.raw",
            "--format",
            "SGRBG8/8x8",
            "--sensor",
            "imx477",
            "-o",
            "a.dng",
        ])
        .ok();
}

#[test]
fn an_empty_choice_says_what_is_there() {
    let bench = Bench::new();
    bench.write("link.hex", RAW10);
    for (words, message) in [
        (["--vc", "5"], "RAW10 of virtual channel 0 (2 lines)"),
        (["--dt", "RAW8"], "RAW10 of virtual channel 0 (2 lines)"),
        (["--frames", "5..9"], "the capture has 1 frame"),
    ] {
        let said = bench.run(&[&["decode", "link.hex", "-o", "out"][..], &words].concat());
        assert!(said.err.contains(message), "{}", said.err);
        said.ok();
    }
    let said = bench.run(&["list", "link.hex", "--dt", "RESERVED"]).failed(2);
    assert!(said.contains("give the code"), "{said}");
}

#[test]
fn a_declared_layout_is_decoded() {
    let bench = Bench::new();
    bench.write("generic.hex", GENERIC);
    bench
        .run(&[
            "decode",
            "generic.hex",
            "--user",
            "0x13=RAW8",
            "--format",
            "npy",
            "-o",
            "out",
        ])
        .ok();
    let row = [0, 1, 2, 3, 4, 5, 6, 7];
    assert_eq!(
        bench.npy_samples("out/vc0-generic_long1-000000.npy"),
        [row, row].concat()
    );
    let said = bench.run(&["decode", "generic.hex", "-o", "other"]);
    assert!(said.err.contains("--user"), "{}", said.err);
}

#[test]
fn the_odd_first_row_is_the_bad_one() {
    let bench = Bench::new();
    bench.write("short.hex", SHORT_FIRST);
    let manifest = lines(&bench.run(&["decode", "short.hex", "--null"]).ok());
    let frame = &manifest[0]["frames"][0];
    assert_eq!((&frame["width"], &frame["height"]), (&8.into(), &3.into()));
    assert_eq!(frame["bad_lines"], serde_json::json!([0]));
    let said = bench.run(&["decode", "short.hex", "-o", "-", "--format", "packed"]);
    assert!(said.err.contains("3 lines of 10 bytes each"), "{}", said.err);
}

/// Frame by frame from a file, at once from a pipe: the same.
#[test]
fn stacks_are_read_in_either_way() {
    let bench = Bench::new();
    bench.npy("stack.npy", &[3, 4, 8], &samples(96, 10, 1));
    bench
        .run(&["pack", "stack.npy", "--format", "SRGGB10P", "-o", "file.raw"])
        .ok();
    let stack = bench.read("stack.npy");
    bench
        .feed(&["pack", "-", "--format", "SRGGB10P", "-o", "pipe.raw"], stack.clone())
        .ok();
    assert_eq!(bench.read("file.raw").len(), 3 * 4 * 10);
    assert_eq!(bench.read("file.raw"), bench.read("pipe.raw"));
    // One that is cut short is refused as before.
    bench.write("cut.npy", &stack[..stack.len() - 2]);
    let said = bench
        .run(&["pack", "cut.npy", "--format", "SRGGB10P", "-o", "cut.raw"])
        .failed(3);
    assert!(said.contains("192 bytes of samples"), "{said}");
    // A sample that is too great is in the frame that it is in.
    let mut great = samples(96, 10, 1);
    great[40] = 1024;
    bench.npy("great.npy", &[3, 4, 8], &great);
    let said = bench
        .run(&["pack", "great.npy", "--format", "SRGGB10P", "-o", "great.raw"])
        .failed(3);
    assert!(said.contains("sample 8 of frame 1"), "{said}");
}
