//! Unpacking and packing of one line.

#![allow(missing_docs)]

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use csi2_benches::{WIDTH, noise, sample};
use csi2_kernels::Backend;
use csi2_pixel::CODECS;

fn unpack(c: &mut Criterion) {
    for codec in CODECS {
        let length = WIDTH / codec.group.samples * codec.group.bytes;
        let packed = noise(length);
        let expected: Vec<u16> = (0..WIDTH)
            .map(|index| sample(codec.bits.into(), &packed, index))
            .collect();
        let mut samples = vec![0; WIDTH];
        let mut group = c.benchmark_group(format!("unpack/raw{}", codec.bits));
        group.throughput(Throughput::Bytes(length as u64));
        for &backend in Backend::available() {
            samples.fill(0);
            assert_eq!((codec.unpack)(backend, &packed, &mut samples), (length, WIDTH));
            assert_eq!(samples, expected);
            group.bench_function(format!("{}/{WIDTH}px", backend.name()), |b| {
                b.iter(|| (codec.unpack)(backend, black_box(&packed), black_box(&mut samples)));
            });
        }
        if let Some(plain) = plain_unpack(codec.bits) {
            samples.fill(0);
            plain(&packed, &mut samples);
            assert_eq!(samples, expected);
            group.bench_function(format!("plain/{WIDTH}px"), |b| {
                b.iter(|| plain(black_box(&packed), black_box(&mut samples)));
            });
        }
        let traffic = (length + 2 * WIDTH) / 2;
        let (from, mut to) = (noise(traffic), vec![0; traffic]);
        group.bench_function(format!("memcpy/{WIDTH}px"), |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
        });
    }
}

fn pack(c: &mut Criterion) {
    for codec in CODECS {
        let length = WIDTH / codec.group.samples * codec.group.bytes;
        let expected = noise(length);
        let samples: Vec<u16> = (0..WIDTH)
            .map(|index| sample(codec.bits.into(), &expected, index))
            .collect();
        let mut packed = vec![0; length];
        let mut group = c.benchmark_group(format!("pack/raw{}", codec.bits));
        group.throughput(Throughput::Bytes(length as u64));
        for &backend in Backend::available() {
            packed.fill(0);
            assert_eq!((codec.pack)(backend, &samples, &mut packed), (WIDTH, length));
            assert_eq!(packed, expected);
            group.bench_function(format!("{}/{WIDTH}px", backend.name()), |b| {
                b.iter(|| (codec.pack)(backend, black_box(&samples), black_box(&mut packed)));
            });
        }
        let traffic = (length + 2 * WIDTH) / 2;
        let (from, mut to) = (noise(traffic), vec![0; traffic]);
        group.bench_function(format!("memcpy/{WIDTH}px"), |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
        });
    }
}

type Plain = fn(&[u8], &mut [u16]);

/// The loop that everyone writes first.
fn plain_unpack(bits: u8) -> Option<Plain> {
    match bits {
        10 => Some(|packed, samples| {
            for (bytes, out) in packed.chunks_exact(5).zip(samples.chunks_exact_mut(4)) {
                for (k, sample) in out.iter_mut().enumerate() {
                    *sample = u16::from(bytes[k]) << 2 | u16::from(bytes[4] >> (2 * k) & 3);
                }
            }
        }),
        12 => Some(|packed, samples| {
            for (bytes, out) in packed.chunks_exact(3).zip(samples.chunks_exact_mut(2)) {
                out[0] = u16::from(bytes[0]) << 4 | u16::from(bytes[2] & 15);
                out[1] = u16::from(bytes[1]) << 4 | u16::from(bytes[2] >> 4);
            }
        }),
        _ => None,
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = unpack, pack
}
criterion_main!(benches);
