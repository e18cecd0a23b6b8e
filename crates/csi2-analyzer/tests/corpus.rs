//! Streams with faults of every kind, judged by the analyzer at each layer, beside what a correct receiver must say. The two
//! opinions share no code: each finding too many and each too few is counted.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Finding, Input, Receiver, ReceiverConfig, TimingReport};
use csi2_dphy::{PinMap, Sampling, Timebase};
use csi2_generator::{Corpus, CorpusStream, FAULTS, Piece, Transmitter, Verdict, WireView};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Codes and how often each was found.
type Counts = BTreeMap<&'static str, u64>;

const VIEWS: [(WireView, &str); 3] = [
    (WireView::Packets, "packets"),
    (WireView::Lanes, "lanes"),
    (WireView::Pins, "pins"),
];

/// What came of all streams at one layer.
#[derive(Clone, Debug, Default)]
struct Score {
    streams: u64,
    /// Where the verdict is not certain.
    unjudged: u64,
    faultless: u64,
    right: u64,
    too_many: u64,
    too_few: u64,
    by_code: Counts,
    by_kind: Counts,
}

#[test]
fn a_small_corpus_is_judged_as_it_must_be() {
    judge(Corpus::new(1), 4 * FAULTS.len() as u64);
}

/// Seconds when optimised.
#[test]
#[ignore = "ten thousand streams: run in release"]
fn a_large_corpus_is_judged_as_it_must_be() {
    let of = |name: &str, or: u64| std::env::var(name).map_or(or, |value| value.parse().expect("a number"));
    judge(
        Corpus::new(of("CSI2_CORPUS_SEED", 1)),
        of("CSI2_CORPUS_STREAMS", 10_000),
    );
}

