//! Links that are nearly right, packet by packet in bursts, through receiver, analyzer and assembler:
//!
//! - each count of the statistics is that of the events, and each event that has a finding has one;
//! - every byte belongs to a packet, to a header that cannot be used, or is stray;
//! - findings name a packet and a byte that were sent, never later ones, and nothing is dropped;
//! - frames of a stream are numbered, keep their bound, and their lists of rows are in order;
//! - memory keeps a bound, however much comes;
//! - cut anywhere, the same is found.
#![no_main]

use std::collections::BTreeMap;

use allocation_counter::{measure, opt_out};
use arbitrary::Arbitrary;
use csi2_analyzer::{
    Analyzer, AnalyzerSettings, AssemblerSettings, Entry, Finding, FindingCode, Frame, FrameAssembler, Input, Keep,
    Limits, LinkEvent, Pixels, Received, Receiver, ReceiverConfig, Statistics, StreamFilter,
};
use csi2_dphy::Observation;
use csi2_fuzz::Cuts;
use csi2_kernels::Backend;
use csi2_packet::{
    ChecksumVerdict, DataType, EccVerdict, LongPacket, Missing, PacketEvent, PacketHeader, VcExtension, VirtualChannel,
};
use csi2_pixel::Codecs;

const LIMITS: Limits = Limits {
    max_skew_bytes: 4,
    max_lane_lag_bytes: 256,
    max_open_streams: 3,
    max_frame_bytes: 1 << 14,
};

/// Beyond this, something grows with the link.
const MOST_MEMORY: u64 = 1 << 20;

#[derive(Arbitrary, Debug)]
struct Link {
    classic: bool,
    packed: bool,
    cuts: u8,
    bursts: Vec<Burst>,
}

#[derive(Arbitrary, Debug)]
enum Burst {
    Packets(Vec<Sent>),
    Picture(Picture),
}

/// A frame, one packet a burst.
#[derive(Arbitrary, Debug)]
struct Picture {
    channel: u8,
    data_type: u8,
    number: u8,
    rows: u8,
    groups: u8,
    numbered: bool,
    /// Rows that are left out, and rows in which a bit is wrong.
    lost: u32,
    wrong: u32,
}

#[derive(Arbitrary, Debug)]
struct Sent {
    channel: u8,
    packet: Packet,
    damage: Option<Damage>,
}

#[derive(Arbitrary, Debug)]
enum Packet {
    Short(u8, u8),
    Other(u8, u16),
    Line(u8, u8, u8),
    Long(u8, Vec<u8>),
}

#[derive(Arbitrary, Debug)]
enum Damage {
    Flip(u16),
    FlipTwo(u16, u16),
    Claim(u16),
    Cut(u8),
    Behind(u8, u8),
    Any(Vec<u8>),
}

libfuzzer_sys::fuzz_target!(|link: Link| {
    let bursts = link.bursts();
    let whole = run(&link, &bursts, 0);
    if link.cuts != 0 {
        assert_eq!(run(&link, &bursts, link.cuts), whole, "cut by {}", link.cuts);
    }
});

impl Link {
    fn bursts(&self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        for burst in self.bursts.iter().take(64) {
            match burst {
                Burst::Packets(packets) => all.push(packets.iter().flat_map(Sent::bytes).collect()),
                Burst::Picture(picture) => picture.send(&mut all),
            }
        }
        all
    }
}

impl Picture {
    fn send(&self, all: &mut Vec<Vec<u8>>) {
        // What has groups of several bytes, and what has not.
        let types = [
            DataType::RAW8,
            DataType::RAW10,
            DataType::RAW12,
            DataType::YUV422_8,
            DataType::EMBEDDED,
        ];
        let data_type = types[usize::from(self.data_type) % types.len()];
        let line = usize::from(self.groups % 16) * 15;
        all.push(short(self.channel, 0, self.number.into()));
        for row in 0..self.rows % 32 {
            if self.lost >> row & 1 != 0 {
                continue;
            }
            if self.numbered {
                all.push(short(self.channel, 2, u16::from(row) + 1));
            }
            let payload: Vec<u8> = (0..line).map(|at| (at * 7) as u8 ^ row.wrapping_mul(31)).collect();
            let mut packet = long(self.channel, data_type, &payload);
            if self.wrong >> row & 1 != 0 {
                packet[4] ^= 1;
            }
            all.push(packet);
            if self.numbered {
                all.push(short(self.channel, 3, u16::from(row) + 1));
            }
        }
        all.push(short(self.channel, 1, self.number.into()));
    }
}

