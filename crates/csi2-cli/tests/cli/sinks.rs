//! `decode`: formats of pictures, what the manifest says of them, and standard output.

use crate::support::{Bench, samples};
use serde_json::{Value, json};
use sha2::Digest as _;

/// A link of frames of `size` each, one npy picture a frame.
fn link(bench: &Bench, data_type: &str, bits: u32, size: (usize, usize), frames: u32) -> Vec<Vec<u16>> {
    let sent: Vec<Vec<u16>> = (0..frames).map(|seed| samples(size.0 * size.1, bits, seed)).collect();
    let stack: Vec<u16> = sent.concat();
    bench.npy("in.npy", &[frames as usize, size.1, size.0], &stack);
    bench
        .run(&["encode", "in.npy", "--dt", data_type, "-o", "link.pcapng"])
        .ok();
    sent
}

#[track_caller]
fn decode(bench: &Bench, words: &[&str]) -> Value {
    let words = [&["decode", "link.pcapng", "-o", "out"], words].concat();
    bench.run(&words).ok();
    serde_json::from_str(&bench.text("out/frames.json")).expect("JSON")
}

/// What the entry of a tag says: its numbers.
fn tag(file: &[u8], tag: u16) -> Option<Vec<u32>> {
    let short = |at: usize| u32::from(u16::from_le_bytes([file[at], file[at + 1]]));
    let long = |at: usize| short(at) | short(at + 2) << 16;
    assert_eq!(file[..4], *b"II\x2A\0");
    let directory = long(4) as usize;
    let entries = (0..short(directory) as usize).map(|entry| directory + 2 + 12 * entry);
    let tags: Vec<u32> = entries.clone().map(short).collect();
    assert!(tags.is_sorted(), "{tags:?}");
    let entry = entries.into_iter().find(|at| short(*at) == u32::from(tag))?;
    let (kind, count) = (short(entry + 2), long(entry + 4) as usize);
    let size = match kind {
        1 | 2 => 1,
        3 => 2,
        4 => 4,
        5 | 10 => 8,
        other => panic!("type {other}"),
    };
    let at = if size * count <= 4 {
        entry + 8
    } else {
        long(entry + 8) as usize
    };
    assert_eq!(at % 2, 0, "tag {tag}");
    let one = |index: usize| match size {
        1 => file[at + index].into(),
        2 => short(at + 2 * index),
        // Of fractions, the part above.
        _ => long(at + size * index),
    };
    Some((0..count).map(one).collect())
}

#[test]
fn a_dng_tells_what_the_command_line_says() {
    let bench = Bench::new();
    let sent = link(&bench, "RAW12", 12, (10, 6), 1);
    let said = bench
        .run(&["decode", "link.pcapng", "-o", "out", "--format", "dng"])
        .failed(2);
    assert!(said.contains("--bayer") && said.contains("--sensor"), "{said}");
    let manifest = decode(
        &bench,
        &[
            "--format",
            "dng",
            "--bayer",
            "rggb",
            "--flip",
            "h",
            "--black-level",
            "240",
            "--white-level",
            "4000",
            "--orientation",
            "rotate-90",
        ],
    );
    assert_eq!(manifest["bayer"], "grbg");
    let file = bench.read("out/vc0-raw12-000000.dng");
    for (number, want) in [
        (256, &[10][..]),
        (257, &[6]),
        (258, &[16]),
        (262, &[32803]),
        (274, &[6]),
        (33421, &[2, 2]),
        (33422, &[1, 0, 2, 1]),
        (50714, &[240]),
        (50717, &[4000]),
        (50721, &[1, 0, 0, 0, 1, 0, 0, 0, 1]),
    ] {
        assert_eq!(tag(&file, number).as_deref(), Some(want), "tag {number}");
    }
    let strip = tag(&file, 273).expect("a strip")[0] as usize;
    let bytes = tag(&file, 279).expect("its bytes")[0] as usize;
    let stored: Vec<u16> = file[strip..strip + bytes]
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    assert_eq!(stored, sent[0]);
    // Black of a profile is scaled to the depth of the link; without a filter there is no pattern.
    decode(&bench, &["--format", "dng", "--sensor", "imx412"]);
    let file = bench.read("out/vc0-raw12-000000.dng");
    assert_eq!(tag(&file, 50714), Some(vec![64 * 4]));
    assert_eq!(tag(&file, 33422), Some(vec![0, 1, 1, 2]));
    decode(&bench, &["--format", "dng", "--bayer", "mono"]);
    let file = bench.read("out/vc0-raw12-000000.dng");
    assert_eq!((tag(&file, 262), tag(&file, 33422)), (Some(vec![34892]), None));
}

