//! What happens on the link, as values of rows.

use super::super::wires::Annotate;
use super::lane::LaneWatch;
use super::rows::{Kind, NOTHING, Row, Rows, Stream};
use crate::command::judge;
use crate::failure::Failure;
use crate::read_args::ReadArgs;
use crate::record::{Ending, PacketRecord, Recorder};
use crate::session::{CONTINUE, Clock, Flow, Visitor};
use csi2_analyzer::{Analyzer, BurstInfo, LinkEvent, Received};
use csi2_dphy::{Lane, Observation, PinEvent, PinMap, SotVerdict, Tick, lane_length};
use csi2_packet::{ChecksumVerdict, EccVerdict, PacketEvent};
use std::io;

/// The shortest stop state between bursts, in bits: T_HS-EXIT is 100 ns.
const SHORTEST_STOP: f64 = 4.0;

/// Makes rows of a capture of wires.
pub(crate) struct Annotator {
    watches: Vec<LaneWatch>,
    analyzer: Analyzer,
    recorder: Recorder,
    streams: Vec<Stream>,
    lanes: usize,
    /// Ticks of a bit, as far as known.
    unit_interval: f64,
    burst: Option<Burst>,
    /// Findings of one instant.
    findings: Option<(Tick, String)>,
}

/// The burst that is open.
struct Burst {
    info: BurstInfo,
    /// First data bit of the earliest lane.
    at: Tick,
    bytes: usize,
    /// Bytes up to the end of its last packet.
    whole: usize,
}

/// Streams, after two of each lane and two of the clock. Of a lane's the first is of the wires alone.
#[derive(Clone, Copy)]
enum Of {
    Burst,
    Packet,
    Finding,
    Channel,
    DataType,
    Word,
}

impl Of {
    /// What every capture has beside its lanes, in the order of the streams.
    const ALL: [Self; 6] = [
        Self::Burst,
        Self::Packet,
        Self::Finding,
        Self::Channel,
        Self::DataType,
        Self::Word,
    ];

    /// Its row.
    fn row(self) -> Row {
        let (name, kind) = match self {
            Self::Burst => ("burst", Kind::Text),
            Self::Packet => ("packet", Kind::Text),
            Self::Finding => ("finding", Kind::Text),
            Self::Channel => ("vc", Kind::Number(5)),
            Self::DataType => ("dt", Kind::Number(6)),
            Self::Word => ("word", Kind::Number(16)),
        };
        Row {
            name: name.to_owned(),
            kind,
        }
    }
}

impl Annotator {
    pub(super) fn new(pins: &PinMap, args: &ReadArgs) -> Result<Self, Failure> {
        let clock = pins.clock.as_ref().and_then(|pins| LaneWatch::new(Lane::Clock, pins));
        let lanes = pins.lanes.iter().take(pins.count).zip(0..);
        let lanes = lanes.filter_map(|(pins, lane)| LaneWatch::new(Lane::Data(lane), pins));
        let rows = pins.count + 1;
        let streams = (0..2 * rows).map(|stream| stream / 2).chain(rows..rows + Of::ALL.len());
        let streams = streams.map(Stream::new).collect::<io::Result<_>>();
        Ok(Self {
            watches: clock.into_iter().chain(lanes).collect(),
            analyzer: judge::analyzer(args),
            recorder: Recorder::new(false),
            streams: streams.map_err(spool)?,
            lanes: pins.count,
            unit_interval: 0.0,
            burst: None,
            findings: None,
        })
    }

    /// The rows, complete.
    pub(super) fn finish(mut self) -> Result<Rows, Failure> {
        let shortest = SHORTEST_STOP * self.unit_interval;
        let Self { watches, streams, .. } = &mut self;
        let mut show = |lane, at, text: &'static str| put(streams, 2 * row_of(lane), at, text);
        let result = watches
            .iter_mut()
            .try_for_each(|watch| watch.finish(shortest, &mut show));
        result.map_err(spool)?;
        self.analyzer.finish();
        self.poll()?;
        self.show_findings()?;
        let lanes = (0..self.lanes).map(|lane| format!("lane{lane}"));
        let lanes = std::iter::once("clock".to_owned())
            .chain(lanes)
            .map(|name| Row { name, kind: Kind::Text });
        let rows = lanes.chain(Of::ALL.map(Of::row)).collect();
        Rows::new(rows, self.streams).map_err(spool)
    }

    fn show(&mut self, of: Of, at: Tick, text: &str) -> Result<(), Failure> {
        put(&mut self.streams, 2 * (self.lanes + 1) + of as usize, at, text).map_err(spool)
    }