impl Sent {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = match &self.packet {
            Packet::Short(kind, number) => short(self.channel, kind & 3, u16::from(number & 7)),
            Packet::Other(kind, word) => short(self.channel, kind & 15, *word),
            Packet::Line(kind, length, fill) => long(
                self.channel,
                DataType::from_bits(0x28 + (kind & 7)),
                &vec![*fill; usize::from(*length) * 3],
            ),
            Packet::Long(kind, payload) => long(self.channel, DataType::from_bits(0x10 + kind % 48), payload),
        };
        match &self.damage {
            None => {}
            Some(Damage::Flip(bit)) => flip(&mut bytes, *bit),
            Some(Damage::FlipTwo(one, other)) => [*one, *other].into_iter().for_each(|bit| flip(&mut bytes, bit)),
            Some(Damage::Claim(word)) => {
                let [id, ..] = bytes[..] else { return bytes };
                let channel = PacketHeader::receive([id, 0, 0, 0], VcExtension::Classic)
                    .header
                    .channel;
                let (data_type, word) = (DataType::from_bits(id & 0x3F), *word);
                let header = PacketHeader {
                    channel,
                    data_type,
                    word,
                };
                bytes[..4].copy_from_slice(&header.encode());
            }
            Some(Damage::Cut(count)) => bytes.truncate(bytes.len().saturating_sub(usize::from(*count) + 1)),
            Some(Damage::Behind(count, byte)) => bytes.resize(bytes.len() + usize::from(*count), *byte),
            Some(Damage::Any(other)) => bytes.clone_from(other),
        }
        bytes
    }
}

/// Mostly in the header, where it matters most.
fn flip(bytes: &mut [u8], bit: u16) {
    let bit = if bit & 0x8000 == 0 {
        usize::from(bit % 32)
    } else {
        usize::from(bit) % (bytes.len() * 8)
    };
    bytes[bit / 8] ^= 1 << (bit % 8);
}

fn header(channel: u8, data_type: DataType, word: u16) -> PacketHeader {
    // Few channels, so that frames meet.
    let number = if channel & 0x80 == 0 { channel & 1 } else { channel & 15 };
    let channel = VirtualChannel::new(number).expect("a channel");
    PacketHeader {
        channel,
        data_type,
        word,
    }
}

fn short(channel: u8, kind: u8, word: u16) -> Vec<u8> {
    header(channel, DataType::from_bits(kind), word).encode().to_vec()
}

fn long(channel: u8, data_type: DataType, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; payload.len() + 6];
    LongPacket::emit(header(channel, data_type, payload.len() as u16), payload, &mut packet).expect("a packet");
    packet
}

/// Everything that was found.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    findings: Vec<Finding>,
    statistics: Statistics,
    frames: Vec<String>,
}

/// What the events say, counted here.
#[derive(Debug, Default)]
struct Tally {
    bursts: u64,
    short: u64,
    long: u64,
    unusable: u64,
    corrected: u64,
    wrong: u64,
    truncated: u64,
    headers_cut: u64,
}

fn run(link: &Link, bursts: &[Vec<u8>], cuts: u8) -> Outcome {
    let mut outcome = Outcome::default();
    let mut tally = Tally::default();
    let used = measure(|| {
        let vcx = if link.classic {
            VcExtension::ClassicFirst
        } else {
            VcExtension::Extended
        };
        let config = ReceiverConfig {
            vcx,
            limits: LIMITS,
            ..ReceiverConfig::new(Entry::Packets { framed: true })
        };
        let mut receiver = Receiver::new(config);
        let mut judge = Judge::new(link);
        let mut offset = 0;
        let mut cuts = Cuts::new(cuts);
        for burst in bursts.iter().filter(|burst| !burst.is_empty()) {
            let mut at = 0;
            while at < burst.len() {
                let length = cuts.next(burst.len() - at);
                let piece = &burst[at..at + length];
                let ends = at + length == burst.len();
                let seen = Observation::Merged(piece);
                let mut input = Input {
                    seen,
                    starts: at == 0 && length > 0,
                    ends,
                    offset,
                    at: None,
                };
                while let Some(received) = receiver.next(&mut input) {
                    judge.take(&received, &mut tally, &mut outcome);
                }
                at += length;
                offset += length as u64;
            }
        }
        while let Some(received) = receiver.finish() {
            judge.take(&received, &mut tally, &mut outcome);
        }
        judge.finish(&mut outcome);
    });
    assert!(used.bytes_max < MOST_MEMORY, "{} bytes", used.bytes_max);
    let sent = bursts.iter().map(|burst| burst.len() as u64).sum();
    agree(&tally, &outcome, sent);
    outcome
}

struct Judge {
    analyzer: Analyzer,
    assembler: FrameAssembler,
    /// Frames of each stream.
    frames: BTreeMap<(u8, u8), u64>,
    packets: u64,
    offset: u64,
}

impl Judge {
    fn new(link: &Link) -> Self {
        let keep = if link.packed { Keep::Packed } else { Keep::Samples };
        let vcx = link.classic.then_some(VcExtension::ClassicFirst);
        Self {
            analyzer: Analyzer::new(AnalyzerSettings { limits: LIMITS, vcx }),
            assembler: FrameAssembler::new(AssemblerSettings {
                keep,
                limits: LIMITS,
                backend: Backend::detect(),
                streams: StreamFilter::default(),
                codecs: Codecs::STANDARD,
            }),
            frames: BTreeMap::new(),
            packets: 0,
            offset: 0,
        }
    }

