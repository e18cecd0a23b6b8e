//! Link events written by hand, so that judgement and assembly are tested without the layers below them.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod frame;
pub mod scenario;

use csi2_analyzer::{BurstInfo, LinkEvent, Received, Span};
use csi2_dphy::{MAX_LANES, PinEvent, SotVerdict};
use csi2_packet::{
    ChecksumVerdict, DataType, EccVerdict, Missing, PacketEvent, PacketHeader, ReceivedHeader, VirtualChannel,
};

/// A [`LinkEvent`] that owns its bytes.
#[derive(Clone, Debug)]
pub enum Step {
    Burst(BurstInfo),
    End,
    Lane(PinEvent),
    Short(ReceivedHeader),
    Start(ReceivedHeader),
    Payload(Vec<u8>),
    Finish(ChecksumVerdict),
    Truncated(Missing),
    Unusable(ReceivedHeader),
    Skipped(Vec<u8>),
    Resync(u64),
    Trailing(Vec<u8>),
}

/// A script of events. Packets follow each other every 1000 ticks.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub steps: Vec<(Step, Span)>,
    channel: u8,
    ecc: Option<EccVerdict>,
    pieces: usize,
    span: Span,
}

pub const WRONG: ChecksumVerdict = ChecksumVerdict::Mismatch {
    received: 0x1234,
    computed: 0x5678,
};

impl Script {
    pub fn new() -> Self {
        let mut script = Self::default();
        script.span.at = Some(0);
        script
    }
    /// The channel of what follows.
    pub fn vc(&mut self, number: u8) -> &mut Self {
        self.channel = number;
        self
    }
    /// What the ECC says about the next header.
    pub fn ecc(&mut self, ecc: EccVerdict) -> &mut Self {
        self.ecc = Some(ecc);
        self
    }
    pub fn corrected(&mut self) -> &mut Self {
        self.ecc(EccVerdict::Corrected { bit: 3 })
    }
    /// Payload of the lines that follow comes in pieces of this many bytes; 0: whole.
    pub fn pieces(&mut self, bytes: usize) -> &mut Self {
        self.pieces = bytes;
        self
    }
    pub fn fs(&mut self, number: u16) -> &mut Self {
        self.short(0x00, number)
    }
    pub fn fe(&mut self, number: u16) -> &mut Self {
        self.short(0x01, number)
    }
    pub fn ls(&mut self, number: u16) -> &mut Self {
        self.short(0x02, number)
    }
    pub fn le(&mut self, number: u16) -> &mut Self {
        self.short(0x03, number)
    }
    pub fn short(&mut self, data_type: u8, word: u16) -> &mut Self {
        let header = self.header(data_type, word);
        self.step(Step::Short(header)).next_packet()
    }
    /// A good line.
    pub fn line(&mut self, data_type: u8, payload: &[u8]) -> &mut Self {
        self.long(data_type, payload, ChecksumVerdict::Match)
    }
    /// `lines` good lines of zeros.
    pub fn lines(&mut self, lines: usize, data_type: u8, bytes: usize) -> &mut Self {
        for _ in 0..lines {
            self.line(data_type, &vec![0; bytes]);
        }
        self
    }
    /// A line with a wrong checksum.
    pub fn wrong(&mut self, data_type: u8, payload: &[u8]) -> &mut Self {
        self.long(data_type, payload, WRONG)
    }
    /// A line that announces `word` bytes and ends after `payload`.
    pub fn cut(&mut self, data_type: u8, word: u16, payload: &[u8]) -> &mut Self {
        let header = self.header(data_type, word);
        let bytes = u32::from(word).saturating_sub(payload.len() as u32);
        let missing = if bytes == 0 {
            Missing::Footer { have: 0 }
        } else {
            Missing::Payload { bytes }
        };
        self.step(Step::Start(header))
            .payload(payload)
            .step(Step::Truncated(missing))
            .next_packet()
    }
    /// An unusable header, and the bytes of its packet after it.
    pub fn lost(&mut self, data_type: u8, skipped: u64) -> &mut Self {
        self.ecc = Some(EccVerdict::Uncorrectable { syndrome: 0x0C });
        let header = self.header(data_type, 0);
        self.step(Step::Unusable(header))
            .step(Step::Resync(skipped))
            .next_packet()
    }
    pub fn trailing(&mut self, bytes: usize) -> &mut Self {
        self.step(Step::Trailing(vec![0xA5; bytes]))
    }
    pub fn lane(&mut self, event: PinEvent) -> &mut Self {
        self.step(Step::Lane(event))
    }
    pub fn burst(&mut self, sync: [SotVerdict; MAX_LANES], skew: [u16; MAX_LANES]) -> &mut Self {
        self.step(Step::Burst(BurstInfo { lanes: 4, sync, skew }))
    }
    pub fn step(&mut self, step: Step) -> &mut Self {
        self.steps.push((step, self.span));
        self
    }

    /// Calls `each` with every event.
    pub fn play(&self, mut each: impl FnMut(&Received<'_>)) {
        for (step, span) in &self.steps {
            let event = match step {
                Step::Burst(info) => LinkEvent::BurstStart(*info),
                Step::End => LinkEvent::BurstEnd,
                Step::Lane(event) => LinkEvent::Lane(*event),
                Step::Short(header) => LinkEvent::Packet(PacketEvent::Short(*header)),
                Step::Start(header) => LinkEvent::Packet(PacketEvent::LongStart(*header)),
                Step::Payload(bytes) => LinkEvent::Packet(PacketEvent::Payload(bytes)),
                Step::Finish(verdict) => LinkEvent::Packet(PacketEvent::LongEnd(*verdict)),
                Step::Truncated(missing) => LinkEvent::Packet(PacketEvent::Truncated(*missing)),
                Step::Unusable(header) => LinkEvent::Packet(PacketEvent::Unusable(*header)),
                Step::Skipped(bytes) => LinkEvent::Packet(PacketEvent::Skipped(bytes.as_slice().into())),
                Step::Resync(skipped) => LinkEvent::Packet(PacketEvent::Resync { skipped: *skipped }),
                Step::Trailing(bytes) => LinkEvent::Packet(PacketEvent::Trailing(bytes.as_slice().into())),
            };
            each(&Received { event, span: *span });
        }
    }

    fn long(&mut self, data_type: u8, payload: &[u8], verdict: ChecksumVerdict) -> &mut Self {
        let header = self.header(data_type, payload.len() as u16);
        self.step(Step::Start(header))
            .payload(payload)
            .step(Step::Finish(verdict))
            .next_packet()
    }

    fn payload(&mut self, payload: &[u8]) -> &mut Self {
        let piece = if self.pieces == 0 {
            payload.len().max(1)
        } else {
            self.pieces
        };
        for bytes in payload.chunks(piece) {
            self.step(Step::Payload(bytes.to_vec()));
        }
        self
    }

    fn header(&mut self, data_type: u8, word: u16) -> ReceivedHeader {
        let [low, high] = word.to_le_bytes();
        ReceivedHeader {
            wire: [self.channel << 6 | data_type, low, high, 0],
            header: PacketHeader {
                channel: VirtualChannel::new(self.channel).unwrap(),
                data_type: DataType::from_bits(data_type),
                word,
            },
            ecc: self.ecc.take().unwrap_or(EccVerdict::Clean),
        }
    }

    fn next_packet(&mut self) -> &mut Self {
        self.span.packet += 1;
        self.span.offset += 100;
        self.span.at = Some(self.span.at.unwrap_or(0) + 1000);
        self
    }
}
