//! `csi2 inject --corpus`: what it says of its streams, beside what `check` finds in them.

use super::support::Bench;
use csi2_generator::FAULTS;
use serde_json::Value;
use std::collections::BTreeMap;

type Counts = BTreeMap<String, u64>;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn counts(findings: &Value) -> Counts {
    let mut counts = Counts::new();
    for finding in findings.as_array().expect("findings") {
        let code = finding["code"].as_str().expect("a code").to_owned();
        *counts.entry(code).or_default() += finding["count"].as_u64().expect("a count");
    }
    counts
}

#[test]
fn check_finds_in_the_files_what_the_corpus_says() {
    let bench = Bench::new();
    let streams = FAULTS.len() + 2;
    bench
        .run(&[
            "inject",
            "-q",
            "--corpus",
            &streams.to_string(),
            "--seed",
            "11",
            "-o",
            "corpus",
        ])
        .ok();
    let rows = lines(&bench.text("corpus/corpus.jsonl"));
    let (coverage, rows) = rows.split_last().expect("rows");
    assert_eq!((rows.len(), &coverage["streams"]), (streams, &streams.into()));
    let mut checked = 0;
    for row in rows {
        for layer in ["packets", "lanes", "pins"] {
            let file = &row["files"][layer];
            if file["findings"].is_null() {
                continue;
            }
            let path = format!("corpus/{}", file["path"].as_str().expect("a path"));
            let said = bench.run(&["check", "--json", "--fail-on", "never", &path]).ok();
            let check = &lines(&said)[0];
            assert_eq!(counts(&check["findings"]), counts(&file["findings"]), "{path}: {row}");
            checked += 1;
        }
        assert_eq!(row["findings"], row["files"]["pins"]["findings"], "{row}");
    }
    assert!(
        checked > 2 * streams,
        "{checked} of {streams} streams have a certain verdict"
    );
}

#[test]
fn the_traces_are_where_the_index_says() {
    let bench = Bench::new();
    bench
        .run(&[
            "inject",
            "-q",
            "--corpus",
            "9",
            "--corpus-layers",
            "ppi",
            "-o",
            "corpus",
        ])
        .ok();
    let words = bench.text("corpus/ppi.mem");
    let reports = bench.text("corpus/expected.mem");
    let (words, reports): (Vec<&str>, Vec<&str>) = (words.lines().collect(), reports.lines().collect());
    let rows = lines(&bench.text("corpus/corpus.jsonl"));
    let (mut next_word, mut next_report) = (0, 0);
    for (index, row) in rows.iter().take(9).enumerate() {
        let number = |name: &str| row["files"]["ppi"][name].as_u64().expect("a number") as usize;
        assert_eq!((number("first_word"), number("first_report")), (next_word, next_report));
        // The first word of a stream, and of no other.
        let first = |word: &&&str| u16::from_str_radix(&word[..4], 16).expect("hexadecimal") & 1 == 1;
        let of = &words[next_word..next_word + number("words")];
        assert_eq!(of.iter().filter(first).count(), 1);
        assert!(first(&&of[0]));
        let mark = format!(
            "ff_{:02x}_00_00_0000_0000_{index:08x}",
            row["lanes"].as_u64().expect("lanes")
        );
        assert_eq!(reports[next_report], mark);
        next_word += number("words");
        next_report += number("reports");
    }
    assert_eq!((next_word, next_report), (words.len(), reports.len()));
    // Nothing else was asked for.
    assert!(!bench.path("corpus/packets").exists() && !bench.path("corpus/pins").exists());
}

#[test]
fn what_is_not_covered_is_said() {
    let bench = Bench::new();
    let table = bench
        .run(&[
            "inject",
            "-q",
            "--corpus",
            "2",
            "--corpus-layers",
            "packets",
            "-o",
            "corpus",
        ])
        .ok();
    let missing = table
        .lines()
        .find(|line| line.starts_with("faults not covered: "))
        .expect("a line");
    let missing = missing.split_once(": ").expect("names").1;
    let names: Vec<&str> = missing.split(", ").collect();
    // Each kind is in the table with its streams, or named here.
    for row in FAULTS {
        let counted = table.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(row.name) && words.any(|word| word.parse::<u64>().is_ok())
        });
        assert!(counted != names.contains(&row.name), "{}: {table}", row.name);
    }
    assert!(table.contains("\nfindings not covered: "), "{table}");
}

#[test]
fn a_seed_makes_the_same_files() {
    let bench = Bench::new();
    for (seed, directory) in [("4", "one"), ("4", "other"), ("5", "third")] {
        bench
            .run(&["inject", "-q", "--corpus", "5", "--seed", seed, "-o", directory])
            .ok();
    }
    for name in [
        "corpus.jsonl",
        "ppi.mem",
        "expected.mem",
        "lanes/000003.lanes",
        "packets/000003.pcapng",
    ] {
        let read = |directory: &str| bench.read(&format!("{directory}/{name}"));
        assert!(read("one") == read("other"), "{name}");
    }
    assert!(bench.read("one/ppi.mem") != bench.read("third/ppi.mem"));
}
