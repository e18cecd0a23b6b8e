//! `csi2 inject`, then `csi2 check`: what is told is what is found, at every layer.

use crate::support::{Bench, lines, samples};
use serde_json::Value;
use std::collections::BTreeMap;

/// Two frames of lines between LS and LE, and of unnumbered lines.
fn streams(bench: &Bench) {
    bench.npy("in.npy", &[6, 400], &samples(6 * 400, 10, 9));
    let encode = [
        "encode", "in.npy", "in.npy", "in.npy", "--dt", "RAW10", "--lanes", "2", "--rate", "200M",
    ];
    let made = |more: &[&str]| bench.run(&[&encode, more].concat()).ok();
    made(&["--line-sync", "-o", "wrapped.pcapng"]);
    made(&["--vc", "2", "--first-frame", "0", "-o", "plain.pcapng"]);
}

fn counts<'a>(findings: impl Iterator<Item = &'a Value>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        let code = finding["code"].as_str().expect("a code").to_owned();
        *counts.entry(code).or_default() += finding["count"].as_u64().expect("a count");
    }
    counts
}

/// What `check` finds.
fn found(bench: &Bench, name: &str) -> BTreeMap<String, u64> {
    let words = ["check", name, "--json", "--fail-on", "never"];
    let report = lines(&bench.run(&words).ok());
    counts(report[0]["findings"].as_array().expect("findings").iter())
}

/// Faults and verdict of a log.
fn log(text: &str) -> (Vec<Value>, BTreeMap<String, u64>) {
    let mut all = lines(text);
    let verdict = all.pop().expect("a verdict");
    assert_eq!(verdict["type"], "verdict");
    assert!(all.iter().all(|line| line["type"] == "fault"));
    let findings = verdict["findings"].as_array().expect("findings").clone();
    (all, counts(findings.iter()))
}

