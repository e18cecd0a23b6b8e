//! Inputs and outputs that nobody meant: they are refused with a message, and nothing is overwritten or filled.

use crate::support::Bench;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 8], &(0..16).collect::<Vec<u16>>());
    bench
        .run(&["encode", "in.npy", "--dt", "RAW8", "--lanes", "2", "-o", "link.pcapng"])
        .ok();
    bench
}

#[test]
fn an_empty_file_is_no_clean_capture() {
    let bench = bench();
    for name in ["x.bin", "x.hex", "x.pcapng", "x.sr", "x.vcd", "x.lane0"] {
        bench.write(name, b"");
        let message = bench.run(&["check", name]).failed(3);
        assert!(message.contains("empty") && message.contains(name), "{message}");
    }
    let message = bench.feed(&["check", "-"], Vec::new()).failed(3);
    assert!(message.contains("empty"), "{message}");
}

#[test]
fn other_files_are_not_taken_for_packets() {
    let bench = bench();
    for magic in [
        &b"\x7FELF\x02\x01\x01\0"[..],
        b"\x89PNG\r\n\x1a\n",
        b"\x1f\x8b\x08\0\0\0",
    ] {
        let mut file = magic.to_vec();
        file.resize(500, 0);
        bench.write("thing", &file);
        let message = bench.run(&["info", "thing"]).failed(3);
        assert!(message.contains("--input-format"), "{message}");
    }
}

#[test]
fn a_link_that_is_not_there() {
    let bench = bench();
    let message = bench.run(&["check", "--link", "3", "link.pcapng"]).failed(2);
    assert!(message.contains("link 3") && message.contains("--link"), "{message}");
    bench.run(&["check", "--link", "0", "link.pcapng"]).ok();
}

#[test]
fn colour_is_not_taken_for_a_stack() {
    let bench = bench();
    bench.npy("rgb.npy", &[4, 8, 3], &[0; 96]);
    let message = bench
        .run(&["encode", "rgb.npy", "--dt", "RAW8", "-o", "x.pcapng"])
        .failed(3);
    assert!(message.contains("grey"), "{message}");
}

#[test]
fn pauses_and_lateness_that_would_fill_the_disk() {
    let bench = bench();
    let message = bench
        .run(&["encode", "in.npy", "--dt", "RAW8", "--skew", "4000000000", "-o", "x.sr"])
        .failed(2);
    assert!(message.contains("65535"), "{message}");
    let message = bench
        .run(&["encode", "in.npy", "--dt", "RAW8", "--fps", "0.001", "-o", "x.sr"])
        .failed(2);
    assert!(message.contains("--fps"), "{message}");
    bench
        .run(&["encode", "in.npy", "--dt", "RAW8", "--lanes", "1", "-o", "x.vcd"])
        .ok();
    let mut vcd = bench.text("x.vcd");
    vcd.push_str("#18446744073709551615\n1!\n");
    bench.write("late.vcd", vcd);
    let message = bench.run(&["convert", "late.vcd", "-o", "late.sr"]).failed(2);
    assert!(message.contains("--samplerate"), "{message}");
    assert!(!bench.path("late.sr").exists());
    bench.run(&["check", "late.vcd", "--fail-on", "never"]).ok();
}

/// Without a clock wire, a pause is no row of bits: it costs no time. Neither between bursts nor inside one.
#[test]
fn pauses_without_a_clock_wire() {
    let bench = bench();
    bench
        .run(&[
            "encode",
            "in.npy",
            "--dt",
            "RAW8",
            "--lanes",
            "1",
            "--oversample",
            "1",
            "-o",
            "x.vcd",
        ])
        .ok();
    let vcd = bench.text("x.vcd");
    let half = vcd.len() / 2 + vcd[vcd.len() / 2..].find("\n#").expect("a time stamp") + 1;
    let late = "#9223372036854775808\n1!\n#18446744073709551615\n0!\n";
    for (name, text) in [
        ("after.vcd", format!("{vcd}{late}")),
        ("inside.vcd", format!("{}{late}", &vcd[..half])),
    ] {
        bench.write(name, text);
        for rate in ["1G", "1", "1000G"] {
            let start = std::time::Instant::now();
            bench.run(&["check", name, "--rate", rate, "--fail-on", "never"]).ok();
            assert!(start.elapsed().as_secs() < 10, "{name} {rate}");
        }
    }
}

