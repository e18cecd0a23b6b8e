//! Runs a capture through the analyzer: what `info` and `check` report.

use crate::keep::Filter;
use crate::read_args::ReadArgs;
use crate::report::json;
use crate::report::json::{ChannelRow, DataTypeRow, Packets};
use crate::report::modes::ModeRow;
use crate::report::place::Place;
use crate::report::timing::Timing;
use crate::sensor_arg::Chosen;
use crate::session::{CONTINUE, Clock, Flow, Visitor};
use csi2_analyzer::diagnosis::Witness;
use csi2_analyzer::{
    Analyzer, AnalyzerSettings, Attribution, AttributionSettings, BitErrors, Conformance, Detail, Finding, FindingCode,
    Limits, Observed, Received, Severity, Statistics, TimingReport,
};
use csi2_dphy::Tick;
use std::mem::discriminant;

/// Findings of one code on one channel.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) code: FindingCode,
    pub(crate) severity: Severity,
    pub(crate) count: u64,
    /// The first of them, or the worst duration.
    pub(crate) first: Finding,
}

impl Group {
    fn holds(&self, finding: &Finding) -> bool {
        let same = match (self.first.detail, finding.detail) {
            // What the lanes have in common.
            (
                Detail::Timing { parameter, above, .. },
                Detail::Timing {
                    parameter: of,
                    above: is,
                    ..
                },
            ) => (parameter, above) == (of, is),
            (Detail::Profile(mismatch), Detail::Profile(of)) => mismatch.aspect == of.aspect,
            // What they have in common is only that they are of low-power modes, or of deskew.
            (Detail::Escape { command, .. }, Detail::Escape { command: of, .. }) => command == of,
            (Detail::Deskew { kind, .. }, Detail::Deskew { kind: of, .. }) => kind == of,
            // Lanes change apart from channels.
            (Detail::ModeChange { to, .. }, Detail::ModeChange { to: of, .. }) => {
                discriminant(&to) == discriminant(&of)
            }
            // It happens once.
            (of, is) if is_start_up(&of) != is_start_up(&is) => false,
            // It is no error, as other reserved types are.
            (of, is) if end_of_transmission(&of) != end_of_transmission(&is) => false,
            _ => true,
        };
        same && self.code == finding.code && self.first.channel == finding.channel
    }

    pub(crate) fn row(&self, clock: &Clock) -> json::FindingRow {
        json::FindingRow {
            code: self.code.name(),
            severity: self.severity.name(),
            count: self.count,
            vc: self.first.channel.map(|channel| channel.number()),
            first: Place::new(&self.first, clock),
            message: self.first.to_string(),
            advice: self.code.row().advice,
        }
    }
}

/// An analyzer that expects what the command line says.
pub(crate) fn analyzer(args: &ReadArgs) -> Analyzer {
    Analyzer::new(AnalyzerSettings {
        limits: Limits::default(),
        vcx: args.vcx.expected(),
    })
}

/// What looks on beside the analyzer.
pub(crate) trait Beside {
    fn event(&mut self, received: &Received<'_>);
    fn finding(&mut self, finding: &Finding);
}

/// Counts are all that is wanted.
impl Beside for () {
    fn event(&mut self, _: &Received<'_>) {}
    fn finding(&mut self, _: &Finding) {}
}

/// What tells why something is wrong.
pub(crate) struct Clues {
    attribution: Attribution,
    witness: Witness,
}

impl Clues {
    pub(crate) fn new(args: &ReadArgs) -> Self {
        Self {
            attribution: Attribution::new(AttributionSettings {
                limits: Limits::default(),
                lanes: args.lanes,
            }),
            witness: Witness::new(),
        }
    }

    /// Wrong bits, and where they are.
    pub(crate) fn bit_errors(&self) -> BitErrors {
        self.attribution.report()
    }

    /// What the diagnosis needs to know.
    pub(crate) fn witness(&self) -> &Witness {
        &self.witness
    }
}

impl Beside for Clues {
    fn event(&mut self, received: &Received<'_>) {
        self.witness.push(received);
        self.attribution.push(received);
    }

    fn finding(&mut self, finding: &Finding) {
        self.witness.finding(finding);
    }
}

/// Analyzer and what it found, aggregated. The number of groups is bounded by codes times channels.
pub(crate) struct Judge<B> {
    analyzer: Analyzer,
    beside: B,
    filter: Filter,
    groups: Vec<Group>,
}

impl<B: Beside> Judge<B> {
    pub(crate) fn new(args: &ReadArgs, beside: B) -> Self {
        Self {
            analyzer: analyzer(args),
            beside,
            filter: args.filter(),
            groups: Vec::new(),
        }
    }

