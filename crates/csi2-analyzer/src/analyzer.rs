//! Judgement: receives events, emits findings, counts.

use crate::channel::{Channel, Judge, Line, Mark, ModeChange, Payload};
use crate::embedded::Ways;
use crate::finding::Findings;
use crate::in_use::ChannelsInUse;
use crate::{
    BurstInfo, Detail, Finding, FindingCode, Limits, LinkEvent, Mode, Received, RowProblem, Severity, Span, Statistics,
};
use csi2_dphy::{EscapeCommand, PinEvent, SotVerdict, Tick};
use csi2_packet::{
    ChecksumVerdict, DataType, EccVerdict, Missing, PacketEvent, ReceivedHeader, VcExtension, VirtualChannel,
};

/// What the analyzer should expect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnalyzerSettings {
    /// Bounds.
    pub limits: Limits,
    /// Header code of the link. The classic ones: channels above 3 are a finding. `None`: not known; they are one where
    /// only a corrected header has them.
    pub vcx: Option<VcExtension>,
}

/// Watches a link. Push an event, then poll until `None`. State is a few hundred bytes and one entry per data type seen.
#[derive(Debug)]
pub struct Analyzer {
    settings: AnalyzerSettings,
    statistics: Statistics,
    channels: [Channel; 16],
    in_use: ChannelsInUse,
    /// Of the last burst.
    lanes: Option<u8>,
    findings: Findings,
    /// The long packet that is arriving.
    packet: Option<Arriving>,
    /// The embedded row that is arriving.
    embedded: Option<Ways>,
    /// Bytes without a packet: reported when their number is known.
    stray: Option<Stray>,
    /// Packets known to be lost; see [`Judge::losses`].
    losses: u64,
    /// Bytes of the last long packet: how many packets a gap may have held.
    packet_bytes: u64,
    /// A good header had a channel above 3.
    extended: bool,
    last_span: Span,
}

#[derive(Clone, Copy, Debug)]
struct Arriving {
    received: ReceivedHeader,
    span: Span,
    bytes: u32,
    /// Line in its frame.
    line: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Stray {
    span: Span,
    bytes: u64,
    /// The unusable header before them.
    header: Option<ReceivedHeader>,
}

/// How many packets a lost burst or a gap of the capture may have held: as many as it takes.
const UNKNOWN_LOSS: u64 = 1 << 32;

impl Analyzer {
    /// At the start of a capture.
    pub fn new(settings: AnalyzerSettings) -> Self {
        Self {
            settings,
            statistics: Statistics::default(),
            channels: [const { Channel::new() }; 16],
            in_use: ChannelsInUse::new(),
            lanes: None,
            findings: Findings::default(),
            packet: None,
            embedded: None,
            stray: None,
            losses: 0,
            packet_bytes: 0,
            extended: false,
            last_span: Span::default(),
        }
    }

    /// Takes an event.
    pub fn push(&mut self, received: &Received<'_>) {
        let span = received.span;
        self.last_span = span;
        match &received.event {
            LinkEvent::BurstStart(info) => self.burst(info, span),
            LinkEvent::Packet(event) => self.packet(event, span),
            LinkEvent::BurstEnd => {}
            LinkEvent::Lane(event) => self.lane(*event, span),
        }
        self.statistics.dropped_findings = self.findings.dropped();
    }

    /// The capture has a gap here, of `records` records where known: what follows from it is not held against the link.
    pub fn capture_loss(&mut self, offset: u64, at: Option<Tick>, records: Option<u64>) {
        self.lose(UNKNOWN_LOSS);
        let span = Span {
            offset,
            at,
            until: None,
            packet: self.statistics.packets,
            ..self.last_span
        };
        self.report(FindingCode::CaptureLoss, span, None, Detail::Gap { records });
    }

