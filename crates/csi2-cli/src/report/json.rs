//! The JSON that scripts rely on. Field order is as documented; `type` comes first.

use super::attribution::{BitErrorReport, WrongBitJson};
use super::conformance::SensorRow;
use super::diagnosis::DiagnosisRow;
use super::embedded::{EmbeddedJson, PacketRegisters, RegistersJson};
use super::hex::hex;
use super::link::Link;
use super::load::LoadRow;
use super::low_power::LowPower;
use super::modes::ModeRow;
use super::place::Place;
use crate::failure::Failure;
use crate::output::stdout_error;
use crate::record::PacketRecord;
use crate::report::timing::{LinkTiming, Timing};
use crate::session::Clock;
use csi2_analyzer::{BurstInfo, Finding, Span};
use csi2_dphy::SotVerdict;
use serde::Serialize;
use std::io::Write;

/// Writes one object as one line.
pub(crate) fn line(out: &mut dyn Write, object: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, object)
        .map_err(std::io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .map_err(stdout_error)
}

/// `list`: a packet.
#[derive(Serialize)]
pub(crate) struct PacketLine {
    r#type: &'static str,
    index: u64,
    time_ns: Option<f64>,
    offset: u64,
    burst: u64,
    kind: &'static str,
    vc: u8,
    dt: u8,
    name: &'static str,
    word: u16,
    header: String,
    ecc: &'static str,
    ecc_bit: Option<u8>,
    checksum: Option<&'static str>,
    payload_bytes: u64,
    /// The one bit that its wrong checksum is consistent with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wrong_bit: Option<WrongBitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    /// Of embedded packets, with `-v`.
    #[serde(skip_serializing_if = "Option::is_none")]
    registers: Option<RegistersJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedded: Option<EmbeddedJson>,
}

impl PacketLine {
    pub(crate) fn new(record: &PacketRecord, clock: &Clock, with_payload: bool) -> Self {
        let header = record.received.header;
        let (ecc, ecc_bit) = record.ecc();
        Self {
            r#type: "packet",
            index: record.span.packet,
            time_ns: clock.nanoseconds(record.span.at),
            offset: record.span.offset,
            burst: record.span.burst,
            kind: if record.is_long() { "long" } else { "short" },
            vc: header.channel.number(),
            dt: header.data_type.code(),
            name: header.data_type.name(),
            word: header.word,
            header: hex(&record.received.wire),
            ecc,
            ecc_bit,
            checksum: record.checksum(),
            payload_bytes: record.payload_bytes,
            wrong_bit: None,
            payload: with_payload.then(|| hex(&record.payload)),
            registers: None,
            embedded: None,
        }
    }

    pub(crate) fn with_registers(self, said: PacketRegisters) -> Self {
        Self {
            registers: Some(said.registers),
            embedded: Some(said.embedded),
            ..self
        }
    }
}

/// `list --events`: a burst begins.
#[derive(Serialize)]
pub(crate) struct BurstLine {
    r#type: &'static str,
    index: u64,
    time_ns: Option<f64>,
    offset: u64,
    lanes: Option<u8>,
    sync: Vec<&'static str>,
    skew_ui: Vec<u16>,
}

impl BurstLine {
    pub(crate) fn new(info: &BurstInfo, span: &Span, clock: &Clock, pins: bool) -> Self {
        let lanes = if pins { usize::from(info.lanes) } else { 0 };
        let sync = info.sync.iter().map(|sync| match sync {
            SotVerdict::Clean => "clean",
            SotVerdict::OneBit => "one-bit",
        });
        Self {
            r#type: "burst",
            index: span.burst,
            time_ns: clock.nanoseconds(span.at),
            offset: span.offset,
            lanes: (info.lanes > 0).then_some(info.lanes),
            sync: sync.take(lanes).collect(),
            skew_ui: info.skew.iter().copied().take(lanes).collect(),
        }
    }
}

/// `list --events`: a finding.
#[derive(Serialize)]
pub(crate) struct FindingLine {
    r#type: &'static str,
    code: &'static str,
    severity: &'static str,
    vc: Option<u8>,
    packet: u64,
    time_ns: Option<f64>,
    offset: u64,
    message: String,
}

impl FindingLine {
    pub(crate) fn new(finding: &Finding, clock: &Clock) -> Self {
        Self {
            r#type: "finding",
            code: finding.code.name(),
            severity: finding.severity.name(),
            vc: finding.channel.map(|channel| channel.number()),
            packet: finding.span.packet,
            time_ns: clock.nanoseconds(finding.span.at),
            offset: finding.span.offset,
            message: finding.to_string(),
        }
    }
}

/// `info`.
#[derive(Serialize)]
pub(crate) struct Info<'a> {
    pub(crate) r#type: &'static str,
    pub(crate) capture: &'a str,
    pub(crate) format: &'static str,
    pub(crate) layer: &'static str,
    pub(crate) bytes: Option<u64>,
    pub(crate) lanes: Option<usize>,
    pub(crate) rate_bps: Option<u64>,
    pub(crate) sample_rate: Option<f64>,
    pub(crate) duration_ns: Option<f64>,
    pub(crate) framed: bool,
    pub(crate) wires: Vec<WireRow<'a>>,
    pub(crate) bursts: Option<u64>,
    pub(crate) packets: Option<Packets>,
    pub(crate) frames: Option<u64>,
    pub(crate) channels: Vec<ChannelRow>,
    pub(crate) notes: &'a [String],
}