#[test]
fn the_hash_is_of_the_raw_file() {
    for (data_type, bits, layout, pix_fmt) in [
        ("RAW10", 10, json!("RAW"), json!("gray10le")),
        ("RAW8", 8, json!("RAW"), json!("gray")),
    ] {
        let bench = Bench::new();
        link(&bench, data_type, bits, (16, 5), 2);
        let raw = decode(&bench, &["--format", "raw"]);
        let null: Value = serde_json::from_str(&bench.run(&["decode", "link.pcapng", "--null"]).ok()).expect("JSON");
        for frame in 0..2 {
            let row = &raw["frames"][frame];
            let file = bench.read(&format!("out/{}", row["file"].as_str().expect("a name")));
            let digest = sha2::Sha256::digest(&file);
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(null["frames"][frame]["sha256"], hex);
            assert_eq!((&row["layout"], &row["pix_fmt"]), (&layout, &pix_fmt));
        }
        let bayer = decode(&bench, &["--format", "raw", "--bayer", "gbrg"]);
        let name = bayer["frames"][0]["pix_fmt"].as_str().expect("a name");
        assert!(name.starts_with("bayer_gbrg"), "{name}");
    }
}

#[test]
fn stacks() {
    let bench = Bench::new();
    let sent = link(&bench, "RAW10", 10, (8, 3), 3);
    let manifest = decode(&bench, &["--stack"]);
    assert_eq!(bench.npy_samples("out/vc0-raw10.npy"), sent.concat());
    let file = bench.read("out/vc0-raw10.npy");
    assert!(String::from_utf8_lossy(&file[..128]).contains("(3, 3, 8)"));
    for (slice, row) in manifest["frames"].as_array().expect("rows").iter().enumerate() {
        assert_eq!(row["file"], "vc0-raw10.npy");
        assert_eq!(row["slice"], slice);
    }
    // Frames of another size have a stack of their own.
    bench.npy("small.npy", &[2, 4], &samples(8, 10, 9));
    bench.npy("large.npy", &[3, 8], &sent[1]);
    let pictures = [
        "encode",
        "small.npy",
        "large.npy",
        "large.npy",
        "--dt",
        "RAW10",
        "-o",
        "link.pcapng",
    ];
    bench.run(&pictures).ok();
    let manifest = decode(&bench, &["--stack", "--format", "npy"]);
    let rows = manifest["frames"].as_array().expect("rows");
    let places: Vec<_> = rows
        .iter()
        .map(|row| (row["file"].as_str().expect("a name"), &row["slice"]))
        .collect();
    assert_eq!(
        places,
        [
            ("vc0-raw10.npy", &json!(0)),
            ("vc0-raw10-2.npy", &json!(0)),
            ("vc0-raw10-2.npy", &json!(1))
        ]
    );
    assert_eq!(
        bench.npy_samples("out/vc0-raw10-2.npy"),
        [&*sent[1], &*sent[1]].concat()
    );
    let words = ["decode", "link.pcapng", "-o", "out", "--stack", "--format", "png"];
    assert!(bench.run(&words).failed(2).contains("--stack"));
}