    /// End of the capture: open frames become findings, with the span of the last event.
    pub fn finish(&mut self) {
        self.flush_stray();
        let span = self.last_span;
        for number in 0..16 {
            self.judge(
                VirtualChannel::from_wire(number & 3, number >> 2),
                span,
                |channel, judge| channel.finish(judge),
            );
        }
        let change = self.in_use.finish();
        self.link_mode(change);
    }

    /// The next finding.
    pub fn poll(&mut self) -> Option<Finding> {
        self.findings.pop()
    }

    /// Counts so far.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    fn burst(&mut self, info: &BurstInfo, span: Span) {
        self.flush_stray();
        self.statistics.bursts += 1;
        if let Some(lanes) = self.lanes.replace(info.lanes)
            && lanes != info.lanes
        {
            self.link_mode(Some(ModeChange {
                from: Mode::Lanes(lanes),
                to: Mode::Lanes(info.lanes),
                span,
            }));
        }
        let lanes = usize::from(info.lanes);
        for (lane, (verdict, skew)) in (0u8..).zip(info.sync.iter().zip(info.skew)).take(lanes) {
            if *verdict == SotVerdict::OneBit {
                self.report(FindingCode::SotErr, span, None, Detail::SyncBit { lane });
            }
            let greatest = &mut self.statistics.skew[usize::from(lane)];
            *greatest = skew.max(*greatest);
        }
    }

    #[inline(never)]
    fn lane(&mut self, event: PinEvent, span: Span) {
        self.statistics.low_power.add(&event);
        let (code, detail) = match event {
            PinEvent::Deskew { kind, length, .. } => (FindingCode::SkewCalSeen, Detail::Deskew { kind, length }),
            PinEvent::SotSyncError { lane, .. } => (FindingCode::SotSyncErr, Detail::NoSync { lane }),
            PinEvent::AlignError { lane, .. } => (FindingCode::LaneAlignErr, Detail::LaneLate { lane }),
            PinEvent::ControlError { lane, .. } => (FindingCode::ControlErr, Detail::LineStates { lane }),
            PinEvent::EotError { lane, .. } => (FindingCode::EotSyncErr, Detail::LaneEnd { lane }),
            PinEvent::EscapeEntryError { lane, bits, count, .. } => {
                (FindingCode::EscEntryErr, Detail::EscapeBits { lane, bits, count })
            }
            PinEvent::LowPowerSyncError { lane, bits, .. } => {
                (FindingCode::LpSyncErr, Detail::PartialByte { lane, bits })
            }
            PinEvent::Escape { lane, command, .. } => {
                let code = match command {
                    EscapeCommand::Ulps => FindingCode::UlpsSeen,
                    EscapeCommand::LowPowerData => FindingCode::LpdtSeen,
                    _ => FindingCode::TriggerSeen,
                };
                (code, Detail::Escape { lane, command })
            }
            PinEvent::Turnaround { lane, .. } => (FindingCode::TurnaroundSeen, Detail::Turnaround { lane }),
            // The beginning of an escape was told; where bursts begin and end comes as link events.
            PinEvent::LowPowerData { .. }
            | PinEvent::EscapeEnd { .. }
            | PinEvent::BurstStart { .. }
            | PinEvent::BurstEnd { .. }
            | PinEvent::BoundaryInside { .. } => return,
        };
        if matches!(code, FindingCode::SotSyncErr | FindingCode::LaneAlignErr) {
            self.lose(UNKNOWN_LOSS);
        }
        self.report(code, span, None, detail);
    }