/// A wire of a capture and its role, `null` where it has none.
#[derive(Serialize)]
pub(crate) struct WireRow<'a> {
    pub(crate) channel: usize,
    pub(crate) name: &'a str,
    pub(crate) role: Option<String>,
}

/// Counts of packets.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Packets {
    pub(crate) total: u64,
    pub(crate) short: u64,
    pub(crate) long: u64,
}

/// A virtual channel.
#[derive(Serialize)]
pub(crate) struct ChannelRow {
    pub(crate) vc: u8,
    pub(crate) frames: u64,
    pub(crate) frame_rate: Option<f64>,
    pub(crate) data_types: Vec<DataTypeRow>,
    /// In turn, where there was more than one; `data_types` has the last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) modes: Vec<ModeRow>,
}

/// A data type on a virtual channel.
#[derive(Serialize)]
pub(crate) struct DataTypeRow {
    pub(crate) dt: u8,
    pub(crate) name: &'static str,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) width: Option<u32>,
    pub(crate) lines: Option<u32>,
    /// From line to line, with `--timing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line_time_ns: Option<Timing>,
}

/// `check`.
#[derive(Serialize)]
pub(crate) struct Check {
    pub(crate) r#type: &'static str,
    pub(crate) verdict: &'static str,
    pub(crate) link: Link,
    pub(crate) packets: Packets,
    pub(crate) channels: Vec<ChannelRow>,
    /// Of captures that have a time and frames.
    pub(crate) load: Option<LoadRow>,
    /// With `--sensor`.
    pub(crate) sensor: Option<SensorRow>,
    /// Of captures of wires with low-power modes in use.
    pub(crate) low_power: Option<LowPower>,
    /// Of captures of wires that have a time.
    pub(crate) timing: Option<LinkTiming>,
    /// Of captures with wrong bits.
    pub(crate) bit_errors: Option<BitErrorReport>,
    /// What is probably wrong, what explains most first.
    pub(crate) diagnosis: Vec<DiagnosisRow>,
    pub(crate) findings: Vec<FindingRow>,
}

/// All findings of one code on one channel.
#[derive(Serialize)]
pub(crate) struct FindingRow {
    pub(crate) code: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) count: u64,
    pub(crate) vc: Option<u8>,
    pub(crate) first: Place,
    pub(crate) message: String,
    pub(crate) advice: &'static str,
}

impl FindingRow {
    /// Of two links together; `time` is that of the link it is about.
    pub(crate) fn of_pair(finding: &Finding, count: u64, time: Option<f64>) -> Self {
        Self {
            code: finding.code.name(),
            severity: finding.severity.name(),
            count,
            vc: None,
            first: Place::of_time(time),
            message: finding.to_string(),
            advice: finding.code.row().advice,
        }
    }
}

/// `decode`: the manifest.
#[derive(Serialize)]
pub(crate) struct Manifest<'a> {
    pub(crate) r#type: &'static str,
    pub(crate) capture: &'a str,
    pub(crate) frames: &'a [FrameRow],
    pub(crate) format: &'static str,
    pub(crate) bayer: Option<&'static str>,
    /// Why the capture broke off, where it did.
    pub(crate) error: Option<String>,
}

/// A frame of the manifest.
#[derive(Clone, Serialize)]
pub(crate) struct FrameRow {
    pub(crate) file: Option<String>,
    pub(crate) vc: u8,
    pub(crate) dt: u8,
    pub(crate) name: &'static str,
    /// Whose layout it was declared to have: a data type's or a compression's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layout_of: Option<&'static str>,
    pub(crate) index: u64,
    pub(crate) number: Option<u16>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bits: u8,
    /// `LEF`, `SEF1`, `SEF2`; `HDR` of a merged set.
    pub(crate) exposure: Option<&'static str>,
    /// Which set of exposures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set: Option<u64>,
    /// Pixels of line information that each row had before it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) li_pixels: Option<u8>,
    /// Of a merged set: how many times more light the long exposure saw than each shorter one, and who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ratio: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ratio_from: Option<&'static str>,
    pub(crate) complete: bool,
    pub(crate) missing_lines: Vec<u32>,
    pub(crate) bad_lines: Vec<u32>,
    pub(crate) first_packet: u64,
    pub(crate) time_ns: Option<f64>,
    pub(crate) line_bytes: u32,
    /// Of these, what is no whole group at the end of a line, and in no sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rest_bytes: Option<u32>,
    /// What the samples of the file are: `RAW`, `RGB`, `UYVY`, `I422`, `I420`; `null` of payload as it came.
    pub(crate) layout: Option<&'static str>,
    /// What FFmpeg calls the samples of a raw file.
    pub(crate) pix_fmt: Option<&'static str>,
    /// Place in a stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slice: Option<usize>,
    /// Files of planes that differ in size; `file` is the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) planes: Vec<PlaneRow>,
    /// The picture for viewing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) preview: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// What the embedded rows of the frame say, where it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) embedded: Option<EmbeddedJson>,
}

/// A file with one plane of a frame.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlaneRow {
    /// `Y`, `U` or `V`.
    pub(crate) name: &'static str,
    pub(crate) file: String,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal() {
        assert_eq!(hex(&[0x00, 0x2B, 0xFE]), "002bfe");
    }
}
