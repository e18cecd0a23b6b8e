//! `csi2 convert`: another format, or another layer.

use crate::console::Console;
use crate::failure::Failure;
use crate::keep::Filter;
use crate::number;
use crate::output::{stdout, stdout_error};
use crate::read_args::ReadArgs;
use crate::record::{Ending, PacketRecord, Recorder};
use crate::report::{json, text};
use crate::session::{CONTINUE, Clock, Flow, Session, Visitor};
use crate::transmit::{self, LinkArgs, Sender, Target};
use clap::Args;
use csi2_analyzer::{LinkEvent, Received};
use csi2_capture::{Burst, CaptureWriter, Layer, WireNote};
use csi2_dphy::{Observation, Tick, Timebase};
use csi2_packet::{ChecksumVerdict, DataType, EccVerdict, Missing, PacketEvent, PacketHeader, checksum};
use serde::Serialize;
use std::io::Write as _;

mod annotate;
mod wires;

/// Writes a capture in another format, or at another layer
///
/// Packets are kept byte for byte, with their errors, as they came: what ended early still does. Down to lanes and pins they
/// are sent anew, at the times of the capture. Pins to pins are copied as they are, with all channels; changes (VCD) to a
/// sampled format on the coarsest grid that holds them all, or at --samplerate. They are sent anew, too, with an option
/// that shapes the bursts, as --skew, --ulps or --scramble.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 convert capture.sr -o capture.pcapng
  csi2 convert capture.pcapng -o lanes.mem --layer lanes --output-lanes 2")]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    link: LinkArgs,
    /// Data lanes to write; those of the capture, or --lanes, or 4 when absent
    #[arg(long, value_name = "N", value_parser = number::lanes)]
    output_lanes: Option<usize>,
    /// Bit rate of a lane to write; that of the capture, or --rate, or 1G when absent
    #[arg(long, value_name = "BPS", value_parser = number::bit_rate)]
    output_rate: Option<u64>,
    /// Send bursts as close together as the link allows: times are then not those of the capture
    #[arg(long)]
    squeeze: bool,
    /// Beside the wires, rows of text for waveform viewers (pins to vcd): line states, bursts, packets, findings
    #[arg(long)]
    annotate: bool,
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
    error: Option<String>,
}