    fn packet(&mut self, event: &PacketEvent<'_>, span: Span) {
        if !matches!(
            event,
            PacketEvent::Skipped(_) | PacketEvent::Resync { .. } | PacketEvent::Trailing(_)
        ) {
            self.flush_stray();
        }
        match event {
            PacketEvent::Short(received) => self.short(received, span),
            PacketEvent::LongStart(received) => self.long_start(*received, span),
            PacketEvent::Payload(piece) => {
                if let Some(packet) = &mut self.packet {
                    packet.bytes = packet
                        .bytes
                        .saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
                }
                if let Some(row) = &mut self.embedded {
                    row.push(piece);
                }
            }
            PacketEvent::LongEnd(verdict) => self.long_end(*verdict, span),
            PacketEvent::Truncated(missing) => self.truncated(*missing, span),
            PacketEvent::Unusable(received) => {
                self.statistics.packets += 1;
                self.statistics.unusable += 1;
                self.lose(1);
                self.stray = Some(Stray {
                    span,
                    bytes: 0,
                    header: Some(*received),
                });
            }
            PacketEvent::Skipped(_) => {}
            PacketEvent::Resync { skipped } => {
                // The gap may have held more than the packet of the unusable header.
                self.lose((*skipped).checked_div(self.packet_bytes).unwrap_or(0).saturating_sub(1));
                if let Some(stray) = &mut self.stray {
                    stray.bytes = *skipped;
                }
                self.flush_stray();
            }
            PacketEvent::Trailing(piece) => {
                let stray = self.stray.get_or_insert(Stray {
                    span,
                    bytes: 0,
                    header: None,
                });
                stray.bytes = stray.bytes.saturating_add(piece.len() as u64);
            }
        }
    }

    fn short(&mut self, received: &ReceivedHeader, span: Span) {
        let header = received.header;
        self.header(received, span);
        self.statistics.short += 1;
        let channel = self.statistics.carry(header.channel, 4);
        let mark = match header.data_type {
            DataType::FRAME_START => Mark::FrameStart(header.word),
            DataType::FRAME_END => Mark::FrameEnd(header.word),
            DataType::LINE_START => Mark::LineStart(header.word),
            DataType::LINE_END => Mark::LineEnd(header.word),
            // Generic and reserved ones mean nothing to frames and lines.
            other => {
                channel.data_type(other).packets += 1;
                self.reserved(other, header.channel, header.word, span);
                return;
            }
        };
        let whole = self.judge(header.channel, span, |channel, judge| channel.mark(mark, judge));
        let statistics = self.statistics.channel(header.channel);
        match mark {
            Mark::FrameStart(_) => statistics.frame_start(span.at),
            Mark::FrameEnd(_) => statistics.frame_end(whole),
            Mark::LineStart(_) | Mark::LineEnd(_) => {}
        }
        let channel = &self.channels[index(header.channel)];
        if whole && let Some(start) = channel.image() {
            let change = self.in_use.frame(header.channel, start);
            self.link_mode(change);
        }
    }

    fn long_start(&mut self, received: ReceivedHeader, span: Span) {
        let header = received.header;
        self.header(&received, span);
        self.statistics.long += 1;
        let channel = self.statistics.carry(header.channel, 4);
        channel.data_type(header.data_type).packet(span.at);
        let line = self.channels[index(header.channel)].next_line(header.data_type);
        self.embedded = (header.data_type == DataType::EMBEDDED).then(Ways::new);
        self.packet = Some(Arriving {
            received,
            span,
            bytes: 0,
            line,
        });
    }

    fn long_end(&mut self, verdict: ChecksumVerdict, span: Span) {
        let Some(packet) = self.packet.take() else { return };
        let header = packet.received.header;
        let data_type = header.data_type;
        let place = Span {
            until: span.until,
            ..packet.span
        };
        let channel = self.statistics.carry(header.channel, u64::from(packet.bytes) + 2);
        let counts = channel.data_type(data_type);
        counts.bytes += u64::from(packet.bytes);
        match verdict {
            ChecksumVerdict::Match => {
                counts.word_count(header.word, packet.line);
                self.packet_bytes = u64::from(header.word) + 6;
                self.line(&packet, Payload::Good, place);
                if let Some(row) = self.embedded.take() {
                    self.embedded_row(row, &packet, place);
                }
            }
            ChecksumVerdict::Mismatch { received, computed } => {
                counts.checksum_errors += 1;
                self.statistics.checksum_errors += 1;
                let detail = Detail::Checksum {
                    received,
                    computed,
                    data_type,
                    bytes: packet.bytes,
                    line: packet.line,
                };
                self.report(FindingCode::CrcErr, place, Some(header.channel), detail);
                self.line(&packet, Payload::Wrong, place);
            }
        }
    }

