//! `simulate`: what is decoded again is the pattern, sample for sample, and rows come when the mode says. What patterns, flips
//! and slots are is worked out here once more.

mod exposures;
mod oracle;

use crate::support::{Bench, lines};
use oracle::{Canvas, Cut};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A drive mode of the brief: name, canvas, frames per second, row time in nanoseconds.
struct Drive {
    name: &'static str,
    canvas: Canvas,
    rate: f64,
    row: f64,
}

const fn drive(name: &'static str, (width, height): (usize, usize), bits: u32, rate: f64, clocks: f64) -> Drive {
    Drive {
        name,
        canvas: Canvas { width, height, bits },
        rate,
        row: clocks / 0.84,
    }
}

const BRIEF: [Drive; 5] = [
    drive("full-10bit", (4056, 3040), 10, 60.02, 4512.0),
    drive("full-12bit", (4056, 3040), 12, 40.00, 6224.0),
    drive("4k2k-10bit", (4056, 2288), 10, 79.02, 4512.0),
    drive("1080p-binning-10bit", (2028, 1112), 10, 240.0, 2976.0),
    drive("full-dol2-10bit", (4056, 3040), 10, 30.01, 4512.0),
];

/// Runs `csi2 simulate` with these words, in one string.
fn simulate(bench: &Bench, words: &str) {
    let words: Vec<&str> = ["simulate"].into_iter().chain(words.split_whitespace()).collect();
    bench.run(&words).ok();
}

fn refused(bench: &Bench, words: &str) -> String {
    let words: Vec<&str> = ["simulate"].into_iter().chain(words.split_whitespace()).collect();
    bench.run(&words).failed(2)
}

fn check(bench: &Bench, capture: &str) -> Value {
    let said = bench.run(&["check", capture, "--json", "--fail-on", "never"]).ok();
    serde_json::from_str(&said).expect("JSON")
}

/// Nothing is found, and each channel has this frame rate, within a thousandth.
#[track_caller]
fn clean(bench: &Bench, capture: &str, rate: f64) {
    let report = check(bench, capture);
    assert_eq!(report["findings"], json!([]));
    for channel in report["channels"].as_array().expect("channels") {
        let measured = channel["frame_rate"].as_f64().expect("a rate");
        assert!((measured - rate).abs() < rate / 1000.0, "{measured} for {rate}");
    }
}

/// Simulates two frames of a mode, checks, decodes, and compares with the pattern; both channels of two exposures.
fn there_and_back(drive: &Drive, pattern: &str, cut: Cut, options: &str) {
    let bench = Bench::new();
    let (width, height) = cut.size;
    let crop = format!("--crop {width}x{height}+{}+{}", cut.at.0, cut.at.1);
    simulate(
        &bench,
        &format!(
            "imx412:{} --pattern {pattern} {crop} {options} -o link.pcapng",
            drive.name
        ),
    );
    clean(&bench, "link.pcapng", drive.rate);
    bench
        .run(&["decode", "link.pcapng", "--format", "npy", "-o", "out"])
        .ok();
    let exposures = if drive.name.contains("dol2") { 2 } else { 1 };
    // A few rows of each exposure never take turns: nothing tells that they are exposures.
    let told = exposures == 2 && height > 200;
    let manifest: Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
    let frames = manifest["frames"].as_array().expect("frames");
    assert_eq!(frames.len(), 2 * exposures);
    for (exposure, frame) in (0..exposures).flat_map(|exposure| [(exposure, 0), (exposure, 1)]) {
        let mut of_channel = frames.iter().filter(|row| row["vc"] == exposure);
        let row = of_channel.nth(frame).expect("a frame");
        let name = ["LEF", "SEF1"].get(exposure).filter(|_| told);
        assert_eq!(row["exposure"], json!(name));
        let whole = drive.canvas.picture(pattern, (frame, exposure));
        let file = format!("out/{}", row["file"].as_str().expect("a name"));
        let same = bench.npy_samples(&file) == cut.of(drive.canvas, &whole);
        assert!(same, "{} {pattern} {options}: {file} differs", drive.name);
    }
}

