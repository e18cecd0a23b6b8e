//! Proof from outside: programs that other people wrote read our pictures, and find the samples in them that went in.
//! A missing tool skips its test, unless `CSI2_REQUIRE_PEERS=1`.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod arrays;
mod dng;
#[path = "../tools/mod.rs"]
mod tools;
mod video;

use std::process::{Command, Stdio};
use tools::{csi2, required, run};

/// Noise that reaches both ends of the range.
pub(crate) fn noise(count: usize, bits: u32) -> Vec<u16> {
    let top = (1_u32 << bits) - 1;
    let mut state = 99_u32;
    let mut samples: Vec<u16> = (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 12 & top) as u16
        })
        .collect();
    (samples[0], samples[count - 1]) = (0, top as u16);
    samples
}

/// A link with one frame of noise, as `link.pcapng`; by hand, not by our sinks.
pub(crate) fn link(bits: u32, width: usize, height: usize) -> (tempfile::TempDir, Vec<u16>) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let samples = noise(width * height, bits);
    let bytes: Vec<u8> = match bits {
        8 => samples.iter().map(|sample| *sample as u8).collect(),
        _ => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
    };
    std::fs::write(directory.path().join("in.raw"), bytes).expect("writable");
    let (size, data_type) = (format!("{width}x{height}"), format!("RAW{bits}"));
    let words = [
        "encode",
        "in.raw",
        "--size",
        &size,
        "--dt",
        &data_type,
        "-o",
        "link.pcapng",
    ];
    csi2(&words, directory.path());
    (directory, samples)
}

/// The interpreter, where it has what the scripts import.
pub(crate) fn python() -> Option<String> {
    let python = std::env::var("CSI2_PYTHON").unwrap_or_else(|_| "python3".into());
    let found = Command::new(&python)
        .args(["-c", "import numpy, PIL, tifffile"])
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    assert!(!required(), "{python} with numpy, pillow and tifffile is required");
    eprintln!("skipped: no NumPy, Pillow or tifffile");
    None
}

/// Runs a script with what it shares: noise, the command, and names.
pub(crate) fn script(python: &str, body: &str) {
    const HEAD: &str = "
import glob, json, subprocess, sys
import numpy as np
import tifffile
from PIL import Image
rng = np.random.default_rng(5)
def csi2(*words):
    subprocess.run([sys.argv[1], *words], check=True, stderr=subprocess.DEVNULL)
def link(picture, data_type):
    np.save('in.npy', picture)
    csi2('encode', 'in.npy', '--dt', data_type, '-o', 'link.pcapng')
def decode(format, *words):
    csi2('decode', 'link.pcapng', '-o', format, '--format', format, *words)
    return format + '/' + json.load(open(format + '/frames.json'))['frames'][0]['file']
def same(a, b, *what):
    assert a.shape == b.shape and (a == b).all(), what
";
    let directory = tempfile::tempdir().expect("a temporary directory");
    let whole = format!("{HEAD}{body}\nprint('same')\n");
    let said = run(python, &["-c", &whole, env!("CARGO_BIN_EXE_csi2")], directory.path());
    assert_eq!(said.trim(), "same");
}
