//! Lane merging and distribution.

#![allow(missing_docs)]

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use csi2_benches::noise;
use csi2_kernels::{Backend, deinterleave, interleave};

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
    for count in [2, 3, 4, 8] {
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

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = merge, distribute
}
criterion_main!(benches);
