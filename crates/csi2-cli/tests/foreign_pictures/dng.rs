//! DNG in developers of raw pictures: dcraw, LibRaw, ExifTool, RawTherapee.

use crate::link;
use crate::tools::{csi2, have, run};
use std::path::Path;
use std::process::{Command, Stdio};

const ORDERS: [&str; 4] = ["rggb", "grbg", "gbrg", "bggr"];

/// Depths with sizes that their groups allow; odd ones where they do. dcraw takes less than 22 rows or columns for no picture.
const SIZES: [(u32, usize, usize); 5] = [(8, 33, 27), (10, 36, 23), (12, 34, 28), (14, 32, 25), (16, 31, 26)];

/// What a program prints, byte by byte.
fn bytes_of(program: &str, words: &[&str], directory: &Path) -> Vec<u8> {
    let output = Command::new(program)
        .args(words)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {said}");
    output.stdout
}

/// Width, height and samples of a 16-bit greymap with one field a line.
fn greymap(file: &[u8]) -> (usize, usize, Vec<u16>) {
    let mut parts = file.splitn(4, |byte| *byte == b'\n');
    let mut line = || parts.next().expect("four parts");
    assert_eq!(line(), b"P5");
    let size = String::from_utf8(line().to_vec()).expect("text");
    let (width, height) = size.split_once(' ').expect("a size");
    assert_eq!(line(), b"65535");
    let samples = line()
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    (width.parse().unwrap(), height.parse().unwrap(), samples.collect())
}

/// The link as DNG of this Bayer order, with `more` options.
fn decode(order: &str, more: &[&str], here: &Path) {
    let words = [
        "decode",
        "link.pcapng",
        "-o",
        "out",
        "--format",
        "dng",
        "--bayer",
        order,
    ];
    csi2(&[&words[..], more].concat(), here);
}

#[test]
fn dcraw_finds_our_samples_in_a_dng() {
    if !have("dcraw") {
        return;
    }
    for (bits, width, height) in SIZES {
        let (directory, samples) = link(bits, width, height);
        let here = directory.path();
        let file = format!("out/vc0-raw{bits}-000000.dng");
        for order in ORDERS.into_iter().chain(["mono"]) {
            decode(order, &[], here);
            let found = greymap(&bytes_of("dcraw", &["-D", "-4", "-c", &file], here));
            assert_eq!((found.0, found.1), (width, height), "RAW{bits} {order}");
            assert!(found.2 == samples, "RAW{bits} {order}");
            let about = run("dcraw", &["-i", "-v", &file], here);
            let upper = order.to_uppercase();
            let pattern = format!("Filter pattern: {}/{}", &upper[..2], &upper[2..]);
            assert_eq!(about.contains(&pattern), order != "mono", "{about}");
            assert_eq!(about.contains("Raw colors: 1"), order == "mono", "{about}");
        }
    }
}

/// A picture that is turned for viewing has the same samples, and dcraw turns what it develops.
#[test]
fn dcraw_turns_by_the_orientation() {
    if !have("dcraw") {
        return;
    }
    let (directory, samples) = link(10, 36, 24);
    let here = directory.path();
    for (orientation, size) in [
        ("normal", "36 24"),
        ("rotate-90", "24 36"),
        ("3", "36 24"),
        ("transpose", "24 36"),
    ] {
        decode("grbg", &["--orientation", orientation], here);
        let file = "out/vc0-raw10-000000.dng";
        let stored = greymap(&bytes_of("dcraw", &["-D", "-4", "-t", "0", "-c", file], here));
        assert!(stored.2 == samples, "{orientation}");
        let developed = bytes_of("dcraw", &["-c", file], here);
        let head = String::from_utf8_lossy(&developed[..20]).into_owned();
        assert!(head.starts_with(&format!("P6\n{size}\n")), "{orientation}: {head}");
    }
}

#[test]
fn libraw_finds_our_samples_in_a_dng() {
    if !have("unprocessed_raw") {
        return;
    }
    for (bits, width, height) in SIZES {
        let (directory, samples) = link(bits, width, height);
        let here = directory.path();
        for order in ORDERS.into_iter().chain(["mono"]) {
            decode(order, &[], here);
            let file = format!("out/vc0-raw{bits}-000000.dng");
            run("unprocessed_raw", &["-q", &file], here);
            let found = greymap(&std::fs::read(here.join(format!("{file}.pgm"))).expect("a picture"));
            assert!(found == (width, height, samples.clone()), "RAW{bits} {order}");
        }
    }
}

#[test]
fn exiftool_finds_nothing_wrong() {
    if !have("exiftool") {
        return;
    }
    let (directory, _) = link(12, 34, 18);
    let here = directory.path();
    let words = [
        "decode",
        "link.pcapng",
        "-o",
        "out",
        "--bayer",
        "gbrg",
        "--orientation",
        "rotate-270",
    ];
    let levels = ["--black-level", "240", "--white-level", "4000", "--sensor", "imx412"];
    for format in ["dng", "tiff", "png"] {
        csi2(&[&words[..], &levels, &["--format", format]].concat(), here);
        let file = format!("out/vc0-raw12-000000.{format}");
        let verdict = run("exiftool", &["-s3", "-validate", &file], here);
        assert_eq!(verdict.trim(), "OK", "{format}");
    }
    let tags = run("exiftool", &["-s", "out/vc0-raw12-000000.dng"], here);
    for (tag, value) in [
        ("BlackLevel", "240"),
        ("WhiteLevel", "4000"),
        ("Orientation", "Rotate 270 CW"),
        ("CFAPattern", "[Green,Blue][Red,Green]"),
        ("ColorMatrix1", "1 0 0 0 1 0 0 0 1"),
        ("Model", "imx412"),
        ("DNGVersion", "1.4.0.0"),
    ] {
        let found = tags.lines().filter_map(|line| line.split_once(": "));
        let found = found
            .into_iter()
            .find(|(name, _)| name.trim() == tag)
            .map(|(_, value)| value);
        assert_eq!(found, Some(value), "{tag}\n{tags}");
    }
    let (directory, _) = link(12, 34, 18);
    decode("mono", &[], directory.path());
    let verdict = run(
        "exiftool",
        &["-s3", "-validate", "out/vc0-raw12-000000.dng"],
        directory.path(),
    );
    assert_eq!(verdict.trim(), "OK");
}

#[test]
fn rawtherapee_develops_a_dng() {
    if !have("rawtherapee-cli") {
        return;
    }
    // Much smaller pictures it does not load.
    let (directory, _) = link(10, 320, 240);
    let here = directory.path();
    for order in ["bggr", "mono"] {
        decode(order, &[], here);
        let words = [
            "-Y",
            "-q",
            "-o",
            "developed.png",
            "-n",
            "-c",
            "out/vc0-raw10-000000.dng",
        ];
        let output = Command::new("rawtherapee-cli")
            .args(words)
            .current_dir(here)
            .env("XDG_CONFIG_HOME", here)
            .env("XDG_CACHE_HOME", here)
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let picture = std::fs::read(here.join("developed.png")).expect("a picture");
        let side = |at: usize| usize::from(u16::from_be_bytes([picture[at + 2], picture[at + 3]]));
        // Of a colour filter it leaves a border of four samples out.
        let border = if order == "mono" { 0 } else { 8 };
        assert_eq!((side(16), side(20)), (320 - border, 240 - border), "{order}");
    }
}