#[test]
fn modes_of_the_brief_cropped() {
    for drive in &BRIEF {
        there_and_back(drive, "ramp", Cut::crop((64, 12), (1000, 500)), "");
    }
    // Across the edges of bars, and where a fade is neither colour nor grey.
    for pattern in ["bars", "fade", "solid", "pn9"] {
        there_and_back(&BRIEF[1], pattern, Cut::crop((600, 4), (1700, 2000)), "--embedded off");
    }
}

/// Whole frames: `cargo test --release -p csi2-cli --test cli -- --ignored whole`.
#[test]
#[ignore = "slow without optimisation"]
fn modes_of_the_brief_whole() {
    for drive in &BRIEF {
        let size = (drive.canvas.width, drive.canvas.height);
        for pattern in ["ramp", "pn9", "bars"] {
            there_and_back(drive, pattern, Cut::crop(size, (0, 0)), "");
        }
    }
}

#[test]
fn flips_and_subsampling() {
    let drive = &BRIEF[3];
    for (option, flip) in [("h", (true, false)), ("v", (false, true)), ("hv", (true, true))] {
        let cut = Cut {
            flip,
            every: (3, 2),
            size: (64, 10),
            at: (240, 300),
        };
        for pattern in ["bars", "ramp"] {
            there_and_back(drive, pattern, cut, &format!("--flip {option} --subsample 3x2"));
        }
    }
    let bench = Bench::new();
    let words = "simulate imx412:full-10bit --crop 64x4+0+0 --embedded off --flip h -o a.pcapng";
    let said = bench.run(&words.split(' ').collect::<Vec<_>>());
    assert!(said.err.contains("decode with --bayer grbg"), "{}", said.err);
}

/// Times of packets of a capture in nanoseconds, by name and channel, with their payloads as samples of ten bits.
fn packets(bench: &Bench, capture: &str) -> Vec<(String, u64, f64, Vec<u16>)> {
    let said = bench.run(&["list", capture, "--json", "--payload"]).ok();
    lines(&said)
        .into_iter()
        .map(|packet| {
            assert_ne!(packet["checksum"], "mismatch");
            assert!(packet["ecc"] == "clean");
            let payload = packet["payload"].as_str().unwrap_or_default();
            let bytes: Vec<u8> = (0..payload.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&payload[at..at + 2], 16).expect("hexadecimal"))
                .collect();
            let samples = bytes.chunks(5).filter(|group| group.len() == 5).flat_map(|group| {
                let low = u16::from(group[4]);
                (0..4).map(move |at| u16::from(group[at]) << 2 | low >> (2 * at) & 3)
            });
            (
                packet["name"].as_str().expect("a name").to_owned(),
                packet["vc"].as_u64().expect("a channel"),
                packet["time_ns"].as_f64().expect("a time"),
                samples.collect(),
            )
        })
        .collect()
}

/// FS, embedded rows, rows, FE: each in its row time, to the nanosecond, and frames at their distance.
#[test]
fn rows_come_when_they_are_due() {
    let bench = Bench::new();
    for drive in &BRIEF[..4] {
        simulate(
            &bench,
            &format!("imx412:{} --crop 64x5+0+0 --frames 3 -o link.pcapng", drive.name),
        );
        let got = packets(&bench, "link.pcapng");
        let names: Vec<&str> = got.iter().map(|packet| packet.0.as_str()).collect();
        let image = if drive.canvas.bits == 10 { "RAW10" } else { "RAW12" };
        let frame = ["FS", "EMBEDDED", "EMBEDDED", image, image, image, image, image, "FE"];
        assert_eq!(names, frame.repeat(3));
        let period = (1e9 / drive.rate / drive.row).round();
        for (index, packet) in got.iter().enumerate() {
            let row = (index / 9) as f64 * period + (index % 9) as f64;
            let late = packet.2 - got[0].2 - row * drive.row;
            assert!(late.abs() <= 1.5, "{}: packet {index} is {late} ns late", drive.name);
        }
    }
}

/// Another pace: frames per second, and rows of twice the length, which two lanes carry.
#[test]
fn other_paces() {
    let bench = Bench::new();
    simulate(&bench, "imx412:full-10bit --fps 25 --crop 64x4+0+0 -o link.pcapng");
    clean(&bench, "link.pcapng", 25.0);
    simulate(
        &bench,
        "imx412:full-10bit --lanes 2 --line-length 9024 --crop 4056x2+0+0 -o link.pcapng",
    );
    clean(&bench, "link.pcapng", 30.01);
    simulate(
        &bench,
        "imx412:full-10bit --frame-length 6204 --crop 64x4+0+0 -o link.pcapng",
    );
    clean(&bench, "link.pcapng", 30.01);
}