    /// What the whole capture shows of the line protocol's durations.
    pub(crate) fn durations(&mut self, timing: &TimingReport) {
        for finding in timing.findings() {
            self.count(finding);
        }
    }

    /// Compares the channels that `--vc` keeps with a mode of a sensor, or with the one that fits best. `None`: the sensor
    /// has no modes.
    pub(crate) fn conformance(
        &mut self,
        chosen: Chosen,
        clock: &Clock,
        lanes: Option<usize>,
    ) -> Option<Conformance<'static>> {
        let mut statistics = self.statistics().clone();
        statistics.channels.retain(|of| self.filter.keeps_channel(of.channel));
        let seen = Observed {
            statistics: &statistics,
            timebase: clock.timebase,
            lanes,
            lane_rate: clock.rate(),
        };
        let judged = match chosen.mode {
            Some(mode) => Some(Conformance::new(&seen, chosen.profile, mode)),
            None => Conformance::best(&seen, chosen.profile),
        }?;
        for finding in judged.findings() {
            self.count(finding);
        }
        Some(judged)
    }

    /// End of the capture.
    pub(crate) fn finish(&mut self) {
        self.analyzer.finish();
        self.gather();
        // Errors first; within a severity in order of appearance.
        self.groups.sort_by_key(|group| std::cmp::Reverse(group.severity));
    }

    pub(crate) fn statistics(&self) -> &Statistics {
        self.analyzer.statistics()
    }

    pub(crate) fn beside(&self) -> &B {
        &self.beside
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The worst of all findings.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.groups.iter().map(|group| group.severity).max()
    }

    pub(crate) fn packets(&self) -> Packets {
        let statistics = self.statistics();
        Packets {
            total: statistics.packets,
            short: statistics.short,
            long: statistics.long,
        }
    }

    /// Channels and data types that `--vc` and `--dt` keep.
    pub(crate) fn channels(&self, clock: &Clock, timing: bool) -> Vec<ChannelRow> {
        let channels = self.statistics().channels.iter();
        channels
            .filter(|of| self.filter.keeps_channel(of.channel))
            .map(|of| ChannelRow {
                vc: of.channel.number(),
                frames: of.frames,
                frame_rate: clock.timebase.and_then(|timebase| of.frame_rate(timebase)),
                data_types: of
                    .data_types
                    .iter()
                    .filter(|of| self.filter.keeps_data_type(of.data_type))
                    .map(|of| DataTypeRow {
                        dt: of.data_type.code(),
                        name: of.data_type.name(),
                        packets: of.packets,
                        bytes: of.bytes,
                        width: of.width,
                        lines: of.lines,
                        line_time_ns: timing.then(|| Timing::new(&of.line_time, clock)).flatten(),
                    })
                    .collect(),
                modes: ModeRow::all(&of.modes, clock),
            })
            .collect()
    }

    fn gather(&mut self) {
        while let Some(finding) = self.analyzer.poll() {
            if !finding.channel.is_none_or(|channel| self.filter.keeps_channel(channel)) {
                continue;
            }
            self.count(finding);
        }
    }

    fn count(&mut self, finding: Finding) {
        self.beside.finding(&finding);
        match self.groups.iter_mut().find(|group| group.holds(&finding)) {
            Some(group) => {
                group.count += 1;
                group.severity = group.severity.max(finding.severity);
                if exceeds(&finding.detail, &group.first.detail) {
                    group.first = finding;
                }
            }
            None => self.groups.push(Group {
                code: finding.code,
                severity: finding.severity,
                count: 1,
                first: finding,
            }),
        }
    }
}

impl<B: Beside> Visitor for Judge<B> {
    fn lost(&mut self, records: u64, offset: u64, at: Option<Tick>) {
        self.analyzer.capture_loss(offset, at, Some(records));
        self.gather();
    }

    fn event(&mut self, received: &Received<'_>, _: &Clock) -> Flow {
        self.beside.event(received);
        self.analyzer.push(received);
        self.gather();
        CONTINUE
    }
}

fn is_start_up(detail: &Detail) -> bool {
    matches!(detail, Detail::StartUpFrame { .. })
}

fn end_of_transmission(detail: &Detail) -> bool {
    matches!(detail, Detail::EndOfTransmission { .. })
}

/// Of durations of several lanes the worst is told.
fn exceeds(new: &Detail, old: &Detail) -> bool {
    match (new, old) {
        (Detail::Timing { nanoseconds, above, .. }, Detail::Timing { nanoseconds: old, .. }) => {
            (nanoseconds > old) == *above && nanoseconds != old
        }
        _ => false,
    }
}
