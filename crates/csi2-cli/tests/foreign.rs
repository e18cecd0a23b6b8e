//! Proof from outside: tools that other people wrote read what we write, and find in it what we put there.
//! A missing tool skips its test, unless `CSI2_REQUIRE_PEERS=1`.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod tools;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tools::{csi2, have, required, run};

const WIDTH: usize = 64;
const HEIGHT: usize = 6;

fn python() -> String {
    std::env::var("CSI2_PYTHON").unwrap_or_else(|_| "python3".into())
}

/// A picture whose samples are all different from their neighbours, and the directory it lies in as `in.npy`.
fn picture() -> (tempfile::TempDir, Vec<u16>) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let samples: Vec<u16> = (0..WIDTH * HEIGHT).map(|i| (i * 37 % 1024) as u16).collect();
    write_npy(&directory.path().join("in.npy"), &samples);
    (directory, samples)
}

/// By hand, not by our sink: the test must not share the writer it checks.
fn write_npy(path: &Path, samples: &[u16]) {
    let mut header = format!("{{'descr': '<u2', 'fortran_order': False, 'shape': ({HEIGHT}, {WIDTH}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    std::fs::write(path, file).expect("writable");
}

/// RAW10 packing, sample by sample.
fn raw10(samples: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in samples.chunks(4) {
        bytes.extend(group.iter().map(|sample| (sample >> 2) as u8));
        bytes.push(
            group
                .iter()
                .enumerate()
                .map(|(i, sample)| ((sample & 3) as u8) << (2 * i))
                .sum(),
        );
    }
    bytes
}

fn path_of(directory: &tempfile::TempDir, name: &str) -> PathBuf {
    directory.path().join(name)
}

/// The frame in `frames/` has the samples of `in.npy`.
fn same_frame(directory: &tempfile::TempDir) {
    let samples = |name: &str| {
        let file = std::fs::read(path_of(directory, name)).expect("a frame");
        file[file.len() - WIDTH * HEIGHT * 2..].to_vec()
    };
    assert_eq!(samples("frames/vc0-raw10-000000.npy"), samples("in.npy"));
}

#[test]
fn tshark_reads_our_pcapng() {
    if !have("tshark") || !have("capinfos") {
        return;
    }
    let (directory, samples) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "-o", "out.pcapng"],
        directory.path(),
    );
    let text = run(
        "tshark",
        &[
            "-r",
            "out.pcapng",
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-e",
            "frame.len",
            "-e",
            "frame.encap_type",
        ],
        directory.path(),
    );
    let lengths: Vec<usize> = text
        .lines()
        .map(|line| line.split('\t').nth(1).expect("a length").parse().expect("a number"))
        .collect();
    let line = WIDTH * 5 / 4 + 6;
    let mut expected = vec![4];
    expected.extend([line; HEIGHT]);
    expected.push(4);
    assert_eq!(lengths, expected);

    // The bytes themselves, from Wireshark's own dump.
    let json = run("tshark", &["-r", "out.pcapng", "-T", "json", "-x"], directory.path());
    let packets: serde_json::Value = serde_json::from_str(&json).expect("tshark's JSON");
    let row = packets[1]["_source"]["layers"]["frame_raw"][0]
        .as_str()
        .expect("frame bytes")
        .to_owned();
    let payload: String = raw10(&samples[..WIDTH])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(&row[8..8 + payload.len()], payload);

    let info = run("capinfos", &["out.pcapng"], directory.path());
    assert!(info.contains("nanoseconds"), "{info}");
    assert!(info.contains("MIPI CSI-2 low level protocol packets"), "{info}");
    assert!(
        info.lines()
            .any(|line| line.starts_with("Number of packets:") && line.ends_with(" 8")),
        "{info}"
    );
}

#[test]
fn tshark_shows_the_checksum_error_flag() {
    if !have("tshark") {
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "-o", "good.hex"],
        directory.path(),
    );
    let mut text = std::fs::read_to_string(path_of(&directory, "good.hex")).expect("text");
    let row = text.match_indices("\n2b").nth(2).expect("a third line").0 + 20;
    let other = if text.as_bytes()[row] == b'0' { "1" } else { "0" };
    text.replace_range(row..=row, other);
    std::fs::write(path_of(&directory, "bad.hex"), text).expect("writable");
    csi2(&["convert", "bad.hex", "-o", "bad.pcapng"], directory.path());
    let hits = run(
        "tshark",
        &[
            "-r",
            "bad.pcapng",
            "-Y",
            "frame.packet_flags_crc_error == 1",
            "-T",
            "fields",
            "-e",
            "frame.number",
        ],
        directory.path(),
    );
    assert_eq!(hits.trim(), "4", "FS is frame 1, so the third line is frame 4");
}

