//! `csi2 list`: every packet, one line each.

mod lanes;

use crate::console::{Console, ERROR, WARNING};
use crate::failure::Failure;
use crate::keep::Filter;
use crate::output::{stdout, stdout_error, styled};
use crate::read_args::ReadArgs;
use crate::record::{PacketRecord, Recorder};
use crate::report::attribution::{self, WrongBitJson};
use crate::report::embedded::PacketRegisters;
use crate::report::hex::hex;
use crate::report::json;
use crate::session::{CONTINUE, Clock, Flow, Session, Visitor};
use clap::Args;
use clap::builder::styling::Style;
use csi2_analyzer::{Analyzer, Attribution, AttributionSettings, Finding, LinkEvent, Received, Severity, Span};
use csi2_dphy::{PinEvent, Tick};
use csi2_packet::{DataType, EccVerdict};
use csi2_sensors::Profile;
use lanes::{LaneLine, LowPowerData};
use std::io::{IsTerminal as _, Write};

/// Prints every packet, one line each
///
/// Bytes are as received; virtual channel, data type and word are after ECC correction. A packet is printed when it is
/// complete. With -v, registers of embedded packets are told too, and the bit that is wrong where a checksum tells.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 list capture.sr --dt EMBEDDED -v --sensor imx477
  csi2 list capture.pcapng --json --payload | jq -r 'select(.checksum == \"mismatch\") | .payload'")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Also the payload, in hexadecimal digits
    #[arg(long)]
    payload: bool,
    /// Also lines for bursts, lane events and findings
    #[arg(long)]
    events: bool,
}

pub(crate) fn run(args: &ListArgs, console: &Console) -> Result<(), Failure> {
    let mut session = Session::open(&args.read, console)?;
    let out: Box<dyn Write> = if args.read.json {
        Box::new(stdout())
    } else {
        Box::new(styled())
    };
    let mut recorder = Recorder::new(args.payload);
    if console.is_verbose() {
        recorder = recorder.keeping(DataType::EMBEDDED);
    }
    let mut listing = Listing {
        filter: args.read.filter(),
        recorder,
        registers: console.is_verbose(),
        sensor: args.read.profile(),
        low_power: LowPowerData::default(),
        attribution: (args.read.json || console.is_verbose()).then(|| {
            Attribution::new(AttributionSettings {
                lanes: args.read.lanes,
                ..AttributionSettings::default()
            })
        }),
        analyzer: args.events.then(|| crate::command::judge::analyzer(&args.read)),
        pins: session.pins().is_some(),
        json: args.read.json,
        payload: args.payload,
        prompt: args.read.capture == "-" || std::io::stdout().is_terminal(),
        out,
    };
    listing.head()?;
    let broken = session.run(&mut listing, console)?;
    listing.finish(session.clock())?;
    broken.map_or(Ok(()), |error| Err(error.into()))
}

struct Listing {
    filter: Filter,
    recorder: Recorder,
    /// Say what embedded packets say.
    registers: bool,
    sensor: Option<&'static Profile>,
    low_power: LowPowerData,
    attribution: Option<Attribution>,
    analyzer: Option<Analyzer>,
    /// Bursts have sync bytes and skew.
    pins: bool,
    json: bool,
    payload: bool,
    /// Somebody watches: print what is complete at once.
    prompt: bool,
    out: Box<dyn Write>,
}

impl Visitor for Listing {
    fn lost(&mut self, records: u64, offset: u64, at: Option<Tick>) {
        if let Some(analyzer) = &mut self.analyzer {
            analyzer.capture_loss(offset, at, Some(records));
        }
    }

    fn shows_progress(&self) -> bool {
        !std::io::stdout().is_terminal()
    }

    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow {
        if self.analyzer.is_some() {
            match &received.event {
                LinkEvent::BurstStart(info) => {
                    let line = json::BurstLine::new(info, &received.span, clock, self.pins);
                    self.other(
                        &line,
                        || format!("burst {}", received.span.burst),
                        &received.span,
                        clock,
                    )?;
                }
                LinkEvent::Lane(event) => {
                    let span = received.span;
                    let is_data = self.low_power.take(event, &span);
                    self.low_power(Some(event), clock)?;
                    if !is_data {
                        let line = LaneLine::new(event, &span, clock);
                        self.other(&line, || line.text(), &span, clock)?;
                    }
                }
                LinkEvent::Packet(_) | LinkEvent::BurstEnd => {}
            }
        }
        if let Some(attribution) = &mut self.attribution {
            attribution.push(received);
        }
        if let Some(record) = self.recorder.push(received) {
            let header = record.received.header;
            if self.filter.keeps(header.channel, header.data_type) {
                self.packet(&record, clock)?;
            }
            self.recorder.recycle(record);
        }
        if let Some(analyzer) = &mut self.analyzer {
            analyzer.push(received);
            self.findings(clock)?;
        }
        CONTINUE
    }

    fn chunk_done(&mut self) -> Result<(), Failure> {
        if self.prompt {
            self.out.flush().map_err(stdout_error)?;
        }
        Ok(())
    }
}

