//! The JSON that scripts rely on: names, order, types.

use crate::support::{Bench, Ordered, lines};
use serde_json::{Value, json};

/// Two channels: a wrong checksum, an unusable header, a frame without an end, a line cut short.
const BROKEN: &str = "\
0001001a
2a03001612345687d6
2b05002e5ec2a0ab336561
2b050024000000000000ff
0101001d
4001000c
2b05002e5ec2a0
";

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("broken.hex", BROKEN);
    #[rustfmt::skip]
    bench.npy("in.npy", &[2, 8], &[0, 1023, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    bench
        .run(&["encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "-o", "link.sr"])
        .ok();
    bench
}

const PACKET: &[&str] = &[
    "type",
    "index",
    "time_ns",
    "offset",
    "burst",
    "kind",
    "vc",
    "dt",
    "name",
    "word",
    "header",
    "ecc",
    "ecc_bit",
    "checksum",
    "payload_bytes",
];

#[test]
fn list_lines() {
    let bench = bench();
    let text = bench.run(&["list", "--json", "link.sr"]).ok();
    for line in text.lines() {
        assert_eq!(Ordered::parse(line).keys(), PACKET);
    }
    let list = lines(&text);
    assert_eq!(list.len(), 4);
    assert!(list.iter().all(|line| line["type"] == "packet"));
    let line = &list[1];
    // Bytes by hand: DI 2B, word count 10, its ECC.
    assert_eq!(line["header"], "2b0a002e");
    assert_eq!(line["kind"], "long");
    assert_eq!(
        (&line["vc"], &line["dt"], &line["name"], &line["word"]),
        (&json!(0), &json!(43), &json!("RAW10"), &json!(10))
    );
    assert_eq!(
        (&line["ecc"], &line["ecc_bit"], &line["checksum"]),
        (&json!("clean"), &Value::Null, &json!("match"))
    );
    assert_eq!(line["payload_bytes"], 10);
    assert_eq!(list[0]["checksum"], Value::Null);
    assert_eq!(list[0]["name"], "FS");
    assert_eq!(list[3]["name"], "FE");
    // 4 samples a UI at 1 Gbps: a sample is 0.25 ns.
    for line in &list {
        let (time, offset) = (
            line["time_ns"].as_f64().expect("a time"),
            line["offset"].as_f64().expect("an offset"),
        );
        assert_eq!(time, offset / 4.0);
    }
}

#[test]
fn list_of_what_is_wrong() {
    let bench = bench();
    let list = lines(&bench.run(&["list", "--json", "--payload", "broken.hex"]).ok());
    let column = |key: &str| list.iter().map(|line| line[key].clone()).collect::<Vec<_>>();
    assert_eq!(column("index"), (0..7).map(Value::from).collect::<Vec<_>>());
    assert_eq!(column("time_ns"), vec![Value::Null; 7]);
    assert_eq!(
        column("kind"),
        ["short", "long", "long", "long", "short", "short", "long"]
    );
    assert_eq!(
        column("ecc"),
        ["clean", "clean", "clean", "uncorrectable", "clean", "clean", "clean"]
    );
    assert_eq!(
        column("checksum"),
        [
            Value::Null,
            json!("mismatch"),
            json!("match"),
            json!("missing"),
            Value::Null,
            Value::Null,
            json!("missing")
        ]
    );
    assert_eq!(column("payload_bytes"), [0, 3, 5, 7, 0, 0, 3].map(Value::from));
    assert_eq!(list[3]["payload"], "000000000000ff");
    assert_eq!(list[6]["payload"], "5ec2a0");
    assert_eq!(list[0]["payload"], "");
    // Each line starts where the one before ended, after its line feed.
    let mut offset = 0;
    for (line, text) in list.iter().zip(BROKEN.lines()) {
        assert_eq!(line["offset"], offset);
        offset += text.len() + 1;
    }
    let kept = lines(
        &bench
            .run(&["list", "--json", "--dt", "RAW10,0x01", "--vc", "0", "broken.hex"])
            .ok(),
    );
    assert_eq!(
        kept.iter().map(|line| line["index"].as_u64()).collect::<Vec<_>>(),
        [2, 3, 4, 6].map(Some)
    );
}

#[test]
fn other_lines_only_on_request() {
    let bench = bench();
    for name in ["broken.hex", "link.sr"] {
        let plain = lines(&bench.run(&["list", "--json", name]).ok());
        assert!(plain.iter().all(|line| line["type"] == "packet"));
        let all = bench.run(&["list", "--json", "--events", name]).ok();
        let packets = lines(&all).into_iter().filter(|line| line["type"] == "packet");
        assert_eq!(packets.collect::<Vec<_>>(), plain, "{name}");
        assert!(lines(&all).iter().any(|line| line["type"] == "burst"), "{name}");
        for line in all.lines() {
            assert_eq!(Ordered::parse(line).keys()[0], "type");
        }
        let findings = lines(&all).into_iter().filter(|line| line["type"] == "finding").count();
        assert_eq!(findings > 0, name == "broken.hex");
    }
}

#[test]
fn check_object() {
    let bench = bench();
    let said = bench.run(&["check", "--json", "broken.hex"]);
    assert_eq!(said.code, 1);
    let text = String::from_utf8(said.out).expect("text");
    assert_eq!(text.lines().count(), 1);
    let report = Ordered::parse(&text);
    assert_eq!(
        report.keys(),
        [
            "type",
            "verdict",
            "link",
            "packets",
            "channels",
            "load",
            "sensor",
            "low_power",
            "timing",
            "bit_errors",
            "diagnosis",
            "findings"
        ]
    );
    assert_eq!(
        report.at("link").keys(),
        [
            "layer",
            "lanes",
            "lane_order",
            "inverted",
            "rate_bps",
            "clock",
            "skew_ui",
            "clock_inverted",
            "scrambling",
            "discovery"
        ]
    );
    assert_eq!(report.at("packets").keys(), ["total", "short", "long"]);
    let channel = report.at("channels").at("0");
    assert_eq!(channel.keys(), ["vc", "frames", "frame_rate", "data_types"]);
    assert_eq!(
        channel.at("data_types").at("0").keys(),
        ["dt", "name", "packets", "bytes", "width", "lines"]
    );
    let finding = report.at("findings").at("0");
    assert_eq!(
        finding.keys(),
        ["code", "severity", "count", "vc", "first", "message", "advice"]
    );
    assert_eq!(finding.at("first").keys(), ["packet", "time_ns", "offset"]);

    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["verdict"], "errors");
    assert_eq!(report["link"]["layer"], "packets");
    for unknown in ["lanes", "lane_order", "inverted", "rate_bps", "clock", "skew_ui"] {
        assert_eq!(report["link"][unknown], Value::Null, "{unknown}");
    }
    let codes: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["code"].as_str().expect("a code"))
        .collect();
    for code in ["CRC_ERR", "ECC_DOUBLE", "WC_SHORT"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let crc = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|finding| finding["code"] == "CRC_ERR");
    let crc = crc.expect("found above");
    assert_eq!(
        (&crc["severity"], &crc["count"], &crc["vc"]),
        (&json!("error"), &json!(1), &json!(0))
    );
    assert_eq!(crc["first"], json!({"packet": 1, "time_ns": null, "offset": 9}));
}

#[test]
fn check_of_a_clean_link() {
    let bench = bench();
    let report: Value = serde_json::from_str(&bench.run(&["check", "--json", "link.sr"]).ok()).expect("JSON");
    assert_eq!(report["verdict"], "clean");
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["packets"], json!({"total": 4, "short": 2, "long": 2}));
    let link = &report["link"];
    assert_eq!((&link["layer"], &link["lanes"]), (&json!("pins"), &json!(2)));
    assert_eq!(link["lane_order"], json!([0, 1]));
    assert_eq!(link["inverted"], json!([]));
    assert_eq!(link["rate_bps"], json!(1_000_000_000_u64));
    assert_eq!(link["clock"], "continuous");
    assert_eq!(link["skew_ui"], json!([0, 0]));
    assert_eq!(
        report["channels"][0]["data_types"][0],
        json!({"dt": 43, "name": "RAW10", "packets": 2, "bytes": 20, "width": 8, "lines": 2})
    );
}

