//! `check --sensor`: streams of a small sensor that the command simulates, beside profiles that differ in one thing.

use crate::support::{Bench, lines};
use serde_json::{Value, json};

/// A sensor of one mode: 640 ns a row, 50 rows a frame, 31.25 kHz.
const TINY: &str = r#"
name = "tiny"
embedded_rows = 2
bayer = "grbg"

[[modes]]
name = "usual"
width = 64
height = 40
data_type = "RAW10"
lanes = 2
lane_rate = 1_500_000_000
pace = { pixel_rate = 100_000_000, line_length = 64, frame_length = 50 }
"#;

/// `TINY` with something else in it.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    assert!(TINY.contains(from), "{from}");
    TINY.replace(from, to)
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("tiny.toml", TINY);
    bench
        .run(&["simulate", "tiny.toml:usual", "--frames", "3", "-o", "link.pcapng"])
        .ok();
    bench
}

#[track_caller]
fn check(bench: &Bench, words: &[&str]) -> Value {
    let words: Vec<&str> = ["check", "--json", "--fail-on", "never"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    let mut objects = lines(&bench.run(&words).ok());
    assert_eq!(objects.len(), 1);
    objects.remove(0)
}

#[track_caller]
fn row<'v>(report: &'v Value, what: &str) -> &'v Value {
    let rows = report["sensor"]["rows"].as_array().expect("rows");
    rows.iter()
        .find(|row| row["what"] == what)
        .unwrap_or_else(|| panic!("no {what} in {rows:?}"))
}

#[test]
fn a_stream_that_fits() {
    let bench = bench();
    let report = check(&bench, &["link.pcapng", "--sensor", "tiny.toml:usual"]);
    assert_eq!(
        (&report["verdict"], &report["sensor"]["fits"]),
        (&json!("clean"), &json!(true))
    );
    assert_eq!(
        (
            &report["sensor"]["name"],
            &report["sensor"]["mode"],
            &report["sensor"]["named"]
        ),
        (&json!("tiny"), &json!("usual"), &json!(true))
    );
    assert_eq!(
        *row(&report, "line time"),
        json!({"what": "line time", "expected": 640.0, "measured": 640.0, "unit": "ns", "verdict": "ok"})
    );
    assert_eq!(
        *row(&report, "size"),
        json!({"what": "size", "expected": "64x40", "measured": "64x40", "unit": null, "verdict": "ok"})
    );
    // Of packets nobody knows the lanes.
    assert_eq!(
        (&row(&report, "lanes")["measured"], &row(&report, "lanes")["verdict"]),
        (&json!(null), &json!("unknown"))
    );
    // 42 packets of 86 bytes and two of 4 in 32 us.
    let packets = (42.0 * 86.0 + 8.0) * 8.0 / 32e-6;
    let measured = row(&report, "packets")["measured"].as_f64().expect("a number");
    assert!((measured / packets - 1.0).abs() < 1e-9, "{measured}");
    assert_eq!(report["load"]["payload_bps"], 40.0 * 80.0 * 8.0 / 32e-6);
    assert_eq!(
        (&report["load"]["link_bps"], &report["load"]["share"]),
        (&json!(null), &json!(null))
    );
    let told = check(&bench, &["link.pcapng", "--lanes", "2", "--rate", "1.5G"]);
    assert_eq!(
        (&told["load"]["link_bps"], &told["sensor"]),
        (&json!(3_000_000_000_u64), &json!(null))
    );
    let share = told["load"]["share"].as_f64().expect("a number");
    assert!((share - packets / 3e9).abs() < 1e-9, "{share}");
    let text = bench
        .run(&["check", "link.pcapng", "--lanes", "2", "--rate", "1.5G"])
        .ok();
    assert!(text.contains("\n  load     905 Mbps of 3 Gbps, 30 %\n"), "{text}");
    let text = bench.run(&["check", "link.pcapng", "--sensor", "tiny.toml"]).ok();
    assert!(text.contains("\n  sensor   tiny:usual fits\n"), "{text}");
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert!(
        text.lines()
            .any(|line| cells(line) == cells("line time 0.640 us 0.640 us ok")),
        "{text}"
    );
}

