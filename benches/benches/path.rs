//! The whole path, on every backend: bytes or samples of four lanes to verdicts, and to frames of samples.

#![allow(missing_docs, clippy::expect_used)]

use std::{convert::Infallible, hint::black_box, time::Duration};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use csi2_analyzer::{
    AssemblerSettings, Entry, FrameAssembler, Input, Keep, Limits, LinkEvent, Pixels, Received, Receiver,
    ReceiverConfig, StreamFilter,
};
use csi2_benches::{HEIGHT, WIDTH, noise};
use csi2_dphy::{
    LaneBytes, LanePins, MAX_LANES, Observation, PinMap, TransmitTiming, UnitInterval, WaveformSettings, Wire,
};
use csi2_generator::{EncodeSettings, Encoder, Image, Piece, Scene, TransmitLayer, TransmitSettings, Transmitter};
use csi2_kernels::Backend;
use csi2_packet::{ChecksumVerdict, DataType, EccVerdict, LineNumbering, PacketEvent, VirtualChannel};
use csi2_pixel::{Codecs, Samples};

const LANES: usize = 4;
const RATE: u64 = 2_100_000_000;
/// Samples of wires that a capture reader hands over at once.
const CHUNK: usize = 256 << 10;

/// A frame as a capture has it.
enum Capture {
    /// Bursts: the bytes of each lane.
    Lanes(Vec<[Vec<u8>; LANES]>),
    /// One sample a bit, bit k is lane k.
    Samples(Vec<u8>),
}

impl Capture {
    fn lanes(samples: &[u16]) -> Self {
        let mut bursts = Vec::new();
        send(samples, TransmitLayer::Lanes, &mut |piece| {
            if let Observation::Lanes(lanes) = piece.seen {
                bursts.push(core::array::from_fn(|lane| lanes.lanes[lane].to_vec()));
            }
            Ok(())
        });
        Self::Lanes(bursts)
    }

    fn samples(samples: &[u16]) -> Self {
        let waveform = WaveformSettings::new(LANES, UnitInterval::whole(1), TransmitTiming::for_rate(RATE));
        let mut wires = Vec::new();
        send(samples, TransmitLayer::Pins(waveform), &mut |piece| {
            if let Observation::Samples(samples) = piece.seen {
                wires.extend_from_slice(samples.bytes);
            }
            Ok(())
        });
        Self::Samples(wires)
    }

