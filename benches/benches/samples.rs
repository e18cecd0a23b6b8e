//! Unpacking and packing of one line.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{fmt::Debug, hint::black_box, time::Duration};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use csi2_benches::{WIDTH, noise, sample};
use csi2_kernels::Backend;
use csi2_pixel::{CODECS, Codec, Kernels, Layout, Pack, Unpack};

/// Formats that have kernels of their own: YUV, RGB666 and RGB888 are packed like RAW.
fn codecs() -> impl Iterator<Item = &'static Codec> {
    let own = |codec: &&Codec| codec.layout == Layout::Single || ["RGB444", "RGB555", "RGB565"].contains(&codec.name);
    CODECS.iter().filter(own)
}

/// Payload of [`WIDTH`] samples, and the samples, bit by bit.
fn line(codec: &Codec) -> (Vec<u8>, Vec<u32>) {
    let packed = noise(WIDTH / codec.group.samples * codec.group.bytes);
    let raw = |bits: u8, index: usize| u32::from(sample(bits.into(), &packed, index));
    let colour = |index: usize, places: [u32; 3]| {
        let word = raw(16, index / 3).swap_bytes() >> 16;
        word >> places[index % 3] & ((1 << codec.depth[index % 3]) - 1)
    };
    let samples = (0..WIDTH).map(|index| match codec.name {
        "RGB444" => colour(index, [1, 7, 12]),
        "RGB555" => colour(index, [0, 6, 11]),
        "RGB565" => colour(index, [0, 5, 11]),
        // Two halves, the high one first.
        _ if codec.bits > 16 => raw(codec.bits / 2, 2 * index) << (codec.bits / 2) | raw(codec.bits / 2, 2 * index + 1),
        _ => raw(codec.bits, index),
    });
    let samples = samples.collect();
    (packed, samples)
}

fn unpack(c: &mut Criterion) {
    for codec in codecs() {
        let (packed, expected) = line(codec);
        let mut group = c.benchmark_group(format!("unpack/{}", codec.name.to_lowercase()));
        group.throughput(Throughput::Bytes(packed.len() as u64));
        match codec.kernels {
            Kernels::Narrow { unpack, .. } => time_unpack(&mut group, unpack, &packed, &expected),
            Kernels::Wide { unpack, .. } => time_unpack(&mut group, unpack, &packed, &expected),
        }
        if let Some(plain) = plain_unpack(codec) {
            let mut samples = vec![0; WIDTH];
            plain(&packed, &mut samples);
            assert!(samples.iter().copied().map(u32::from).eq(expected));
            group.bench_function(format!("plain/{WIDTH}px"), |b| {
                b.iter(|| plain(black_box(&packed), black_box(&mut samples)));
            });
        }
        time_copy(&mut group, codec, packed.len());
    }
}

fn pack(c: &mut Criterion) {
    for codec in codecs() {
        let (packed, samples) = line(codec);
        let mut group = c.benchmark_group(format!("pack/{}", codec.name.to_lowercase()));
        group.throughput(Throughput::Bytes(packed.len() as u64));
        match codec.kernels {
            Kernels::Narrow { unpack, pack, .. } => time_pack(&mut group, (unpack, pack), &packed, &samples),
            Kernels::Wide { unpack, pack } => time_pack(&mut group, (unpack, pack), &packed, &samples),
        }
        time_copy(&mut group, codec, packed.len());
    }
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn time_unpack<S>(group: &mut Group<'_>, unpack: Unpack<S>, packed: &[u8], expected: &[u32])
where
    S: Copy + Default + Into<u32>,
{
    for backend in Backend::available() {
        let mut samples = vec![S::default(); WIDTH];
        assert_eq!(unpack(backend, packed, &mut samples), (packed.len(), WIDTH));
        assert!(samples.iter().copied().map(Into::into).eq(expected.iter().copied()));
        group.bench_function(format!("{}/{WIDTH}px", backend.name()), |b| {
            b.iter(|| unpack(backend, black_box(packed), black_box(&mut samples)));
        });
    }
}

/// Payloads without padding come back as they were; of the others, their samples.
fn time_pack<S>(group: &mut Group<'_>, (unpack, pack): (Unpack<S>, Pack<S>), expected: &[u8], samples: &[u32])
where
    S: Copy + Default + Debug + PartialEq + TryFrom<u32, Error: Debug>,
{
    let samples: Vec<S> = samples.iter().map(|&sample| S::try_from(sample).unwrap()).collect();
    for backend in Backend::available() {
        let mut packed = vec![0; expected.len()];
        let mut back = vec![S::default(); WIDTH];
        assert_eq!(pack(backend, &samples, &mut packed), (WIDTH, expected.len()));
        unpack(backend, &packed, &mut back);
        assert_eq!(back, samples);
        group.bench_function(format!("{}/{WIDTH}px", backend.name()), |b| {
            b.iter(|| pack(backend, black_box(&samples), black_box(&mut packed)));
        });
    }
}

fn time_copy(group: &mut Group<'_>, codec: &Codec, length: usize) {
    let sample = if codec.bits > 16 { 4 } else { 2 };
    let traffic = (length + sample * WIDTH) / 2;
    let (from, mut to) = (noise(traffic), vec![0; traffic]);
    group.bench_function(format!("memcpy/{WIDTH}px"), |b| {
        b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
    });
}

type Plain = fn(&[u8], &mut [u16]);

/// The loop that everyone writes first.
fn plain_unpack(codec: &Codec) -> Option<Plain> {
    match codec.name {
        "RAW10" => Some(|packed, samples| {
            for (bytes, out) in packed.chunks_exact(5).zip(samples.chunks_exact_mut(4)) {
                for (k, sample) in out.iter_mut().enumerate() {
                    *sample = u16::from(bytes[k]) << 2 | u16::from(bytes[4] >> (2 * k) & 3);
                }
            }
        }),
        "RAW12" => Some(|packed, samples| {
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