/// Wires show lanes and rate too.
#[test]
fn a_stream_of_wires() {
    let bench = bench();
    bench
        .run(&[
            "simulate",
            "tiny.toml:usual",
            "--frames",
            "2",
            "--layer",
            "pins",
            "-o",
            "link.sr",
        ])
        .ok();
    let report = check(&bench, &["link.sr", "--sensor", "tiny.toml:usual"]);
    assert_eq!(report["sensor"]["fits"], true, "{report}");
    assert_eq!(
        (&row(&report, "lanes")["measured"], &row(&report, "lanes")["verdict"]),
        (&json!(2.0), &json!("ok"))
    );
    assert_eq!(row(&report, "lane rate")["verdict"], "ok");
    let share = report["load"]["share"].as_f64().expect("a number");
    assert!(
        (share - (42.0 * 86.0 + 8.0) * 8.0 / 32e-6 / 3e9).abs() < 1e-4,
        "{share}"
    );
}

#[test]
fn streams_that_do_not() {
    let bench = bench();
    for (from, to, message) in [
        ("height = 40", "height = 36", "size: 64x40, the profile says 64x36"),
        (
            "line_length = 64",
            "line_length = 60",
            "line time: 0.640 us, the profile says 0.600 us",
        ),
        (
            "frame_length = 50",
            "frame_length = 56",
            "frame length: 50 lines, the profile says 56 lines",
        ),
        (
            "embedded_rows = 2",
            "embedded_rows = 1",
            "embedded rows: 2, the profile says 1",
        ),
        ("RAW10", "RAW12", "data type: RAW10, the profile says RAW12"),
    ] {
        bench.write("other.toml", changed(from, to));
        let report = check(&bench, &["link.pcapng", "--sensor", "other.toml:usual"]);
        let findings = report["findings"].as_array().expect("findings");
        let told: Vec<&Value> = findings.iter().map(|of| &of["message"]).collect();
        assert_eq!(told, [message]);
        assert_eq!(
            (
                &findings[0]["code"],
                &findings[0]["severity"],
                &findings[0]["first"]["packet"]
            ),
            (&json!("PROFILE_MISMATCH"), &json!("warning"), &json!(null))
        );
        assert_eq!(
            (&report["verdict"], &report["sensor"]["fits"]),
            (&json!("warnings"), &json!(false))
        );
        let words = ["check", "link.pcapng", "--fail-on", "warning", "--sensor"];
        let with = |sensor: &str| bench.run(&[&words[..], &[sensor]].concat()).code;
        assert_eq!(with("other.toml:usual"), 1);
        // A sensor has more modes than those in its profile: without one it is told, and no fault.
        assert_eq!(with("other.toml"), 0);
    }
    // But it sends none like these: neither their size nor their type, or wider than it is.
    let alien = changed("RAW10", "RAW12");
    let small = |width: &str| alien.replace("width = 64", width).replace("height = 40", "height = 36");
    let array = |size: &str| {
        let text = changed("height = 40", "height = 36");
        text.replace("bayer", &format!("array = \"{size}\"\nbayer"))
    };
    for (profile, code) in [
        (small("width = 64"), 1),
        // A quarter of it may be a window.
        (small("width = 256"), 1),
        (small("width = 260"), 0),
        (array("64x40"), 0),
    ] {
        bench.write("alien.toml", &profile);
        let words = ["check", "link.pcapng", "--fail-on", "warning", "--sensor", "alien.toml"];
        assert_eq!(bench.run(&words).code, code, "{profile}");
    }
    bench
        .run(&[
            "simulate",
            "imx412:full-10bit",
            "--crop",
            "4056x2+0+0",
            "-o",
            "wide.pcapng",
        ])
        .ok();
    let report = check(&bench, &["wide.pcapng", "--sensor", "imx219"]);
    assert_eq!(report["verdict"], "warnings", "{report}");
    let report = check(&bench, &["wide.pcapng", "--sensor", "imx477"]);
    assert_eq!(report["verdict"], "clean", "{report}");
    let text = bench.run(&["check", "link.pcapng", "--sensor", "other.toml"]).ok();
    let line = "  sensor   tiny: none of its modes fits; nearest is usual, but for data type";
    assert!(text.contains(line), "{text}");
    assert!(
        text.contains("\ninfo: PROFILE_MISMATCH on vc 0: data type: RAW10"),
        "{text}"
    );
}