    fn show_lane(&mut self, lane: Lane, at: Tick, text: &str) -> Result<(), Failure> {
        put(&mut self.streams, 2 * row_of(lane) + 1, at, text).map_err(spool)
    }

    /// A tick so many bits after another.
    fn after(&self, at: Tick, bits: f64) -> Tick {
        let ticks = bits * self.unit_interval;
        if ticks < 0.0 {
            at.saturating_sub((-ticks).round() as u64)
        } else {
            at.saturating_add(ticks.round() as u64)
        }
    }

    fn burst_start(&mut self, info: &BurstInfo, at: Tick, number: u64) -> Result<(), Failure> {
        self.burst = Some(Burst {
            info: *info,
            at,
            bytes: 0,
            whole: 0,
        });
        self.show(Of::Burst, at, &format!("burst {number}"))
    }

    /// Rows of lanes are written when the burst is over: by then the length of a bit is known.
    fn burst_end(&mut self, at: Tick) -> Result<(), Failure> {
        if let Some(Burst {
            info,
            at: start,
            bytes,
            whole,
        }) = self.burst.take()
        {
            let lanes = usize::from(info.lanes);
            for (lane, (skew, verdict)) in info.skew.into_iter().zip(info.sync).enumerate().take(lanes) {
                let of = Lane::Data(lane as u8);
                let data = self.after(start, skew.into());
                let sync = match verdict {
                    SotVerdict::OneBit => "SYNC, one bit wrong",
                    _ => "SYNC",
                };
                self.show_lane(of, self.after(data, -8.0), sync)?;
                self.show_lane(of, data, "DATA")?;
                let trail = self.after(data, 8.0 * lane_length(whole, lanes, lane) as f64);
                if whole > 0 && whole == bytes && trail < at {
                    self.show_lane(of, trail, "TRAIL")?;
                }
                if !self.watches.iter().any(|watch| watch.lane() == of) {
                    self.show_lane(of, at, NOTHING)?;
                }
            }
        }
        for of in [Of::Burst, Of::Packet, Of::Channel, Of::DataType, Of::Word] {
            self.show(of, at, NOTHING)?;
        }
        self.show_findings()?;
        self.show(Of::Finding, at, NOTHING)
    }

    fn packet_bytes(&mut self, event: &PacketEvent<'_>) {
        let Some(burst) = &mut self.burst else { return };
        let (bytes, ends) = match event {
            PacketEvent::Short(_) => (4, true),
            PacketEvent::LongStart(_) | PacketEvent::Unusable(_) => (4, false),
            PacketEvent::Payload(bytes) => (bytes.len(), false),
            PacketEvent::Skipped(bytes) => (bytes.len(), false),
            PacketEvent::LongEnd(_) => (2, true),
            PacketEvent::Truncated(_) | PacketEvent::Resync { .. } | PacketEvent::Trailing(_) => (0, false),
        };
        burst.bytes += bytes;
        if ends {
            burst.whole = burst.bytes;
        }
    }

    fn packet(&mut self, record: &PacketRecord) -> Result<(), Failure> {
        let Some(at) = record.span.at else { return Ok(()) };
        let header = record.received.header;
        self.show(Of::Packet, at, &describe(record))?;
        self.show(Of::Channel, at, &header.channel.number().to_string())?;
        self.show(Of::DataType, at, &header.data_type.code().to_string())?;
        self.show(Of::Word, at, &header.word.to_string())?;
        if let Some(until) = record.span.until {
            for of in [Of::Packet, Of::Channel, Of::DataType, Of::Word] {
                self.show(of, until, NOTHING)?;
            }
        }
        Ok(())
    }

    fn lane(&mut self, event: &PinEvent) -> Result<(), Failure> {
        match *event {
            PinEvent::SotSyncError { lane, at } => self.show_lane(Lane::Data(lane), at, "no SYNC"),
            PinEvent::AlignError { lane, at } => self.show_lane(Lane::Data(lane), at, "not aligned"),
            PinEvent::ControlError { lane, at } => self.show_lane(lane, at, "LP error"),
            PinEvent::Deskew { at, length, .. } => {
                let start = self.after(at, -(length as f64));
                for lane in 0..self.lanes as u8 {
                    self.show_lane(Lane::Data(lane), start, "DESKEW")?;
                }
                Ok(())
            }
            PinEvent::Escape { lane, command, at } => self.show_lane(lane, at, command.name()),
            PinEvent::LowPowerData { lane, byte, at } => {
                self.show_lane(Lane::Data(lane), at, &format!("LPDT {byte:02X}"))
            }
            PinEvent::EscapeEnd {
                lane, mark: Some(mark), ..
            } => self.show_lane(lane, mark, "MARK-1"),
            PinEvent::EscapeEntryError { lane, at, .. } => self.show_lane(Lane::Data(lane), at, "escape error"),
            PinEvent::Turnaround { lane, at } => self.show_lane(Lane::Data(lane), at, "turnaround"),
            // Told as findings, or of no lane.
            PinEvent::EscapeEnd { mark: None, .. }
            | PinEvent::EotError { .. }
            | PinEvent::LowPowerSyncError { .. }
            | PinEvent::BurstStart { .. }
            | PinEvent::BurstEnd { .. }
            | PinEvent::BoundaryInside { .. } => Ok(()),
        }
    }

