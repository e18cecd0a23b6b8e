//! `csi2 convert`: another format, or another layer.

use crate::console::Console;
use crate::failure::Failure;
use crate::keep::Filter;
use crate::output::{self, stdout, stdout_error};
use crate::read_args::ReadArgs;
use crate::record::{Ending, PacketRecord, Recorder};
use crate::report::{json, text};
use crate::session::{CONTINUE, Clock, Flow, Session, Visitor};
use crate::transmit::{LinkArgs, Target};
use clap::Args;
use csi2_analyzer::{LinkEvent, Received, Span};
use csi2_capture::Layer;
use csi2_packet::{Missing, PacketEvent};
use serde::Serialize;
use std::io::Write as _;

mod annotate;
mod anonymise;
mod wires;

use super::out::{Out, Resend, ResendArgs, wire_bytes};
use anonymise::{AnonymiseArgs, Replacement};

/// Writes a capture in another format, or at another layer
///
/// Packets are kept byte for byte, with their errors, as they came: what ended early still does. Down to lanes and pins they
/// are sent anew, at the times of the capture. Pins to pins are copied as they are, with all channels; changes (VCD) to a
/// sampled format on the coarsest grid that holds them all, or at --samplerate. They are sent anew, too, with an option
/// that shapes the bursts, as --skew, --ulps or --scramble, and with --anonymise.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 convert capture.pcapng -o lanes.mem --layer lanes --output-lanes 2
  csi2 convert capture.sr -o shareable.pcapng --anonymise")]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    link: LinkArgs,
    #[command(flatten)]
    resend: ResendArgs,
    /// Beside the wires, rows of text for waveform viewers (pins to vcd): line states, bursts, packets, findings
    #[arg(long)]
    annotate: bool,
    #[command(flatten)]
    anonymise: AnonymiseArgs,
}

/// What was written, for `--json`.
#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'static str,
    capture: &'a str,
    output: String,
    format: &'static str,
    layer: &'static str,
    packets: Option<u64>,
    cut: Option<u64>,
    /// Of the noise in place of payloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    error: Option<String>,
}

pub(crate) fn run(args: &ConvertArgs, console: &Console) -> Result<(), Failure> {
    let target = args.link.target()?;
    args.anonymise.check(args.annotate)?;
    output::keep_inputs(&args.link.output, [args.read.capture.as_str()])?;
    let mut session = Session::open(&args.read, console)?;
    let filter = args.read.filter();
    let from = session.layer();
    let anew = !filter.keeps_all() || args.link.shapes_bursts() || args.anonymise.wanted();
    let copies = from == Layer::Pins && target.layer == Layer::Pins && !anew;
    if args.annotate {
        annotate::check(target, copies)?;
    }
    let (broken, packets, cut) = if args.annotate {
        (annotate::copy(&mut session, args, target, console)?, None, None)
    } else if copies {
        let output = &args.link.output;
        (
            wires::copy(&mut session, args, target, output, None, console)?,
            None,
            None,
        )
    } else {
        let mut converter = Converter::new(args, target, filter, &session)?;
        let broken = session.run(&mut converter, console)?;
        let (packets, cut) = converter.finish(session.clock(), console)?;
        (broken, Some(packets), Some(cut))
    };
    if args.read.json {
        let mut out = stdout();
        let summary = Summary {
            r#type: "convert",
            capture: session.name(),
            output: args.link.output.display().to_string(),
            format: target.format.name,
            layer: target.layer.name(),
            packets,
            cut,
            seed: args.anonymise.seed(),
            error: broken.as_ref().map(ToString::to_string),
        };
        json::line(&mut out, &summary)?;
        out.flush().map_err(stdout_error)?;
    }
    let what = packets.map_or("wires".to_owned(), |packets| text::count(packets, "packet"));
    console.note(&format!(
        "{}: {what}, {} ({})",
        args.link.output.display(),
        target.format.name,
        target.layer.name()
    ));
    if let Some(note) = args.anonymise.note(from, target.layer) {
        console.note(&note);
    }
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// Packets of a capture to another one.
struct Converter<'a> {
    filter: Filter,
    recorder: Recorder,
    /// Where content is to be hidden.
    replacement: Option<Replacement>,
    /// The last packet was kept, so what trails it is too.
    kept: bool,
    /// Each packet is a burst of its own: the capture does not know better.
    alone: bool,
    packets: u64,
    cut: u64,
    /// Bytes of cut headers and footers that the receiver does not give back.
    lost: u64,
    out: Out<'a>,
}