    /// An embedded row with the right checksum is over.
    fn embedded_row(&mut self, row: Ways, packet: &Arriving, span: Span) {
        /// A row that breaks off before this many bytes may be of any other format.
        const FIRST_PAIR: u32 = 3;
        let (_, problem) = row.best(None);
        let Some(problem) = problem.filter(|problem| !matches!(problem, RowProblem::NotTagged { .. })) else {
            return;
        };
        let code = FindingCode::EmbeddedErr;
        let severity = if problem.offset() < FIRST_PAIR {
            Severity::Info
        } else {
            code.row().severity
        };
        self.findings.push(Finding {
            code,
            severity,
            span,
            channel: Some(packet.received.header.channel),
            detail: Detail::Embedded { problem },
        });
    }

    #[cold]
    fn truncated(&mut self, missing: Missing, span: Span) {
        if let Missing::Header { have } = missing {
            self.stray_bytes(u64::from(have));
            self.report(FindingCode::WcShort, span, None, Detail::HeaderCut { have });
            return;
        }
        let Some(packet) = self.packet.take() else { return };
        let header = packet.received.header;
        let data_type = header.data_type;
        let (detail, footer) = match missing {
            Missing::Footer { have } => (Detail::FooterCut { data_type, have }, have),
            _ => (
                Detail::PayloadCut {
                    data_type,
                    word: header.word,
                    came: packet.bytes,
                },
                0,
            ),
        };
        self.statistics.truncated += 1;
        let carried = u64::from(packet.bytes) + u64::from(footer);
        let channel = self.statistics.carry(header.channel, carried);
        channel.data_type(data_type).bytes += u64::from(packet.bytes);
        let place = Span {
            until: span.until,
            ..packet.span
        };
        self.report(FindingCode::WcShort, place, Some(header.channel), detail);
        self.line(&packet, Payload::Cut, place);
    }

    /// What every usable header is judged by.
    fn header(&mut self, received: &ReceivedHeader, span: Span) {
        self.statistics.packets += 1;
        let (wire, channel) = (received.wire, Some(received.header.channel));
        let corrected = match received.ecc {
            EccVerdict::Corrected { bit } => Some(Detail::HeaderBit { wire, bit }),
            EccVerdict::ParityBit { bit } => Some(Detail::CheckBit { wire, bit }),
            EccVerdict::Clean | EccVerdict::Uncorrectable { .. } => None,
        };
        if let Some(detail) = corrected {
            self.statistics.corrected += 1;
            self.report(FindingCode::EccCorrected, span, channel, detail);
        }
        self.extension(received, span);
    }

    /// Whether a header's channel is one that the link should have.
    fn extension(&mut self, received: &ReceivedHeader, span: Span) {
        let (wire, channel) = (received.wire, received.header.channel);
        let extended = channel.vcx() > 0;
        let detail = match (self.settings.vcx, received.ecc) {
            // The error was in an extension bit and is put right.
            (_, EccVerdict::Corrected { bit: 24.. }) if !extended => return,
            (Some(vcx), _) if vcx != VcExtension::Extended && (extended || wire[3] >> 6 > 0) => {
                Detail::Extension { wire, channel }
            }
            (None, EccVerdict::Clean) => {
                self.extended |= extended;
                return;
            }
            // Three wrong bits look like one.
            (None, _) if extended && !self.extended => Detail::ExtensionCorrected { wire, channel },
            _ => return,
        };
        self.report(FindingCode::VcUnexpected, span, Some(channel), detail);
    }