    fn poll(&mut self) -> Result<(), Failure> {
        while let Some(finding) = self.analyzer.poll() {
            let at = finding.span.at.unwrap_or(finding.span.offset);
            let name = finding.code.name();
            match &mut self.findings {
                Some((held, names)) if *held == at => {
                    if !names.split(' ').any(|held| held == name) {
                        names.push(' ');
                        names.push_str(name);
                    }
                }
                _ => {
                    self.show_findings()?;
                    self.findings = Some((at, name.to_owned()));
                }
            }
        }
        Ok(())
    }

    fn show_findings(&mut self) -> Result<(), Failure> {
        match self.findings.take() {
            Some((at, names)) => self.show(Of::Finding, at, &names),
            None => Ok(()),
        }
    }
}

impl Annotate for Annotator {
    fn bit(&mut self, unit_interval: Option<f64>) {
        self.unit_interval = unit_interval.unwrap_or(0.0);
    }

    fn see(&mut self, seen: &Observation<'_>) -> Result<(), Failure> {
        let shortest = SHORTEST_STOP * self.unit_interval;
        let Self { watches, streams, .. } = self;
        let mut show = |lane, at, text: &'static str| put(streams, 2 * row_of(lane), at, text);
        let result = watches
            .iter_mut()
            .try_for_each(|watch| watch.see(seen, shortest, &mut show));
        result.map_err(spool)
    }
}

impl Visitor for Annotator {
    fn event(&mut self, received: &Received<'_>, _: &Clock) -> Flow {
        let at = received.span.at.unwrap_or(received.span.offset);
        match &received.event {
            LinkEvent::BurstStart(info) => self.burst_start(info, at, received.span.burst)?,
            LinkEvent::Packet(event) => self.packet_bytes(event),
            LinkEvent::Lane(event) => self.lane(event)?,
            LinkEvent::BurstEnd => {}
        }
        if let Some(record) = self.recorder.push(received) {
            self.packet(&record)?;
            self.recorder.recycle(record);
        }
        self.analyzer.push(received);
        self.poll()?;
        if received.event == LinkEvent::BurstEnd {
            self.burst_end(at)?;
        }
        CONTINUE
    }
}

/// `FS vc0 1`, `RAW10 vc0 2580B crc ok`.
fn describe(record: &PacketRecord) -> String {
    let header = record.received.header;
    let name = format!("{} vc{}", header.data_type.name(), header.channel.number());
    let what = match record.ending {
        Ending::Unusable => return "header unusable".into(),
        Ending::Short => format!("{name} {}", header.word),
        Ending::Footer(ChecksumVerdict::Match) => format!("{name} {}B crc ok", record.payload_bytes),
        Ending::Footer(ChecksumVerdict::Mismatch { .. }) => format!("{name} {}B crc wrong", record.payload_bytes),
        Ending::Cut(_) => format!("{name} {}B of {}B", record.payload_bytes, header.word),
    };
    match record.received.ecc {
        EccVerdict::Clean | EccVerdict::Uncorrectable { .. } => what,
        EccVerdict::Corrected { bit } => format!("{what}, header bit {bit} corrected"),
        EccVerdict::ParityBit { bit } => format!("{what}, check bit {bit} wrong"),
    }
}

/// The clock has the first row.
fn row_of(lane: Lane) -> usize {
    match lane {
        Lane::Clock => 0,
        Lane::Data(lane) => 1 + usize::from(lane),
    }
}

fn put(streams: &mut [Stream], stream: usize, at: Tick, text: &str) -> io::Result<()> {
    streams.get_mut(stream).map_or(Ok(()), |stream| stream.put(at, text))
}

fn spool(error: io::Error) -> Failure {
    Failure::io("temporary file", error)
}