#[test]
fn manifest() {
    let bench = bench();
    bench
        .run(&["decode", "link.sr", "--format", "npy", "--bayer", "rggb", "-o", "out"])
        .ok();
    let text = bench.text("out/frames.json");
    let manifest = Ordered::parse(&text);
    assert_eq!(manifest.keys()[..3], ["type", "capture", "frames"]);
    assert_eq!(
        manifest.at("frames").at("0").keys()[..16],
        [
            "file",
            "vc",
            "dt",
            "name",
            "index",
            "number",
            "width",
            "height",
            "bits",
            "exposure",
            "complete",
            "missing_lines",
            "bad_lines",
            "first_packet",
            "time_ns",
            "line_bytes"
        ]
    );
    let manifest: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(manifest["type"], "frames");
    assert_eq!(manifest["capture"], "link.sr");
    assert_eq!(manifest["bayer"], "rggb");
    let frame = &manifest["frames"][0];
    assert_eq!(frame["file"], "vc0-raw10-000000.npy");
    assert_eq!(
        (&frame["width"], &frame["height"], &frame["bits"]),
        (&json!(8), &json!(2), &json!(10))
    );
    assert_eq!((&frame["complete"], &frame["exposure"]), (&json!(true), &Value::Null));
    assert_eq!((&frame["missing_lines"], &frame["bad_lines"]), (&json!([]), &json!([])));
    assert_eq!(
        (&frame["index"], &frame["number"], &frame["first_packet"]),
        (&json!(0), &json!(1), &json!(0))
    );
    assert!(frame["time_ns"].as_f64().is_some_and(|time| time > 0.0));
}

