//! Pictures into captures of every format and layer, and back.

use crate::support::{Bench, samples};
use csi2_capture::{FORMATS, Layer};
use serde_json::{Value, json};

const WIDTH: usize = 32;
const HEIGHT: usize = 5;

/// What a headerless capture needs said, by hand.
fn reading_options(format: &str, lanes: usize) -> Vec<String> {
    if format != "samples" {
        return Vec::new();
    }
    let mut map = "clk=0/1".to_owned();
    for lane in 0..lanes {
        map += &format!(",d{lane}={}/{}", 2 * lane + 2, 2 * lane + 3);
    }
    let unit = match 2 * lanes + 2 {
        ..=8 => 1,
        9..=16 => 2,
        _ => 4,
    };
    [
        "--input-format",
        "samples",
        "--samplerate",
        "4 GHz",
        "--unitsize",
        &unit.to_string(),
        "--map",
        &map,
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn every_format_layer_and_lane_count() {
    let bench = Bench::new();
    let picture = samples(WIDTH * HEIGHT, 10, 1);
    bench.npy("in.npy", &[HEIGHT, WIDTH], &picture);
    for format in FORMATS.iter().filter(|format| format.create.is_some()) {
        for layer in format.layers {
            for lanes in [1, 2, 3, 4, 8] {
                if *layer == Layer::Packets && lanes != 4 {
                    continue;
                }
                let what = format!("{} {} {lanes}", format.name, layer.name());
                let name = format!("link.{}", format.extensions[0]);
                let lanes = lanes.to_string();
                #[rustfmt::skip]
                bench.run(&["encode", "in.npy", "--dt", "RAW10", "-o", &name, "--output-format", format.name,
                    "--layer", layer.name(), "--lanes", &lanes]).ok();
                let mut words: Vec<String> = ["decode", &name, "--format", "npy", "-o", "out"]
                    .map(str::to_owned)
                    .into();
                words.extend(reading_options(format.name, lanes.parse().expect("a number")));
                let said = bench.run(&words);
                assert_eq!(said.code, 0, "{what}: {}", said.err);
                assert_eq!(bench.npy_samples("out/vc0-raw10-000000.npy"), picture, "{what}");
                words.splice(
                    ..,
                    ["check".to_owned(), "--fail-on".into(), "warning".into(), name]
                        .into_iter()
                        .chain(reading_options(format.name, lanes.parse().expect("a number"))),
                );
                let said = bench.run(&words);
                assert_eq!(said.code, 0, "{what}: {}", String::from_utf8_lossy(&said.out));
                std::fs::remove_dir_all(bench.path("out")).expect("removable");
            }
        }
    }
}

#[test]
fn every_depth() {
    let bench = Bench::new();
    for bits in [6, 7, 8, 10, 12, 14, 16] {
        let picture = samples(WIDTH * HEIGHT, bits, bits);
        let dt = format!("RAW{bits}");
        bench.npy("in.npy", &[HEIGHT, WIDTH], &picture);
        for name in ["link.pcapng", "link.sr", "link.lanes"] {
            bench.run(&["encode", "in.npy", "--dt", &dt, "-o", name]).ok();
            bench.run(&["decode", name, "--format", "npy", "-o", "out"]).ok();
            let file = format!("out/vc0-raw{bits}-000000.npy");
            assert_eq!(bench.npy_samples(&file), picture, "{dt} {name}");
        }
        // The container follows the depth: raw files are bytes to 8 bits.
        bench
            .run(&["decode", "link.pcapng", "--format", "raw", "-o", "out"])
            .ok();
        let raw = bench.read(&format!("out/vc0-raw{bits}-000000.raw"));
        let expected: Vec<u8> = if bits <= 8 {
            picture.iter().map(|sample| *sample as u8).collect()
        } else {
            picture.iter().flat_map(|sample| sample.to_le_bytes()).collect()
        };
        assert_eq!(raw, expected, "{dt}");
        // And may be sent again.
        let file = format!("out/vc0-raw{bits}-000000.raw");
        let size = format!("{WIDTH}x{HEIGHT}");
        bench
            .run(&["encode", &file, "--size", &size, "--dt", &dt, "-o", "again.pcapng"])
            .ok();
        bench
            .run(&["decode", "again.pcapng", "--format", "npy", "-o", "again"])
            .ok();
        assert_eq!(
            bench.npy_samples(&format!("again/vc0-raw{bits}-000000.npy")),
            picture,
            "{dt}"
        );
    }
}

#[test]
fn shapes_of_the_wire() {
    let bench = Bench::new();
    let picture = samples(WIDTH * HEIGHT, 12, 7);
    bench.npy("in.npy", &[HEIGHT, WIDTH], &picture);
    for (options, reading) in [
        (&["--clock", "gated"][..], &[][..]),
        (&["--skew", "0,3,1,9"], &[]),
        (&["--deskew", "--rate", "2.1G"], &[]),
        (&["--oversample", "2", "--rate", "80M"], &[]),
        (&["--oversample", "1"], &["--map", "d0=0,d1=1,d2=2,d3=3"]),
        (&["--oversample", "9", "--lanes", "3"], &[]),
        (&["--line-sync"], &[]),
    ] {
        let mut words = vec!["encode", "in.npy", "--dt", "RAW12", "-o", "link.sr"];
        words.extend(options);
        bench.run(&words).ok();
        let mut words = vec!["decode", "link.sr", "--format", "npy", "-o", "out"];
        words.extend(reading);
        let said = bench.run(&words);
        assert_eq!(said.code, 0, "{options:?}: {}", said.err);
        assert_eq!(bench.npy_samples("out/vc0-raw12-000000.npy"), picture, "{options:?}");
        let mut words = vec!["check", "link.sr", "--json", "--fail-on", "warning"];
        words.extend(reading);
        let report: serde_json::Value = serde_json::from_str(&bench.run(&words).ok()).expect("JSON");
        let clock = match options {
            ["--clock", mode] => json!(mode),
            ["--oversample", "1"] => Value::Null,
            _ => json!("continuous"),
        };
        assert_eq!(report["link"]["clock"], clock, "{options:?}");
        if options[0] == "--skew" {
            assert_eq!(report["link"]["skew_ui"], serde_json::json!([0, 3, 1, 9]));
        }
        if options[0] == "--deskew" {
            assert_eq!(report["link"]["rate_bps"], 2_100_000_000_u64);
            assert_eq!(report["findings"][0]["code"], "SKEW_CAL_SEEN");
        }
    }
}

#[test]
fn many_frames_of_a_stack() {
    let bench = Bench::new();
    let picture = samples(4 * WIDTH * HEIGHT, 10, 3);
    bench.npy("in.npy", &[4, HEIGHT, WIDTH], &picture);
    #[rustfmt::skip]
    bench.run(&["encode", "in.npy", "--dt", "RAW10", "--vc", "2", "--first-frame", "65535", "--fps", "60", "--line-sync",
        "-o", "link.pcapng"]).ok();
    for (range, kept) in [("1..3", 1..3), ("..=1", 0..2), ("3..", 3..4), ("2", 2..3)] {
        bench
            .run(&[
                "decode",
                "link.pcapng",
                "--format",
                "npy",
                "-o",
                range,
                "--frames",
                range,
            ])
            .ok();
        let manifest: serde_json::Value =
            serde_json::from_str(&bench.text(&format!("{range}/frames.json"))).expect("JSON");
        let frames = manifest["frames"].as_array().expect("frames");
        assert_eq!(frames.len(), kept.len(), "{range}");
        for (frame, index) in frames.iter().zip(kept) {
            let file = frame["file"].as_str().expect("a file");
            assert_eq!(file, format!("vc2-raw10-{index:06}.npy"));
            let size = WIDTH * HEIGHT;
            let expected = &picture[index * size..][..size];
            assert_eq!(bench.npy_samples(&format!("{range}/{file}")), expected, "{file}");
            // 65535 is followed by 1: 0 means unnumbered.
            assert_eq!(frame["number"], [65535, 1, 2, 3][index]);
        }
    }
    let report = bench
        .run(&["check", "link.pcapng", "--json", "--fail-on", "warning"])
        .ok();
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let rate = report["channels"][0]["frame_rate"].as_f64().expect("a rate");
    assert!((rate - 60.0).abs() < 0.01, "{rate}");
}

/// The hash of `--null` is that of the file that `--format raw` writes.
#[test]
fn hashes_are_of_raw_files() {
    use sha2::{Digest as _, Sha256};
    let bench = Bench::new();
    for bits in [8, 14] {
        bench.npy("in.npy", &[HEIGHT, WIDTH], &samples(WIDTH * HEIGHT, bits, bits));
        let dt = format!("RAW{bits}");
        bench.run(&["encode", "in.npy", "--dt", &dt, "-o", "link.pcapng"]).ok();
        bench
            .run(&["decode", "link.pcapng", "--format", "raw", "-o", "out"])
            .ok();
        let file = bench.read(&format!("out/vc0-raw{bits}-000000.raw"));
        let expected: String = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
        let manifest = bench.run(&["decode", "link.pcapng", "--null"]).ok();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
        assert_eq!(manifest["frames"][0]["sha256"], expected.as_str());
        assert!(manifest["frames"][0]["file"].is_null());
        bench.run(&["decode", "link.pcapng", "--null", "-o", "null"]).ok();
        let written: serde_json::Value = serde_json::from_str(&bench.text("null/frames.json")).expect("JSON");
        assert_eq!(written, manifest);
        assert_eq!(std::fs::read_dir(bench.path("null")).expect("there").count(), 1);
    }
}

/// Samples in PNG are right-aligned and `sBIT` says how many bits count; that is enough to send the picture again.
#[test]
fn png_says_its_depth() {
    let bench = Bench::new();
    for bits in [7, 8, 10, 16] {
        let picture = samples(WIDTH * HEIGHT, bits, bits);
        bench.npy("in.npy", &[HEIGHT, WIDTH], &picture);
        let dt = format!("RAW{bits}");
        bench.run(&["encode", "in.npy", "--dt", &dt, "-o", "link.pcapng"]).ok();
        bench.run(&["decode", "link.pcapng", "-o", "out"]).ok();
        let name = format!("out/vc0-raw{bits}-000000.png");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bench.read(&name)))
            .read_info()
            .expect("a PNG");
        assert_eq!(reader.info().sbit.as_deref(), Some(&[bits as u8][..]));
        let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut bytes).expect("pixels");
        let decoded: Vec<u16> = match reader.info().bit_depth {
            png::BitDepth::Eight => bytes.iter().map(|byte| u16::from(*byte)).collect(),
            _ => bytes
                .chunks(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect(),
        };
        assert_eq!(decoded, picture);
        bench.run(&["encode", &name, "-o", "again.pcapng"]).ok();
        assert_eq!(
            bench.run(&["list", "--json", "--payload", "again.pcapng"]).ok(),
            bench.run(&["list", "--json", "--payload", "link.pcapng"]).ok()
        );
        bench.run(&["decode", "link.pcapng", "-o", "view", "--stretch"]).ok();
        let name = format!("view/vc0-raw{bits}-000000.png");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bench.read(&name)))
            .read_info()
            .expect("a PNG");
        assert_eq!(reader.info().sbit, None);
        let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut bytes).expect("pixels");
        // The second sample is the greatest of its depth.
        let white = if bits <= 8 { &bytes[1..2] } else { &bytes[2..4] };
        assert!(white.iter().all(|byte| *byte == 0xFF) && bytes[0] == 0);
    }
}

