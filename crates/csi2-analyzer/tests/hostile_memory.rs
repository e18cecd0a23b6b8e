//! What a hostile link costs in memory: no more than [`Limits`] say, however long it goes on. Counted by allocations.

#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use csi2_analyzer::{
    Analyzer, AnalyzerSettings, AssemblerSettings, EmbeddedReader, Entry, FrameAssembler, Input, Keep, Limits,
    Receiver, ReceiverConfig, StreamFilter,
};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation};
use csi2_kernels::Backend;
use csi2_packet::{DataType, PacketHeader, VirtualChannel, checksum};
use csi2_pixel::Codecs;

const LIMITS: Limits = Limits {
    max_skew_bytes: 4,
    max_lane_lag_bytes: 64 << 10,
    max_open_streams: 4,
    max_frame_bytes: 256 << 10,
};

/// Of the receiver: the longest packet in pieces, and buffers of the depacketizer's line.
const RECEIVER: u64 = 512 << 10;
/// Of the analyzer: 16 channels with up to 64 data types and modes each, and findings that wait.
const ANALYZER: u64 = 1 << 20;
/// Of the assembler: a line that arrives, and per stream a frame. Its samples take 2.7 times its payload at most; a frame
/// that grows holds the one before for a moment, and has up to twice its size.
const ASSEMBLER: u64 = (128 << 10) + LIMITS.max_open_streams as u64 * LIMITS.max_frame_bytes as u64 * 27 / 10 * 2;

/// A chain, and how it is fed.
struct Chain {
    receiver: Receiver,
    analyzer: Analyzer,
    assembler: FrameAssembler,
    embedded: EmbeddedReader,
    polls: bool,
    findings: u64,
    frames: u64,
}

impl Chain {
    fn new(entry: Entry, keep: Keep, polls: bool) -> Self {
        Self {
            receiver: Receiver::new(ReceiverConfig {
                limits: LIMITS,
                ..ReceiverConfig::new(entry)
            }),
            analyzer: Analyzer::new(AnalyzerSettings {
                limits: LIMITS,
                vcx: None,
            }),
            assembler: FrameAssembler::new(AssemblerSettings {
                keep,
                limits: LIMITS,
                backend: Backend::detect(),
                streams: StreamFilter::default(),
                codecs: Codecs::STANDARD,
            }),
            embedded: EmbeddedReader::new(),
            polls,
            findings: 0,
            frames: 0,
        }
    }

    fn push(&mut self, seen: Observation<'_>, framed: bool) {
        let mut input = Input {
            seen,
            starts: framed,
            ends: framed,
            offset: 0,
            at: None,
        };
        while let Some(received) = self.receiver.next(&mut input) {
            self.analyzer.push(&received);
            while self.polls && self.analyzer.poll().is_some() {
                self.findings += 1;
            }
            self.assembler.push(&received);
            while self.assembler.poll().is_some() {
                self.frames += 1;
            }
            self.embedded.push(&received);
            while self.embedded.poll().is_some() {}
        }
    }
}

fn header(channel: u8, data_type: u8, word: u16) -> [u8; 4] {
    PacketHeader {
        channel: VirtualChannel::new(channel & 15).unwrap(),
        data_type: DataType::from_bits(data_type),
        word,
    }
    .encode()
}

fn long(channel: u8, data_type: u8, payload: &[u8]) -> Vec<u8> {
    let header = header(channel, data_type, payload.len() as u16);
    [&header[..], payload, &checksum(payload).to_le_bytes()].concat()
}

/// Feeds bursts of packets, so many, and looks at the peak.
fn packets(count: u32, mut burst: impl FnMut(u32) -> Vec<u8>) -> (Chain, u64) {
    let mut most = 0;
    let mut last = None;
    for keep in [Keep::Samples, Keep::Packed] {
        for polls in [true, false] {
            // What the test makes is not counted.
            let bursts: Vec<Vec<u8>> = (0..count).map(&mut burst).collect();
            let mut chain = None;
            let used = measure(|| {
                let mut fed = Chain::new(Entry::Packets { framed: true }, keep, polls);
                bursts
                    .iter()
                    .for_each(|burst| fed.push(Observation::Merged(burst), true));
                chain = Some(fed);
            });
            most = most.max(used.bytes_max);
            last = last.or(chain);
        }
    }
    (last.unwrap(), most)
}

