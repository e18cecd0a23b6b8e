//! `corpus.jsonl`: one line a stream, then one about all of them.

use super::super::report::{FaultLine, FindingLine};
use super::CorpusLayer;
use csi2_generator::{CorpusStream, Verdict, WireView};
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;

/// A stream.
#[derive(Serialize)]
pub(super) struct Manifest<'a> {
    r#type: &'static str,
    index: u64,
    seed: u64,
    lanes: u8,
    rate_bps: u64,
    data_type: &'static str,
    channels: Vec<ChannelRow>,
    line_sync: bool,
    first_frame: u16,
    frames: u8,
    lines: u8,
    /// As `inject --log` has them.
    faults: Vec<FaultLine<'a>>,
    /// What a correct receiver reports of the wires.
    findings: Option<Vec<FindingLine>>,
    files: Files,
}

/// A channel, and what its lines carry.
#[derive(Serialize)]
struct ChannelRow {
    vc: u8,
    dt: u8,
    name: &'static str,
}

/// Where a stream lies.
#[derive(Default, Serialize)]
pub(super) struct Files {
    #[serde(skip_serializing_if = "Option::is_none")]
    packets: Option<CaptureFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lanes: Option<CaptureFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ppi: Option<TraceFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pins: Option<CaptureFile>,
}

/// A capture of its own.
#[derive(Serialize)]
pub(super) struct CaptureFile {
    path: PathBuf,
    /// What a correct receiver reports of this capture; `null` where receivers may differ.
    findings: Option<Vec<FindingLine>>,
}

/// A piece of `ppi.mem` and `expected.mem`, in lines.
#[derive(Serialize)]
pub(super) struct TraceFile {
    pub(super) first_word: u64,
    pub(super) words: u64,
    pub(super) first_report: u64,
    pub(super) reports: u64,
}

impl<'a> Manifest<'a> {
    pub(super) fn new(stream: &'a CorpusStream, files: Files) -> Self {
        let plan = &stream.plan;
        let channels = plan.channels.iter().map(|(channel, data_type)| ChannelRow {
            vc: channel.number(),
            dt: data_type.code(),
            name: data_type.name(),
        });
        Self {
            r#type: "stream",
            index: stream.index,
            seed: stream.seed,
            lanes: plan.lanes,
            rate_bps: plan.rate,
            data_type: plan.channels.first().map_or("", |(_, data_type)| data_type.name()),
            channels: channels.collect(),
            line_sync: plan.line_sync,
            first_frame: plan.first_frame,
            frames: plan.frames,
            lines: plan.lines,
            faults: stream
                .records
                .iter()
                .map(|record| FaultLine::new(record, None))
                .collect(),
            findings: stream.verdict(WireView::Pins).as_ref().map(FindingLine::all),
            files,
        }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        line(self, out)
    }
}

impl CaptureFile {
    pub(super) fn new(path: PathBuf, verdict: Option<&Verdict>) -> Self {
        Self {
            path,
            findings: verdict.map(FindingLine::all),
        }
    }
}

impl Files {
    pub(super) fn put(&mut self, layer: CorpusLayer, file: CaptureFile) {
        match layer {
            CorpusLayer::Packets => self.packets = Some(file),
            CorpusLayer::Lanes => self.lanes = Some(file),
            CorpusLayer::Pins => self.pins = Some(file),
            CorpusLayer::Ppi => {}
        }
    }
}

pub(super) fn line(row: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")
}
