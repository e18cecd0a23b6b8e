//! Exposures of digital-overlap HDR: what `decode` makes of them.

use crate::support::Bench;
use serde_json::{Value, json};

const WIDTH: usize = 32;
const HEIGHT: usize = 12;
/// Rows by which the shorter exposure trails.
const DELAY: usize = 4;
const RATIO: u16 = 8;

/// Header code: positions of bits that each check bit covers.
fn ecc(header: u32) -> u8 {
    const COVERED: [u32; 6] = [0xF1_2CB7, 0xF2_555B, 0x74_9A6D, 0xB8_E38E, 0xDF_03F0, 0xEF_FC00];
    let parity = |mask: u32| ((header & mask).count_ones() & 1) as u8;
    COVERED.iter().rev().fold(0, |ecc, mask| ecc << 1 | parity(*mask))
}

fn crc(bytes: &[u8]) -> u16 {
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| u16::from((byte >> bit) & 1)));
    bits.fold(0xFFFF, |state, bit| (state >> 1) ^ (0x8408 * ((state & 1) ^ bit)))
}

/// A line of a `hex` capture.
fn packet(channel: u8, data_type: u8, word: u16, payload: Option<&[u8]>) -> String {
    let [low, high] = word.to_le_bytes();
    let id = channel << 6 | data_type;
    let mut bytes = vec![id, low, high, ecc(u32::from_le_bytes([id, low, high, 0]))];
    if let Some(payload) = payload {
        bytes.extend_from_slice(payload);
        bytes.extend(crc(payload).to_le_bytes());
    }
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join("") + "\n"
}

fn raw10(channel: u8, samples: &[u16]) -> String {
    let groups = samples.chunks(4);
    let payload: Vec<u8> = groups
        .flat_map(|group| {
            let low = (0..)
                .zip(group)
                .fold(0, |low, (at, sample)| low | (sample & 3) << (2 * at));
            group
                .iter()
                .map(|sample| (sample >> 2) as u8)
                .chain([low as u8])
                .collect::<Vec<u8>>()
        })
        .collect();
    packet(channel, 0x2B, payload.len() as u16, Some(&payload))
}

/// Light at a pixel, in units of the long exposure; half of it is more than that can hold.
fn light(set: usize, row: usize, x: usize) -> u16 {
    ((set * 7 + row * 151 + x * 97) % 2000) as u16
}

fn sample(set: usize, exposure: usize, row: usize, x: usize) -> u16 {
    let light = light(set, row, x) / if exposure == 0 { 1 } else { RATIO };
    (64 + light).min(1023)
}

fn row(set: usize, exposure: usize, row: usize) -> Vec<u16> {
    (0..WIDTH).map(|x| sample(set, exposure, row, x)).collect()
}

fn image(set: usize, exposure: usize) -> Vec<u16> {
    (0..HEIGHT).flat_map(|at| row(set, exposure, at)).collect()
}

/// Exposure and row of each row of a set, in the order of the link.
fn order() -> impl Iterator<Item = (usize, usize)> {
    (0..HEIGHT + DELAY).flat_map(|time| {
        let rows = [Some(time), time.checked_sub(DELAY)];
        let there = (0..).zip(rows).filter_map(|(exposure, row)| Some((exposure, row?)));
        there.filter(|(_, row)| *row < HEIGHT).collect::<Vec<_>>()
    })
}

/// A virtual channel each. `embedded`: a row that says how long the exposure was.
fn by_channel(sets: usize, embedded: bool, keep: impl Fn(usize, usize) -> bool) -> String {
    let mut text = String::new();
    for set in 0..sets {
        for (exposure, at) in order().filter(|(exposure, _)| keep(set, *exposure)) {
            let channel = exposure as u8;
            if at == 0 {
                text += &packet(channel, 0, 1, None);
                // Register 0x0203: 80 lines, or 10.
                let lines = [0x50, 0x0A][exposure];
                let payload = [
                    0x0A, 0xAA, 0x02, 0xA5, 0x55, 0x02, 0x5A, 0x00, 0x5A, 0x55, lines, 0x07, 0x07, 0x07, 0x55,
                ];
                if embedded {
                    text += &packet(channel, 0x12, payload.len() as u16, Some(&payload));
                }
            }
            text += &raw10(channel, &row(set, exposure, at));
            if at + 1 == HEIGHT {
                text += &packet(channel, 1, 1, None);
            }
        }
    }
    text
}

