//! Where packets go: records of packets, or bursts through the line protocol.

use crate::console::Console;
use crate::failure::Failure;
use crate::number;
use crate::record::{Ending, PacketRecord};
use crate::report::text;
use crate::session::{Clock, Session};
use crate::transmit::{self, LinkArgs, Sender, Target};
use clap::Args;
use csi2_capture::{Burst, CaptureWriter, Layer, WireNote};
use csi2_dphy::{Observation, Tick, Timebase};
use csi2_generator::Sent;
use csi2_packet::{ChecksumVerdict, DataType, EccVerdict, Missing, Packet, PacketHeader, VcExtension, checksum};

/// How packets of a capture are sent anew.
#[derive(Args, Debug)]
pub(super) struct ResendArgs {
    /// Data lanes to write; those of the capture, or --lanes, or 4 when absent
    #[arg(long, value_name = "N", value_parser = number::lanes)]
    pub(super) output_lanes: Option<usize>,
    /// Bit rate of a lane to write; that of the capture, or --rate, or 1G when absent
    #[arg(long, value_name = "BPS", value_parser = number::bit_rate)]
    pub(super) output_rate: Option<u64>,
    /// Send bursts as close together as the link allows: times are then not those of the capture
    #[arg(long)]
    pub(super) squeeze: bool,
}

/// All that decides what is written.
#[derive(Clone, Copy)]
pub(super) struct Resend<'a> {
    pub(super) link: &'a LinkArgs,
    pub(super) args: &'a ResendArgs,
    /// `--lanes` of the capture.
    pub(super) told_lanes: Option<usize>,
    pub(super) target: Target,
    /// The trail in the bytes of a burst that ends early gives way to a new one.
    pub(super) renews_trail: bool,
}

impl Resend<'_> {
    pub(super) fn lanes(&self, session: &Session) -> usize {
        let lanes = self.args.output_lanes.or(session.lanes()).or(self.told_lanes);
        lanes.unwrap_or(transmit::DEFAULT_LANES)
    }

    pub(super) fn rate(&self, clock: &Clock) -> u64 {
        self.args.output_rate.or(clock.rate()).unwrap_or(transmit::DEFAULT_RATE)
    }
}

/// Where packets go.
pub(super) enum Out<'a> {
    Packets(PacketOut),
    Wire(Box<WireOut<'a>>),
}

impl<'a> Out<'a> {
    pub(super) fn new(resend: Resend<'a>, session: &Session) -> Result<Self, Failure> {
        Ok(match resend.target.layer {
            Layer::Packets => Self::Packets(PacketOut::create(&resend, session)?),
            Layer::Lanes | Layer::Pins => Self::Wire(Box::new(WireOut::new(resend, session))),
        })
    }

    /// A whole burst, with what is wrong with it on the wires.
    pub(super) fn burst(&mut self, sent: &Sent<'_>, clock: &Clock) -> Result<(), Failure> {
        match self {
            Self::Packets(out) => out.burst(sent),
            Self::Wire(out) => out.burst(sent, clock),
        }
    }

    /// A packet of these bytes.
    pub(super) fn packet(&mut self, bytes: Vec<u8>, record: &PacketRecord) -> Result<(), Failure> {
        match self {
            Self::Packets(out) => out.packet(bytes, record),
            Self::Wire(out) => {
                out.packet(&bytes, record);
                Ok(())
            }
        }
    }

    /// Bytes that trail the last packet.
    pub(super) fn trailing(&mut self, bytes: &[u8]) {
        match self {
            Self::Packets(out) => out.trailing(bytes),
            Self::Wire(out) => out.trailing(bytes),
        }
    }

    /// A burst, or the capture, ends with the first bytes of a header. Returns whether that can be written.
    pub(super) fn cut_header(&mut self, bytes: Vec<u8>, at: Option<Tick>) -> Result<bool, Failure> {
        match self {
            Self::Packets(out) => out.cut_header(bytes, at).map(|()| true),
            Self::Wire(out) => Ok(out.cut_header(&bytes, at)),
        }
    }