impl<'a> Converter<'a> {
    fn new(args: &'a ConvertArgs, target: Target, filter: Filter, session: &Session) -> Result<Self, Failure> {
        let info = session.info();
        Ok(Self {
            filter,
            recorder: Recorder::new(true),
            replacement: args.anonymise.replacement(),
            kept: false,
            alone: info.layer == Layer::Packets && !info.framed,
            packets: 0,
            cut: 0,
            lost: 0,
            out: Out::new(
                Resend {
                    link: &args.link,
                    args: &args.resend,
                    told_lanes: args.read.lanes,
                    target,
                    renews_trail: args.anonymise.wanted(),
                },
                session,
            )?,
        })
    }

    fn packet(&mut self, record: &mut PacketRecord, clock: &Clock) -> Result<(), Failure> {
        self.packets += 1;
        if let Some(replacement) = &self.replacement {
            replacement.packet(record);
        }
        let (mut bytes, mut lost) = wire_bytes(record);
        if self.replacement.is_some() {
            let footer = Replacement::cut_footer(record);
            lost -= footer.len() as u64;
            bytes.extend(footer);
        }
        self.lost += lost;
        self.cut += u64::from(matches!(record.ending, Ending::Cut(_)));
        self.out.packet(bytes, record)?;
        if self.alone { self.burst_end(clock) } else { Ok(()) }
    }

    /// Bytes that trail a packet.
    fn trailing(&mut self, bytes: &[u8], span: Span) {
        match &mut self.replacement {
            Some(replacement) => replacement.trail(bytes, span),
            None => self.out.trailing(bytes),
        }
    }

    /// The header that was to come was cut, so nothing says whose it was.
    fn cut_header(&mut self, have: u8, span: Span) -> Result<(), Failure> {
        let Some(replacement) = self.replacement.as_ref().filter(|_| self.filter.keeps_all()) else {
            self.lost += u64::from(have);
            return Ok(());
        };
        if !self.out.cut_header(replacement.cut_header(have, span), span.at)? {
            self.lost += u64::from(have);
        }
        Ok(())
    }

    fn burst_end(&mut self, clock: &Clock) -> Result<(), Failure> {
        if let Some(replacement) = &mut self.replacement {
            let trailing = replacement.end_of_burst();
            self.out.trailing(&trailing);
        }
        self.out.burst_end(clock)
    }

    /// Returns packets written, and how many of them ended early.
    fn finish(mut self, clock: &Clock, console: &Console) -> Result<(u64, u64), Failure> {
        self.burst_end(clock)?;
        self.out.finish(clock, console)?;
        if self.lost > 0 {
            console.warning(&format!(
                "{} of headers and footers that were cut are left out",
                text::count(self.lost, "byte")
            ));
        }
        Ok((self.packets, self.cut))
    }
}

impl Visitor for Converter<'_> {
    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow {
        if let Some(mut record) = self.recorder.push(received) {
            let header = record.received.header;
            self.kept = self.filter.keeps(header.channel, header.data_type);
            if self.kept {
                self.packet(&mut record, clock)?;
            }
            self.recorder.recycle(record);
        }
        match received.event {
            LinkEvent::Packet(PacketEvent::Trailing(bytes)) if self.kept => self.trailing(&bytes, received.span),
            LinkEvent::Packet(PacketEvent::Truncated(Missing::Header { have })) => {
                self.cut_header(have, received.span)?;
            }
            LinkEvent::BurstEnd => {
                self.kept = false;
                self.burst_end(clock)?;
            }
            _ => {}
        }
        CONTINUE
    }
}