/// One FS and FE a set; `code`: four pixels in front of each row.
fn shared(sets: usize, code: impl Fn(usize, usize, usize) -> Option<u16>) -> String {
    let mut text = String::new();
    for set in 0..sets {
        text += &packet(0, 0, 1, None);
        for (exposure, at) in order() {
            let mut samples: Vec<u16> = code(set, exposure, at).into_iter().flat_map(|code| [code; 4]).collect();
            samples.extend(row(set, exposure, at));
            text += &raw10(0, &samples);
        }
        text += &packet(0, 1, 1, None);
    }
    text
}

fn codes(set: usize, exposure: usize, _: usize) -> Option<u16> {
    Some(0x241 + exposure as u16 + if set % 2 == 1 { 0x10 } else { 0 })
}

/// Decodes to `out`; frames of the manifest and what was said.
fn decode(bench: &Bench, words: &[&str]) -> (Vec<Value>, String) {
    let words: Vec<&str> = ["decode", "in.hex", "-o", "out"].iter().chain(words).copied().collect();
    let said = bench.run(&words);
    let err = said.err.clone();
    said.ok();
    let manifest: Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
    (manifest["frames"].as_array().expect("frames").clone(), err)
}

/// Files, exposures and sets.
fn named(frames: &[Value]) -> Vec<(String, Value, Value)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    frames
        .iter()
        .map(|frame| (text(&frame["file"]), frame["exposure"].clone(), frame["set"].clone()))
        .collect()
}

#[test]
fn channels_become_exposures_without_an_option() {
    let bench = Bench::new();
    bench.write("in.hex", by_channel(2, false, |_, _| true));
    let (frames, said) = decode(&bench, &["--format", "npy"]);
    assert_eq!(
        named(&frames),
        [
            ("vc0-raw10-lef-000000.npy".into(), json!("LEF"), json!(0)),
            ("vc1-raw10-sef1-000000.npy".into(), json!("SEF1"), json!(0)),
            ("vc0-raw10-lef-000001.npy".into(), json!("LEF"), json!(1)),
            ("vc1-raw10-sef1-000001.npy".into(), json!("SEF1"), json!(1)),
        ]
    );
    assert!(
        said.contains("2 exposures by virtual channel 0, 1; SEF1 trails by 4 rows"),
        "{said}"
    );
    for set in 0..2 {
        assert_eq!(
            bench.npy_samples(&format!("out/vc0-raw10-lef-00000{set}.npy")),
            image(set, 0)
        );
        assert_eq!(
            bench.npy_samples(&format!("out/vc1-raw10-sef1-00000{set}.npy")),
            image(set, 1)
        );
    }
    let (frames, said) = decode(&bench, &["--hdr", "off"]);
    assert!(
        frames
            .iter()
            .all(|frame| frame["exposure"].is_null() && frame.get("set").is_none())
    );
    assert!(!said.contains("exposures"), "{said}");
    let (frames, _) = decode(&bench, &["--frames", "1"]);
    assert_eq!(named(&frames).len(), 2);
    assert!(frames.iter().all(|frame| frame["set"] == 1));
}

#[test]
fn codes_become_exposures_without_an_option() {
    let bench = Bench::new();
    bench.write("in.hex", shared(2, codes));
    let (frames, said) = decode(&bench, &["--format", "npy"]);
    assert!(
        said.contains("2 exposures by line information of 4 pixels; SEF1 trails by 4 rows"),
        "{said}"
    );
    assert_eq!(named(&frames).len(), 4);
    assert_eq!(
        (&frames[0]["width"], &frames[0]["height"], &frames[0]["li_pixels"]),
        (&json!(32), &json!(12), &json!(4))
    );
    assert_eq!(bench.npy_samples("out/vc0-raw10-sef1-000001.npy"), image(1, 1));
    // One array an exposure; hashes are those of the samples.
    let (frames, _) = decode(&bench, &["--stack"]);
    assert_eq!(
        (&frames[1]["file"], &frames[3]["slice"]),
        (&json!("vc0-raw10-sef1.npy"), &json!(1))
    );
    assert_eq!(
        bench.npy_samples("out/vc0-raw10-lef.npy"),
        [image(0, 0), image(1, 0)].concat()
    );
    let message = bench.run(&["decode", "in.hex", "-o", "-"]).failed(2);
    assert!(message.contains("exposures LEF and SEF1"), "{message}");
}