    /// A long packet is over.
    fn line(&mut self, packet: &Arriving, payload: Payload, span: Span) {
        let header = packet.received.header;
        let doubtful = payload != Payload::Good && matches!(packet.received.ecc, EccVerdict::Corrected { .. });
        if doubtful && !self.channels[index(header.channel)].knows(header.data_type) {
            // A header with three wrong bits looks like one with a single wrong bit: this was some other packet.
            self.lose(1);
            return;
        }
        let line = Line {
            data_type: header.data_type,
            word: header.word,
            payload,
        };
        self.reserved(header.data_type, header.channel, header.word, span);
        self.judge(header.channel, span, |channel, judge| channel.line(&line, judge));
    }

    fn reserved(&mut self, data_type: DataType, channel: VirtualChannel, word: u16, span: Span) {
        if !data_type.is_assigned() {
            self.unassigned(data_type, channel, word, span);
        }
    }

    #[cold]
    fn unassigned(&mut self, data_type: DataType, channel: VirtualChannel, word: u16, span: Span) {
        let v1 = self.settings.vcx.is_some_and(|vcx| vcx != VcExtension::Extended);
        let (severity, detail) = match data_type.code() {
            // Only one public source has it, so it is no error, unless the link is known to be older.
            0x04 if !v1 => (Severity::Info, Detail::EndOfTransmission { word }),
            _ => (FindingCode::IdErr.row().severity, Detail::Reserved { data_type, word }),
        };
        self.report_as(severity, FindingCode::IdErr, span, Some(channel), detail);
    }

    fn flush_stray(&mut self) {
        if self.stray.is_some() {
            self.tell_stray();
        }
    }

    #[cold]
    fn tell_stray(&mut self) {
        let Some(Stray { span, bytes, header }) = self.stray.take() else {
            return;
        };
        self.stray_bytes(bytes);
        match header {
            None => self.report(FindingCode::TrailingData, span, None, Detail::Trailing { bytes }),
            Some(received) => {
                let (wire, skipped) = (received.wire, bytes);
                let detail = match received.ecc {
                    EccVerdict::Uncorrectable { syndrome } => Detail::HeaderLost {
                        wire,
                        syndrome,
                        skipped,
                    },
                    _ => Detail::HeaderImplausible { wire, skipped },
                };
                self.report(FindingCode::EccDouble, span, Some(received.header.channel), detail);
            }
        }
    }

    /// The link says how many; its counts may be anything.
    fn stray_bytes(&mut self, bytes: u64) {
        self.statistics.stray_bytes = self.statistics.stray_bytes.saturating_add(bytes);
    }

    fn lose(&mut self, packets: u64) {
        self.losses = self.losses.saturating_add(packets);
    }

    fn judge<R>(
        &mut self,
        channel: VirtualChannel,
        span: Span,
        with: impl FnOnce(&mut Channel, &mut Judge<'_>) -> R,
    ) -> R {
        let mut judge = Judge {
            findings: &mut self.findings,
            channel,
            span,
            losses: self.losses,
        };
        let of = &mut self.channels[index(channel)];
        let result = with(of, &mut judge);
        if of.has_mode_change()
            && let Some(change) = of.take_mode_change()
        {
            self.statistics.channel(channel).modes.add(&change);
        }
        result
    }

    /// The mode of the link is another, not that of a channel.
    fn link_mode(&mut self, change: Option<ModeChange>) {
        if let Some(ModeChange { from, to, span }) = change {
            let detail = Detail::ModeChange { from, to };
            self.report(FindingCode::ModeChange, span, None, detail);
        }
    }

    fn report(&mut self, code: FindingCode, span: Span, channel: Option<VirtualChannel>, detail: Detail) {
        self.report_as(code.row().severity, code, span, channel, detail);
    }

    fn report_as(
        &mut self,
        severity: Severity,
        code: FindingCode,
        span: Span,
        channel: Option<VirtualChannel>,
        detail: Detail,
    ) {
        self.findings.push(Finding {
            code,
            severity,
            span,
            channel,
            detail,
        });
    }
}

fn index(channel: VirtualChannel) -> usize {
    usize::from(channel.number() & 15)
}