#[test]
fn what_a_driver_may_choose() {
    let bench = bench();
    let words = [
        "simulate",
        "tiny.toml:usual",
        "--frames",
        "3",
        "--frame-length",
        "100",
        "--embedded",
        "off",
        "-o",
        "slow.pcapng",
    ];
    bench.run(&words).ok();
    let report = check(&bench, &["slow.pcapng", "--sensor", "tiny.toml:usual"]);
    assert_eq!(
        (&report["verdict"], &report["sensor"]["fits"]),
        (&json!("clean"), &json!(true))
    );
    for what in ["frame length", "frame rate", "embedded rows"] {
        assert_eq!(row(&report, what)["verdict"], "allowed", "{what}");
    }
    assert_eq!(row(&report, "frame length")["measured"], 100.0);
    assert_eq!(row(&report, "line time")["verdict"], "ok");
}

/// Of several modes the one that fits; of a sensor without modes none.
#[test]
fn the_mode_is_found() {
    let bench = bench();
    let mode = TINY.split("[[modes]]").nth(1).expect("a mode");
    let other = mode.replace("usual", "tall").replace("height = 40", "height = 44");
    let slow = mode
        .replace("usual", "slow")
        .replace("line_length = 64", "line_length = 80");
    bench.write(
        "modes.toml",
        TINY.replace(mode, &format!("{other}\n[[modes]]{slow}\n[[modes]]{mode}")),
    );
    let report = check(&bench, &["link.pcapng", "--sensor", "modes.toml"]);
    assert_eq!(
        (
            &report["sensor"]["mode"],
            &report["sensor"]["named"],
            &report["sensor"]["alike"]
        ),
        (&json!("usual"), &json!(false), &json!([]))
    );
    // Without times two of them are the same.
    bench.run(&["convert", "link.pcapng", "-o", "link.bin"]).ok();
    let report = check(&bench, &["link.bin", "--sensor", "modes.toml"]);
    assert_eq!(
        (&report["sensor"]["mode"], &report["sensor"]["alike"]),
        (&json!("slow"), &json!(["usual"]))
    );
    assert_eq!(report["load"], Value::Null);
    bench.write("none.toml", "name = \"none\"\n");
    let report = check(&bench, &["link.pcapng", "--sensor", "none.toml"]);
    assert_eq!(
        (&report["sensor"]["mode"], &report["sensor"]["fits"]),
        (&json!(null), &json!(null))
    );
    let text = bench.run(&["check", "link.pcapng", "--sensor", "none.toml"]).ok();
    assert!(text.contains("\n  sensor   none: no mode of it is known"), "{text}");
}

/// `--vc` says whose images they are.
#[test]
fn another_channel() {
    let bench = bench();
    bench
        .run(&[
            "simulate",
            "tiny.toml:usual",
            "--frames",
            "3",
            "--vc",
            "2",
            "-o",
            "two.pcapng",
        ])
        .ok();
    let report = check(&bench, &["two.pcapng", "--sensor", "tiny.toml:usual", "--vc", "2"]);
    assert_eq!(
        (&report["sensor"]["vc"], &report["sensor"]["fits"]),
        (&json!(2), &json!(true))
    );
    let report = check(&bench, &["two.pcapng", "--sensor", "tiny.toml:usual", "--vc", "1"]);
    assert_eq!(
        (&report["sensor"]["vc"], &row(&report, "size")["verdict"]),
        (&json!(null), &json!("unknown"))
    );
}