pub(crate) fn run(args: &ConvertArgs, console: &Console) -> Result<(), Failure> {
    let target = args.link.target()?;
    let mut session = Session::open(&args.read, console)?;
    let filter = args.read.filter();
    let everything = filter.channels.is_empty() && filter.data_types.is_empty();
    let from = session.layer();
    let anew = !everything || args.link.shapes_bursts();
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
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// Packets of a capture to another one.
struct Converter<'a> {
    filter: Filter,
    recorder: Recorder,
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

enum Out<'a> {
    Packets(PacketOut),
    Wire(Box<WireOut<'a>>),
}

impl<'a> Converter<'a> {
    fn new(args: &'a ConvertArgs, target: Target, filter: Filter, session: &Session) -> Result<Self, Failure> {
        let info = session.info();
        let out = if target.layer == Layer::Packets {
            let timebase = session.clock().timebase.unwrap_or(Timebase::NANOSECONDS);
            let options = args.link.create_options(target.layer, timebase, 0, Vec::new());
            Out::Packets(PacketOut {
                writer: csi2_capture::create(target.format.name, &options)?,
                timed: session.clock().timebase.is_some(),
                pending: None,
            })
        } else {
            let lanes = args.output_lanes.or(session.lanes()).or(args.read.lanes);
            Out::Wire(Box::new(WireOut {
                args,
                target,
                lanes: lanes.unwrap_or(transmit::DEFAULT_LANES),
                bytes: Vec::new(),
                at: None,
                last_time: 0.0,
                sender: None,
                open: 0,
                frame_over: false,
            }))
        };
        Ok(Self {
            filter,
            recorder: Recorder::new(true),
            kept: false,
            alone: info.layer == Layer::Packets && !info.framed,
            packets: 0,
            cut: 0,
            lost: 0,
            out,
        })
    }

    fn packet(&mut self, record: &PacketRecord, clock: &Clock) -> Result<(), Failure> {
        self.packets += 1;
        let (bytes, lost) = wire_bytes(record);
        self.lost += lost;
        self.cut += u64::from(matches!(record.ending, Ending::Cut(_)));
        match &mut self.out {
            Out::Packets(out) => out.packet(bytes, record),
            Out::Wire(out) => {
                out.frames(record.received.header);
                out.packet(&bytes, record.span.at)
            }
        }?;
        if self.alone { self.burst_end(clock) } else { Ok(()) }
    }

    fn trailing(&mut self, bytes: &[u8]) {
        match &mut self.out {
            Out::Packets(PacketOut {
                pending: Some(pending), ..
            }) => pending.bytes.extend_from_slice(bytes),
            Out::Packets(_) => {}
            Out::Wire(out) => out.bytes.extend_from_slice(bytes),
        }
    }

    fn burst_end(&mut self, clock: &Clock) -> Result<(), Failure> {
        match &mut self.out {
            Out::Packets(out) => out.flush(),
            Out::Wire(out) => out.flush(clock),
        }
    }

    /// Returns packets written, and how many of them ended early.
    fn finish(mut self, clock: &Clock, console: &Console) -> Result<(u64, u64), Failure> {
        self.burst_end(clock)?;
        match self.out {
            Out::Packets(out) => out.writer.finish()?,
            Out::Wire(mut out) => {
                if let Some(hint) = out.args.link.reading_hint(out.target, out.lanes, out.rate(clock)) {
                    console.note(&hint);
                }
                out.sender(clock)?;
                if let Some(sender) = out.sender {
                    sender.finish()?;
                }
            }
        }
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
        if let Some(record) = self.recorder.push(received) {
            let header = record.received.header;
            self.kept = self.filter.keeps(header.channel, header.data_type);
            if self.kept {
                self.packet(&record, clock)?;
            }
            self.recorder.recycle(record);
        }
        match received.event {
            LinkEvent::Packet(PacketEvent::Trailing(bytes)) if self.kept => self.trailing(&bytes),
            LinkEvent::Packet(PacketEvent::Truncated(Missing::Header { have })) => self.lost += u64::from(have),
            LinkEvent::BurstEnd => {
                self.kept = false;
                self.burst_end(clock)?;
            }
            _ => {}
        }
        CONTINUE
    }
}

/// A packet as it was on the wire, and how many of its bytes are not known.
fn wire_bytes(record: &PacketRecord) -> (Vec<u8>, u64) {
    let mut bytes = Vec::with_capacity(record.payload.len() + 6);
    bytes.extend(record.received.wire);
    bytes.extend(&record.payload);
    let mut lost = record.payload_bytes - record.payload.len() as u64;
    match record.ending {
        Ending::Footer(ChecksumVerdict::Match) => bytes.extend(checksum(&record.payload).to_le_bytes()),
        Ending::Footer(ChecksumVerdict::Mismatch { received, .. }) => bytes.extend(received.to_le_bytes()),
        Ending::Cut(Missing::Footer { have }) => lost += u64::from(have),
        Ending::Short | Ending::Cut(_) | Ending::Unusable => {}
    }
    (bytes, lost)
}

/// One packet a record.
struct PacketOut {
    writer: Box<dyn CaptureWriter>,
    /// Ticks of the capture have a length.
    timed: bool,
    /// Waits for what trails it.
    pending: Option<Pending>,
}

struct Pending {
    bytes: Vec<u8>,
    at: Option<Tick>,
    comment: Option<String>,
    checksum_error: bool,
}

impl PacketOut {
    fn packet(&mut self, bytes: Vec<u8>, record: &PacketRecord) -> Result<(), Failure> {
        self.flush()?;
        self.pending = Some(Pending {
            bytes,
            at: record.span.at.filter(|_| self.timed),
            comment: comment(record),
            checksum_error: matches!(record.ending, Ending::Footer(ChecksumVerdict::Mismatch { .. })),
        });
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if let Some(pending) = self.pending.take() {
            let note = WireNote {
                comment: pending.comment.as_deref(),
                checksum_error: pending.checksum_error,
            };
            self.writer
                .write(&Observation::Merged(&pending.bytes), Burst::WHOLE, pending.at, note)?;
        }
        Ok(())
    }
}

/// What is wrong with a packet, for formats that have room for it.
fn comment(record: &PacketRecord) -> Option<String> {
    let mut parts = Vec::new();
    match record.received.ecc {
        EccVerdict::Clean => {}
        EccVerdict::Corrected { bit } => parts.push(format!("ECC: corrected bit {bit}")),
        EccVerdict::ParityBit { bit } => parts.push(format!("ECC: check bit {bit} wrong")),
        EccVerdict::Uncorrectable { syndrome } => parts.push(format!("ECC: uncorrectable, syndrome {syndrome:02x}")),
    }
    match record.ending {
        Ending::Footer(ChecksumVerdict::Mismatch { received, computed }) => {
            parts.push(format!("checksum: {received:04x} received, {computed:04x} computed"));
        }
        Ending::Cut(Missing::Payload { bytes }) => parts.push(format!("cut: {bytes} payload bytes missing")),
        Ending::Cut(Missing::Footer { have }) => parts.push(format!("cut: {} footer bytes missing", 2 - have.min(2))),
        Ending::Cut(Missing::Header { .. }) | Ending::Short | Ending::Unusable | Ending::Footer(_) => {}
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Bursts through the line protocol.
struct WireOut<'a> {
    args: &'a ConvertArgs,
    target: Target,
    lanes: usize,
    /// Of the burst so far.
    bytes: Vec<u8>,
    at: Option<Tick>,
    /// Of the last burst, in nanoseconds.
    last_time: f64,
    /// Made with the first burst, when the bit rate of the capture is known.
    sender: Option<Sender>,
    /// Bit of each virtual channel that is within a frame.
    open: u32,
    /// The burst so far ends the only frame that was open.
    frame_over: bool,
}

impl WireOut<'_> {
    fn frames(&mut self, header: PacketHeader) {
        let channel = 1 << (header.channel.number() & 31);
        let before = self.open;
        match header.data_type {
            DataType::FRAME_START => self.open |= channel,
            DataType::FRAME_END => self.open &= !channel,
            _ => {}
        }
        self.frame_over = self.open == 0 && (before != 0 || self.frame_over);
    }

    fn packet(&mut self, bytes: &[u8], at: Option<Tick>) -> Result<(), Failure> {
        if self.bytes.is_empty() {
            self.at = at;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn rate(&self, clock: &Clock) -> u64 {
        self.args.output_rate.or(clock.rate()).unwrap_or(transmit::DEFAULT_RATE)
    }

    fn sender(&mut self, clock: &Clock) -> Result<&mut Sender, Failure> {
        let rate = self.rate(clock);
        match &mut self.sender {
            Some(sender) => Ok(sender),
            empty => Ok(empty.insert(self.args.link.sender(self.target, self.lanes, rate)?)),
        }
    }

    fn flush(&mut self, clock: &Clock) -> Result<(), Failure> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.bytes);
        let time = clock.nanoseconds(self.at.take()).filter(|_| !self.args.squeeze);
        let pause = time.map_or(0.0, |time| time - self.last_time);
        self.last_time = time.unwrap_or(self.last_time);
        let sender = self.sender(clock)?;
        if let Some(time) = time {
            if sender.samples_in(pause) > transmit::LONGEST_PAUSE as f64 {
                return Err(Failure::usage(format!(
                    "a burst comes {} after the one before, too long to be written as samples: give --squeeze",
                    text::time(pause)
                )));
            }
            sender.wait_until(time)?;
        }
        sender.burst(&bytes, WireNote::default())?;
        if std::mem::take(&mut self.frame_over) {
            self.sender(clock)?.frame_end()?;
        }
        self.bytes = bytes;
        self.bytes.clear();
        Ok(())
    }
}
