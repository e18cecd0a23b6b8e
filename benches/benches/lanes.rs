//! Lane merging and distribution, and clock edges of sampled pins.

#![allow(missing_docs)]

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use csi2_benches::noise;
use csi2_kernels::{Backend, clock_edges, deinterleave, interleave};

/// A RAW10 line of 4056 samples with header and footer, rounded up to whole rows of 8 lanes.
const BURST: usize = 5080;

fn merge(c: &mut Criterion) {
    for count in [1, 2, 3, 4, 8] {
        let rows = BURST / count;
        let length = rows * count;
        let lanes: Vec<Vec<u8>> = (0..count).map(|lane| noise(rows + lane).split_off(lane)).collect();
        let lanes: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
        let mut burst = vec![0; length];
        let mut group = c.benchmark_group(format!("merge{count}"));
        group.throughput(Throughput::Bytes(length as u64));
        for backend in Backend::available() {
            burst.fill(0);
            assert_eq!(interleave(backend, &lanes, &mut burst), rows);
            assert!((0..length).all(|i| burst[i] == lanes[i % count][i / count]));
            group.bench_function(format!("{}/{length}", backend.name()), |b| {
                b.iter(|| interleave(backend, black_box(&lanes), black_box(&mut burst)));
            });
        }
        let from = noise(length);
        group.bench_function(format!("memcpy/{length}"), |b| {
            b.iter(|| black_box(&mut burst).copy_from_slice(black_box(&from)));
        });
    }
}

fn distribute(c: &mut Criterion) {
    for count in [2, 4] {
        let rows = BURST / count;
        let length = rows * count;
        let burst = noise(length);
        let mut lanes = vec![vec![0; rows]; count];
        let mut group = c.benchmark_group(format!("distribute{count}"));
        group.throughput(Throughput::Bytes(length as u64));
        for backend in Backend::available() {
            let mut slices: Vec<&mut [u8]> = lanes.iter_mut().map(Vec::as_mut_slice).collect();
            assert_eq!(deinterleave(backend, &burst, &mut slices), rows);
            assert!((0..length).all(|i| burst[i] == slices[i % count][i / count]));
            group.bench_function(format!("{}/{length}", backend.name()), |b| {
                b.iter(|| deinterleave(backend, black_box(&burst), black_box(&mut slices)));
            });
        }
        let mut to = vec![0; length];
        group.bench_function(format!("memcpy/{length}"), |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&burst)));
        });
    }
}

/// Four samples a bit: the clock changes every fourth sample.
fn edges(c: &mut Criterion) {
    const SAMPLES: usize = 16 << 10;
    for unit in [1, 2] {
        let mut samples = noise(SAMPLES * unit);
        for (index, sample) in samples.chunks_mut(unit).enumerate() {
            sample[0] = sample[0] & !1 | (index / 4 % 2) as u8;
        }
        let mut edges = vec![0; SAMPLES / 4];
        let mut group = c.benchmark_group(format!("edges4x/{}wires", 8 * unit));
        group.throughput(Throughput::Elements(SAMPLES as u64));
        for backend in Backend::available() {
            let found = clock_edges(backend, &samples, unit, 0, true, &mut edges);
            assert_eq!(found, (SAMPLES, SAMPLES / 4));
            assert!(
                edges
                    .iter()
                    .zip((0..).step_by(4))
                    .all(|(&edge, expected)| edge == expected)
            );
            group.bench_function(format!("{}/16384", backend.name()), |b| {
                b.iter(|| clock_edges(backend, black_box(&samples), unit, 0, true, black_box(&mut edges)));
            });
        }
        let mut to = vec![0; samples.len()];
        group.bench_function("memcpy/16384", |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&samples)));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = merge, distribute, edges
}
criterion_main!(benches);