    fn take(&mut self, received: &Received<'_>, tally: &mut Tally, outcome: &mut Outcome) {
        tally.take(&received.event);
        self.packets = self.packets.max(received.span.packet);
        self.offset = self.offset.max(received.span.offset);
        self.analyzer.push(received);
        self.findings(outcome);
        self.assembler.push(received);
        self.pictures(outcome);
    }

    fn finish(mut self, outcome: &mut Outcome) {
        self.analyzer.finish();
        self.findings(outcome);
        self.assembler.finish();
        self.pictures(outcome);
        opt_out(|| outcome.statistics.clone_from(self.analyzer.statistics()));
    }

    fn findings(&mut self, outcome: &mut Outcome) {
        while let Some(finding) = self.analyzer.poll() {
            opt_out(|| {
                assert!(!finding.to_string().is_empty());
                let span = finding.span;
                assert!(
                    span.packet <= self.packets && span.offset <= self.offset,
                    "{finding:?} too early"
                );
                outcome.findings.push(finding);
            });
        }
    }

    fn pictures(&mut self, outcome: &mut Outcome) {
        while let Some(frame) = self.assembler.poll() {
            opt_out(|| {
                let next = self
                    .frames
                    .entry((frame.channel.number(), frame.data_type.code()))
                    .or_default();
                assert_eq!(frame.index, *next);
                *next += 1;
                check(&frame);
                outcome.frames.push(format!("{frame:?}"));
            });
        }
    }
}

impl Tally {
    fn take(&mut self, event: &LinkEvent<'_>) {
        let header = match event {
            LinkEvent::BurstStart(_) => {
                self.bursts += 1;
                return;
            }
            LinkEvent::Packet(PacketEvent::Short(header)) => {
                self.short += 1;
                header
            }
            LinkEvent::Packet(PacketEvent::LongStart(header)) => {
                self.long += 1;
                header
            }
            LinkEvent::Packet(PacketEvent::Unusable(_)) => return self.unusable += 1,
            LinkEvent::Packet(PacketEvent::LongEnd(ChecksumVerdict::Mismatch { .. })) => return self.wrong += 1,
            LinkEvent::Packet(PacketEvent::Truncated(Missing::Header { .. })) => return self.headers_cut += 1,
            LinkEvent::Packet(PacketEvent::Truncated(_)) => return self.truncated += 1,
            _ => return,
        };
        self.corrected += u64::from(header.ecc != EccVerdict::Clean);
    }
}

fn agree(tally: &Tally, outcome: &Outcome, sent: u64) {
    let statistics = &outcome.statistics;
    assert_eq!(statistics.bursts, tally.bursts);
    assert_eq!((statistics.short, statistics.long), (tally.short, tally.long));
    assert_eq!(statistics.packets, tally.short + tally.long + tally.unusable);
    assert_eq!(statistics.dropped_findings, 0);
    let found = |code| outcome.findings.iter().filter(|finding| finding.code == code).count() as u64;
    for (counted, events, findings) in [
        (statistics.corrected, tally.corrected, found(FindingCode::EccCorrected)),
        (statistics.unusable, tally.unusable, found(FindingCode::EccDouble)),
        (statistics.checksum_errors, tally.wrong, found(FindingCode::CrcErr)),
        (
            statistics.truncated,
            tally.truncated,
            found(FindingCode::WcShort) - tally.headers_cut,
        ),
    ] {
        assert_eq!((counted, findings), (events, events), "{tally:?}");
    }
    // Of a header that cannot be used, the four bytes are neither.
    let known = statistics.packet_bytes + statistics.stray_bytes + 4 * statistics.unusable;
    assert_eq!(known, sent, "{statistics:?}");
    let channels = &statistics.channels;
    assert!(channels.is_sorted_by(|a, b| a.channel < b.channel));
    let types = || channels.iter().flat_map(|channel| &channel.data_types);
    assert_eq!(types().map(|of| of.checksum_errors).sum::<u64>(), tally.wrong);
    assert_eq!(
        channels.iter().map(|channel| channel.packet_bytes).sum::<u64>(),
        statistics.packet_bytes
    );
}

fn check(frame: &Frame<'_>) {
    let (size, expected) = match frame.pixels {
        Pixels::Samples(samples) => {
            let stride = frame.codec.map_or(0, |codec| codec.layout.stride(frame.width as usize));
            (samples.len(), frame.height as usize * stride)
        }
        Pixels::Packed(bytes) => (bytes.len(), frame.height as usize * frame.line_bytes as usize),
    };
    assert_eq!(size, expected);
    assert!(frame.height as usize * frame.line_bytes as usize <= LIMITS.max_frame_bytes);
    for rows in [frame.missing_lines, frame.bad_lines] {
        assert!(rows.is_sorted_by(|one, next| one < next) && rows.last().is_none_or(|last| *last < frame.height));
    }
    assert!(!frame.complete || frame.missing_lines.is_empty());
}