/// Twelve bytes of each frame: four of luma, one of U, one of V.
#[test]
fn planes_of_yuv420_are_files() {
    let bench = Bench::new();
    let i420 = [1, 2, 3, 4, 50, 90, 5, 6, 7, 8, 51, 91];
    bench.write("in.raw", i420.map(|value: u8| value));
    let encode = [
        "encode",
        "in.raw",
        "--size",
        "2x2",
        "--dt",
        "YUV420_8",
        "-o",
        "link.pcapng",
    ];
    bench.run(&encode).ok();
    let manifest = decode(&bench, &["--format", "npy"]);
    assert_eq!(manifest["frames"][1]["file"], "vc0-yuv420_8-000001-y.npy");
    assert_eq!(
        manifest["frames"][1]["planes"],
        json!([
            {"name": "Y", "file": "vc0-yuv420_8-000001-y.npy", "width": 2, "height": 2},
            {"name": "U", "file": "vc0-yuv420_8-000001-u.npy", "width": 1, "height": 1},
            {"name": "V", "file": "vc0-yuv420_8-000001-v.npy", "width": 1, "height": 1},
        ])
    );
    assert_eq!(bench.npy_samples("out/vc0-yuv420_8-000001-y.npy"), [5, 6, 7, 8]);
    assert_eq!(bench.npy_samples("out/vc0-yuv420_8-000001-u.npy"), [51]);
    assert_eq!(bench.npy_samples("out/vc0-yuv420_8-000001-v.npy"), [91]);
    decode(&bench, &["--stack"]);
    assert_eq!(bench.npy_samples("out/vc0-yuv420_8-y.npy"), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(bench.npy_samples("out/vc0-yuv420_8-v.npy"), [90, 91]);
    let said = bench.run(&["decode", "link.pcapng", "-o", "-"]);
    assert!(said.err.contains("-pix_fmt yuv420p -s 2x2"), "{}", said.err);
    assert_eq!(said.out, i420);
}

#[test]
fn what_a_format_cannot_hold_becomes_npy() {
    let bench = Bench::new();
    // RAW20, most significant bytes first: 12345h and FEDCBh are 12h FEh, then 34h DCh... as bytes of a user-defined type.
    bench.npy("in.npy", &[1, 10], &samples(10, 8, 3));
    let encode = [
        "encode",
        "in.npy",
        "--user",
        "USER1=RAW8",
        "--dt",
        "USER1",
        "-o",
        "link.pcapng",
    ];
    bench.run(&encode).ok();
    for format in ["png", "pgm", "dng"] {
        let words = [
            "decode",
            "link.pcapng",
            "-o",
            "out",
            "--user",
            "USER1=RAW20",
            "--format",
            format,
            "--bayer",
            "rggb",
        ];
        let said = bench.run(&words);
        assert_eq!(said.code, 0, "{}", said.err);
        let warnings: Vec<&str> = said.err.lines().filter(|line| line.contains("warning")).collect();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains("npy") && warnings[0].contains("16"),
            "{warnings:?}"
        );
        let manifest: Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
        assert_eq!(manifest["frames"][0]["file"], "vc0-user1-000000.npy");
        assert_eq!(manifest["frames"][0]["bits"], 20);
    }
    // Standard output has no other file to go to.
    let words = [
        "decode",
        "link.pcapng",
        "-o",
        "-",
        "--user",
        "USER1=RAW20",
        "--format",
        "png",
    ];
    let said = bench.run(&words);
    assert!(said.out.is_empty() && said.failed(2).contains("--stretch"));
    let file = bench.read("out/vc0-user1-000000.npy");
    assert!(String::from_utf8_lossy(&file[..128]).contains("'<u4'"));
    assert_eq!(file.len(), 128 + 4 * 4);
}

/// Lines of ten bytes as RAW12: three groups of three bytes, and one byte that is in none.
#[test]
fn what_is_no_whole_group_is_told() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 10], &samples(20, 8, 3));
    let encode = [
        "encode",
        "in.npy",
        "--user",
        "USER1=RAW8",
        "--dt",
        "USER1",
        "-o",
        "link.pcapng",
    ];
    bench.run(&encode).ok();
    let words = [
        "decode",
        "link.pcapng",
        "-o",
        "out",
        "--user",
        "USER1=RAW12",
        "--format",
        "npy",
    ];
    let said = bench.run(&words);
    let told = said
        .err
        .lines()
        .filter(|line| line.contains("10 bytes") && line.contains("1 byte "));
    assert_eq!(told.count(), 1, "{}", said.err);
    let manifest: Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
    assert_eq!(manifest["frames"][0]["rest_bytes"], 1);
    assert_eq!(manifest["frames"][0]["width"], 6);
    let whole = decode(&bench, &["--user", "USER1=RAW8"]);
    assert_eq!(whole["frames"][0].get("rest_bytes"), None);
}

/// Lines of three bytes have no group of RAW10, and no pixel: an array of none, and no picture.
#[test]
fn lines_without_a_pixel() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 3], &samples(6, 8, 3));
    let encode = [
        "encode",
        "in.npy",
        "--user",
        "USER1=RAW8",
        "--dt",
        "USER1",
        "-o",
        "link.pcapng",
    ];
    bench.run(&encode).ok();
    for format in ["png", "tiff", "dng", "pgm", "npy"] {
        let words = [
            "--user",
            "USER1=RAW10",
            "--format",
            format,
            "--bayer",
            "rggb",
            "--preview",
        ];
        let manifest = decode(&bench, &words);
        let row = &manifest["frames"][0];
        assert_eq!((&row["width"], &row["height"]), (&json!(0), &json!(2)), "{format}");
        assert_eq!((&row["rest_bytes"], row.get("preview")), (&json!(3), None));
        assert_eq!(row["file"], "vc0-user1-000000.npy");
    }
    assert!(bench.npy_samples("out/vc0-user1-000000.npy").is_empty());
    decode(&bench, &["--user", "USER1=RAW10", "--format", "raw"]);
    assert!(bench.read("out/vc0-user1-000000.raw").is_empty());
}