/// Payload of a data type without samples is kept as it came.
#[test]
fn user_types_are_kept_packed() {
    let bench = Bench::new();
    bench.write(
        "link.hex",
        "0001001a\n30030000aabbcc3897\n30030000aabbcc3897\n0101001d\n",
    );
    let said = bench.run(&["decode", "link.hex", "-o", "out"]);
    assert!(said.err.contains("warning: USER1"), "{}", said.err);
    said.ok();
    assert_eq!(
        bench.read("out/vc0-user1-000000.bin"),
        [0xAA, 0xBB, 0xCC, 0xAA, 0xBB, 0xCC]
    );
}

#[test]
fn fewer_lanes_replace_more() {
    let bench = Bench::new();
    bench.npy("in.npy", &[HEIGHT, WIDTH], &samples(WIDTH * HEIGHT, 10, 1));
    for lanes in ["4", "2"] {
        let words = [
            "encode", "in.npy", "--dt", "RAW10", "--layer", "lanes", "--lanes", lanes, "-o", "frame",
        ];
        bench.run(&words).ok();
    }
    assert!(bench.path("frame.lane1").exists() && !bench.path("frame.lane2").exists());
    bench.run(&["check", "frame.lane0", "--fail-on", "warning"]).ok();
}

#[test]
fn dark_pictures_say_what_to_do() {
    let bench = Bench::new();
    bench.npy("in.npy", &[HEIGHT, WIDTH], &samples(WIDTH * HEIGHT, 10, 1));
    bench.run(&["encode", "in.npy", "--dt", "RAW10", "-o", "x.pcapng"]).ok();
    let hint = |words: &[&str]| {
        let said = bench.run(words);
        assert_eq!(said.code, 0);
        said.err.contains("--stretch")
    };
    assert!(hint(&["decode", "x.pcapng", "-o", "out"]));
    assert!(!hint(&["decode", "x.pcapng", "-o", "out", "--stretch"]));
    assert!(!hint(&["decode", "x.pcapng", "-o", "out", "--format", "npy"]));
}

