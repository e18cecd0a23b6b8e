//! What was done and what must be reported: a line a fault for people, and JSON for machines and for the log.

use super::kinds;
use crate::failure::Failure;
use crate::output::{Output, stdout, stdout_error};
use crate::report::text;
use crate::session::Clock;
use csi2_generator::{ExpectedFinding, FaultRecord, Severity, Verdict};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, Write};
use std::path::Path;

/// Where the lines go.
pub(super) struct Report {
    for_machines: bool,
    out: Box<dyn Write>,
    log: Option<Output>,
}

/// A fault.
#[derive(Serialize)]
pub(super) struct FaultLine<'a> {
    r#type: &'static str,
    index: u64,
    kind: &'static str,
    layer: &'static str,
    parameters: Map<String, Value>,
    seed: u64,
    packet: u64,
    burst: u64,
    time_ns: Option<f64>,
    vc: u8,
    dt: u8,
    what: &'a str,
    expect: &'a [&'static str],
}

#[derive(Serialize)]
struct VerdictLine {
    r#type: &'static str,
    findings: Vec<FindingLine>,
}

/// What a correct receiver must report, by code.
#[derive(Serialize)]
pub(super) struct FindingLine {
    code: &'static str,
    severity: &'static str,
    count: u64,
}

impl<'a> FaultLine<'a> {
    pub(super) fn new(record: &'a FaultRecord, time_ns: Option<f64>) -> Self {
        Self {
            r#type: "fault",
            index: record.index,
            kind: record.row.name,
            layer: kinds::layer(record.row.layer),
            parameters: record
                .parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
            seed: record.seed,
            packet: record.packet,
            burst: record.burst,
            time_ns,
            vc: record.channel().number(),
            dt: record.header.data_type.code(),
            what: &record.what,
            expect: &record.expect,
        }
    }
}

impl FindingLine {
    pub(super) fn all(verdict: &Verdict) -> Vec<Self> {
        let line = |finding: &ExpectedFinding| Self {
            code: finding.code,
            severity: finding.severity.name(),
            count: finding.count,
        };
        verdict.findings().iter().map(line).collect()
    }
}

impl Report {
    /// `is_data`: standard output carries the capture.
    pub(super) fn new(for_machines: bool, is_data: bool, log: Option<&Path>) -> Result<Self, Failure> {
        let out: Box<dyn Write> = match (is_data, for_machines) {
            (true, _) => Box::new(anstream::stderr()),
            (false, true) => Box::new(stdout()),
            (false, false) => Box::new(anstream::stdout()),
        };
        Ok(Self {
            for_machines,
            out,
            log: log.map(Output::create).transpose()?,
        })
    }

    pub(super) fn fault(&mut self, record: &FaultRecord, clock: &Clock) -> Result<(), Failure> {
        let time = clock.nanoseconds(record.at);
        let line = FaultLine::new(record, time);
        self.put(&line, &mut |out| {
            let time = time.map_or_else(String::new, |time| format!(", {}", text::time(time)));
            let expect = match record.expect.as_slice() {
                [] => "no finding of its own".to_owned(),
                codes => codes.join(", "),
            };
            writeln!(
                out,
                "packet {}{time}, vc {}: {}: {} -> {expect} (seed {})",
                record.packet,
                record.channel(),
                record.row.name,
                record.what,
                record.seed
            )
        })
    }

    /// The end: the log gets its name.
    pub(super) fn finish(mut self, verdict: &Verdict) -> Result<(), Failure> {
        let findings = verdict.findings();
        let line = VerdictLine {
            r#type: "verdict",
            findings: FindingLine::all(verdict),
        };
        self.put(&line, &mut |out| {
            if findings.is_empty() {
                return writeln!(out, "a correct receiver reports nothing");
            }
            writeln!(out, "a correct receiver reports:")?;
            // The worst first, like `check`.
            for severity in [Severity::Error, Severity::Warning, Severity::Info] {
                for finding in findings.iter().filter(|finding| finding.severity == severity) {
                    writeln!(out, "  {:<8} {:<19} {}", severity.name(), finding.code, finding.count)?;
                }
            }
            Ok(())
        })?;
        self.out.flush().map_err(stdout_error)?;
        self.log.map_or(Ok(()), Output::finish)
    }

    fn put(
        &mut self,
        line: &impl Serialize,
        for_people: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let json = |out: &mut dyn Write| {
            serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
            out.write_all(b"\n")
        };
        if let Some(log) = &mut self.log {
            log.write(json)?;
        }
        let result = if self.for_machines {
            json(&mut self.out)
        } else {
            for_people(&mut self.out)
        };
        result.map_err(stdout_error)
    }
}