/// No mode of the brief fits two lanes: the arithmetic, and options of which each is enough.
#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    let bench = Bench::new();
    let said = refused(&bench, "imx412:full-10bit --lanes 2 -o link.pcapng");
    for part in [
        "a row is 5076 bytes, 2538 on the busiest lane: 9.669 us",
        "but rows come every 5.371 us (4512 clocks of 840 MHz)",
        "--lanes 4",
    ] {
        assert!(said.contains(part), "{said}");
    }
    // The rate is that which the other options make of it.
    let words = "imx412:1080p-binning-10bit --lanes 1 --crop 1920x2+0+0 --embedded off -o link.pcapng";
    let said = refused(&bench, &format!("{words} --fps 30"));
    assert!(said.contains(" does not fit 1 lane of "), "{said}");
    assert!(said.contains(" (30.00 frames per second)"), "{said}");
    let (_, longer) = said.split_once("what would fit: ").expect("remedies");
    let (longer, _) = longer.split_once(" (30.00").expect("an option");
    simulate(&bench, &format!("{words} --fps 30 {longer}"));
    clean(&bench, "link.pcapng", 30.0);
    // Frames of fewer lines have no room for all rows.
    let said = refused(&bench, "imx412:full-10bit --lanes 2 --fps 60 -o link.pcapng");
    assert!(said.contains("what would fit: a lower --fps with a"), "{said}");
    for drive in &BRIEF {
        let said = refused(&bench, &format!("imx412:{} --lanes 2 -o link.pcapng", drive.name));
        let (_, remedies) = said.split_once("what would fit: ").expect("remedies");
        let remedies: Vec<&str> = remedies.trim().split(", or ").collect();
        assert_eq!(remedies.len(), 3, "{said}");
        for remedy in remedies {
            let remedy = remedy.split(" (").next().expect("an option");
            // A crop of rows does not shorten them.
            let crop = format!("--crop {}x2+0+0 --embedded off", drive.canvas.width);
            simulate(
                &bench,
                &format!("imx412:{} --lanes 2 {crop} {remedy} -o link.pcapng", drive.name).replace(
                    "--lanes 2 ",
                    match remedy {
                        "--lanes 3" | "--lanes 4" => "",
                        _ => "--lanes 2 ",
                    },
                ),
            );
        }
    }
    // A clock that stops between rows: modes B and D have the time, the others do not.
    for (drive, fits) in BRIEF.iter().zip([false, true, false, true, false]) {
        let words = format!(
            "imx412:{} --clock gated --oversample 2 --crop {}x2+0+0 --embedded off --dol-delay 2 --frames 1 --frame-length 8 -o link.sr",
            drive.name, drive.canvas.width
        );
        let words = match drive.name {
            "full-dol2-10bit" => words,
            _ => words.replace(" --dol-delay 2", ""),
        };
        if fits {
            simulate(&bench, &words);
        } else {
            let said = refused(&bench, &words);
            assert!(
                said.contains("what would fit: --clock continuous, or --line-length"),
                "{said}"
            );
        }
    }
    // Deskew and ULPS between frames need their time, too.
    let said = refused(
        &bench,
        "imx412:full-10bit --crop 64x2+0+0 --embedded off --frame-length 40 --ulps 10us -o link.sr",
    );
    assert!(
        said.contains("what would fit: --frame-length 193, or a shorter"),
        "{said}"
    );
}