    pub(super) fn burst_end(&mut self, clock: &Clock) -> Result<(), Failure> {
        match self {
            Self::Packets(out) => out.flush(),
            Self::Wire(out) => out.flush(clock),
        }
    }

    pub(super) fn finish(self, clock: &Clock, console: &Console) -> Result<(), Failure> {
        match self {
            Self::Packets(out) => out.finish(console),
            Self::Wire(out) => out.finish(clock, console),
        }
    }
}

/// One packet a record.
pub(super) struct PacketOut {
    writer: Box<dyn CaptureWriter>,
    format: &'static str,
    /// Ticks of the capture have a length.
    timed: bool,
    /// Waits for what trails it.
    pending: Option<Pending>,
}

#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    at: Option<Tick>,
    comment: Option<String>,
    checksum_error: bool,
}

impl PacketOut {
    fn create(resend: &Resend<'_>, session: &Session) -> Result<Self, Failure> {
        let target = resend.target;
        let timebase = session.clock().timebase;
        let known = timebase.unwrap_or(Timebase::NANOSECONDS);
        let options = resend.link.create_options(target.layer, known, 0, Vec::new());
        Ok(Self {
            writer: csi2_capture::create(target.format.name, &options)?,
            format: target.format.name,
            timed: timebase.is_some(),
            pending: None,
        })
    }

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

    fn burst(&mut self, sent: &Sent<'_>) -> Result<(), Failure> {
        let packet = Packet::parse(sent.bytes, VcExtension::Extended);
        let wrong =
            |packet: &Packet<'_>| matches!(packet, Packet::Long(long) if long.checksum() != ChecksumVerdict::Match);
        let note = WireNote {
            comment: None,
            checksum_error: packet.is_ok_and(|(packet, _)| wrong(&packet)),
        };
        let at = sent.at.filter(|_| self.timed);
        Ok(self
            .writer
            .write(&Observation::Merged(sent.bytes), Burst::WHOLE, at, note)?)
    }

    fn cut_header(&mut self, bytes: Vec<u8>, at: Option<Tick>) -> Result<(), Failure> {
        self.flush()?;
        self.pending = Some(Pending {
            bytes,
            at: at.filter(|_| self.timed),
            ..Pending::default()
        });
        Ok(())
    }