impl Listing {
    fn head(&mut self) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        writeln!(
            self.out,
            "{:>7} {:>14} {:>12} {:>6} {:>2} {:<10} {:>5} {:>8} {:<13} {:<8} {:>6}",
            "index", "time_us", "offset", "burst", "vc", "name", "word", "header", "ecc", "checksum", "bytes"
        )
        .map_err(stdout_error)
    }

    fn packet(&mut self, record: &PacketRecord, clock: &Clock) -> Result<(), Failure> {
        let header = record.received.header;
        let said = (self.registers && header.data_type == DataType::EMBEDDED && record.received.is_usable())
            .then(|| PacketRegisters::new(&record.payload, self.sensor));
        let wrong = self.attribution.as_ref().and_then(Attribution::wrong_bit);
        if self.json {
            let mut line = json::PacketLine::new(record, clock, self.payload);
            line.wrong_bit = wrong.map(WrongBitJson::from);
            if let Some(said) = said {
                line = line.with_registers(said);
            }
            return json::line(&mut self.out, &line);
        }
        let (ecc, bit) = record.ecc();
        let ecc = bit.map_or(ecc.to_owned(), |bit| format!("{ecc} {bit}"));
        let mut line = format!(
            "{:>7} {:>14} {:>12} {:>6} {:>2} {:<10} {:>5} {:>8} {:<13} {:<8} {:>6}",
            record.span.packet,
            microseconds(clock.nanoseconds(record.span.at)),
            record.span.offset,
            record.span.burst,
            header.channel.number(),
            header.data_type.name(),
            header.word,
            hex(&record.received.wire),
            ecc,
            record.checksum().unwrap_or("-"),
            if record.is_long() {
                record.payload_bytes.to_string()
            } else {
                "-".into()
            },
        );
        if self.payload && record.payload_bytes > 0 {
            line.push_str("  ");
            line.push_str(&hex(&record.payload));
        }
        let style = match record.received.ecc {
            _ if record.is_sound() => Style::new(),
            EccVerdict::Corrected { .. } | EccVerdict::ParityBit { .. }
                if record.checksum().is_none_or(|checksum| checksum == "match") =>
            {
                WARNING
            }
            _ => ERROR,
        };
        writeln!(self.out, "{style}{line}{style:#}").map_err(stdout_error)?;
        let mut lines = said.map(|said| said.lines()).unwrap_or_default();
        lines.extend(wrong.map(|wrong| attribution::wrong_bit(&wrong, record.payload_bytes)));
        for line in lines {
            writeln!(self.out, "{:>7} {:>14} {:>12} {:>6}    -- {line}", "", "", "", "").map_err(stdout_error)?;
        }
        Ok(())
    }

    /// A line that is no packet.
    fn other(
        &mut self,
        line: &impl serde::Serialize,
        text: impl FnOnce() -> String,
        span: &Span,
        clock: &Clock,
    ) -> Result<(), Failure> {
        if self.json {
            return json::line(&mut self.out, line);
        }
        writeln!(
            self.out,
            "{:>7} {:>14} {:>12} {:>6}    -- {}",
            "",
            microseconds(clock.nanoseconds(span.at)),
            span.offset,
            span.burst,
            text()
        )
        .map_err(stdout_error)
    }

    /// Low-power data that is complete.
    fn low_power(&mut self, event: Option<&PinEvent>, clock: &Clock) -> Result<(), Failure> {
        while let Some((line, span)) = self.low_power.line(event, clock) {
            self.other(&line, || line.text(), &span, clock)?;
        }
        Ok(())
    }

    fn findings(&mut self, clock: &Clock) -> Result<(), Failure> {
        while let Some(finding) = self.analyzer.as_mut().and_then(Analyzer::poll) {
            if finding.channel.is_none_or(|channel| self.filter.keeps_channel(channel)) {
                self.finding(&finding, clock)?;
            }
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding, clock: &Clock) -> Result<(), Failure> {
        if self.json {
            return json::line(&mut self.out, &json::FindingLine::new(finding, clock));
        }
        let style = match finding.severity {
            Severity::Info => Style::new(),
            Severity::Warning => WARNING,
            Severity::Error => ERROR,
        };
        writeln!(
            self.out,
            "{:>7} {:>14} {:>12} {:>6}    -- {style}{}{style:#}: {}",
            "",
            microseconds(clock.nanoseconds(finding.span.at)),
            finding.span.offset,
            finding.span.burst,
            finding.code.name(),
            finding
        )
        .map_err(stdout_error)
    }

    fn finish(&mut self, clock: &Clock) -> Result<(), Failure> {
        self.low_power(None, clock)?;
        if let Some(analyzer) = &mut self.analyzer {
            analyzer.finish();
        }
        self.findings(clock)?;
        self.out.flush().map_err(stdout_error)
    }
}

fn microseconds(nanoseconds: Option<f64>) -> String {
    nanoseconds.map_or("-".into(), |nanoseconds| format!("{:.3}", nanoseconds / 1e3))
}
