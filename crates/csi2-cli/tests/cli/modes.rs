//! Modes that change within a capture, and a link that sleeps between its frames.

use crate::support::{Bench, Said, samples};
use serde_json::{Value, json};

/// Packets of frames of this size and type, counted from `first`.
fn packets(bench: &Bench, frames: usize, (width, height): (usize, usize), data_type: &str, first: usize) -> String {
    let name = format!("{data_type}-{width}x{height}-{first}");
    let bits = if data_type == "RAW12" { 12 } else { 10 };
    let (picture, capture) = (format!("{name}.npy"), format!("{name}.hex"));
    bench.npy(
        &picture,
        &[frames, height, width],
        &samples(frames * height * width, bits, 7),
    );
    let first = first.to_string();
    let words = [
        "encode",
        &picture,
        "--dt",
        data_type,
        "--first-frame",
        &first,
        "-o",
        &capture,
    ];
    bench.run(&words).ok();
    bench.text(&capture)
}

fn report(said: Said) -> Value {
    serde_json::from_slice(&said.out).expect("JSON")
}

/// Codes, and how often each was found.
fn codes(report: &Value) -> Vec<(&str, u64)> {
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|of| {
            (
                of["code"].as_str().expect("a code"),
                of["count"].as_u64().expect("a count"),
            )
        })
        .collect()
}

#[test]
fn both_modes_are_reported_and_decoded() {
    let bench = Bench::new();
    let full = packets(&bench, 2, (64, 8), "RAW10", 1);
    let binned = packets(&bench, 2, (32, 4), "RAW10", 3);
    let deep = packets(&bench, 2, (32, 4), "RAW12", 5);
    bench.write("link.hex", [full, binned, deep].concat());

    let report = report(bench.run(&["check", "link.hex", "--json"]));
    assert_eq!(report["verdict"], "clean", "{report}");
    assert_eq!(codes(&report), [("MODE_CHANGE", 2)]);
    let finding = &report["findings"][0];
    assert_eq!(finding["message"], "64x8 RAW10 -> 32x4 RAW10");
    assert_eq!((&finding["severity"], &finding["vc"]), (&json!("info"), &json!(0)));
    assert_eq!(finding["first"]["packet"], 20);
    let channel = &report["channels"][0];
    let rows: Vec<_> = channel["data_types"].as_array().expect("rows").iter().collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["name"], &rows[0]["packets"]), (&json!("RAW10"), &json!(24)));
    assert_eq!((&rows[0]["width"], &rows[0]["lines"]), (&json!(32), &json!(4)));
    assert_eq!((&rows[1]["name"], &rows[1]["packets"]), (&json!("RAW12"), &json!(8)));
    let modes = channel["modes"].as_array().expect("modes");
    let named: Vec<_> = modes.iter().map(|of| (&of["mode"], &of["packet"])).collect();
    let expected = [
        (&json!("64x8 RAW10"), &Value::Null),
        (&json!("32x4 RAW10"), &json!(20)),
        (&json!("32x4 RAW12"), &json!(32)),
    ];
    assert_eq!(named, expected);
    assert_eq!(
        modes[2]["data_types"],
        json!([{"dt": 0x2C, "name": "RAW12", "width": 32, "lines": 4, "line_bytes": 48}])
    );

    let text = bench.run(&["check", "link.hex"]).ok();
    let line = "  vc 0 modes: 64x8 RAW10; 32x4 RAW10 from packet 20; 32x4 RAW12 from packet 32\n";
    assert!(text.contains(line), "{text}");

    let manifest = bench.run(&["decode", "link.hex", "--null"]).ok();
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let frames = manifest["frames"].as_array().expect("frames");
    let shapes: Vec<_> = frames
        .iter()
        .map(|of| {
            (
                of["number"].clone(),
                of["name"].clone(),
                of["width"].clone(),
                of["height"].clone(),
                of["complete"].clone(),
            )
        })
        .collect();
    let of = |number: u64, name: &str, width: u64, height: u64| {
        (json!(number), json!(name), json!(width), json!(height), json!(true))
    };
    let expected = [
        of(1, "RAW10", 64, 8),
        of(2, "RAW10", 64, 8),
        of(3, "RAW10", 32, 4),
        of(4, "RAW10", 32, 4),
        of(5, "RAW12", 32, 4),
        of(6, "RAW12", 32, 4),
    ];
    assert_eq!(shapes, expected);
}

#[test]
fn a_channel_that_stays_as_it_is_has_no_modes() {
    let bench = Bench::new();
    bench.write("link.hex", packets(&bench, 3, (64, 8), "RAW10", 1));
    let report = report(bench.run(&["check", "link.hex", "--json"]));
    assert_eq!(report["verdict"], "clean");
    assert!(report["channels"][0].get("modes").is_none(), "{report}");
}

/// `check` of three frames with 3 ms of sleep between them.
fn asleep(bench: &Bench, timing: &str) -> (Value, String) {
    bench.npy("in.npy", &[3, 4, 16], &samples(3 * 4 * 16, 8, 3));
    let words = [
        "encode", "in.npy", "--dt", "RAW8", "--lanes", "2", "--rate", "100M", "--ulps", "3ms", "--timing", timing,
        "-o", "link.vcd",
    ];
    bench.run(&words).ok();
    let check = ["check", "link.vcd", "--fail-on", "never"];
    (
        report(bench.run(&[&check[..], &["--json"]].concat())),
        bench.run(&check).ok(),
    )
}

#[test]
fn a_link_that_sleeps() {
    let bench = Bench::new();
    let (report, text) = asleep(&bench, "t_wakeup=1ms");
    assert_eq!(report["verdict"], "clean", "{report}");
    let low_power = &report["low_power"];
    let sleep = low_power["sleep"].as_array().expect("lanes");
    let lanes: Vec<_> = sleep.iter().map(|of| of["lane"].clone()).collect();
    assert_eq!(lanes, [json!(0), json!(1), json!("clock")]);
    for of in sleep {
        assert_eq!(of["times"], 2, "{of}");
        // Of 8 ms and a little more.
        let share = of["share"].as_f64().expect("a share");
        assert!((0.74..0.75).contains(&share), "{of}");
        let time = of["time_ns"].as_f64().expect("a time");
        assert!((6.0e6..6.01e6).contains(&time), "{of}");
        let wake_up = &of["wakeup_ns"];
        assert_eq!((&wake_up["min"], &wake_up["max"]), (&json!(1e6), &json!(1e6)), "{of}");
    }
    let line = "  LP       ULPS 75 % of the time on 2 data lanes and the clock, 2 times, wake-up 1 ms (least 1 ms)\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_link_that_wakes_up_too_soon() {
    let bench = Bench::new();
    let (report, text) = asleep(&bench, "t_wakeup=200us");
    assert_eq!(report["verdict"], "warnings", "{report}");
    assert_eq!(codes(&report), [("TIMING_OUT_OF_RANGE", 3), ("ULPS_SEEN", 6)]);
    for of in report["low_power"]["sleep"].as_array().expect("lanes") {
        assert_eq!(of["wakeup_ns"]["max"], 2e5, "{of}");
    }
    assert!(text.contains("wake-up 200 us (least 1 ms)"), "{text}");
    assert!(
        text.contains("T_WAKEUP is 200000.00 ns, should be 1000000.00 ns at least"),
        "{text}"
    );
}
