//! Durations of the line protocol: what `check` says about wires drawn by hand.

use crate::support::{Bench, Ordered, samples};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A VCD of one lane at 1 Gb/s, ticks of 250 ps: frame start 1 in a burst with these durations of LP-01, LP-00, HS-0 and
/// the trail, in ticks. The clock does not stop.
fn vcd(lpx: u32, prepare: u32, zero: u32, trail: u32) -> String {
    let mut at = 800;
    let mut data = vec![(0, "11"), (at, "01"), (at + lpx, "00"), (at + lpx + prepare, "01")];
    at += lpx + prepare + zero;
    // The first bit meets a rising edge.
    assert_eq!(at % 8, 0);
    for byte in [0xB8_u8, 0x00, 0x01, 0x00, 0x1A] {
        for bit in 0..8 {
            data.push((at, if byte >> bit & 1 == 1 { "10" } else { "01" }));
            at += 4;
        }
    }
    // The inverse of the last bit, which is a zero.
    data.extend([(at, "10"), (at + trail, "11")]);
    let mut changes: Vec<(u32, char, char)> = Vec::new();
    for (at, levels) in data {
        changes.extend(levels.chars().zip("\"#".chars()).map(|(level, wire)| (at, level, wire)));
    }
    for edge in 0..at / 4 + 200 {
        let (p, n) = if edge % 2 == 0 { ('1', '0') } else { ('0', '1') };
        changes.extend([(edge * 4 + 2, p, '!'), (edge * 4 + 2, n, '$')]);
    }
    changes.sort_by_key(|(at, ..)| *at);
    let mut text = String::from("$timescale 250 ps $end\n");
    for (wire, name) in [('!', "CLKP"), ('$', "CLKN"), ('"', "D0P"), ('#', "D0N")] {
        writeln!(text, "$var wire 1 {wire} {name} $end").expect("room");
    }
    text.push_str("$enddefinitions $end\n");
    for (at, level, wire) in changes {
        writeln!(text, "#{at}\n{level}{wire}").expect("room");
    }
    text
}

fn check(bench: &Bench, words: &[&str]) -> Value {
    let words: Vec<&str> = ["check", "--json", "--fail-on", "never"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    serde_json::from_str(&bench.run(&words).ok()).expect("JSON")
}

#[test]
fn a_parameter_as_it_is_told() {
    let bench = Bench::new();
    // 49 ns of LP-01, 60 ns of LP-00, 107 ns of HS-0, 70 ns of trail.
    bench.write("wires.vcd", vcd(196, 240, 428, 280));
    let text = bench.run(&["check", "--json", "wires.vcd"]).ok();
    let timing = Ordered::parse(&text);
    let timing = timing.at("timing");
    assert_eq!(timing.keys(), ["resolution_ns", "ui_ns", "parameters"]);
    let keys = timing.at("parameters").at("0").keys();
    assert_eq!(
        keys,
        [
            "name",
            "lane",
            "count",
            "min_ns",
            "mean_ns",
            "max_ns",
            "limit_min_ns",
            "limit_max_ns",
            "verdict"
        ]
    );
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["timing"]["resolution_ns"], 0.25);
    assert_eq!(report["timing"]["ui_ns"], 1.0);
    assert_eq!(
        report["timing"]["parameters"][0],
        json!({
            "name": "T_LPX", "lane": 0, "count": 1, "min_ns": 49.0, "mean_ns": 49.0, "max_ns": 49.0,
            "limit_min_ns": 50.0, "limit_max_ns": null, "verdict": "below"
        })
    );
    assert_eq!(
        report["timing"]["parameters"][1],
        json!({
            "name": "T_HS-PREPARE", "lane": 0, "count": 1, "min_ns": 60.0, "mean_ns": 60.0, "max_ns": 60.0,
            "limit_min_ns": 44.0, "limit_max_ns": 91.0, "verdict": "ok"
        })
    );
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["severity"]),
        (&json!("TIMING_OUT_OF_RANGE"), &json!("warning"))
    );
    assert_eq!(
        finding["message"],
        "lane 0: T_LPX is 49.00 ns, should be 50.00 ns at least"
    );
    assert_eq!(
        finding["first"],
        json!({"packet": null, "time_ns": 200.0, "offset": 800})
    );
    // The frame has no end, and that is an error.
    assert_eq!(bench.run(&["check", "wires.vcd", "--fail-on", "warning"]).code, 1);
}

#[test]
fn a_table_for_people() {
    let bench = Bench::new();
    bench.write("wires.vcd", vcd(196, 240, 428, 280));
    let said = bench
        .run(&["check", "wires.vcd", "--timing", "--fail-on", "never"])
        .ok();
    let expected = "
  UI 1 ns (1 Gbps a lane), changes known to 0.25 ns
  parameter                 lane  n     min    mean     max  limit            verdict
  T_LPX                     0     1   49 ns   49 ns   49 ns  50 ns at least   too short
  T_HS-PREPARE              0     1   60 ns   60 ns   60 ns  44 ns to 91 ns   ok
  T_HS-PREPARE + T_HS-ZERO  0     1  167 ns  167 ns  167 ns  155 ns at least  ok
  T_HS-TRAIL                0     1   70 ns   70 ns   70 ns  64 ns at least   ok
  T_EOT                     0     1   70 ns   70 ns   70 ns  117 ns at most   ok
";
    assert!(said.contains(expected), "{said}");
    let place = "T_LPX is 49.00 ns, should be 50.00 ns at least\n  at 200 ns, offset 800\n";
    assert!(said.contains(place), "{said}");
    // Without the option only what is wrong is told.
    let said = bench.run(&["check", "wires.vcd", "--fail-on", "never"]).ok();
    assert!(said.contains(place) && !said.contains("T_HS-PREPARE"), "{said}");
}

/// What is encoded keeps to the limits; one sample a bit shows none of them, and packets have no wires.
#[test]
fn captures_of_all_layers() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 64], &samples(128, 10, 1));
    let encode = |words: &[&str]| {
        let words: Vec<&str> = ["encode", "in.npy", "--dt", "RAW10"]
            .iter()
            .chain(words)
            .copied()
            .collect();
        bench.run(&words).ok();
    };
    for rate in ["80M", "1G", "2.1G"] {
        encode(&["--rate", rate, "--clock", "gated", "--layer", "pins", "-o", "link.sr"]);
        let report = check(&bench, &["link.sr"]);
        assert_eq!(report["findings"], json!([]), "{rate}");
        let parameters = report["timing"]["parameters"].as_array().expect("parameters");
        // Six of four data lanes, seven of the clock lane.
        assert_eq!(parameters.len(), 31, "{rate}");
        assert!(
            parameters.iter().all(|row| row["verdict"] == "ok"),
            "{rate}: {parameters:?}"
        );
        assert!(parameters.iter().any(|row| row["lane"] == "clock"));
    }
    encode(&["--oversample", "1", "--layer", "pins", "-o", "link.sr"]);
    let report = check(&bench, &["link.sr"]);
    assert_eq!(
        report["timing"],
        json!({"resolution_ns": 1.0, "ui_ns": 1.0, "parameters": []})
    );
    let said = bench.run(&["check", "--timing", "link.sr"]).ok();
    assert!(said.contains("no low-power states are visible"), "{said}");
    encode(&["-o", "link.pcapng"]);
    assert_eq!(check(&bench, &["link.pcapng"])["timing"], Value::Null);
}