    fn entry(&self) -> Entry {
        match self {
            Self::Lanes(_) => Entry::Lanes {
                count: LANES,
                framed: true,
            },
            Self::Samples(_) => {
                let mut map = PinMap {
                    count: LANES,
                    ..PinMap::default()
                };
                for (lane, channel) in map.lanes.iter_mut().take(LANES).zip(0..) {
                    let wire = Wire { channel, invert: false };
                    *lane = LanePins {
                        p: Some(wire),
                        ..LanePins::default()
                    };
                }
                Entry::pins(map)
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Lanes(bursts) => bursts.iter().flatten().map(Vec::len).sum(),
            Self::Samples(samples) => samples.len(),
        }
    }

    /// Sends the frame through `receiver`. `first`: samples sent before.
    fn receive(&self, receiver: &mut Receiver, first: &mut u64, mut each: impl FnMut(&Received<'_>)) {
        let mut run = |seen, whole, offset| {
            let mut input = Input {
                seen,
                starts: whole,
                ends: whole,
                offset,
                at: None,
            };
            while let Some(received) = receiver.next(&mut input) {
                each(&received);
            }
        };
        match self {
            Self::Lanes(bursts) => {
                for burst in black_box(bursts) {
                    let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
                    lanes.iter_mut().zip(burst).for_each(|(lane, bytes)| *lane = bytes);
                    run(Observation::Lanes(LaneBytes { lanes, count: LANES }), true, 0);
                }
            }
            Self::Samples(samples) => {
                for bytes in black_box(samples).chunks(CHUNK) {
                    let first_of_chunk = *first;
                    *first += bytes.len() as u64;
                    let seen = csi2_dphy::Samples {
                        first: first_of_chunk,
                        unit: 1,
                        bytes,
                    };
                    run(Observation::Samples(seen), false, first_of_chunk);
                }
            }
        }
    }
}

fn send(samples: &[u16], layer: TransmitLayer, out: &mut dyn FnMut(Piece<'_>) -> Result<(), Infallible>) {
    let mut encoder = Encoder::new(EncodeSettings {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        codecs: Codecs::STANDARD,
        numbering: LineNumbering::None,
        first_frame: 1,
    });
    let mut link = Transmitter::new(TransmitSettings::new(layer, LANES, RATE));
    let image = Image {
        width: WIDTH,
        height: HEIGHT,
        samples: Samples::Narrow(samples),
    };
    let sent = encoder.frame(&image, &mut |packet| link.burst(packet, out));
    sent.expect("the scene fits RAW10");
    let Ok(()) = link.finish(out);
}

fn path(c: &mut Criterion) {
    let scene = Scene {
        width: WIDTH,
        height: HEIGHT,
        bits: 10,
        frame: 0,
    };
    let samples = scene.samples();
    for (name, capture) in [
        ("lanes4", Capture::lanes(&samples)),
        ("samples4", Capture::samples(&samples)),
    ] {
        let mut group = c.benchmark_group(format!("path/{name}"));
        group.throughput(Throughput::Bytes(capture.len() as u64));
        group.sample_size(10);
        for backend in Backend::available() {
            check(&mut group, backend, &capture);
            frame(&mut group, backend, &capture, &samples);
        }
        let traffic = usize::midpoint(capture.len(), 2 * samples.len());
        let (from, mut to) = (noise(traffic), vec![0; traffic]);
        group.bench_function(format!("memcpy/{WIDTH}x{HEIGHT}"), |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
        });
    }
}

fn receiver(backend: Backend, capture: &Capture) -> Receiver {
    Receiver::new(ReceiverConfig {
        backend,
        ..ReceiverConfig::new(capture.entry())
    })
}

/// Clean headers, and payloads whose checksum matches.
fn check(group: &mut BenchmarkGroup<'_, WallTime>, backend: Backend, capture: &Capture) {
    let (mut receiver, mut first) = (receiver(backend, capture), 0);
    let mut run = || {
        let (mut headers, mut payloads) = (0, 0);
        capture.receive(&mut receiver, &mut first, |received| match received.event {
            LinkEvent::Packet(PacketEvent::Short(header) | PacketEvent::LongStart(header)) => {
                headers += usize::from(header.ecc == EccVerdict::Clean);
            }
            LinkEvent::Packet(PacketEvent::LongEnd(verdict)) => {
                payloads += usize::from(verdict == ChecksumVerdict::Match);
            }
            _ => {}
        });
        (headers, payloads)
    };
    assert_eq!(run(), (HEIGHT + 2, HEIGHT), "{backend:?}");
    group.bench_function(format!("check/{}/{WIDTH}x{HEIGHT}", backend.name()), |b| {
        b.iter(&mut run)
    });
}

/// A frame, handed over where it lies.
fn frame(group: &mut BenchmarkGroup<'_, WallTime>, backend: Backend, capture: &Capture, samples: &[u16]) {
    let (mut receiver, mut first) = (receiver(backend, capture), 0);
    let mut assembler = FrameAssembler::new(AssemblerSettings {
        keep: Keep::Samples,
        limits: Limits::default(),
        backend,
        streams: StreamFilter::default(),
        codecs: Codecs::STANDARD,
    });
    let mut run = |each: &mut dyn FnMut(&[u16])| {
        let mut frames = 0;
        capture.receive(&mut receiver, &mut first, |received| {
            assembler.push(received);
            while let Some(frame) = assembler.poll() {
                if let (true, Pixels::Samples(Samples::Narrow(samples))) = (frame.complete, frame.pixels) {
                    each(samples);
                    frames += 1;
                }
            }
        });
        frames
    };
    // The second frame is written as all after it: its size is known.
    for _ in 0..2 {
        assert_eq!(run(&mut |frame| assert!(frame == samples, "{backend:?}")), 1);
    }
    group.bench_function(format!("frame/{}/{WIDTH}x{HEIGHT}", backend.name()), |b| {
        b.iter(|| {
            run(&mut |frame| {
                black_box(frame);
            })
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = path
}
criterion_main!(benches);