#[test]
fn every_channel_and_data_type_at_once() {
    // Frames are opened on all channels and never closed; lines of all types, of any length, fall into them.
    let (chain, most) = packets(24_000, |number| {
        let channel = (number / 48 % 16) as u8;
        match number {
            0..16 => header(number as u8, 0, 1).to_vec(),
            _ => long(
                channel,
                0x10 + (number % 48) as u8,
                &vec![number as u8; number as usize * 7 % 400],
            ),
        }
    });
    let statistics = chain.analyzer.statistics();
    assert_eq!(statistics.channels.len(), 16);
    assert!(statistics.channels.iter().all(|channel| channel.data_types.len() >= 40));
    assert!(most <= RECEIVER + ANALYZER + ASSEMBLER, "{most} bytes");
}

#[test]
fn frames_that_never_end() {
    let (chain, most) = packets(4000, |number| match number {
        0..4 => header(number as u8, 0, 1).to_vec(),
        // The widest samples for their bytes.
        _ => long((number % 4) as u8, 0x28, &[number as u8; 3000]),
    });
    assert_eq!(chain.analyzer.statistics().long, 3996);
    assert!(most <= RECEIVER + ANALYZER + ASSEMBLER, "{most} bytes");
    // The limit is used: there is something to bound.
    assert!(most > LIMITS.max_frame_bytes as u64, "{most} bytes");
}

#[test]
fn rows_that_claim_to_be_far_down() {
    let (_, most) = packets(4000, |number| {
        let line = [header(0, 2, (number * 7919) as u16 | 0x8000), header(0, 3, 1)].concat();
        let row = long(0, 0x2A, &vec![1; if number % 2 == 0 { 1 } else { 60_000 }]);
        [header(0, 0, number as u16).to_vec(), line, row].concat()
    });
    assert!(most <= RECEIVER + ANALYZER + ASSEMBLER, "{most} bytes");
}

#[test]
fn the_longest_packets_that_never_come() {
    let (chain, most) = packets(20_000, |number| header((number % 16) as u8, 0x2A, u16::MAX).to_vec());
    assert_eq!(chain.analyzer.statistics().truncated, 20_000);
    assert!(most <= RECEIVER + ANALYZER + ASSEMBLER, "{most} bytes");
}

#[test]
fn a_finding_for_every_packet() {
    // A bit of each header is wrong, and modes and numbers change all the time.
    let (chain, most) = packets(60_000, |number| {
        let mut packet = header((number % 3) as u8, (number % 4) as u8, (number * 31) as u16);
        packet[1] ^= 1 << (number % 8);
        packet.to_vec()
    });
    assert!(chain.findings >= 60_000, "{}", chain.findings);
    assert!(most <= RECEIVER + ANALYZER + ASSEMBLER, "{most} bytes");
}

#[test]
fn findings_that_nobody_takes() {
    let bad = |number: u32| {
        let mut packet = header(0, 0x08, number as u16);
        packet[1] ^= 1;
        packet
    };
    let mut chain = Chain::new(Entry::Packets { framed: true }, Keep::Packed, false);
    let used = measure(|| (0..100_000).for_each(|number| chain.push(Observation::Merged(&bad(number)), true)));
    assert!(chain.analyzer.statistics().dropped_findings > 90_000);
    assert!(used.bytes_max <= ANALYZER, "{} bytes", used.bytes_max);
}

#[test]
fn embedded_rows_without_end() {
    let (_, most) = packets(4000, |number| match number {
        0 => header(0, 0, 1).to_vec(),
        _ => long(
            0,
            0x12,
            &[0x0A, 0xAA, number as u8, 0xA5, number as u8, 0x5A, 1].repeat(100),
        ),
    });
    // Registers are kept by address: at most one for each of 65536, in some words each.
    assert!(most <= RECEIVER + ANALYZER + ASSEMBLER + (8 << 20), "{most} bytes");
}

#[test]
fn a_lane_that_brings_nothing() {
    let lane = [0x55; 4096];
    for framed in [false, true] {
        let mut chain = Chain::new(Entry::Lanes { count: 4, framed }, Keep::Packed, true);
        let used = measure(|| {
            for number in 0..4000 {
                let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
                lanes[number % 3] = &lane;
                let seen = Observation::Lanes(LaneBytes { lanes, count: 4 });
                chain.push(seen, false);
            }
        });
        let lag = LIMITS.max_lane_lag_bytes as u64 * MAX_LANES as u64;
        assert!(
            used.bytes_max <= RECEIVER + ANALYZER + 4 * lag,
            "framed {framed}: {} bytes",
            used.bytes_max
        );
    }
}