fn judge(corpus: Corpus, count: u64) {
    let scores = Mutex::new([Score::default(), Score::default(), Score::default()]);
    let wrong = Mutex::new(Vec::new());
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let stream = corpus.stream(index);
                    for (at, (view, name)) in VIEWS.into_iter().enumerate() {
                        let Some(verdict) = stream.verdict(view) else {
                            let score = &mut scores.lock().unwrap()[at];
                            (score.streams, score.unjudged) = (score.streams + 1, score.unjudged + 1);
                            continue;
                        };
                        let (expected, found) = (expected(&verdict), received(&stream, view));
                        if expected != found {
                            wrong
                                .lock()
                                .unwrap()
                                .push((index, at, describe(&stream, name, &expected, &found)));
                        }
                        scores.lock().unwrap()[at].add(&stream, &expected, &found);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    for (_, _, what) in wrong.iter().take(20) {
        println!("{what}");
    }
    let scores = scores.into_inner().unwrap();
    for (score, (_, name)) in scores.iter().zip(VIEWS) {
        score.print(name);
        assert_eq!(score.streams, count);
        assert!(
            score.unjudged * 100 <= count,
            "{name}: {} streams are not judged",
            score.unjudged
        );
        assert!(score.faultless > 0, "{name}: no stream without a fault");
        for kind in FAULTS {
            assert!(
                score.by_kind.contains_key(kind.name),
                "{name}: no stream for {}",
                kind.name
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} streams are judged otherwise",
        wrong.len()
    );
}

impl Score {
    fn add(&mut self, stream: &CorpusStream, expected: &Counts, found: &Counts) {
        self.streams += 1;
        self.faultless += u64::from(stream.records.is_empty());
        for record in &stream.records {
            *self.by_kind.entry(record.row.name).or_default() += 1;
        }
        for code in expected
            .keys()
            .chain(found.keys().filter(|code| !expected.contains_key(*code)))
        {
            let [wanted, got] = [expected, found].map(|of| of.get(code).copied().unwrap_or(0));
            self.right += wanted.min(got);
            self.too_many += got.saturating_sub(wanted);
            self.too_few += wanted.saturating_sub(got);
            *self.by_code.entry(code).or_default() += wanted;
        }
    }

    fn print(&self, name: &str) {
        let Self {
            streams,
            unjudged,
            faultless,
            right,
            too_many,
            too_few,
            ..
        } = self;
        let share = |of: u64| 100.0 * *right as f64 / (of + right).max(1) as f64;
        println!(
            "{name}: {streams} streams ({faultless} without a fault, {unjudged} without a certain verdict), {right} findings, \
             precision {:.2} %, recall {:.2} % ({too_many} too many, {too_few} too few)",
            share(*too_many),
            share(*too_few)
        );
        println!("  findings: {:?}", self.by_code);
    }
}

fn expected(verdict: &Verdict) -> Counts {
    verdict
        .findings()
        .iter()
        .map(|finding| (finding.code, finding.count))
        .collect()
}

/// What `csi2 check` finds.
fn received(stream: &CorpusStream, view: WireView) -> Counts {
    let lanes = usize::from(stream.plan.lanes);
    let mut transmitter = Transmitter::new(stream.plan.settings(view));
    let timebase = transmitter.timebase();
    let entry = match view {
        WireView::Packets => Entry::Packets { framed: true },
        WireView::Lanes => Entry::Lanes {
            count: lanes,
            framed: true,
        },
        WireView::HighSpeed | WireView::Pins => Entry::Pins {
            map: PinMap::pairs(lanes),
            sampling: Sampling {
                glitch: (20e-9 * timebase.hertz()).ceil() as u64,
                ..Sampling::default()
            },
        },
    };
    let mut check = Check {
        receiver: Receiver::new(ReceiverConfig::new(entry)),
        analyzer: Analyzer::new(AnalyzerSettings::default()),
        found: Counts::new(),
    };
    for sent in stream.sent(view != WireView::Packets) {
        let Ok(()) = transmitter.burst_with(sent.bytes, sent.wire, &mut |piece| check.take(&piece));
    }
    let Ok(()) = transmitter.finish(&mut |piece| check.take(&piece));
    check.finish(timebase)
}

struct Check {
    receiver: Receiver,
    analyzer: Analyzer,
    found: Counts,
}

impl Check {
    fn take(&mut self, piece: &Piece<'_>) -> Result<(), Infallible> {
        let mut input = Input {
            seen: piece.seen,
            starts: piece.starts,
            ends: piece.ends,
            offset: 0,
            at: Some(piece.at),
        };
        while let Some(received) = self.receiver.next(&mut input) {
            self.analyzer.push(&received);
            while let Some(finding) = self.analyzer.poll() {
                count(&mut self.found, &finding);
            }
        }
        Ok(())
    }

    fn finish(mut self, timebase: Timebase) -> Counts {
        while let Some(received) = self.receiver.finish() {
            self.analyzer.push(&received);
            while let Some(finding) = self.analyzer.poll() {
                count(&mut self.found, &finding);
            }
        }
        if let Some(meter) = self.receiver.timing() {
            let unit = self.receiver.unit_interval();
            let report = TimingReport::new(meter, timebase, unit, Some(1e9 / timebase.hertz()));
            report.findings().for_each(|finding| count(&mut self.found, &finding));
        }
        self.analyzer.finish();
        while let Some(finding) = self.analyzer.poll() {
            count(&mut self.found, &finding);
        }
        self.found
    }
}

fn count(found: &mut Counts, finding: &Finding) {
    *found.entry(finding.code.name()).or_default() += 1;
}

fn describe(stream: &CorpusStream, layer: &str, expected: &Counts, found: &Counts) -> String {
    let faults: Vec<String> = stream
        .records
        .iter()
        .map(|record| format!("{} at packet {}: {}", record.row.name, record.packet, record.what))
        .collect();
    format!(
        "stream {} ({layer}): expected {expected:?}, found {found:?}\n  {:?}\n  {}",
        stream.index,
        stream.plan,
        faults.join("\n  ")
    )
}