#[test]
fn rows_that_nothing_tells_apart_are_counted() {
    let bench = Bench::new();
    bench.write("in.hex", shared(1, |_, _, _| None));
    let (frames, _) = decode(&bench, &["--format", "npy"]);
    assert_eq!((frames.len(), &frames[0]["exposure"]), (1, &Value::Null));
    let (frames, _) = decode(
        &bench,
        &[
            "--format",
            "npy",
            "--hdr",
            "lines",
            "--exposures",
            "2",
            "--dol-delay",
            "4",
        ],
    );
    assert_eq!(frames.len(), 2);
    assert_eq!(bench.npy_samples("out/vc0-raw10-lef-000000.npy"), image(0, 0));
    assert_eq!(bench.npy_samples("out/vc0-raw10-sef1-000000.npy"), image(0, 1));
    let message = bench
        .run(&["decode", "in.hex", "-o", "out", "--hdr", "lines"])
        .failed(2);
    assert!(message.contains("--dol-delay"), "{message}");
}

#[test]
fn unknown_codes_are_told() {
    let bench = Bench::new();
    let broken = |set, exposure, row| match (exposure, row) {
        (1, 3) => Some(0x2AA),
        _ => codes(set, exposure, row),
    };
    bench.write("in.hex", shared(1, broken));
    let (frames, said) = decode(&bench, &["--format", "npy"]);
    let warning = "warning: set 0: 1 row of unknown line information; row 11 begins 0x2AA 0x2AA 0x2AA 0x2AA";
    assert!(said.contains(warning), "{said}");
    assert_eq!(frames[1]["complete"], true);
    assert_eq!(bench.npy_samples("out/vc0-raw10-sef1-000000.npy"), image(0, 1));
}

#[test]
fn a_missing_partner_is_told_and_not_merged() {
    let bench = Bench::new();
    bench.write(
        "in.hex",
        by_channel(4, false, |set, exposure| (set, exposure) != (2, 1)),
    );
    let (frames, said) = decode(&bench, &[]);
    assert_eq!(frames.len(), 7);
    assert!(said.contains("warning: set 2: SEF1 missing\n"), "{said}");
    let (frames, said) = decode(&bench, &["--hdr", "merge"]);
    let sets: Vec<&Value> = frames.iter().map(|frame| &frame["set"]).collect();
    assert_eq!(sets, [0, 1, 3]);
    assert!(said.contains("warning: set 2: SEF1 missing: not merged"), "{said}");
}

#[test]
fn merged_sets_are_linear() {
    let bench = Bench::new();
    for (capture, words, from) in [
        (by_channel(1, true, |_, _| true), &[][..], "embedded"),
        (by_channel(1, false, |_, _| true), &["--hdr-ratio", "8"], "option"),
        (shared(1, codes), &["--hdr-ratio", "8"], "option"),
        (by_channel(1, false, |_, _| true), &[], "estimate"),
    ] {
        bench.write("in.hex", capture);
        let words = [&["--hdr", "merge", "--format", "npy", "--preview"], words].concat();
        let (frames, said) = decode(&bench, &words);
        assert_eq!(
            named(&frames),
            [("vc0-raw10-hdr-000000.npy".into(), json!("HDR"), json!(0))]
        );
        assert_eq!(frames[0]["ratio_from"], from, "{said}");
        let ratio = frames[0]["ratio"][0].as_f64().expect("a ratio");
        assert!((ratio - 8.0).abs() < 0.2, "{ratio}");
        assert!(said.contains("black level 64"), "{said}");
        let samples = bench.npy_samples("out/vc0-raw10-hdr-000000.npy");
        for (at, sample) in samples.iter().enumerate() {
            let light = light(0, at / WIDTH, at % WIDTH);
            let off = sample.abs_diff(light);
            assert!(
                off == 0 && light < 700 || light >= 700 && off < 12 + light / 40,
                "{light} became {sample}"
            );
        }
        assert!(bench.path("out/vc0-raw10-hdr-000000-preview.png").is_file());
    }
}

#[test]
fn what_does_not_go_together() {
    let bench = Bench::new();
    bench.write("in.hex", by_channel(1, false, |_, exposure| exposure == 0));
    for (words, says) in [
        (&["--hdr-ratio", "8"][..], "--hdr merge"),
        (&["--hdr", "merge", "--hdr-ratio", "0.5"], "1 to 65535"),
        (&["--hdr", "merge", "--format", "packed"], "packed"),
        (&["--dol-delay", "1,2,3"], "at most two"),
        (&["--exposures", "3", "--dol-delay", "4"], "two numbers"),
        (&["--exposures", "4"], "4"),
    ] {
        let words: Vec<&str> = ["decode", "in.hex", "-o", "out"].iter().chain(words).copied().collect();
        let message = bench.run(&words).failed(2);
        assert!(message.contains(says), "{message}");
    }
    let (frames, said) = decode(&bench, &["--hdr", "merge"]);
    assert_eq!((frames.len(), &frames[0]["exposure"]), (1, &Value::Null));
    assert!(said.contains("nothing to merge"), "{said}");
}
