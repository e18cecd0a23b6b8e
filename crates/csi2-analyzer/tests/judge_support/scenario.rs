//! Judging a script, and scenarios as tables.

use super::Script;
use csi2_analyzer::{Analyzer, AnalyzerSettings, Finding, FindingCode, Severity};
use std::collections::BTreeMap;

pub const RAW8: u8 = 0x2A;
pub const RAW10: u8 = 0x2B;
pub const EMBEDDED: u8 = 0x12;
pub const YUV420: u8 = 0x18;

pub fn judge(script: &Script) -> (Analyzer, Vec<Finding>) {
    let mut analyzer = Analyzer::new(AnalyzerSettings::default());
    let mut findings = Vec::new();
    script.play(|event| {
        analyzer.push(event);
        findings.extend(std::iter::from_fn(|| analyzer.poll()));
    });
    analyzer.finish();
    findings.extend(std::iter::from_fn(|| analyzer.poll()));
    (analyzer, findings)
}

/// How often each (code, severity) occurs.
pub fn count(findings: &[Finding]) -> Vec<(FindingCode, Severity, usize)> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.code, finding.severity)).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .map(|((code, severity), count)| (code, severity, count))
        .collect()
}

/// Name, what happens, exactly what is found (in the order of the codes).
pub type Case = (&'static str, fn(&mut Script), &'static [(FindingCode, Severity, usize)]);

pub fn walk(cases: &[Case]) {
    for (name, write, expected) in cases {
        let mut script = Script::new();
        write(&mut script);
        let (analyzer, findings) = judge(&script);
        assert_eq!(count(&findings), *expected, "{name}: {findings:#?}");
        assert_eq!(analyzer.statistics().dropped_findings, 0, "{name}");
    }
}

/// `numbers`: (FS, FE) of frames of two lines.
pub fn frames(script: &mut Script, numbers: &[(u16, u16)]) {
    for &(start, end) in numbers {
        script.fs(start).lines(2, RAW10, 5).fe(end);
    }
}

/// A frame of numbered lines, each between LS and LE.
pub fn numbered(script: &mut Script, frame: u16, lines: &[u16]) {
    script.fs(frame);
    for &line in lines {
        script.ls(line).lines(1, RAW10, 5).le(line);
    }
    script.fe(frame);
}
