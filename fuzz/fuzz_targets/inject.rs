//! Bursts of any bytes, or the packets of pictures, with faults of any kind at any rate:
//!
//! - the same seed makes the same bursts and the same log, and without an order nothing changes;
//! - no more is hit than can be hit, and every fault is in the log;
//! - the judge takes any bytes;
//! - of pictures, it expects what the analyzer finds, code by code.
#![no_main]

use std::collections::BTreeMap;
use std::convert::Infallible;

use arbitrary::Arbitrary;
use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Input, Receiver, ReceiverConfig};
use csi2_dphy::Observation;
use csi2_generator::{
    Chance, FAULTS, FaultLayer, InjectSettings, Injector, Judge, JudgeSettings, Order, Parameters, Sent,
};
use csi2_packet::{DataType, LongPacket, PacketHeader, VirtualChannel};

#[derive(Arbitrary, Debug)]
struct Test {
    seed: u64,
    orders: Vec<Wanted>,
    stream: Stream,
}

#[derive(Arbitrary, Debug)]
struct Wanted {
    kind: u8,
    often: u16,
    at: Option<Vec<u8>>,
    parameters: [u16; 2],
}

#[derive(Arbitrary, Debug)]
enum Stream {
    Bytes(Vec<Vec<u8>>),
    Pictures { cameras: Vec<Camera>, frames: u8 },
}

/// A camera keeps its mode, and numbers its frames and perhaps its rows.
#[derive(Arbitrary, Debug)]
struct Camera {
    data_type: u8,
    rows: u8,
    groups: u8,
    numbered: bool,
}

libfuzzer_sys::fuzz_target!(|test: Test| {
    let bursts = match &test.stream {
        // Nothing is no burst.
        Stream::Bytes(bursts) => bursts
            .iter()
            .filter(|burst| !burst.is_empty())
            .take(64)
            .cloned()
            .collect(),
        Stream::Pictures { cameras, frames } => pictures(cameras, *frames % 6 + 1),
    };
    let clean = inject(&test, &bursts, false);
    assert_eq!(clean.0, bursts);
    let (sent, log, expected) = inject(&test, &bursts, true);
    assert_eq!(
        inject(&test, &bursts, true),
        (sent.clone(), log.clone(), expected.clone()),
        "not the same again"
    );

    // What is judged by whole headers of any content: no panic, whatever comes.
    let bytes: Vec<u8> = sent.concat();
    let mut judge = Judge::new(JudgeSettings::default());
    bytes.chunks(7).for_each(|piece| judge.burst(piece));
    judge.lost_burst();
    judge.finish();

    if matches!(test.stream, Stream::Pictures { .. }) {
        assert_eq!(found(&sent), expected, "{log:#?}");
    }
});

type Counts = BTreeMap<&'static str, u64>;

/// What is sent, the log, and what a receiver must say.
fn inject(test: &Test, bursts: &[Vec<u8>], with: bool) -> (Vec<Vec<u8>>, Vec<String>, Counts) {
    let mut injector = Injector::new(InjectSettings {
        seed: test.seed,
        link: None,
    });
    let orders = if with {
        &test.orders[..test.orders.len().min(4)]
    } else {
        &[]
    };
    orders.iter().for_each(|wanted| injector.order(wanted.order()));
    let mut judge = Judge::new(JudgeSettings::default());
    let mut sent = Vec::new();
    let mut take = |burst: Sent<'_>| -> Result<(), Infallible> {
        judge.sent(&burst);
        sent.push(burst.bytes.to_vec());
        Ok(())
    };
    for bytes in bursts {
        let Ok(()) = injector.burst(
            Sent {
                bytes,
                ..Sent::default()
            },
            &mut take,
        );
    }
    let Ok(()) = injector.finish(&mut take);
    let mut log = Vec::new();
    while let Some(record) = injector.poll() {
        assert_eq!(record.index, log.len() as u64);
        log.push(format!("{record:?}"));
    }
    let made: u64 = (0..orders.len()).map(|index| injector.injected(index)).sum();
    assert_eq!(made, log.len() as u64);
    assert!((0..orders.len()).all(|index| injector.injected(index) <= injector.eligible(index)));
    let verdict = judge.finish();
    let counts: Counts = verdict
        .findings()
        .iter()
        .map(|finding| (finding.code, finding.count))
        .collect();
    assert!(counts.values().all(|count| *count > 0));
    (sent, log, counts)
}