#[test]
fn previews() {
    let bench = Bench::new();
    link(&bench, "RAW10", 10, (12, 8), 1);
    let said = bench.run(&["decode", "link.pcapng", "-o", "out", "--preview"]);
    assert!(said.err.contains("grey"), "{}", said.err);
    let size = |bench: &Bench| {
        let file = bench.read("out/vc0-raw10-000000-preview.png");
        assert_eq!(file[..8], *b"\x89PNG\r\n\x1a\n");
        // Width, height, bits, colour type.
        (file[19], file[23], file[24], file[25])
    };
    assert_eq!(size(&bench), (12, 8, 8, 0));
    let manifest = decode(
        &bench,
        &["--preview", "--format", "dng", "--bayer", "bggr", "--orientation", "8"],
    );
    assert_eq!(manifest["frames"][0]["file"], "vc0-raw10-000000.dng");
    assert_eq!(manifest["frames"][0]["preview"], "vc0-raw10-000000-preview.png");
    assert_eq!(size(&bench), (8, 12, 8, 2));
    // What is not an image has none, and nothing is left behind.
    let mut files: Vec<String> = std::fs::read_dir(bench.path("out"))
        .expect("a directory")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(
        files,
        [
            "frames.json",
            "vc0-raw10-000000-preview.png",
            "vc0-raw10-000000.dng",
            "vc0-raw10-000000.png"
        ]
    );
}

#[test]
fn standard_output_is_raw_video() {
    let bench = Bench::new();
    let sent = link(&bench, "RAW10", 10, (8, 3), 2);
    let bytes: Vec<u8> = sent.concat().iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let said = bench.run(&["decode", "link.pcapng", "-o", "-"]);
    assert_eq!((said.code, &said.out), (0, &bytes), "{}", said.err);
    assert!(
        said.err.contains("ffmpeg -f rawvideo -pix_fmt gray10le -s 8x3 -i -"),
        "{}",
        said.err
    );
    let said = bench.run(&["decode", "link.pcapng", "-o", "-", "--frames", "1", "--bayer", "rggb"]);
    assert_eq!(said.out, bytes[bytes.len() / 2..]);
    assert!(said.err.contains("bayer_rggb16le"), "{}", said.err);
    let said = bench.run(&["decode", "link.pcapng", "-o", "-", "--format", "pgm"]);
    assert!(said.out.starts_with(b"P5\n8 3\n65535\n") && said.err.contains("image2pipe"));
    for words in [
        &["--format", "npy"][..],
        &["--format", "dng", "--bayer", "rggb"],
        &["--preview"],
        &["--stack"],
        &["--json"],
        &["--null"],
    ] {
        let words = [&["decode", "link.pcapng", "-o", "-"], words].concat();
        let said = bench.run(&words);
        assert!(said.out.is_empty(), "{words:?}");
        said.failed(2);
    }
}

#[test]
fn standard_output_takes_one_stream_of_one_size() {
    let bench = Bench::new();
    bench.npy("small.npy", &[2, 4], &samples(8, 10, 9));
    bench.npy("large.npy", &[3, 8], &samples(24, 10, 1));
    let encode = [
        "encode",
        "small.npy",
        "large.npy",
        "--dt",
        "RAW10",
        "-o",
        "sizes.pcapng",
    ];
    bench.run(&encode).ok();
    let said = bench.run(&["decode", "sizes.pcapng", "-o", "-"]);
    assert_eq!(said.out.len(), 16, "the first frame is out");
    let message = said.failed(3);
    assert!(
        message.contains("4x2") && message.contains("8x3") && message.contains("--frames 1.."),
        "{message}"
    );
    for (vc, name) in [("0", "a.bin"), ("1", "b.bin")] {
        bench
            .run(&["encode", "large.npy", "--dt", "RAW10", "--vc", vc, "-o", name])
            .ok();
    }
    bench.write("both.bin", [bench.read("a.bin"), bench.read("b.bin")].concat());
    let both = ["decode", "both.bin", "-o", "-"];
    let message = bench.run(&both).failed(2);
    assert!(message.contains("--vc"), "{message}");
    let said = bench.run(&[&both[..], &["--vc", "1"]].concat());
    assert_eq!((said.code, said.out.len()), (0, 48), "{}", said.err);
}
