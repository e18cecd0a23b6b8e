//! Memory layouts against other people's programs: FFmpeg writes the dumps that we read and reads those that we write, and a
//! sensor's frame, packed in Python, reaches dcraw sample by sample. A missing tool skips its test, unless
//! `CSI2_REQUIRE_PEERS=1`.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod tools;

use csi2_generator::Scene;
use std::path::Path;
use tools::{csi2, have, required, run};

fn have_ffmpeg() -> bool {
    let found = std::process::Command::new("ffmpeg").arg("-version").output().is_ok();
    assert!(found || !required(), "ffmpeg is required and not installed");
    found
}

/// What FFmpeg makes of its test picture.
fn from_ffmpeg(directory: &Path, pix_fmt: &str) -> Vec<u8> {
    let source = "testsrc2=size=320x240:rate=1:duration=2";
    run(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            source,
            "-pix_fmt",
            pix_fmt,
            "-f",
            "rawvideo",
            "ffmpeg.raw",
        ],
        directory,
    );
    std::fs::read(directory.join("ffmpeg.raw")).expect("a dump")
}

/// Dump, npy or raw, dump: the same bytes; and the samples are those that FFmpeg's other layouts have.
#[test]
fn ffmpeg_dumps_there_and_back() {
    if !have_ffmpeg() {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let here = directory.path();
    for pix_fmt in [
        "gray", "gray10le", "gray12le", "gray16le", "uyvy422", "yuyv422", "yvyu422", "bgr24", "rgb24", "rgb565le",
        "rgb555le",
    ] {
        let dump = from_ffmpeg(here, pix_fmt);
        csi2(
            &[
                "unpack",
                "ffmpeg.raw",
                "--format",
                pix_fmt,
                "--size",
                "320x240",
                "-o",
                "stack.npy",
            ],
            here,
        );
        csi2(&["pack", "stack.npy", "--format", pix_fmt, "-o", "back.raw"], here);
        assert!(
            std::fs::read(here.join("back.raw")).expect("a dump") == dump,
            "{pix_fmt}"
        );
    }
    // Rows of samples, by FFmpeg's own conversion between layouts that lose nothing.
    let unpacked = |pix_fmt: &str| {
        from_ffmpeg(here, pix_fmt);
        csi2(
            &[
                "unpack",
                "ffmpeg.raw",
                "--format",
                pix_fmt,
                "--size",
                "320x240",
                "--frames",
                "0",
                "-o",
                "out.npy",
            ],
            here,
        );
        std::fs::read(here.join("out.npy")).expect("an array")
    };
    let rgb = unpacked("rgb24");
    assert_eq!(rgb, unpacked("bgr24"));
    assert_eq!(
        rgb[rgb.len() - 320 * 240 * 3..],
        from_ffmpeg(here, "rgb24")[..320 * 240 * 3]
    );
    let uyvy = unpacked("uyvy422");
    std::fs::rename(here.join("ffmpeg.raw"), here.join("uyvy.raw")).expect("the dump");
    for pix_fmt in ["yuyv422", "yvyu422"] {
        let input = [
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "uyvy422", "-s", "320x240", "-i", "uyvy.raw",
        ];
        run(
            "ffmpeg",
            &[&input as &[&str], &["-pix_fmt", pix_fmt, "-f", "rawvideo", "same.raw"]].concat(),
            here,
        );
        csi2(
            &[
                "unpack", "same.raw", "--format", pix_fmt, "--size", "320x240", "--frames", "0", "-o", "same.npy",
            ],
            here,
        );
        assert!(
            std::fs::read(here.join("same.npy")).expect("an array") == uyvy,
            "{pix_fmt}"
        );
    }
    assert_eq!(
        uyvy[uyvy.len() - 320 * 240 * 2..],
        from_ffmpeg(here, "uyvy422")[..320 * 240 * 2]
    );
}

#[test]
fn ffmpeg_planes_there_and_back() {
    if !have_ffmpeg() {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let here = directory.path();
    let frame = 320 * 240 * 3 / 2;
    let planar = from_ffmpeg(here, "yuv420p")[..frame].to_vec();
    let mixed = from_ffmpeg(here, "nv12")[..frame].to_vec();
    csi2(
        &[
            "unpack",
            "ffmpeg.raw",
            "--format",
            "NV12",
            "--size",
            "320x240",
            "--frames",
            "0",
            "-o",
            "i420.raw",
        ],
        here,
    );
    assert!(std::fs::read(here.join("i420.raw")).expect("a picture") == planar);
    for (format, dump) in [("NV12", &mixed), ("YU12", &planar)] {
        csi2(
            &[
                "pack", "i420.raw", "--format", format, "--size", "320x240", "-o", "back.raw",
            ],
            here,
        );
        assert!(
            std::fs::read(here.join("back.raw")).expect("a dump") == *dump,
            "{format}"
        );
    }
}

const PACK: &str = "
import sys
name, width, stride = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = open(name, 'rb').read()
samples = memoryview(data).cast('H')
with open('dump.raw', 'wb') as out:
    for start in range(0, len(samples), width):
        row = samples[start:start + width].tolist()
        row += [0] * (-width % 4)
        line = bytearray()
        for a, b, c, d in zip(row[0::4], row[1::4], row[2::4], row[3::4]):
            line += bytes((a >> 2, b >> 2, c >> 2, d >> 2, (d & 3) << 6 | (c & 3) << 4 | (b & 3) << 2 | a & 3))
        out.write(line + bytes(stride - len(line)))
";

/// A frame of the scene, packed in Python with padded rows, as DNG with a preview: with the stride, without it, and with nothing
/// told at all. What dcraw finds in the DNG are the samples.
fn reaches_dcraw(width: usize, height: usize, stride: usize) {
    let python = std::env::var("CSI2_PYTHON").unwrap_or_else(|_| "python3".into());
    if !have("dcraw") || !have(&python) {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let here = directory.path();
    let scene = Scene {
        width,
        height,
        bits: 10,
        frame: 0,
    };
    let mut state = 5_u32;
    // A little noise, as of a sensor.
    let noisy = |sample: u16| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (sample + (state >> 30) as u16).min(1023)
    };
    let samples: Vec<u16> = scene.samples().into_iter().map(noisy).collect();
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(here.join("scene.raw"), &bytes).expect("writable");
    run(
        &python,
        &["-c", PACK, "scene.raw", &width.to_string(), &stride.to_string()],
        here,
    );
    let (size, stride) = (format!("{width}x{height}"), stride.to_string());
    for words in [
        &[
            "--format",
            "SRGGB10P",
            "--size",
            &size,
            "--stride",
            &stride,
            "--preview",
        ] as &[&str],
        &["--format", "SRGGB10P", "--size", &size],
        &["--guess"],
    ] {
        csi2(&[&["unpack", "dump.raw", "-o", "x.dng"], words].concat(), here);
        run("dcraw", &["-D", "-4", "x.dng"], here);
        let pgm = std::fs::read(here.join("x.pgm")).expect("what dcraw wrote");
        let got: Vec<u16> = pgm[pgm.len() - 2 * width * height..]
            .chunks(2)
            .map(|b| u16::from_be_bytes([b[0], b[1]]))
            .collect();
        assert!(got == samples, "{words:?}");
    }
    let preview = std::fs::read(here.join("x-preview.png")).expect("a preview");
    assert!(preview.starts_with(b"\x89PNG"));
}

#[test]
fn a_padded_dump_reaches_dcraw() {
    reaches_dcraw(812, 608, 1024);
}

/// `cargo test --release -p csi2-cli --test foreign_memory -- --ignored`
#[test]
#[ignore = "a whole sensor frame"]
fn a_padded_dump_of_a_whole_sensor_reaches_dcraw() {
    reaches_dcraw(4056, 3040, 5120);
}
