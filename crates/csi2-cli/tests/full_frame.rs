//! Whole frames, 4056x3040 and 1920x1080, out and back through every layer. Minutes without optimisation, so ignored by default:
//! `cargo test --release -p csi2-cli --test full_frame -- --ignored`.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

const WIDTH: usize = 4056;

fn csi2(directory: &Path, arguments: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_csi2"))
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .output()
        .expect("csi2 starts");
    assert!(
        output.status.success(),
        "csi2 {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Frames of 1920x1080 of other data types: name, shape of the array, bits of a sample.
const HD: [(&str, &[usize], u32); 3] = [
    ("RGB888", &[1080, 1920, 3], 8),
    ("YUV422_8", &[1080, 1920, 2], 8),
    ("RAW20", &[1080, 1920], 20),
];

/// An array of samples of a fixed linear congruential sequence: every bit of every sample is exercised. Returns the samples.
fn write_npy(path: &Path, shape: &[usize], bits: u32) -> Vec<u8> {
    let (descr, unit) = match bits {
        ..=8 => ("|u1", 1),
        9..=16 => ("<u2", 2),
        _ => ("<u4", 4),
    };
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    let sides = sides.join(", ");
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sides}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut state = 1u32;
    let mut samples = Vec::new();
    for _ in 0..shape.iter().product() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        samples.extend(&(state >> (32 - bits)).to_le_bytes()[..unit]);
    }
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(&samples);
    std::fs::write(path, &file).expect("writable");
    samples
}

/// Encodes, decodes, compares: for one capture format, a lane count and a data type.
fn there_and_back((name, shape, bits): (&str, &[usize], u32), capture: &str, encode: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let samples = write_npy(&directory.path().join("in.npy"), shape, bits);
    csi2(
        directory.path(),
        &format!("encode in.npy --dt {name} {encode} -o {capture}"),
    );
    let first = if directory.path().join(capture).exists() {
        capture.to_owned()
    } else {
        format!("{capture}.lane0")
    };
    csi2(directory.path(), &format!("decode {first} --format npy -o out"));
    let file = format!("out/vc0-{}-000000.npy", name.to_ascii_lowercase());
    let got = std::fs::read(directory.path().join(file)).expect("a frame");
    assert!(got.ends_with(&samples), "{name} {capture} {encode}: samples differ");
    csi2(directory.path(), &format!("check {first} --fail-on warning"));
}

/// A sensor's frame, or some lines of it.
fn raw_there_and_back(height: usize, bits: u32, capture: &str, encode: &str) {
    there_and_back((&format!("RAW{bits}"), &[height, WIDTH], bits), capture, encode);
}

#[test]
#[ignore = "slow without optimisation"]
fn packets() {
    for bits in [10, 12] {
        raw_there_and_back(3040, bits, "frame.pcapng", "");
    }
}

#[test]
#[ignore = "slow without optimisation"]
fn lane_bytes() {
    for bits in [10, 12] {
        for lanes in [1, 2, 4] {
            raw_there_and_back(
                3040,
                bits,
                "frame.lanes",
                &format!("--output-format lanes --lanes {lanes}"),
            );
        }
    }
}

#[test]
#[ignore = "slow without optimisation"]
fn colour_and_wide_samples() {
    for data_type in HD {
        there_and_back(data_type, "frame.pcapng", "");
        there_and_back(data_type, "frame.lanes", "--output-format lanes --lanes 4");
    }
}

#[test]
#[ignore = "slow without optimisation"]
fn one_sample_per_unit_interval() {
    for bits in [10, 12] {
        for lanes in [1, 2, 4] {
            raw_there_and_back(
                3040,
                bits,
                "frame.sr",
                &format!("--oversample 1 --lanes {lanes} --rate 2.1G"),
            );
        }
    }
}

#[test]
#[ignore = "slow without optimisation"]
fn sixteen_lines_oversampled_with_lp_states() {
    for bits in [10, 12] {
        for lanes in [1, 2, 4] {
            for capture in ["frame.sr", "frame.vcd"] {
                raw_there_and_back(
                    16,
                    bits,
                    capture,
                    &format!("--oversample 4 --lanes {lanes} --rate 2.1G"),
                );
            }
        }
    }
}