impl Wanted {
    fn order(&self) -> Order {
        // Faults of lanes have targets of their own: see `wires`.
        let rows = || FAULTS.iter().filter(|row| row.layer == FaultLayer::Packet);
        let row = rows().nth(usize::from(self.kind) % rows().count()).expect("a row");
        let mut parameters = Parameters::none();
        for (parameter, value) in row.parameters.iter().zip(self.parameters) {
            // One out of range is refused, and then drawn.
            let _ = parameters.set(row, parameter.name, value.into());
        }
        let chance = match &self.at {
            Some(places) => {
                let mut places: Vec<u64> = places.iter().map(|place| u64::from(*place)).collect();
                places.sort_unstable();
                places.dedup();
                Chance::At(places)
            }
            None => Chance::Each(u64::from(self.often) << 16),
        };
        Order {
            row,
            parameters,
            chance,
        }
    }
}

/// Frames of all cameras in turn, a packet a burst.
fn pictures(cameras: &[Camera], frames: u8) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for frame in 0..frames {
        for (number, camera) in (0..4).zip(cameras) {
            camera.frame(number, frame, &mut all);
        }
    }
    all
}

impl Camera {
    fn frame(&self, number: u8, frame: u8, all: &mut Vec<Vec<u8>>) {
        let channel = VirtualChannel::new(number).expect("a channel");
        let types = [DataType::RAW8, DataType::RAW10, DataType::RAW12, DataType::YUV422_8];
        let data_type = types[usize::from(self.data_type) % types.len()];
        let bytes = (usize::from(self.groups % 8) + 1) * 60;
        let short = |kind, word| {
            let data_type = DataType::from_bits(kind);
            PacketHeader {
                channel,
                data_type,
                word,
            }
            .encode()
            .to_vec()
        };
        all.push(short(0, u16::from(frame) + 1));
        for row in 0..u16::from(self.rows % 12) + 2 {
            let payload: Vec<u8> = (0..bytes)
                .map(|at| (at * 7) as u8 ^ (row as u8).wrapping_mul(31) ^ frame)
                .collect();
            let mut packet = vec![0; bytes + 6];
            let header = PacketHeader {
                channel,
                data_type,
                word: bytes as u16,
            };
            LongPacket::emit(header, &payload, &mut packet).expect("a packet");
            all.extend(self.numbered.then(|| short(2, row + 1)));
            all.push(packet);
            all.extend(self.numbered.then(|| short(3, row + 1)));
        }
        all.push(short(1, u16::from(frame) + 1));
    }
}

/// What our receiver finds, by code.
fn found(sent: &[Vec<u8>]) -> Counts {
    let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Packets { framed: true }));
    let mut analyzer = Analyzer::new(AnalyzerSettings::default());
    let mut counts = Counts::new();
    let mut count = |analyzer: &mut Analyzer| {
        while let Some(finding) = analyzer.poll() {
            *counts.entry(finding.code.name()).or_default() += 1;
        }
    };
    let mut offset = 0;
    for burst in sent.iter().filter(|burst| !burst.is_empty()) {
        let seen = Observation::Merged(burst);
        let mut input = Input {
            seen,
            starts: true,
            ends: true,
            offset,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            analyzer.push(&received);
            count(&mut analyzer);
        }
        offset += burst.len() as u64;
    }
    while let Some(received) = receiver.finish() {
        analyzer.push(&received);
        count(&mut analyzer);
    }
    analyzer.finish();
    count(&mut analyzer);
    counts
}