/// Headerless samples have no names: what the map says is written, so that the copy needs no map.
#[test]
fn headerless_samples_get_the_names_of_the_map() {
    let bench = bench();
    bench
        .run(&[
            "encode",
            "in.npy",
            "--dt",
            "RAW8",
            "--lanes",
            "2",
            "--oversample",
            "1",
            "-o",
            "x.samples",
        ])
        .ok();
    bench
        .run(&[
            "convert",
            "x.samples",
            "--unitsize",
            "1",
            "--samplerate",
            "1G",
            "--map",
            "d0=0,d1=1",
            "-o",
            "x.sr",
        ])
        .ok();
    let packets = |words: &[&str]| bench.run(words).ok();
    assert_eq!(
        packets(&["list", "x.sr", "--json", "--payload"]),
        packets(&[
            "list",
            "x.samples",
            "--json",
            "--payload",
            "--unitsize",
            "1",
            "--samplerate",
            "1G",
            "--map",
            "d0=0,d1=1"
        ])
    );
}

#[test]
fn frames_need_a_directory() {
    let bench = bench();
    bench.write("file", b"kept");
    let message = bench.run(&["decode", "link.pcapng", "-o", "file"]).failed(3);
    assert!(message.contains("directory"), "{message}");
    assert_eq!(bench.read("file"), b"kept");
}

/// A device as output is written, not replaced by a file of its name; as input it is not read to an end it may not have.
#[cfg(target_os = "linux")]
#[test]
fn devices() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let bench = bench();
    // By a link in the test's own directory: a mistake replaces the link, not the device of this machine.
    for device in ["full", "null"] {
        symlink(format!("/dev/{device}"), bench.path(device)).expect("a link");
    }
    let message = bench
        .run(&["pack", "in.npy", "--format", "GREY", "-o", "full"])
        .failed(3);
    assert!(message.contains("No space"), "{message}");
    bench.run(&["pack", "in.npy", "--format", "GREY", "-o", "null"]).ok();
    bench.run(&["pack", "in.npy", "--format", "GREY", "-o", "in.raw"]).ok();
    let unpack = ["unpack", "in.raw", "--format", "GREY", "--size", "8x2", "-o"];
    let to = |output| [&unpack[..], &[output, "--output-format", "npy"]].concat();
    bench.run(&to("full")).failed(3);
    bench.run(&to("null")).ok();
    for device in ["full", "null"] {
        let link = std::fs::symlink_metadata(bench.path(device)).expect("still there");
        assert!(link.is_symlink(), "{device}");
        let target = std::fs::metadata(bench.path(device)).expect("still there");
        assert!(target.file_type().is_char_device(), "{device}");
    }

    for words in [
        &["encode", "/dev/zero", "--size", "8x2", "--dt", "RAW8", "-o", "x.pcapng"][..],
        &[
            "unpack",
            "/dev/zero",
            "--format",
            "GREY",
            "--size",
            "8x2",
            "-o",
            "x.npy",
        ],
        &["check", "/dev/zero", "--input-format", "sigrok"],
        &["check", "/dev/zero", "--input-format", "lanes"],
    ] {
        let message = bench.run(words).failed(3);
        assert!(message.contains("device"), "{message}");
    }
}

#[test]
fn nothing_was_checked() {
    let bench = bench();
    bench
        .run(&["convert", "link.pcapng", "--vc", "3", "-o", "none.pcapng"])
        .ok();
    let said = bench.run(&["check", "none.pcapng"]);
    assert!(said.err.contains("no packet"), "{}", said.err);
    assert!(!bench.run(&["check", "link.pcapng"]).err.contains("no packet"));
}