fn kinds(bench: &Bench, layer: &str) -> Vec<String> {
    let all = lines(&bench.run(&["inject", "--list", "--json"]).ok());
    let of = all.iter().filter(|kind| kind["layer"] == layer);
    of.map(|kind| kind["kind"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn each_kind_is_found_at_each_layer() {
    let bench = Bench::new();
    streams(&bench);
    let kinds = kinds(&bench, "packets");
    assert!(kinds.len() > 20, "{kinds:?}");
    for (seed, kind) in kinds.iter().enumerate() {
        let seed = seed.to_string();
        for (from, to) in [
            ("wrapped.pcapng", "out.pcapng"),
            ("plain.pcapng", "out.lanes"),
            ("wrapped.pcapng", "out.sr"),
            ("plain.pcapng", "out.vcd"),
        ] {
            if from == "plain.pcapng" && (kind.ends_with("-ls") || kind.ends_with("-le") || kind == "line-number") {
                continue;
            }
            let words = [
                "inject",
                from,
                "-o",
                to,
                "--fault",
                kind,
                "--seed",
                &seed,
                "--log",
                "log.jsonl",
                "--json",
            ];
            let printed = bench.run(&words).ok();
            assert_eq!(printed, bench.text("log.jsonl"), "{kind}");
            let (faults, verdict) = log(&printed);
            assert_eq!(
                (faults.len(), &faults[0]["kind"]),
                (1, &Value::from(kind.as_str())),
                "{from} to {to}"
            );
            assert_eq!(found(&bench, to), verdict, "{from} to {to}: {}", faults[0]);
        }
    }
}

#[test]
fn wires_are_sent_anew() {
    let bench = Bench::new();
    streams(&bench);
    bench
        .run(&["convert", "wrapped.pcapng", "--lanes", "2", "-o", "good.sr"])
        .ok();
    for (seed, fault) in [
        "payload-bit:count=3",
        "lost-le",
        "truncate",
        "append:length=64",
        "header-bits",
    ]
    .iter()
    .enumerate()
    {
        let seed = seed.to_string();
        let words = [
            "inject", "good.sr", "-o", "bad.sr", "--fault", fault, "--count", "2", "--seed", &seed, "--json",
        ];
        let (faults, verdict) = log(&bench.run(&words).ok());
        assert_eq!(faults.len(), 2);
        assert!(!verdict.is_empty(), "{fault}");
        assert_eq!(found(&bench, "bad.sr"), verdict, "{fault}: {faults:?}");
    }
}

/// Files of lanes keep one byte of trail, which takes the place of what ends that early.
#[test]
fn lanes_that_end_a_little_early() {
    let bench = Bench::new();
    streams(&bench);
    for (seed, from) in (0..24).flat_map(|seed| ["wrapped.pcapng", "plain.pcapng"].map(|from| (seed, from))) {
        let (fault, seed) = (format!("early-eot:bytes={}", 1 + seed % 3), seed.to_string());
        let words = [
            "inject",
            from,
            "-o",
            "out.lanes",
            "--lanes",
            "2",
            "--fault",
            &fault,
            "--seed",
            &seed,
            "--json",
        ];
        let (faults, verdict) = log(&bench.run(&words).ok());
        assert!(!verdict.is_empty(), "{}", faults[0]);
        assert_eq!(found(&bench, "out.lanes"), verdict, "{from}: {}", faults[0]);
    }
}

#[test]
fn the_same_seed_makes_the_same_faults() {
    let bench = Bench::new();
    streams(&bench);
    let words = |seed, out| {
        [
            "inject",
            "wrapped.pcapng",
            "-o",
            out,
            "--fault",
            "payload-bit",
            "--fault",
            "lost",
            "--count",
            "4",
            "--seed",
            seed,
        ]
    };
    let first = bench.run(&words("7", "a.hex")).ok();
    assert_eq!(bench.run(&words("7", "b.hex")).ok(), first);
    assert_eq!(bench.read("a.hex"), bench.read("b.hex"));
    assert_ne!(bench.run(&words("8", "c.hex")).ok(), first);
    let told = first.lines().filter(|line| line.starts_with("packet ")).count();
    assert_eq!(told, 8, "{first}");
    assert!(
        first.contains("a correct receiver reports:") && first.contains("FRAME_DATA_ERR"),
        "{first}"
    );
}

/// What was wrong before is part of the verdict; and one pass is enough for a pipe.
#[test]
fn faults_on_faults() {
    let bench = Bench::new();
    streams(&bench);
    bench
        .run(&["inject", "wrapped.pcapng", "-o", "one.pcapng", "--fault", "checksum"])
        .ok();
    let words = [
        "inject",
        "-",
        "-o",
        "two.pcapng",
        "--fault",
        "null",
        "--probability",
        "0.5",
        "--json",
    ];
    let (faults, verdict) = log(&bench.feed(&words, bench.read("one.pcapng")).ok());
    assert!(faults.len() > 5);
    let expected = [("CRC_ERR", 1), ("FRAME_DATA_ERR", 1)].map(|(code, count)| (code.to_owned(), count));
    assert_eq!(verdict, BTreeMap::from(expected));
    assert_eq!(found(&bench, "two.pcapng"), verdict);
    // The capture on standard output, the log beside it.
    let words = [
        "inject",
        "wrapped.pcapng",
        "-o",
        "-",
        "--output-format",
        "hex",
        "--fault",
        "lost-fe",
        "--log",
        "log.jsonl",
    ];
    let said = bench.run(&words);
    assert!(said.err.contains("lost-fe"), "{}", said.err);
    bench.write("three.hex", said.ok());
    let (_, verdict) = log(&bench.text("log.jsonl"));
    assert_eq!(found(&bench, "three.hex"), verdict);
}

#[test]
fn errors_name_the_fix() {
    let bench = Bench::new();
    streams(&bench);
    let inject = |more: &[&str]| bench.run(&[&["inject", "plain.pcapng", "-o", "out.pcapng"], more].concat());
    for (words, fix) in [
        (["--fault", "payload"].as_slice(), "perhaps payload-bit"),
        (&["--fault", "lost-ls"], "line starts, and there are none"),
        (&["--fault", "payload-bit:byte=600"], "can have the parameters given"),
        (&["--fault", "deskew"], "--layer lanes or --layer pins"),
        (&["--fault", "short-lpx", "--layer", "packets"], "--layer pins"),
        (&[], "give --fault KIND"),
        (&["--fault", "lost", "--log", "out.pcapng"], "is the output too"),
        (&["--fault", "lost", "--log", "plain.pcapng"], "is the input too"),
        (&["--fault", "lost", "--probability", "2"], "at most 1"),
        (
            &["--fault", "lost", "--probability", "0.5", "--count", "2"],
            "cannot be used with",
        ),
    ] {
        let message = inject(words).failed(2);
        assert!(message.contains(fix), "{words:?}: {message}");
        assert!(!bench.path("out.pcapng").exists(), "{words:?}");
    }
    let pipe = ["inject", "-", "-o", "out.pcapng", "--fault", "lost"];
    let message = bench.feed(&pipe, bench.read("plain.pcapng")).failed(2);
    assert!(message.contains("give --probability"), "{message}");
    let message = bench.run(&["inject", "--fault", "lost"]).failed(2);
    assert!(
        message.contains("--output <CAPTURE>") && message.contains("--list"),
        "{message}"
    );
    let message = bench.run(&["inject", "-o", "out.pcapng", "--fault", "lost"]).failed(2);
    assert!(message.contains("CAPTURE"), "{message}");
    let message = bench
        .run(&[
            "inject",
            "plain.pcapng",
            "-o",
            "-",
            "--output-format",
            "hex",
            "--fault",
            "lost",
            "--json",
        ])
        .failed(2);
    assert!(message.contains("--log FILE"), "{message}");
}

#[test]
fn more_than_there_are() {
    let bench = Bench::new();
    streams(&bench);
    let said = bench.run(&[
        "inject",
        "plain.pcapng",
        "-o",
        "out.pcapng",
        "--fault",
        "lost-fs",
        "--count",
        "9",
    ]);
    assert!(said.err.contains("3 places to hit, 9 wanted"), "{}", said.err);
    assert_eq!(said.ok().lines().filter(|line| line.contains("lost-fs")).count(), 3);
}

#[test]
fn the_list_names_kinds_and_parameters() {
    let bench = Bench::new();
    let list = bench.run(&["inject", "--list"]).ok();
    for part in [
        "payload-bit",
        "bit=0..7",
        "-> CRC_ERR",
        "hits frame starts",
        "Of low-power states",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
}
