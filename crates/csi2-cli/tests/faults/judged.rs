//! A stream, judged from both sides.

use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Input, Receiver, ReceiverConfig};
use csi2_dphy::Observation;
use csi2_generator::{FaultRecord, InjectSettings, Injector, Judge, JudgeSettings, Order, Sent};
use csi2_packet::VcExtension;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Worst severity and count by code.
pub(crate) type Counts = BTreeMap<String, (String, u64)>;

/// Bursts with their faults, and the faults.
pub(crate) fn injected(stream: &[Vec<u8>], seed: u64, orders: &[Order]) -> (Vec<Vec<u8>>, Vec<FaultRecord>) {
    let mut injector = Injector::new(InjectSettings {
        seed,
        ..InjectSettings::default()
    });
    orders.iter().for_each(|order| injector.order(order.clone()));
    let mut out = Vec::new();
    let mut keep = |sent: Sent<'_>| -> Result<(), Infallible> {
        out.push(sent.bytes.to_vec());
        Ok(())
    };
    injector.stream(stream.iter().map(Vec::as_slice), &mut keep).unwrap();
    let records = std::iter::from_fn(|| injector.poll()).collect();
    (out, records)
}

/// What the judge says of bursts of packets.
pub(crate) fn expected(bursts: &[Vec<u8>], vcx: Option<VcExtension>) -> Counts {
    let mut judge = Judge::new(JudgeSettings { vcx, link: None });
    bursts.iter().for_each(|burst| judge.burst(burst));
    let verdict = judge.finish();
    let findings = verdict.findings().iter();
    findings
        .map(|finding| (finding.code.into(), (finding.severity.name().into(), finding.count)))
        .collect()
}

/// What the analyzer reports of them.
pub(crate) fn reported(bursts: &[Vec<u8>], vcx: Option<VcExtension>) -> Counts {
    let mut receiver = Receiver::new(ReceiverConfig {
        vcx: vcx.unwrap_or(VcExtension::Extended),
        ..ReceiverConfig::new(Entry::Packets { framed: true })
    });
    let mut analyzer = Analyzer::new(AnalyzerSettings {
        vcx,
        ..AnalyzerSettings::default()
    });
    let mut found = Vec::new();
    for burst in bursts {
        let mut input = Input {
            seen: Observation::Merged(burst),
            starts: true,
            ends: true,
            offset: 0,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            analyzer.push(&received);
            found.extend(std::iter::from_fn(|| analyzer.poll()));
        }
    }
    while let Some(received) = receiver.finish() {
        analyzer.push(&received);
    }
    analyzer.finish();
    found.extend(std::iter::from_fn(|| analyzer.poll()));
    let mut counts = Counts::new();
    let mut worst = BTreeMap::new();
    for finding in found {
        let severity = worst.entry(finding.code).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
        let count = counts.entry(finding.code.name().to_owned()).or_default();
        *count = (severity.name().to_owned(), count.1 + 1);
    }
    counts
}
