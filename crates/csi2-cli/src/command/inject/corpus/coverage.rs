//! What a corpus covers, and what it does not.

use super::CorpusLayer;
use super::manifest;
use crate::report::text::{Side, count, table};
use csi2_analyzer::FINDINGS;
use csi2_generator::{CorpusStream, FAULTS, Fault, PpiFlag, PpiReport};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Counts of streams.
#[derive(Default)]
pub(super) struct Coverage {
    streams: u64,
    faultless: u64,
    faults: u64,
    /// By kind, in which it shows at each layer.
    kinds: BTreeMap<&'static str, [u64; CorpusLayer::ALL.len()]>,
    /// By code, in which it is due at each layer; at ports, as far as reports of packets tell it.
    findings: BTreeMap<&'static str, [u64; CorpusLayer::ALL.len()]>,
    /// By layer, for which the verdict is not certain.
    uncertain: [u64; CorpusLayer::ALL.len()],
}

/// The last line of `corpus.jsonl`.
#[derive(Serialize)]
pub(super) struct CoverageRow {
    r#type: &'static str,
    seed: u64,
    streams: u64,
    faultless: u64,
    faults: u64,
    /// Streams, by kind and layer.
    kinds: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// Streams, by code and layer.
    findings: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    not_covered: NotCovered,
}

/// What no stream shows.
#[derive(Serialize)]
struct NotCovered {
    kinds: Vec<&'static str>,
    findings: Vec<&'static str>,
}

impl Coverage {
    pub(super) fn add(&mut self, stream: &CorpusStream) {
        self.streams += 1;
        self.faultless += u64::from(stream.records.is_empty());
        self.faults += stream.records.len() as u64;
        for (at, layer) in CorpusLayer::ALL.into_iter().enumerate() {
            let shows = |fault: &Fault| match fault {
                Fault::Wire(fault) => layer.shows(fault),
                _ => true,
            };
            let shown = stream.records.iter().filter(|record| shows(&record.fault));
            for kind in shown.map(|record| record.row.name).collect::<BTreeSet<_>>() {
                self.kinds.entry(kind).or_default()[at] += 1;
            }
            let Some(view) = layer.view() else {
                for code in reported(stream) {
                    self.findings.entry(code).or_default()[at] += 1;
                }
                continue;
            };
            match stream.verdict(view) {
                Some(verdict) => {
                    for finding in verdict.findings() {
                        self.findings.entry(finding.code).or_default()[at] += 1;
                    }
                }
                None => self.uncertain[at] += 1,
            }
        }
    }

    pub(super) fn row(&self, seed: u64) -> CoverageRow {
        let by_layer = |counts: &[u64; CorpusLayer::ALL.len()]| {
            let layers = CorpusLayer::ALL.into_iter().map(CorpusLayer::name);
            layers.zip(counts.iter().copied()).collect::<BTreeMap<_, _>>()
        };
        CoverageRow {
            r#type: "coverage",
            seed,
            streams: self.streams,
            faultless: self.faultless,
            faults: self.faults,
            kinds: self
                .kinds
                .iter()
                .map(|(kind, counts)| (*kind, by_layer(counts)))
                .collect(),
            findings: self
                .findings
                .iter()
                .map(|(code, counts)| (*code, by_layer(counts)))
                .collect(),
            not_covered: self.not_covered(),
        }
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let sides = [Side::Left, Side::Right, Side::Right, Side::Right, Side::Right];
        let head = |what: &str| {
            let layers = CorpusLayer::ALL.into_iter().map(|layer| layer.name().to_owned());
            std::iter::once(what.to_owned()).chain(layers).collect::<Vec<_>>()
        };
        let cells = |name: &str, counts: [u64; CorpusLayer::ALL.len()]| {
            let counts = counts
                .into_iter()
                .map(|count| if count == 0 { "-".to_owned() } else { count.to_string() });
            std::iter::once(name.to_owned()).chain(counts).collect::<Vec<_>>()
        };
        let of = |counts: &BTreeMap<&str, _>, name: &str| counts.get(name).copied().unwrap_or_default();
        let mut rows = vec![head("streams with the fault")];
        rows.extend(FAULTS.iter().map(|row| cells(row.name, of(&self.kinds, row.name))));
        rows.push(Vec::new());
        rows.push(head("streams with the finding"));
        let due = FINDINGS.iter().filter(|row| self.findings.contains_key(row.name));
        rows.extend(due.map(|row| cells(row.name, of(&self.findings, row.name))));
        let mut text = table("", &sides, &rows);
        let missing = self.not_covered();
        text.push_str(&format!(
            "\n{} with {}, {} without a fault\n",
            count(self.streams, "stream"),
            count(self.faults, "fault"),
            self.faultless
        ));
        for (layer, uncertain) in CorpusLayer::ALL.into_iter().zip(self.uncertain) {
            if uncertain > 0 {
                let streams = count(uncertain, "stream");
                text.push_str(&format!(
                    "no verdict on {} of {streams}: receivers may differ\n",
                    layer.name()
                ));
            }
        }
        for (what, names) in [("faults", missing.kinds), ("findings", missing.findings)] {
            if !names.is_empty() {
                text.push_str(&format!("{what} not covered: {}\n", names.join(", ")));
            }
        }
        text
    }

    fn not_covered(&self) -> NotCovered {
        let kinds = FAULTS.iter().map(|row| row.name);
        let findings = FINDINGS.iter().map(|row| row.name);
        NotCovered {
            kinds: kinds.filter(|kind| !self.kinds.contains_key(kind)).collect(),
            findings: findings.filter(|code| !self.findings.contains_key(code)).collect(),
        }
    }
}

/// Codes of what is to be reported at the ports.
fn reported(stream: &CorpusStream) -> BTreeSet<&'static str> {
    let (_, reports) = stream.ppi();
    let flags = reports.iter().fold(0, |all, report| match report {
        PpiReport::Packet { flags, .. } => all | flags,
        PpiReport::Stream { .. } => all,
    });
    let set = |flag: &&PpiFlag| flags & **flag as u8 != 0;
    PpiFlag::ALL.iter().filter(set).map(|flag| flag.code()).collect()
}

impl CoverageRow {
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        manifest::line(self, out)
    }
}
