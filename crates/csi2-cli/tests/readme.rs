//! Holds the README to the code: its tables are what `csi2 formats` knows and what the last record of `csi2 bench` has, and
//! each `console` block prints what it shows.
//! `CSI2_BLESS=1` writes tables and outputs anew.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md is there")
}

/// Compares, or writes anew.
fn settle(expected: &str, actual: &str) {
    if std::env::var_os("CSI2_BLESS").is_some() {
        std::fs::write(root().join("README.md"), actual).expect("writable README");
    } else if expected != actual {
        for (number, (e, a)) in expected.lines().zip(actual.lines()).enumerate() {
            assert_eq!(e, a, "README.md line {}", number + 1);
        }
        panic!(
            "README.md: {} lines, {} expected",
            expected.lines().count(),
            actual.lines().count()
        );
    }
}

fn table(header: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let columns = header.matches('|').count() - 1;
    let mut text = format!("{header}\n|{}\n", "---|".repeat(columns));
    for row in rows {
        text += &format!("| {} |\n", row.join(" | "));
    }
    text
}

/// Who else has read or written files of each format in the tests. `model`: the transmitter model in Python under
/// `tests/oracle`, which shares nothing with this code.
const CHECKED_BY: &[(&str, &str)] = &[
    ("cmp", "model; tshark sees the frames"),
    ("pcapng", "tshark, capinfos; model"),
    ("pcap", "files built from the published layout"),
    ("packets", "model"),
    ("hex", "42 packets of an independent receiver's test bench"),
    ("lanes-text", "lane bytes of a transmitter on real boards"),
    ("lanes", "model"),
    ("readmemh", "Icarus Verilog"),
    ("sigrok", "sigrok-cli, both ways; model"),
    ("sigrok-csv", "sigrok-cli, both ways; model"),
    ("dsl", "files built from the published layout; model"),
    ("saleae", "files built from the published layout; model"),
    ("saleae-csv", "files built from the published layout; model"),
    ("ols", "files built from the published layout"),
    ("ila-csv", "files built from the published layout; model"),
    ("vcd", "vcd2fst, fst2vcd, sigrok-cli, Icarus Verilog; model"),
    ("fst", "vcd2fst writes, in its three ways to pack"),
    ("samples", "sigrok-cli (format binary)"),
];

fn capture_formats() -> String {
    table(
        "| format | layer | extensions | reads | writes | from a pipe | what it is | checked with |",
        csi2_capture::FORMATS.iter().map(|format| {
            let yes = |flag: bool| if flag { "yes" } else { "-" }.to_owned();
            vec![
                format!("`{}`", format.name),
                format
                    .layers
                    .iter()
                    .map(|layer| layer.name())
                    .collect::<Vec<_>>()
                    .join(", "),
                format
                    .extensions
                    .iter()
                    .map(|extension| format!("`.{extension}`"))
                    .collect::<Vec<_>>()
                    .join(" "),
                yes(format.open.is_some()),
                yes(format.create.is_some()),
                yes(format.open.is_some() && format.streams),
                format.description.to_owned(),
                CHECKED_BY
                    .iter()
                    .find(|(name, _)| *name == format.name)
                    .unwrap_or_else(|| panic!("who checked {}?", format.name))
                    .1
                    .to_owned(),
            ]
        }),
    )
}

/// What each data type's samples were compared with, beside the figures of `csi2-pixel/tests/figures` (bit by bit, every length
/// around a group) and the model, which do all of them. "unconfirmed": no public source shows this layout whole.
const SAMPLES_CHECKED_BY: &[(&str, &str)] = &[
    ("YUV420_8", "FFmpeg: planes, and the rendered picture"),
    ("YUV420_10", "FFmpeg: the rendered picture"),
    ("YUV420_8_LEGACY", "published figure"),
    ("YUV420_8_CSPS", "published figure: as YUV420_8"),
    ("YUV420_10_CSPS", "published figure: as YUV420_10"),
    ("YUV422_8", "FFmpeg: uyvy422 to planes, and the rendered picture"),
    ("YUV422_10", "known answer; FFmpeg: the rendered picture"),
    ("RGB444", "known answer; value of padding unconfirmed"),
    ("RGB555", "known answer; value of padding unconfirmed"),
    ("RGB565", "known answer; FFmpeg: rgb565le dumps"),
    ("RGB666", "published figure"),
    ("RGB888", "known answer; Pillow, tifffile, NumPy; FFmpeg: bgr24 dumps"),
    ("RAW28", "known answer; layout unconfirmed (by analogy with RAW20)"),
    ("RAW24", "known answer; layout unconfirmed (by analogy with RAW20)"),
    ("RAW6", "known answer"),
    ("RAW7", "known answer"),
    ("RAW8", "dcraw, LibRaw, tifffile, NumPy, Pillow"),
    (
        "RAW10",
        "published vector; a transmitter on real boards; dcraw, LibRaw, tifffile, NumPy",
    ),
    (
        "RAW12",
        "known answer; dcraw, LibRaw, tifffile, NumPy; FFmpeg: gray12le",
    ),
    ("RAW14", "known answer; dcraw, LibRaw, tifffile, NumPy"),
    ("RAW16", "known answer; dcraw, LibRaw, tifffile, NumPy"),
    ("RAW20", "known answer; tifffile, NumPy"),
];