/// Changes of the data wires alone: the rate comes from the file's comment, or from the command line.
#[test]
fn a_value_change_dump_without_a_clock_wire() {
    let bench = Bench::new();
    let picture = samples(WIDTH * HEIGHT, 10, 11);
    bench.npy("in.npy", &[HEIGHT, WIDTH], &picture);
    #[rustfmt::skip]
    bench.run(&["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "--rate", "800M", "--oversample", "1", "-o", "x.vcd"]).ok();
    let text = bench.text("x.vcd");
    let lines = text.lines().filter(|line| !line.contains("Acquisition"));
    bench.write("bare.vcd", lines.collect::<Vec<_>>().join("\n"));
    for words in [
        &["x.vcd"][..],
        &["x.vcd", "--rate", "800M"],
        &["bare.vcd", "--rate", "800M"],
        // The data tells how long a bit is.
        &["bare.vcd"],
        // A little off: the edges keep the phase.
        &["bare.vcd", "--rate", "800.4M"],
    ] {
        let run = |more: &[&str]| bench.run(&[&more[..1], words, &more[1..]].concat());
        run(&["decode", "--format", "npy", "-o", "out"]).ok();
        assert_eq!(bench.npy_samples("out/vc0-raw10-000000.npy"), picture, "{words:?}");
        let said = run(&["check", "--json", "--fail-on", "warning"]).ok();
        let report: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(report["link"]["clock"], Value::Null, "{words:?}");
        assert_eq!(report["findings"], json!([]), "{words:?}");
    }
    bench.write(
        "idle.vcd",
        "$timescale 1ns $end $var wire 1 ! D0P $end $enddefinitions $end #0 0! #10 1! #2000 0! #3000\n",
    );
    let message = bench.run(&["check", "idle.vcd"]).failed(2);
    assert!(
        message.contains("no clock wire") && message.contains("--rate"),
        "{message}"
    );
}