#[test]
fn sigrok_cli_reads_our_sr() {
    if !have("sigrok-cli") {
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", "out.sr"],
        directory.path(),
    );
    let show = run("sigrok-cli", &["-i", "out.sr", "--show"], directory.path());
    for name in ["CLKP", "CLKN", "D0P", "D0N", "D1P", "D1N"] {
        assert!(show.contains(name), "{show}");
    }
    assert!(show.contains("4000000000"), "1 Gbps a lane at 4 samples a UI: {show}");
    // The samples as sigrok sees them, back through our headerless reader: the same frame.
    run(
        "sigrok-cli",
        &["-i", "out.sr", "-O", "binary", "-o", "out.bin"],
        directory.path(),
    );
    csi2(
        &[
            "decode",
            "out.bin",
            "--input-format",
            "samples",
            "--unitsize",
            "1",
            "--samplerate",
            "4G",
            "--map",
            "clk=0/1,d0=2/3,d1=4/5",
            "--format",
            "npy",
            "-o",
            "frames",
        ],
        directory.path(),
    );
    same_frame(&directory);
}

#[test]
fn we_read_what_sigrok_cli_writes() {
    if !have("sigrok-cli") {
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "--lanes", "1", "-o", "out.sr"],
        directory.path(),
    );
    run(
        "sigrok-cli",
        &["-i", "out.sr", "-O", "vcd", "-o", "sigrok.vcd"],
        directory.path(),
    );
    run("sigrok-cli", &["-i", "out.sr", "-o", "sigrok.sr"], directory.path());
    let ours = csi2(&["list", "--json", "--payload", "out.sr"], directory.path());
    for other in ["sigrok.vcd", "sigrok.sr"] {
        let theirs = csi2(&["list", "--json", "--payload", other], directory.path());
        let bytes = |text: &str| -> Vec<serde_json::Value> {
            text.lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["payload"].clone())
                .collect()
        };
        assert_eq!(bytes(&ours), bytes(&theirs), "{other}");
    }
}

#[test]
fn gtkwave_reads_our_vcd() {
    if !have("vcd2fst") || !have("fst2vcd") {
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", "out.vcd"],
        directory.path(),
    );
    run("vcd2fst", &["out.vcd", "out.fst"], directory.path());
    let back = run("fst2vcd", &["out.fst"], directory.path());
    std::fs::write(path_of(&directory, "back.vcd"), back).expect("writable");
    csi2(
        &["decode", "back.vcd", "--format", "npy", "-o", "frames"],
        directory.path(),
    );
    same_frame(&directory);
}

#[test]
fn fst_keeps_every_annotation() {
    if !have("vcd2fst") || !have("fst2vcd") {
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", "out.sr"],
        directory.path(),
    );
    csi2(&["convert", "out.sr", "-o", "out.vcd", "--annotate"], directory.path());
    run("vcd2fst", &["out.vcd", "out.fst"], directory.path());
    let back = run("fst2vcd", &["out.fst"], directory.path());
    let sent = std::fs::read_to_string(path_of(&directory, "out.vcd")).expect("text");

    // Identifiers are given anew, and so is the order within an instant. Where nothing is known no value is needed.
    let changes = |dump: &str| {
        let mut names = std::collections::BTreeMap::new();
        let (mut now, mut found) = (0, Vec::new());
        for line in dump.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["$var", _, _, code, name, "$end"] => {
                    names.insert(code.to_owned(), name.to_owned());
                }
                [time] if time.starts_with('#') => now = time[1..].parse::<u64>().expect("a time"),
                [text, code] if text.starts_with('s') => {
                    // fst2vcd writes the escapes of C.
                    found.push((now, names[code].clone(), text.replace("\\040", "\\x20")));
                }
                [bits, code] if bits.starts_with('b') && !bits.contains('x') => {
                    let number = u32::from_str_radix(&bits[1..], 2).expect("bits");
                    found.push((now, names[code].clone(), number.to_string()));
                }
                [change] if change.starts_with(['0', '1']) && names.contains_key(&change[1..]) => {
                    found.push((now, names[&change[1..]].clone(), change[..1].to_owned()));
                }
                _ => {}
            }
        }
        found.sort();
        found
    };
    let (sent, back) = (changes(&sent), changes(&back));
    assert!(
        sent.iter()
            .any(|(_, name, value)| name == "packet" && value == "sRAW10\\x20vc0\\x2080B\\x20crc\\x20ok")
    );
    let lost: Vec<_> = sent.iter().filter(|change| !back.contains(change)).take(5).collect();
    assert!(
        lost.is_empty() && sent.len() == back.len(),
        "lost: {lost:?}, {} of {}",
        back.len(),
        sent.len()
    );
}