    fn trailing(&mut self, bytes: &[u8]) {
        if let Some(pending) = &mut self.pending {
            pending.bytes.extend_from_slice(bytes);
        }
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

    fn finish(self, console: &Console) -> Result<(), Failure> {
        let left_out = self.writer.left_out();
        self.writer.finish()?;
        if left_out > 0 {
            console.warning(&format!(
                "{} behind packets are left out: {} files have no place for them",
                text::count(left_out, "byte"),
                self.format
            ));
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
pub(super) struct WireOut<'a> {
    resend: Resend<'a>,
    lanes: usize,
    /// Of the burst so far.
    bytes: Vec<u8>,
    at: Option<Tick>,
    /// Of the last burst, in nanoseconds.
    last_time: f64,
    /// Bursts begin so many nanoseconds before their first data bit: as long as it takes, or as the first leaves room for.
    lead: Option<f64>,
    /// The lanes' trail is in the bytes already where it could not be told from what ends early, or trails.
    has_trail: bool,
    /// That is so of the burst so far, from here on.
    trail_after: Option<usize>,
    /// Made with the first burst, when the bit rate of the capture is known.
    sender: Option<Sender>,
    /// Bit of each virtual channel that is within a frame.
    open: u32,
    /// The burst so far ends the only frame that was open.
    frame_over: bool,
}

impl<'a> WireOut<'a> {
    fn new(resend: Resend<'a>, session: &Session) -> Self {
        Self {
            resend,
            lanes: resend.lanes(session),
            bytes: Vec::new(),
            at: None,
            last_time: 0.0,
            lead: None,
            has_trail: session.layer() == Layer::Pins && resend.renews_trail,
            trail_after: None,
            sender: None,
            open: 0,
            frame_over: false,
        }
    }

    fn packet(&mut self, bytes: &[u8], record: &PacketRecord) {
        self.frames(record.received.header);
        let ends_early = matches!(record.ending, Ending::Cut(_) | Ending::Unusable);
        self.trail_after = ends_early.then_some(self.bytes.len() + PacketHeader::SIZE);
        self.add(bytes, record.span.at);
    }

    fn trailing(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            // Of one byte a lane they would pass for trail, and fewer than four could be completed to a header by it.
            self.trail_after = Some(self.bytes.len() + PacketHeader::SIZE.max(self.lanes + 1));
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Wires have a trail, which would complete the header.
    fn cut_header(&mut self, bytes: &[u8], at: Option<Tick>) -> bool {
        let possible = self.resend.target.layer == Layer::Lanes;
        if possible {
            self.add(bytes, at);
        }
        possible
    }

    fn add(&mut self, bytes: &[u8], at: Option<Tick>) {
        if self.bytes.is_empty() {
            self.at = at;
        }
        self.bytes.extend_from_slice(bytes);
    }

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

    fn sender(&mut self, clock: &Clock) -> Result<&mut Sender, Failure> {
        let rate = self.resend.rate(clock);
        match &mut self.sender {
            Some(sender) => Ok(sender),
            empty => Ok(empty.insert(self.resend.link.sender(self.resend.target, self.lanes, rate)?)),
        }
    }

    fn flush(&mut self, clock: &Clock) -> Result<(), Failure> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        let at = self.at.take();
        if let Some(start) = self.trail_after.take().filter(|_| self.has_trail) {
            // The new trail takes the place of the old one.
            let trail = self.lanes * self.sender(clock)?.trail_bytes();
            bytes.truncate(bytes.len().saturating_sub(trail).max(start));
        }
        let sent = Sent {
            bytes: &bytes,
            at,
            ..Sent::default()
        };
        self.send(&sent, clock)?;
        if std::mem::take(&mut self.frame_over) {
            self.sender(clock)?.frame_end()?;
        }
        self.bytes = bytes;
        self.bytes.clear();
        Ok(())
    }

    fn burst(&mut self, sent: &Sent<'_>, clock: &Clock) -> Result<(), Failure> {
        if let Some(wire) = sent.bytes.first_chunk() {
            let received = PacketHeader::receive(*wire, VcExtension::Extended);
            if received.ecc == EccVerdict::Clean {
                self.frames(received.header);
            }
        }
        self.send(sent, clock)?;
        if std::mem::take(&mut self.frame_over) {
            self.sender(clock)?.frame_end()?;
        }
        Ok(())
    }

    /// A burst at its time.
    fn send(&mut self, sent: &Sent<'_>, clock: &Clock) -> Result<(), Failure> {
        let time = clock.nanoseconds(sent.at).filter(|_| !self.resend.args.squeeze);
        let pause = time.map_or(0.0, |time| time - self.last_time);
        self.last_time = time.unwrap_or(self.last_time);
        let lead = self.lead;
        let sender = self.sender(clock)?;
        if let Some(time) = time {
            let lead = lead.unwrap_or(sender.lead().min(time));
            if sender.samples_in(pause) > transmit::LONGEST_PAUSE as f64 {
                return Err(Failure::usage(format!(
                    "a burst comes {} after the one before, too long to be written as samples: give --squeeze",
                    text::time(pause)
                )));
            }
            sender.wait_until(time - lead)?;
            self.lead = Some(lead);
        }
        Ok(self
            .sender(clock)?
            .burst_with(sent.bytes, sent.wire, WireNote::default())?)
    }

    fn finish(mut self, clock: &Clock, console: &Console) -> Result<(), Failure> {
        let Resend { link, target, .. } = self.resend;
        if let Some(hint) = link.reading_hint(target, self.lanes, self.resend.rate(clock)) {
            console.note(&hint);
        }
        self.sender(clock)?;
        match self.sender {
            Some(sender) => Ok(sender.finish()?),
            None => Ok(()),
        }
    }
}

/// A packet as it was on the wire, and how many of its bytes are not known.
pub(super) fn wire_bytes(record: &PacketRecord) -> (Vec<u8>, u64) {
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
