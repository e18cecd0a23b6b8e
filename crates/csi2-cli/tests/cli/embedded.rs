//! Embedded rows: what `list -v`, `check` and `decode` say of them, and the sensors whose registers they are.

use crate::support::{Bench, lines};
use serde_json::{Value, json};

/// Exposure of 1600 lines, gain code 512, as an IMX477 sends it with RAW10; by hand.
const ROW: &str = "0aaa02a55502 5a065a5540 5a025a5500 07 07 07 55 07";

/// Packets of the payloads given, in frames of one RAW10 row, as a `hex` capture. Checksums are worked out bit by bit.
fn capture(frames: &[&[&str]]) -> String {
    let mut text = String::new();
    let mut packet = |data_type: u8, word: u16, payload: Option<&[u8]>| {
        let [low, high] = word.to_le_bytes();
        let mut bytes = vec![data_type, low, high, ecc(u32::from_le_bytes([data_type, low, high, 0]))];
        if let Some(payload) = payload {
            bytes.extend_from_slice(payload);
            bytes.extend(crc(payload).to_le_bytes());
        }
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text += &(digits.join("") + "\n");
    };
    for (number, rows) in (1..).zip(frames) {
        packet(0x00, number, None);
        for row in *rows {
            let row = bytes(row);
            packet(0x12, row.len() as u16, Some(&row));
        }
        packet(0x2B, 20, Some(&[0x5E; 20]));
        packet(0x01, number, None);
    }
    text
}

fn bytes(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| *byte != b' ').collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("digits"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("digits"))
        .collect()
}

/// Positions of bits that each check bit covers.
fn ecc(header: u32) -> u8 {
    const COVERED: [u32; 6] = [0xF1_2CB7, 0xF2_555B, 0x74_9A6D, 0xB8_E38E, 0xDF_03F0, 0xEF_FC00];
    let parity = |mask: u32| ((header & mask).count_ones() & 1) as u8;
    COVERED.iter().rev().fold(0, |ecc, mask| ecc << 1 | parity(*mask))
}

fn crc(bytes: &[u8]) -> u16 {
    let mut state = 0xFFFF_u16;
    for bit in bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| u16::from((byte >> bit) & 1)))
    {
        let out = (state & 1) ^ bit;
        state = (state >> 1) ^ (0x8408 * out);
    }
    state
}

fn listed(bench: &Bench, words: &[&str]) -> Vec<Value> {
    let words: Vec<&str> = ["list", "--json", "--dt", "EMBEDDED", "in.hex"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    lines(&bench.run(&words).ok())
}

fn frames(bench: &Bench, words: &[&str]) -> Vec<Value> {
    let words: Vec<&str> = ["decode", "--null", "in.hex"].iter().chain(words).copied().collect();
    let manifest: Value = serde_json::from_str(&bench.run(&words).ok()).expect("JSON");
    manifest["frames"].as_array().expect("frames").clone()
}

#[test]
fn registers_and_values_of_a_packet() {
    let bench = Bench::new();
    bench.write("in.hex", capture(&[&[ROW]]));
    let packet = &listed(&bench, &["-v", "--sensor", "IMX477"])[0];
    assert_eq!(
        packet["registers"],
        json!({"0x0202": 6, "0x0203": 0x40, "0x0204": 2, "0x0205": 0})
    );
    assert_eq!(
        packet["embedded"],
        json!({"exposure_lines": 1600, "analogue_gain_code": 512, "analogue_gain": 2.0, "sensor": "imx477"})
    );
    // A sibling, and a gain that only a named sensor has.
    let packet = &listed(&bench, &["-v", "--sensor", "imx378"])[0];
    assert_eq!(packet["embedded"]["analogue_gain"], 2.0);
    let packet = &listed(&bench, &["-v"])[0];
    assert_eq!(
        packet["embedded"],
        json!({"exposure_lines": 1600, "analogue_gain_code": 512})
    );
    // Another sensor has other registers; without -v nothing is said.
    let packet = &listed(&bench, &["-v", "--sensor", "imx219"])[0];
    assert_eq!(packet["embedded"], json!({"sensor": "imx219"}));
    assert_eq!(packet["registers"]["0x0202"], 6);
    let packet = &listed(&bench, &[])[0];
    assert!(packet.get("registers").is_none() && packet.get("embedded").is_none());
}

#[test]
fn lines_for_people() {
    let bench = Bench::new();
    bench.write("in.hex", capture(&[&[ROW, "003f", "0aaa0200"]]));
    let text = bench.run(&["list", "-v", "in.hex", "--sensor=imx477"]).ok();
    let said: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("    -- "))
        .map(|(_, said)| said)
        .collect();
    assert_eq!(
        said,
        [
            "exposure 1600 lines, gain 2 (code 512)",
            "0x0202: 06 40 02 00",
            "not tagged: begins with 0x00, not 0x0a",
            "byte 3: unknown tag 0x00",
        ]
    );
    let text = bench.run(&["list", "in.hex"]).ok();
    assert!(!text.contains("    -- "), "{text}");
}