#[test]
fn on_wires() {
    let bench = Bench::new();
    let cut = Cut::crop((64, 6), (2000, 1000));
    for (options, lanes) in [
        ("--oversample 3 --deskew", 4),
        ("--clock gated --lanes 2 --line-length 9024", 2),
        ("--ulps 20us --timing t_wakeup=5us --skew 0,3,1,2", 4),
    ] {
        simulate(
            &bench,
            &format!("imx412:full-10bit --pattern pn9 --frame-length 40 --crop 64x6+2000+1000 {options} -o link.sr"),
        );
        let report = check(&bench, "link.sr");
        let serious: Vec<&Value> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            // ULPS was asked for, and a short waking from it.
            .filter(|finding| {
                let message = finding["message"].as_str().expect("text");
                finding["code"] != "ULPS_SEEN" && !message.contains("T_WAKEUP")
            })
            .collect();
        assert!(serious.is_empty(), "{options}: {serious:?}");
        assert_eq!(
            (&report["link"]["lanes"], &report["link"]["layer"]),
            (&json!(lanes), &json!("pins"))
        );
        let clocks = if lanes == 2 { 9024.0 } else { 4512.0 };
        let rate = 840e6 / clocks / 40.0;
        let measured = report["channels"][0]["frame_rate"].as_f64().expect("a rate");
        assert!((measured / rate - 1.0).abs() < 1e-3, "{measured} for {rate}");
        bench.run(&["decode", "link.sr", "--format", "npy", "-o", "out"]).ok();
        let whole = BRIEF[0].canvas.picture("pn9", (0, 0));
        let same = bench.npy_samples("out/vc0-raw10-000001.npy") == cut.of(BRIEF[0].canvas, &whole);
        assert!(same, "{options}");
        std::fs::remove_dir_all(bench.path("out")).expect("removable");
    }
}

/// What embedded rows of each exposure say.
#[test]
fn embedded_rows() {
    let bench = Bench::new();
    simulate(
        &bench,
        "imx412:full-dol2-10bit --crop 96x4+0+0 --flip v --exposure 1600 --gain 512 --first-frame 7 -o link.pcapng",
    );
    bench
        .run(&[
            "decode",
            "link.pcapng",
            "--sensor",
            "imx412",
            "--format",
            "raw",
            "-o",
            "out",
        ])
        .ok();
    let manifest: Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
    let mut said = BTreeMap::new();
    for frame in manifest["frames"].as_array().expect("frames") {
        let embedded = &frame["embedded"];
        let key = (frame["vc"].as_u64(), frame["number"].as_u64());
        said.insert(
            key,
            (
                embedded["exposure_lines"].clone(),
                embedded["analogue_gain_code"].clone(),
                embedded["frame_count"].clone(),
            ),
        );
        assert_eq!(embedded["frame_length_lines"], 3102);
        assert_eq!(embedded["line_length_pixels"], 4512);
        assert_eq!(embedded["digital_gain"], 1.0);
    }
    let row = |exposure: u32, count: u32| (json!(exposure), json!(512), json!(count));
    let expected = [
        ((Some(0), Some(7)), row(1600, 7)),
        ((Some(0), Some(8)), row(1600, 8)),
        ((Some(1), Some(7)), row(100, 7)),
        ((Some(1), Some(8)), row(100, 8)),
    ];
    assert_eq!(said, BTreeMap::from(expected));
    let said = bench.run(&["list", "link.pcapng", "-v"]).ok();
    // GBRG, and rows exchanged.
    assert!(said.contains("0x0005: 07 03") && said.contains("0x0101: 02"), "{said}");
    let said = refused(&bench, "imx412:full-10bit --crop 16x4+0+0 -o link.pcapng");
    assert!(said.contains("--embedded off"), "{said}");
}

/// Each mode of each sensor, thinned out: whatever has a pace and raw pixels is made, and read again without a fault.
#[test]
fn all_modes_of_all_sensors() {
    let bench = Bench::new();
    for profile in csi2_sensors::PROFILES {
        for mode in profile.modes {
            let words = format!(
                "{}:{} --frames 1 --subsample 16x16 --pattern bars -o link.pcapng",
                profile.name, mode.name
            );
            let raw = (0x28..=0x2E).contains(&mode.data_type.code());
            if !raw || mode.pace.is_none() {
                refused(&bench, &words);
                continue;
            }
            simulate(&bench, &words);
            let mut open = 0;
            for packet in lines(&bench.run(&["list", "link.pcapng", "--json"]).ok()) {
                let faults = (&packet["ecc"], &packet["checksum"]);
                assert!(faults.0 == "clean" && faults.1 != "mismatch", "{words}: {packet}");
                match packet["name"].as_str() {
                    Some("FS") => open += 1,
                    Some("FE") => open -= 1,
                    _ => assert!(open > 0, "{words}"),
                }
            }
            assert_eq!(open, 0, "{words}");
        }
    }
}