fn data_types() -> String {
    table(
        "| data type | code | pixels in bytes | npy | checked with |",
        csi2_pixel::CODECS.iter().map(|codec| {
            let long = codec.group_of(1);
            let bytes = if codec.layout.alternates() {
                format!("{} in {} and {}", codec.pixel_group(), long.bytes / 2, long.bytes)
            } else {
                format!("{} in {}", codec.pixel_group(), long.bytes)
            };
            let sample = match codec.bits {
                ..=8 => "u1",
                9..=16 => "u2",
                _ => "u4",
            };
            let shape = match codec.layout {
                csi2_pixel::Layout::Single => "(H, W)",
                csi2_pixel::Layout::Bgr => "(H, W, 3): R G B",
                csi2_pixel::Layout::Uyvy => "(H, W, 2): U Y, V Y",
                csi2_pixel::Layout::Yuv420 | csi2_pixel::Layout::Yuv420Legacy => "three planes",
            };
            vec![
                codec.name.to_owned(),
                format!("0x{:02X}", codec.data_type.code()),
                bytes,
                format!("{shape}, {sample}"),
                SAMPLES_CHECKED_BY
                    .iter()
                    .find(|(name, _)| *name == codec.name)
                    .unwrap_or_else(|| panic!("who checked {}?", codec.name))
                    .1
                    .to_owned(),
            ]
        }),
    )
}

/// The newest record of `csi2 bench --json`: its name begins with its date.
fn record() -> (String, Value) {
    let files = std::fs::read_dir(root().join("benches/record")).expect("benches/record");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    let newest = names.filter(|name| name.ends_with(".json")).max().expect("a record");
    let text = std::fs::read_to_string(root().join("benches/record").join(&newest)).expect("a record");
    (newest, serde_json::from_str(&text).expect("JSON"))
}

/// What kernels are compared with, as the README explains them.
const BESIDE: &[&str] = &[
    "scalar",
    "memcpy",
    "nt_copy",
    "read",
    "crc",
    "crc_table16",
    "crc_fast",
    "plain",
];

/// How fast it was: a line per row, a column per backend, the best first.
fn speed() -> String {
    let (name, record) = record();
    let rows = record["rows"].as_array().expect("rows");
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    let number = |value: &Value| value.as_f64().expect("a number");
    let mut ids: Vec<String> = rows.iter().map(|row| text(row, "id")).collect();
    ids.dedup();
    let mut backends: Vec<String> = rows.iter().map(|row| text(row, "backend")).collect();
    backends.truncate(rows.len() / ids.len());
    let sampled = |id: &str| {
        ["samples", "clocked", "path/samples"]
            .iter()
            .any(|start| id.starts_with(start))
    };
    let cells = ids.iter().zip(rows.chunks(backends.len())).map(|(id, rows)| {
        let unit = if sampled(id) { "GSa/s" } else { "GB/s" };
        let rate = format!("{} {unit}", digits(number(&rows[0]["bytes_per_s"]) / 1e9));
        let ratios = rows.iter().map(|row| {
            let ratio = |name: &&str| {
                row["vs"]
                    .get(name)
                    .map(|ratio| format!("{name} {}", digits(number(ratio))))
            };
            BESIDE.iter().filter_map(ratio).collect::<Vec<_>>().join(", ")
        });
        [format!("`{id}`"), rate].into_iter().chain(ratios).collect()
    });
    let head = format!(
        "| row | {} | {} |",
        backends[0],
        backends.join(": times as fast as | ") + ": times as fast as"
    );
    let (date, cpu) = (&name[..10], text(&record, "cpu"));
    format!("{date}, {cpu} (`benches/record/{name}`):\n\n{}", table(&head, cells))
}

/// Three digits.
fn digits(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[test]
fn tables_are_what_the_code_knows() {
    let text = readme();
    let mut actual = text.clone();
    for (name, table) in [
        ("capture-formats", capture_formats()),
        ("data-types", data_types()),
        ("speed", speed()),
    ] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let from = actual
            .find(&begin)
            .unwrap_or_else(|| panic!("README.md has no {begin}"))
            + begin.len();
        let to = from
            + actual[from..]
                .find(&end)
                .unwrap_or_else(|| panic!("README.md has no {end}"));
        actual.replace_range(from..to, &table);
    }
    settle(&text, &actual);
}

/// Runs the commands of a block in `directory`, with `csi2` on the path; returns the block as it should read.
fn replay(block: &str, directory: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_csi2"))
        .parent()
        .expect("a directory")
        .to_owned();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut text = String::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {command}; }} 2>&1")])
            .current_dir(directory)
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .output()
            .expect("sh starts");
        text += &format!("$ {command}\n{}", String::from_utf8(output.stdout).expect("text"));
    }
    text
}

#[test]
fn console_blocks_print_what_they_show() {
    let text = readme();
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::os::unix::fs::symlink(
        root().join("captures").canonicalize().expect("captures/"),
        directory.path().join("captures"),
    )
    .expect("a link");
    let mut actual = String::new();
    let mut rest = text.as_str();
    let mut blocks = 0;
    while let Some(start) = rest.find("```console\n") {
        let (before, block) = rest.split_at(start + "```console\n".len());
        let end = block.find("```").expect("the block ends");
        actual += before;
        actual += &replay(&block[..end], directory.path());
        rest = &block[end..];
        blocks += 1;
    }
    actual += rest;
    assert!(blocks > 3, "only {blocks} console blocks");
    settle(&text, &actual);
}
