//! The checksum kernel on every backend, beside the crates that have it.

#![allow(missing_docs)]

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use csi2_benches::noise;
use csi2_kernels::{Backend, checksum};

/// A few pixels, a short line, a RAW10 line of 4056 samples, the longest payload.
const LENGTHS: [usize; 5] = [16, 64, 256, 5070, 65_535];

const TABLE: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MCRF4XX);
const TABLE_16: crc::Crc<u16, crc::Table<16>> = crc::Crc::<u16, crc::Table<16>>::new(&crc::CRC_16_MCRF4XX);

/// By division, bit by bit.
fn divided(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| {
            sum >> 1 ^ if sum & 1 == 1 { 0x8408 } else { 0 }
        })
    })
}

fn checksums(c: &mut Criterion) {
    for length in LENGTHS {
        let bytes = noise(length);
        let mut group = c.benchmark_group("crc");
        group.throughput(Throughput::Bytes(length as u64));
        for backend in Backend::available() {
            time(&mut group, backend.name(), &bytes, |bytes| {
                checksum(backend, 0xFFFF, bytes)
            });
        }
        time(&mut group, "crc-default", &bytes, |bytes| TABLE.checksum(bytes));
        time(&mut group, "crc-table16", &bytes, |bytes| TABLE_16.checksum(bytes));
        time(&mut group, "crc-fast", &bytes, |bytes| {
            crc_fast::checksum(crc_fast::CrcAlgorithm::Crc16Mcrf4xx, bytes) as u16
        });
        let mut to = vec![0; length];
        group.bench_function(format!("memcpy/{length}"), |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(black_box(&bytes)));
        });
    }
}

fn time(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, bytes: &[u8], sum: impl Fn(&[u8]) -> u16) {
    assert_eq!(sum(bytes), divided(bytes), "{name}");
    group.bench_function(format!("{name}/{}", bytes.len()), |b| b.iter(|| sum(black_box(bytes))));
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = checksums
}
criterion_main!(benches);
