//! The whole path: bytes of four lanes to frames of samples.

#![allow(missing_docs, clippy::expect_used)]

use std::{convert::Infallible, hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use csi2_analyzer::{
    AssemblerSettings, Entry, FrameAssembler, Input, Keep, Limits, LinkEvent, Pixels, Received, Receiver,
    ReceiverConfig, StreamFilter,
};
use csi2_benches::{HEIGHT, WIDTH, noise};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation};
use csi2_generator::{EncodeSettings, Encoder, Image, Scene, TransmitLayer, TransmitSettings, Transmitter};
use csi2_kernels::Backend;
use csi2_packet::{DataType, LineNumbering, PacketEvent, VirtualChannel};
use csi2_pixel::{Codecs, Samples};

const LANES: usize = 4;

/// A burst: the bytes of each lane.
type Burst = [Vec<u8>; LANES];

/// The frame on the link.
fn bursts(samples: &[u16]) -> Vec<Burst> {
    let mut encoder = Encoder::new(EncodeSettings {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        codecs: Codecs::STANDARD,
        numbering: LineNumbering::None,
        first_frame: 1,
    });
    let mut link = Transmitter::new(TransmitSettings::new(TransmitLayer::Lanes, LANES, 2_100_000_000));
    let mut bursts = Vec::new();
    let image = Image {
        width: WIDTH,
        height: HEIGHT,
        samples: Samples::Narrow(samples),
    };
    let sent = encoder.frame(&image, &mut |packet| {
        link.burst(packet, &mut |piece| {
            if let Observation::Lanes(lanes) = piece.seen {
                bursts.push(core::array::from_fn(|lane| lanes.lanes[lane].to_vec()));
            }
            Ok::<_, Infallible>(())
        })
    });
    sent.expect("the scene fits RAW10");
    bursts
}

/// Sends all bursts through `receiver`.
fn receive(receiver: &mut Receiver, bursts: &[Burst], mut each: impl FnMut(&Received<'_>)) {
    for burst in bursts {
        let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        lanes.iter_mut().zip(burst).for_each(|(lane, bytes)| *lane = bytes);
        let mut input = Input {
            seen: Observation::Lanes(LaneBytes { lanes, count: LANES }),
            starts: true,
            ends: true,
            offset: 0,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            each(&received);
        }
    }
}

fn path(c: &mut Criterion) {
    let scene = Scene {
        width: WIDTH,
        height: HEIGHT,
        bits: 10,
        frame: 0,
    };
    let samples = scene.samples();
    let bursts = bursts(&samples);
    let length: usize = bursts.iter().flatten().map(Vec::len).sum();
    let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Lanes {
        count: LANES,
        framed: true,
    }));

    let mut group = c.benchmark_group("path/lanes4");
    group.throughput(Throughput::Bytes(length as u64));
    group.sample_size(10);
    for backend in Backend::available() {
        let mut assembler = FrameAssembler::new(AssemblerSettings {
            keep: Keep::Samples,
            limits: Limits::default(),
            backend,
            streams: StreamFilter::default(),
            codecs: Codecs::STANDARD,
        });
        // Frames, each handed over where it lies.
        let mut run = |check: &mut dyn FnMut(&[u16])| {
            let mut frames = 0;
            receive(&mut receiver, black_box(&bursts), |received| {
                assembler.push(received);
                while let Some(frame) = assembler.poll() {
                    if let (true, Pixels::Samples(Samples::Narrow(samples))) = (frame.complete, frame.pixels) {
                        check(samples);
                        frames += 1;
                    }
                }
            });
            frames
        };
        assert_eq!(run(&mut |frame| assert!(frame == samples)), 1);
        group.bench_function(format!("frame/{}/{WIDTH}x{HEIGHT}", backend.name()), |b| {
            b.iter(|| {
                run(&mut |frame| {
                    black_box(frame);
                })
            });
        });
    }
    let mut payload = 0;
    receive(&mut receiver, &bursts, |received| {
        if let LinkEvent::Packet(PacketEvent::Payload(bytes)) = received.event {
            payload += bytes.len();
        }
    });
    assert_eq!(payload, WIDTH / 4 * 5 * HEIGHT);
    group.bench_function(format!("receive/{WIDTH}x{HEIGHT}"), |b| {
        b.iter(|| {
            let mut events = 0_u64;
            receive(&mut receiver, black_box(&bursts), |_| events += 1);
            events
        });
    });
    let traffic = (length + 2 * samples.len()) / 2;
    let (from, mut to) = (noise(traffic), vec![0; traffic]);
    group.bench_function(format!("memcpy/{WIDTH}x{HEIGHT}"), |b| {
        b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = path
}
criterion_main!(benches);