#[test]
fn numpy_and_pillow_read_our_frames() {
    let python = python();
    let found = Command::new(&python)
        .args(["-c", "import numpy, PIL"])
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        assert!(!required(), "{python} with numpy and pillow is required");
        eprintln!("skipped: no NumPy or Pillow");
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "-o", "out.pcapng"],
        directory.path(),
    );
    for format in ["npy", "png", "pgm", "raw", "packed"] {
        csi2(
            &["decode", "out.pcapng", "--format", format, "-o", format],
            directory.path(),
        );
    }
    let script = "
import glob, numpy as np
from PIL import Image
want = np.load('in.npy')
one = lambda pattern: glob.glob(pattern)[0]
got = np.load(one('npy/*.npy'))
assert got.dtype == '<u2' and got.shape == want.shape and (got == want).all()
for pattern in ('png/*.png', 'pgm/*.pgm'):
    picture = np.array(Image.open(one(pattern))).astype(np.uint16)
    assert (picture == want).all(), pattern
raw = np.fromfile(one('raw/*.raw'), '<u2').reshape(want.shape)
assert (raw == want).all()
packed = np.fromfile(one('packed/*[!n]'), np.uint8).reshape(-1, 5).astype(np.uint16)
high = packed[:, :4] << 2
low = (packed[:, 4:5] >> np.array([0, 2, 4, 6], np.uint16)) & 3
assert ((high | low).reshape(want.shape) == want).all()
print('same')
";
    assert_eq!(run(&python, &["-c", script], directory.path()).trim(), "same");
}

#[test]
fn exiftool_sees_the_true_depth() {
    if !have("exiftool") {
        return;
    }
    let (directory, _) = picture();
    csi2(
        &["encode", "in.npy", "--dt", "RAW10", "-o", "out.pcapng"],
        directory.path(),
    );
    csi2(&["decode", "out.pcapng", "-o", "frames"], directory.path());
    let text = run(
        "exiftool",
        &["-s", "-BitDepth", "-SignificantBits", "frames/vc0-raw10-000000.png"],
        directory.path(),
    );
    let value = |key: &str| {
        text.lines()
            .find(|line| line.starts_with(key))
            .and_then(|line| line.split(": ").nth(1))
    };
    assert_eq!(value("BitDepth"), Some("16"), "{text}");
    assert_eq!(value("SignificantBits"), Some("10"), "{text}");
}

#[test]
fn icarus_verilog_reads_our_readmemh() {
    if !have("iverilog") {
        return;
    }
    let (directory, samples) = picture();
    csi2(
        &[
            "encode",
            "in.npy",
            "--dt",
            "RAW10",
            "--layer",
            "packets",
            "-o",
            "packets.mem",
        ],
        directory.path(),
    );
    csi2(
        &[
            "encode",
            "in.npy",
            "--dt",
            "RAW10",
            "--layer",
            "lanes",
            "--lanes",
            "2",
            "-o",
            "lanes.mem",
        ],
        directory.path(),
    );
    let row = WIDTH * 5 / 4 + 6;
    let total = 8 + HEIGHT * row;
    std::fs::write(
        path_of(&directory, "bench.v"),
        format!(
            "module bench;
  reg [7:0] packets [0:{last}];
  reg [15:0] lanes [0:{lane_rows}];
  integer i;
  initial begin
    $readmemh(\"packets.mem\", packets);
    $readmemh(\"lanes.mem\", lanes);
    for (i = 0; i < {total}; i = i + 1) $display(\"p %h\", packets[i]);
    for (i = 0; i < 6; i = i + 1) $display(\"l %h\", lanes[i]);
  end
endmodule
",
            last = total - 1,
            lane_rows = 4095,
        ),
    )
    .expect("writable");
    run("iverilog", &["-o", "bench.vvp", "bench.v"], directory.path());
    let output = run("vvp", &["bench.vvp"], directory.path());
    let seen: Vec<u8> = output
        .lines()
        .filter_map(|line| line.strip_prefix("p "))
        .map(|hex| u8::from_str_radix(hex, 16).expect("no x: every byte is in the file"))
        .collect();
    assert_eq!(seen.len(), total);
    // FS of frame 1, then a RAW10 header whose ECC is in public decoders' test vectors only for other lengths: so the payload.
    assert_eq!(seen[..4], [0x00, 0x01, 0x00, 0x1A]);
    assert_eq!(seen[8..8 + WIDTH * 5 / 4], raw10(&samples[..WIDTH]));
    let lanes: Vec<&str> = output.lines().filter_map(|line| line.strip_prefix("l ")).collect();
    // Sync on both lanes, then FS 1 as lane 0 `00 00`, lane 1 `01 1A`; lane 1 is the high byte.
    assert_eq!(lanes[..3], ["b8b8", "0100", "1a00"]);
}
