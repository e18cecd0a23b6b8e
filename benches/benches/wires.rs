//! Samples of wires: to lane bytes, to one sample a bit, clock edges, and the search for sync bytes.

#![allow(missing_docs)]

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use csi2_benches::noise;
use csi2_kernels::{Backend, Tap, clock_edges, clocked_samples, find_sync, sample_bytes};

/// Samples of each benchmark: a little more than a RAW10 line on four lanes has.
const SAMPLES: usize = 16 << 10;
/// The clock's bit of a sample.
const CLOCK: u32 = 4;

fn lane_bytes(c: &mut Criterion) {
    for (lanes, late) in [(1, 0), (2, 0), (4, 0), (4, 3), (8, 0)] {
        let samples = noise(SAMPLES);
        // Lane k is late by that many samples, k times.
        let taps: Vec<Tap> = (0..lanes)
            .map(|lane| Tap {
                bit: lane as u8,
                inverted: lane == 1,
                skip: late * lane,
            })
            .collect();
        let rows = (SAMPLES - late * (lanes - 1)) / 8;
        let mut bytes = vec![0; rows * lanes];
        let mut group = group(c, format!("samples{lanes}{}", if late > 0 { "-skewed" } else { "" }));
        for backend in Backend::available() {
            bytes.fill(0);
            assert_eq!(sample_bytes(backend, &samples, 1, &taps, &mut bytes), rows);
            for (at, byte) in bytes.iter().enumerate() {
                let (row, lane) = (at / lanes, at % lanes);
                let level = |k: usize| samples[late * lane + 8 * row + k] >> lane & 1;
                let bits = (0..8).fold(0, |bits, k| bits | (level(k) ^ u8::from(lane == 1)) << k);
                assert_eq!(*byte, bits, "{backend:?} {at}");
            }
            group.bench_function(format!("{}/{SAMPLES}", backend.name()), |b| {
                b.iter(|| sample_bytes(backend, black_box(&samples), 1, &taps, black_box(&mut bytes)));
            });
        }
        time_copy(&mut group, &samples);
    }
}

/// Four samples a bit: the clock changes in the middle of each.
fn oversampled() -> Vec<u8> {
    let sample = |(at, byte): (usize, u8)| byte & 15 | (((at + 2) / 4 % 2) as u8) << CLOCK;
    noise(SAMPLES).into_iter().enumerate().map(sample).collect()
}

fn clocked(c: &mut Criterion) {
    let samples = oversampled();
    let edges = samples.windows(2).filter(|pair| (pair[0] ^ pair[1]) >> CLOCK & 1 == 1);
    let expected: Vec<u8> = edges.map(|pair| pair[0]).collect();
    let mut kept = vec![0; expected.len()];
    let mut group = group(c, "clocked4x".to_owned());
    for backend in Backend::available() {
        kept.fill(0);
        let done = clocked_samples(backend, &samples, CLOCK, 0, &mut kept);
        assert_eq!((done.1, &kept), (expected.len(), &expected), "{backend:?}");
        group.bench_function(format!("{}/{SAMPLES}", backend.name()), |b| {
            b.iter(|| clocked_samples(backend, black_box(&samples), CLOCK, 0, black_box(&mut kept)));
        });
    }
    time_copy(&mut group, &samples);
}

fn edges(c: &mut Criterion) {
    for unit in [1, 2] {
        let samples = oversampled();
        let samples: Vec<u8> = samples
            .iter()
            .flat_map(|&sample| [sample, !sample].into_iter().take(unit))
            .collect();
        let expected: Vec<u32> = (2..SAMPLES as u32).step_by(4).collect();
        let mut edges = vec![0; expected.len()];
        let mut group = group(c, format!("edges4x/{}wires", 8 * unit));
        for backend in Backend::available() {
            let found = clock_edges(backend, &samples, unit, CLOCK, false, &mut edges);
            assert_eq!((found, &edges), ((SAMPLES, expected.len()), &expected), "{backend:?}");
            group.bench_function(format!("{}/{SAMPLES}", backend.name()), |b| {
                b.iter(|| clock_edges(backend, black_box(&samples), unit, CLOCK, false, black_box(&mut edges)));
            });
        }
        time_copy(&mut group, &samples);
    }
}

/// A sync byte at the end of wires that are low.
fn sync(c: &mut Criterion) {
    let mut samples = vec![0; SAMPLES];
    for (sample, level) in samples[SAMPLES - 8..].iter_mut().zip([0, 0, 0, 1, 1, 1, 0, 1]) {
        *sample = 15 * level;
    }
    let mut group = group(c, "sync4".to_owned());
    for backend in Backend::available() {
        assert_eq!(
            find_sync(backend, &samples, 15, 0),
            Some((SAMPLES - 8, 15)),
            "{backend:?}"
        );
        group.bench_function(format!("{}/{SAMPLES}", backend.name()), |b| {
            b.iter(|| find_sync(backend, black_box(&samples), 15, 0));
        });
    }
    time_copy(&mut group, &samples);
}

fn group(c: &mut Criterion, name: String) -> BenchmarkGroup<'_, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(SAMPLES as u64));
    group
}

fn time_copy(group: &mut BenchmarkGroup<'_, WallTime>, samples: &[u8]) {
    let mut to = vec![0; samples.len()];
    group.bench_function(format!("memcpy/{SAMPLES}"), |b| {
        b.iter(|| black_box(&mut to).copy_from_slice(black_box(samples)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = lane_bytes, clocked, edges, sync
}
criterion_main!(benches);