#[test]
fn every_line_of_every_command_is_an_object_with_a_type() {
    let bench = bench();
    for words in [
        &["info", "--json", "link.sr"][..],
        &["list", "--json", "link.sr"],
        &["check", "--json", "link.sr"],
        &["decode", "--json", "--null", "link.sr"],
        &["convert", "--json", "link.sr", "-o", "link.pcapng"],
        &["formats", "--json"],
    ] {
        let text = bench.run(words).ok();
        assert!(!text.is_empty(), "{words:?}");
        for line in text.lines() {
            assert_eq!(Ordered::parse(line).keys()[0], "type", "{words:?}");
        }
    }
}

#[test]
fn formats_are_the_tables() {
    let bench = Bench::new();
    let rows = lines(&bench.run(&["formats", "--json"]).ok());
    let names = |kind: &str| -> Vec<String> {
        let rows = rows.iter().filter(|row| row["type"] == kind);
        rows.map(|row| row["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let captures: Vec<&str> = csi2_capture::FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(names("capture_format"), captures);
    assert_eq!(
        names("picture_format"),
        ["png", "pgm", "tiff", "dng", "npy", "raw", "packed"]
    );
    let memory: Vec<&str> = csi2_pixel::MEMORY_FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(names("memory_format"), memory);
    let types = names("data_type");
    for name in [
        "FS", "LE", "GENERIC8", "EMBEDDED", "YUV422_8", "RGB888", "RAW6", "RAW28", "USER8",
    ] {
        assert!(types.iter().any(|known| known == name), "{name}");
    }
    let text = bench.run(&["formats"]).ok();
    assert!(captures.iter().all(|name| text.contains(name)));
}

#[test]
fn info_names_wires_and_roles() {
    let bench = bench();
    let info: Value = serde_json::from_str(&bench.run(&["info", "--json", "link.sr"]).ok()).expect("JSON");
    assert_eq!(
        (&info["format"], &info["layer"], &info["lanes"]),
        (&json!("sigrok"), &json!("pins"), &json!(2))
    );
    assert_eq!(info["rate_bps"], 1_000_000_000_u64);
    assert_eq!(info["sample_rate"].as_f64(), Some(4e9));
    assert_eq!(info["wires"][3], json!({"channel": 3, "name": "D0N", "role": "d0.n"}));
    assert_eq!((&info["bursts"], &info["frames"]), (&json!(4), &json!(1)));
    // Without known names the wires themselves tell.
    let said = bench.run(&["convert", "link.sr", "-o", "link.bin", "--layer", "pins"]);
    said.ok();
    let said = bench.run(&[
        "info",
        "--input-format",
        "samples",
        "--samplerate",
        "4G",
        "--unitsize",
        "1",
        "link.bin",
    ]);
    assert!(said.ok().contains("wire         5 5: d1.n"));
    // Where they do not, they are still listed, and the message says how to go on.
    bench.write("idle.bin", "\u{0}".repeat(1000));
    let said = bench.run(&[
        "info",
        "--input-format",
        "samples",
        "--samplerate",
        "4G",
        "--unitsize",
        "1",
        "idle.bin",
    ]);
    assert!(String::from_utf8_lossy(&said.out).contains("wire         5"));
    assert!(said.failed(2).contains("--map"));
}
