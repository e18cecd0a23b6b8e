//! Two gigabytes of samples through a pipe, with less memory than a tenth of that, and frames that are written beside decoding.
//! Ignored by default:
//! `cargo test --release -p csi2-cli --test bounded_memory -- --ignored`.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

/// Bytes of samples.
const LENGTH: u64 = 2_000_000_000;
/// Greatest resident size, in kilobytes.
const MOST: u64 = 200_000;

fn csi2(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_csi2"));
    command.args(arguments.split_whitespace());
    command
}

/// Greatest resident size so far, in kilobytes.
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a running process");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .expect("its peak");
    line.split_whitespace()
        .nth(1)
        .and_then(|kilobytes| kilobytes.parse().ok())
        .expect("a number")
}

#[test]
#[ignore = "takes long without optimisation"]
fn two_gigabytes_of_samples_in_less_than_200_megabytes() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let image = directory.path().join("in.raw");
    std::fs::write(
        &image,
        (0..2 * 640 * 64)
            .map(|index| (index * 7 % 251) as u8 & if index % 2 == 1 { 3 } else { 0xFF })
            .collect::<Vec<_>>(),
    )
    .expect("writable");
    let one = directory.path().join("one.bin");
    let made = csi2("encode in.raw --size 640x64 --dt RAW10 --lanes 2 --layer pins --output-format samples -o one.bin")
        .current_dir(directory.path())
        .output()
        .expect("csi2 starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let one = std::fs::read(one).expect("samples of a frame");

    for reading in ["check --json --fail-on never", "decode --null -o out"] {
        let mut child = csi2(reading)
            .args("- --input-format samples --samplerate 4G --unitsize 1".split_whitespace())
            .args(["--map", "clk=0/1,d0=2/3,d1=4/5"])
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("csi2 starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        let mut sent = 0;
        while sent < LENGTH {
            pipe.write_all(&one).expect("csi2 reads on");
            sent += one.len() as u64;
        }
        let peak = peak(&child);
        drop(pipe);
        assert!(child.wait().expect("an end").success(), "{reading}");
        eprintln!("{reading}: {sent} bytes, peak {peak} kB");
        assert!(peak < MOST, "{reading}: {peak} kB");
    }
}

/// Runs to the end; the greatest resident size in kilobytes.
fn peak_of(directory: &std::path::Path, arguments: &str) -> u64 {
    let mut child = csi2(arguments).current_dir(directory).spawn().expect("csi2 starts");
    let mut most = 0;
    loop {
        // At its end it has no size any more.
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let size = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        most = most.max(size.unwrap_or(0));
        if let Some(status) = child.try_wait().expect("its status") {
            assert!(status.success(), "{arguments}");
            eprintln!("{arguments}: peak {most} kB");
            return most;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
#[ignore = "takes long without optimisation"]
fn frames_on_their_way_are_few() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let directory = directory.path();
    peak_of(
        directory,
        "simulate imx477 --frames 12 -o link.bin --output-format packets -q",
    );
    // A frame of 4056x3040.
    let frame = 4056 * 3040 * 2 / 1000;
    for format in ["png", "dng", "tiff", "npy", "raw", "packed"] {
        let peak = peak_of(
            directory,
            &format!("decode link.bin -o out --bayer rggb -q --format {format}"),
        );
        assert!(peak < 100_000 + frame, "{format}: {peak} kB");
    }
}
