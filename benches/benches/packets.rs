//! Headers, checksums and packets.

#![allow(missing_docs, clippy::expect_used)]

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use csi2_benches::noise;
use csi2_packet::{
    Bitwise, Bytewise, ChecksumVerdict, DataType, Depacketizer, EccVerdict, Folded, Framing, LongPacket, PacketEvent,
    PacketHeader, PayloadChecksum, ReceiverSettings, Sliced, VcExtension, VirtualChannel,
};

/// Payload of a RAW10 line of 4056 samples.
const LINE: usize = 5070;

fn headers(c: &mut Criterion) {
    const COUNT: u16 = 1024;
    let headers: Vec<[u8; 4]> = (0..COUNT)
        .map(|word| {
            let header = PacketHeader {
                channel: VirtualChannel::ZERO,
                data_type: DataType::RAW10,
                word,
            };
            header.encode()
        })
        .collect();
    // In the second set each header has one wrong bit.
    let broken: Vec<[u8; 4]> = (0..COUNT)
        .zip(&headers)
        .map(|(index, header)| (u32::from_le_bytes(*header) ^ 1 << (index % 24)).to_le_bytes())
        .collect();
    let words = |headers: &[[u8; 4]]| -> u32 {
        headers
            .iter()
            .map(|&wire| u32::from(PacketHeader::receive(wire, VcExtension::Extended).header.word))
            .sum()
    };
    assert_eq!(words(&headers), u32::from(COUNT) * (u32::from(COUNT) - 1) / 2);
    assert_eq!(words(&broken), words(&headers));
    let verdict = PacketHeader::receive(broken[5], VcExtension::Extended).ecc;
    assert_eq!(verdict, EccVerdict::Corrected { bit: 5 });

    let mut group = c.benchmark_group("header");
    group.throughput(Throughput::Bytes(4 * u64::from(COUNT)));
    group.bench_function("receive/clean/1024", |b| b.iter(|| words(black_box(&headers))));
    group.bench_function("receive/corrected/1024", |b| b.iter(|| words(black_box(&broken))));
    memcpy(&mut group, 4 * usize::from(COUNT));
}

fn checksums(c: &mut Criterion) {
    const PLAIN: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MCRF4XX);
    const SIXTEEN: crc::Crc<u16, crc::Table<16>> = crc::Crc::<u16, crc::Table<16>>::new(&crc::CRC_16_MCRF4XX);
    for length in [16, 64, LINE] {
        let bytes = noise(length);
        let expected = PLAIN.checksum(&bytes);
        let mut group = c.benchmark_group("checksum");
        group.throughput(Throughput::Bytes(length as u64));
        checksum::<Bitwise>(&mut group, "bitwise", &bytes, expected);
        checksum::<Bytewise>(&mut group, "bytewise", &bytes, expected);
        checksum::<Sliced>(&mut group, "sliced", &bytes, expected);
        checksum::<Folded>(&mut group, "folded", &bytes, expected);
        assert_eq!(csi2_packet::checksum(&bytes), expected);
        group.bench_function(format!("crc-default/{length}"), |b| {
            b.iter(|| PLAIN.checksum(black_box(&bytes)))
        });
        assert_eq!(SIXTEEN.checksum(&bytes), expected);
        group.bench_function(format!("crc-table16/{length}"), |b| {
            b.iter(|| SIXTEEN.checksum(black_box(&bytes)))
        });
        memcpy(&mut group, length);
    }
}

fn checksum<C: PayloadChecksum + Default>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    bytes: &[u8],
    expected: u16,
) {
    let mut sum = C::default();
    let mut run = |bytes: &[u8]| sum.of(bytes);
    assert_eq!(run(bytes), expected);
    group.bench_function(format!("{name}/{}", bytes.len()), |b| b.iter(|| run(black_box(bytes))));
}

fn depacketize(c: &mut Criterion) {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        word: LINE as u16,
    };
    let mut burst = vec![0; LINE + 6];
    LongPacket::emit(header, &noise(LINE), &mut burst).expect("the buffer is as long as the packet");
    let mut receiver: Depacketizer = Depacketizer::new(ReceiverSettings {
        vcx: VcExtension::Extended,
        framing: Framing::Bursts,
        trail_lanes: 4,
    });
    // Payload bytes, and packets whose checksum fits.
    let mut run = |burst: &[u8]| {
        let (mut at, mut payload, mut good) = (0, 0, 0);
        while at < burst.len() {
            let step = receiver.push(&burst[at..]);
            at += step.consumed;
            match step.event {
                Some(PacketEvent::Payload(bytes)) => payload += bytes.len(),
                Some(PacketEvent::LongEnd(ChecksumVerdict::Match)) => good += 1,
                _ => {}
            }
        }
        while receiver.end_of_burst().is_some() {}
        (payload, good)
    };
    assert_eq!(run(&burst), (LINE, 1));
    let mut group = c.benchmark_group("depacketize");
    group.throughput(Throughput::Bytes(burst.len() as u64));
    group.bench_function(format!("folded/{LINE}"), |b| b.iter(|| run(black_box(&burst))));
    memcpy(&mut group, burst.len());
}

fn memcpy(group: &mut BenchmarkGroup<'_, WallTime>, length: usize) {
    let (from, mut to) = (noise(length), vec![0; length]);
    group.bench_function(format!("memcpy/{length}"), |b| {
        b.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = headers, checksums, depacketize
}
criterion_main!(benches);
