//! A whole sensor frame, 4056x3040, out and back through every layer. Minutes without optimisation, so ignored by default:
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

/// Samples of a fixed linear congruential sequence: every bit of every sample is exercised.
fn write_npy(path: &Path, height: usize, bits: u32) -> Vec<u8> {
    let mut header = format!("{{'descr': '<u2', 'fortran_order': False, 'shape': ({height}, {WIDTH}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut state = 1u32;
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    for _ in 0..WIDTH * height {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        file.extend(((state >> (32 - bits)) as u16).to_le_bytes());
    }
    std::fs::write(path, &file).expect("writable");
    file
}

/// Encodes, decodes, compares: for one capture format, a lane count and a data type.
fn there_and_back(height: usize, bits: u32, capture: &str, encode: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let given = write_npy(&directory.path().join("in.npy"), height, bits);
    csi2(
        directory.path(),
        &format!("encode in.npy --dt RAW{bits} {encode} -o {capture}"),
    );
    let first = if directory.path().join(capture).exists() {
        capture.to_owned()
    } else {
        format!("{capture}.lane0")
    };
    csi2(directory.path(), &format!("decode {first} --format npy -o out"));
    let name = format!("out/vc0-raw{bits}-000000.npy");
    let got = std::fs::read(directory.path().join(name)).expect("a frame");
    let samples = WIDTH * height * 2;
    assert!(
        got[got.len() - samples..] == given[given.len() - samples..],
        "RAW{bits} {capture} {encode}: samples differ"
    );
    csi2(directory.path(), &format!("check {first} --fail-on warning"));
}

#[test]
#[ignore = "slow without optimisation"]
fn packets() {
    for bits in [10, 12] {
        there_and_back(3040, bits, "frame.pcapng", "");
    }
}

#[test]
#[ignore = "slow without optimisation"]
fn lane_bytes() {
    for bits in [10, 12] {
        for lanes in [1, 2, 4] {
            there_and_back(
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
fn one_sample_per_unit_interval() {
    for bits in [10, 12] {
        for lanes in [1, 2, 4] {
            there_and_back(
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
                there_and_back(
                    16,
                    bits,
                    capture,
                    &format!("--oversample 4 --lanes {lanes} --rate 2.1G"),
                );
            }
        }
    }
}
