//! Recordings of transmitters and verdicts of receivers that other people made.

use crate::support::{Bench, lines, peers};
use serde_json::Value;
use std::path::Path;

fn name(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// RAW10 unpacking, sample by sample.
fn raw10(bytes: &[u8]) -> Vec<u16> {
    let group = |group: &[u8]| -> Vec<u16> {
        (0..4)
            .map(|i| u16::from(group[i]) << 2 | u16::from(group[4] >> (2 * i)) & 3)
            .collect()
    };
    bytes.chunks_exact(5).flat_map(group).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a digit") as u8;
    digits
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

/// A transmitter that ran on real boards: two lanes of RAW10.
#[test]
fn a_transmitter_from_real_boards() {
    let Some(peers) = peers() else { return };
    let directory = peers.join("tx-videogpu-2lane-raw10");
    let payload = |line: usize| {
        let file = directory.join(format!(
            "expected_payload_line_{}.hex",
            if line.is_multiple_of(2) { 1 } else { 2 }
        ));
        hex(&std::fs::read_to_string(file).expect("the payload"))
    };
    let bench = Bench::new();
    for (file, frames, height) in [
        ("lanes_2lane_raw10_2592x4_400Mbps.vcd", 1, 4),
        ("lane_bytes.txt", 1, 4),
        ("lane_bytes_3frames_16lines.txt", 3, 16),
    ] {
        let capture = directory.join(file);
        let capture = name(&capture);
        bench.run(&["decode", capture, "--format", "npy", "-o", "out"]).ok();
        let manifest: Value = serde_json::from_str(&bench.text("out/frames.json")).expect("JSON");
        let list = manifest["frames"].as_array().expect("frames");
        assert_eq!(list.len(), frames, "{file}");
        for frame in list {
            assert_eq!(
                (&frame["width"], &frame["height"]),
                (&2592.into(), &height.into()),
                "{file}"
            );
            assert_eq!(frame["complete"], true, "{file}");
            assert_eq!(
                frame["number"].as_u64(),
                frame["index"].as_u64().map(|index| index + 1),
                "{file}"
            );
            let samples = bench.npy_samples(&format!("out/{}", frame["file"].as_str().expect("a name")));
            for (line, row) in samples.chunks(2592).enumerate() {
                assert_eq!(row, raw10(&payload(line)), "{file} line {line}");
            }
        }
        // Its frame ends carry a number of their own; everything else above the wires is right.
        let report: Value = serde_json::from_str(&bench.run(&["check", "--json", capture]).ok()).expect("JSON");
        assert_eq!(report["verdict"], "warnings", "{file}");
        let (timing, findings): (Vec<&Value>, Vec<&Value>) = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .partition(|finding| finding["code"] == "TIMING_OUT_OF_RANGE");
        assert_eq!(findings.len(), 1, "{file}: {findings:?}");
        assert_eq!(
            (&findings[0]["code"], &findings[0]["severity"]),
            (&"FRAME_SYNC_ERR".into(), &"warning".into())
        );
        assert_eq!(findings[0]["count"], frames, "{file}");
        if file.ends_with(".vcd") {
            assert_eq!(report["link"]["rate_bps"], 400_000_000);
            assert_eq!(report["link"]["lanes"], 2);
            // Worked out from the file: 170 ns of LP-00 on all lanes, 345 ns of trail, a clock that toggles 1.25 ns after
            // its HS-0 and until the lanes stop.
            let known = [
                ("lane 0: T_HS-PREPARE", 170.0, "100.00 ns at most"),
                ("lane 0: T_EOT", 345.0, "135.00 ns at most"),
                ("clock lane: T_CLK-PREPARE", 170.0, "95.00 ns at most"),
                ("clock lane: T_CLK-PREPARE + T_CLK-ZERO", 171.25, "300.00 ns at least"),
                ("clock lane: T_CLK-POST", 0.0, "190.00 ns at least"),
                ("clock lane: T_CLK-TRAIL", 1.25, "60.00 ns at least"),
            ];
            assert_eq!(timing.len(), known.len(), "{timing:?}");
            for (finding, (parameter, nanoseconds, limit)) in timing.iter().zip(known) {
                let message = finding["message"].as_str().expect("a message");
                let (is, should) = message.split_once(" ns, should be ").expect("two durations");
                let (what, is) = is.split_once(" is ").expect("a duration");
                assert_eq!((what, should), (parameter, limit));
                let is: f64 = is.parse().expect("a number");
                // Where data changes at bits, to a part of the bit.
                assert!((is - nanoseconds).abs() < 0.1, "{message}");
            }
        } else {
            assert_eq!(timing, [&Value::Null; 0], "{file}");
        }
    }
    // Other containers of the same wires.
    let capture = directory.join("lanes_2lane_raw10_2592x4_400Mbps.vcd");
    let expected = bench.run(&["list", "--json", "--payload", name(&capture)]).ok();
    for to in ["to.sr", "to.vcd"] {
        bench.run(&["convert", name(&capture), "-o", to]).ok();
        let got = bench.run(&["list", "--json", "--payload", to]).ok();
        let bytes = |text: &str| -> Vec<(Value, Value)> {
            lines(text)
                .iter()
                .map(|line| (line["header"].clone(), line["payload"].clone()))
                .collect()
        };
        assert_eq!(bytes(&got), bytes(&expected), "{to}");
    }
}

/// Right D-PHY, but headers and checksums of another making: the bytes are still there to be seen.
#[test]
fn streams_with_wrong_headers() {
    let Some(peers) = peers() else { return };
    let bench = Bench::new();
    let count = |to: u8| (0..to).map(|byte| format!("{byte:02x}")).collect::<String>();
    let (to_5f, to_7f) = (count(0x60), count(0x80));
    for (file, lanes, header, payload) in [
        ("frame_end_500ps", 1, "01010005", ""),
        ("frame_start_500ps", 1, "00010031", ""),
        ("frame_start_2lane_500ps", 2, "00010031", ""),
        ("frame_start_4lane_500ps", 4, "00010031", ""),
        (
            "long_packet_500ps",
            1,
            "2a200030",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1ff001",
        ),
        ("long_packet_raw16_1lane_500ps", 1, "2e200005", ""),
        ("long_packet_raw16_4lane_500ps", 4, "2e200005", ""),
        // Counts restart in it; the README gives the first and last byte.
        ("long_packet_yuv420_1lane_500ps", 1, "1860002c", &to_5f[..64]),
        ("long_packet_yuv422_1lane_500ps", 1, "1e800010", &to_7f[..64]),
        ("long_packet_yuv422_4lane_500ps", 4, "1e800010", &to_7f[..64]),
        ("long_pakcet_raw10_4lane_500ps", 4, "2b140004", ""),
    ] {
        let capture = peers.join(format!("vcd-sigrok-stonelyd/test_csi2_{file}.vcd"));
        let list = lines(&bench.run(&["list", "--json", "--payload", name(&capture)]).ok());
        let first = list.first().unwrap_or_else(|| panic!("{file}: nothing found"));
        assert_eq!(first["header"], header, "{file}");
        assert!(
            first["payload"].as_str().expect("bytes").starts_with(payload),
            "{file}: {first}"
        );
        assert_ne!(first["ecc"], "clean", "{file}");
        let info: Value = serde_json::from_str(&bench.run(&["info", "--json", name(&capture)]).ok()).expect("JSON");
        assert_eq!(info["lanes"], lanes, "{file}");
    }
}

/// 42 packets as an independent receiver judged them: checksums, and the data identifier and word after correction.
#[test]
fn verdicts_of_a_receiver() {
    let Some(peers) = peers() else { return };
    let directory = peers.join("rx-verdicts-mipi2hdmi");
    let verdicts = std::fs::read_to_string(directory.join("verdicts.txt")).expect("verdicts");
    let field = |line: &str, key: &str| -> String {
        let start = line.find(key).unwrap_or_else(|| panic!("{key} in {line}")) + key.len();
        line[start..].split_whitespace().next().expect("a value").to_owned()
    };
    let bench = Bench::new();
    let list = lines(
        &bench
            .run(&["list", "--json", name(&directory.join("packets.hex"))])
            .ok(),
    );
    assert_eq!(list.len(), 42);
    let heads: Vec<&str> = verdicts.lines().filter(|line| line.starts_with("ECC")).collect();
    assert_eq!(heads.len(), 42);
    for (ours, theirs) in list.iter().zip(&heads) {
        let expected = match (field(theirs, "corr=").as_str(), field(theirs, "uncorr=").as_str()) {
            ("1", _) => &["corrected", "parity"][..],
            (_, "1") => &["uncorrectable"],
            _ => &["clean"],
        };
        assert!(
            expected.contains(&ours["ecc"].as_str().expect("a verdict")),
            "{ours} {theirs}"
        );
        if ours["ecc"] == "uncorrectable" {
            continue;
        }
        let identifier = ours["vc"].as_u64().expect("vc") << 6 | ours["dt"].as_u64().expect("dt");
        assert_eq!(format!("{identifier:02x}"), field(theirs, "di="), "{ours} {theirs}");
        assert_eq!(ours["word"].to_string(), field(theirs, "wc="), "{ours} {theirs}");
    }
    let sums: Vec<String> = verdicts
        .lines()
        .filter(|line| line.starts_with("CRC"))
        .map(|line| field(line, "match="))
        .collect();
    let long = list.iter().filter(|line| line["kind"] == "long");
    assert_eq!(long.clone().count(), sums.len());
    for (ours, theirs) in long.zip(&sums) {
        // Where the length is unknown, that receiver adds up what the wrong word count says.
        if ours["ecc"] != "uncorrectable" {
            assert_eq!(ours["checksum"] == "match", theirs == "1", "{ours}");
        }
    }
}