#[test]
fn the_manifest_has_what_the_rows_of_its_frame_say() {
    let bench = Bench::new();
    let other = "0aaa02a55502 5a075a5508 0707";
    bench.write("in.hex", capture(&[&[ROW, "003f"], &[], &["003f"], &[other]]));
    let frames = frames(&bench, &["--sensor", "imx577"]);
    assert_eq!(frames.len(), 4);
    assert_eq!(
        frames[0]["embedded"],
        json!({
            "exposure_lines": 1600, "analogue_gain_code": 512, "analogue_gain": 2.0, "sensor": "imx412",
            "registers": {"0x0202": 6, "0x0203": 0x40, "0x0204": 2, "0x0205": 0}
        })
    );
    for frame in &frames[1..3] {
        assert!(frame.get("embedded").is_none(), "{frame}");
    }
    assert_eq!(
        frames[3]["embedded"],
        json!({"exposure_lines": 0x0708, "sensor": "imx412", "registers": {"0x0202": 7, "0x0203": 8}})
    );
}

/// The last frame has no end: what its rows said is told all the same.
#[test]
fn rows_of_a_frame_that_is_cut() {
    let bench = Bench::new();
    let whole = capture(&[&[ROW], &[ROW]]);
    let cut: Vec<&str> = whole.lines().take(whole.lines().count() - 1).collect();
    bench.write("in.hex", cut.join("\n") + "\n");
    let frames = frames(&bench, &[]);
    assert_eq!((frames.len(), &frames[1]["complete"]), (2, &json!(false)));
    assert_eq!(frames[1]["embedded"]["exposure_lines"], 1600);
}

#[test]
fn damaged_rows_are_counted_and_found() {
    let bench = Bench::new();
    // The second stuffed byte.
    let broken = "0aaa02a55502 5a065a1540 5a025a5500 0707";
    bench.write("in.hex", capture(&[&[broken, ROW], &[ROW]]));
    let frames = frames(&bench, &[]);
    assert_eq!(frames[0]["embedded"]["damaged_rows"], 1);
    assert!(frames[1]["embedded"].get("damaged_rows").is_none());
    let report: Value = serde_json::from_str(&bench.run(&["check", "--json", "in.hex"]).ok()).expect("JSON");
    assert_eq!(report["verdict"], "warnings");
    let finding = &report["findings"][0];
    assert_eq!(
        (
            &finding["code"],
            &finding["severity"],
            &finding["count"],
            &finding["first"]["packet"]
        ),
        (&json!("EMBEDDED_ERR"), &json!("warning"), &json!(1), &json!(1))
    );
    assert_eq!(
        finding["message"],
        "embedded row: byte 9: stuffed byte is 0x15, not 0x55"
    );
}
