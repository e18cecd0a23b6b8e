//! What a clean link costs in allocations once frames like these have come: nothing.

#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use csi2_analyzer::{
    Analyzer, AnalyzerSettings, AssemblerSettings, Entry, FrameAssembler, Input, Keep, Limits, Receiver,
    ReceiverConfig, StreamFilter,
};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation};
use csi2_kernels::Backend;
use csi2_packet::{DataType, PacketHeader, VirtualChannel, checksum};
use csi2_pixel::Codecs;

const LANES: usize = 4;
const ROWS: u16 = 40;

/// Bytes of each lane.
type Burst = [Vec<u8>; LANES];

/// A burst of one packet: sync bytes, the packet dealt to the lanes, a trail.
fn burst(data_type: DataType, word: u16, payload: Option<&[u8]>) -> Burst {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type,
        word,
    };
    let mut packet = header.encode().to_vec();
    if let Some(payload) = payload {
        packet.extend_from_slice(payload);
        packet.extend_from_slice(&checksum(payload).to_le_bytes());
    }
    std::array::from_fn(|lane| {
        let mut bytes = vec![0xB8];
        bytes.extend(packet.iter().skip(lane).step_by(LANES));
        let trail = if bytes[bytes.len() - 1] & 0x80 == 0 { 0xFF } else { 0x00 };
        bytes.resize(1 + packet.len().div_ceil(LANES) + 2, trail);
        bytes
    })
}

/// A frame of RAW10, other content in each, so that rows of the frame before are told from its own.
fn frame(number: u16) -> Vec<Burst> {
    let rows = (0..ROWS).map(|row| {
        let payload: Vec<u8> = (0..250).map(|byte| (byte + row * 7 + number * 31) as u8).collect();
        burst(DataType::RAW10, 250, Some(&payload))
    });
    let start = burst(DataType::FRAME_START, number, None);
    let end = burst(DataType::FRAME_END, number, None);
    [start].into_iter().chain(rows).chain([end]).collect()
}

/// A receiving chain, and how it is fed.
struct Chain {
    receiver: Receiver,
    analyzer: Analyzer,
    assembler: FrameAssembler,
    findings: usize,
    frames: usize,
    framed: bool,
}

impl Chain {
    fn new(framed: bool) -> Self {
        Self {
            receiver: Receiver::new(ReceiverConfig::new(Entry::Lanes { count: LANES, framed })),
            analyzer: Analyzer::new(AnalyzerSettings::default()),
            assembler: FrameAssembler::new(AssemblerSettings {
                keep: Keep::Samples,
                limits: Limits::default(),
                backend: Backend::detect(),
                streams: StreamFilter::default(),
                codecs: Codecs::STANDARD,
            }),
            findings: 0,
            frames: 0,
            framed,
        }
    }

    /// Pieces of `piece` bytes of each lane; of marked bursts, no piece is of two.
    fn receive(&mut self, bursts: &[Burst], piece: usize) {
        for burst in bursts {
            let pieces = burst[0].len().div_ceil(piece);
            for index in 0..pieces {
                let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
                for (to, lane) in lanes.iter_mut().zip(burst) {
                    *to = lane.chunks(piece).nth(index).unwrap();
                }
                let seen = Observation::Lanes(LaneBytes { lanes, count: LANES });
                let mut input = Input {
                    seen,
                    starts: self.framed && index == 0,
                    ends: self.framed && index + 1 == pieces,
                    offset: 0,
                    at: None,
                };
                while let Some(received) = self.receiver.next(&mut input) {
                    self.analyzer.push(&received);
                    self.assembler.push(&received);
                    while self.analyzer.poll().is_some() {
                        self.findings += 1;
                    }
                    while let Some(frame) = self.assembler.poll() {
                        assert!(frame.complete && frame.bad_lines.is_empty());
                        assert_eq!((frame.width, frame.height), (200, ROWS.into()));
                        self.frames += 1;
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_is_allocated_once_frames_have_come() {
    for framed in [true, false] {
        for piece in [usize::MAX, 64, 5] {
            let mut chain = Chain::new(framed);
            let frames: Vec<_> = (1..9).map(frame).collect();
            let (first, rest) = frames.split_at(4);
            first.iter().for_each(|frame| chain.receive(frame, piece));
            let said = measure(|| rest.iter().for_each(|frame| chain.receive(frame, piece)));
            assert_eq!(said.count_total, 0, "framed {framed}, pieces of {piece}");
            assert_eq!(
                (chain.frames, chain.findings),
                (8, 0),
                "framed {framed}, pieces of {piece}"
            );
        }
    }
}

#[test]
fn frames_that_are_taken_and_given_back_need_no_other_memory() {
    let mut chain = Chain::new(true);
    let frames: Vec<_> = (1..9).map(frame).collect();
    let mut run = |frames: &[Vec<Burst>]| {
        let mut taken = 0;
        for burst in frames.iter().flatten() {
            let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
            lanes.iter_mut().zip(burst).for_each(|(to, lane)| *to = lane);
            let mut input = Input {
                seen: Observation::Lanes(LaneBytes { lanes, count: LANES }),
                starts: true,
                ends: true,
                offset: 0,
                at: None,
            };
            while let Some(received) = chain.receiver.next(&mut input) {
                chain.assembler.push(&received);
                while let Some(frame) = chain.assembler.take() {
                    assert_eq!((frame.frame().width, frame.frame().height), (200, ROWS.into()));
                    assert_ne!(frame.frame().pixels, csi2_analyzer::Pixels::Packed(&[]));
                    chain.assembler.give_back(frame);
                    taken += 1;
                }
            }
        }
        taken
    };
    let (first, rest) = frames.split_at(4);
    assert_eq!(run(first), 4);
    let mut taken = 0;
    let said = measure(|| taken = run(rest));
    assert_eq!((taken, said.count_total), (4, 0));
}
