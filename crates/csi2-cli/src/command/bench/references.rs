//! What everyone writes first, built for the baseline CPU; and the fastest ways to read and to copy.

use csi2_kernels::{Backend, Stores};

#[inline(never)]
pub(super) fn unpack_raw8(packed: &[u8], samples: &mut [u16]) {
    for (byte, sample) in packed.iter().zip(samples) {
        *sample = u16::from(*byte);
    }
}

#[inline(never)]
pub(super) fn unpack_raw10(packed: &[u8], samples: &mut [u16]) {
    for (bytes, out) in packed.chunks_exact(5).zip(samples.chunks_exact_mut(4)) {
        for (k, sample) in out.iter_mut().enumerate() {
            *sample = u16::from(bytes[k]) << 2 | u16::from(bytes[4] >> (2 * k) & 3);
        }
    }
}

#[inline(never)]
pub(super) fn unpack_raw12(packed: &[u8], samples: &mut [u16]) {
    for (bytes, out) in packed.chunks_exact(3).zip(samples.chunks_exact_mut(2)) {
        out[0] = u16::from(bytes[0]) << 4 | u16::from(bytes[2] & 15);
        out[1] = u16::from(bytes[1]) << 4 | u16::from(bytes[2] >> 4);
    }
}

#[inline(never)]
pub(super) fn unpack_raw14(packed: &[u8], samples: &mut [u16]) {
    for (bytes, out) in packed.chunks_exact(7).zip(samples.chunks_exact_mut(4)) {
        let low = u32::from(bytes[4]) | u32::from(bytes[5]) << 8 | u32::from(bytes[6]) << 16;
        for (k, sample) in out.iter_mut().enumerate() {
            *sample = u16::from(bytes[k]) << 6 | (low >> (6 * k) & 63) as u16;
        }
    }
}

#[inline(never)]
pub(super) fn pack_raw10(samples: &[u16], packed: &mut [u8]) {
    for (samples, out) in samples.chunks_exact(4).zip(packed.chunks_exact_mut(5)) {
        let mut low = 0;
        for (k, sample) in samples.iter().enumerate() {
            out[k] = (sample >> 2) as u8;
            low |= ((sample & 3) as u8) << (2 * k);
        }
        out[4] = low;
    }
}

#[inline(never)]
pub(super) fn pack_raw12(samples: &[u16], packed: &mut [u8]) {
    for (samples, out) in samples.chunks_exact(2).zip(packed.chunks_exact_mut(3)) {
        out[0] = (samples[0] >> 4) as u8;
        out[1] = (samples[1] >> 4) as u8;
        out[2] = (samples[0] & 15 | (samples[1] & 15) << 4) as u8;
    }
}

/// Rows of four lanes.
#[inline(never)]
pub(super) fn merge4([a, b, c, d]: [&[u8]; 4], out: &mut [u8]) {
    let (rows, _) = out.as_chunks_mut::<4>();
    for ((((row, a), b), c), d) in rows.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *row = [*a, *b, *c, *d];
    }
}

/// The inverse.
#[inline(never)]
pub(super) fn distribute4(bytes: &[u8], [a, b, c, d]: [&mut [u8]; 4]) {
    let (rows, _) = bytes.as_chunks::<4>();
    for ((((row, a), b), c), d) in rows.iter().zip(a).zip(b).zip(c).zip(d) {
        [*a, *b, *c, *d] = *row;
    }
}

/// Four lanes of one sample a bit: a shift register each. Returns how many bytes they gave.
#[inline(never)]
pub(super) fn shift_registers(samples: &[u8], out: &mut [u8]) -> usize {
    let mut lanes = [0_u8; 4];
    let mut count = 0;
    let (rows, _) = out.as_chunks_mut::<4>();
    let all = rows.len();
    let mut rows = rows.iter_mut();
    for sample in samples {
        for (lane, register) in lanes.iter_mut().enumerate() {
            *register = *register >> 1 | (sample >> lane & 1) << 7;
        }
        count += 1;
        if count == 8 {
            count = 0;
            let Some(row) = rows.next() else { break };
            *row = lanes;
        }
    }
    4 * (all - rows.len())
}

/// The sample before each change of bit `clock`, without a branch. Returns how many were kept.
#[inline(never)]
pub(super) fn keep_clocked(samples: &[u8], clock: u32, mut previous: u8, kept: &mut [u8]) -> usize {
    let mut count = 0;
    for &sample in samples {
        let Some(slot) = kept.get_mut(count) else { break };
        *slot = previous;
        count += usize::from((sample ^ previous) >> clock & 1);
        previous = sample;
    }
    count
}

const TABLE: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MCRF4XX);
const TABLE_16: crc::Crc<u16, crc::Table<16>> = crc::Crc::<u16, crc::Table<16>>::new(&crc::CRC_16_MCRF4XX);

#[inline(never)]
pub(super) fn crc(bytes: &[u8]) -> u16 {
    TABLE.checksum(bytes)
}

#[inline(never)]
pub(super) fn crc_table16(bytes: &[u8]) -> u16 {
    TABLE_16.checksum(bytes)
}

#[inline(never)]
pub(super) fn crc_fast(bytes: &[u8]) -> u16 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc16Mcrf4xx, bytes) as u16
}

/// A copy past the caches, with the best there is here.
pub(super) fn nt_copy(from: &[u8], to: &mut [u8]) {
    csi2_kernels::copy(Backend::detect().with_stores(Stores::Streamed), from, to);
}

/// Exclusive or of all 64-bit words, little-endian, the last filled up with zeros: every byte is read, as fast as the CPU can.
pub(super) fn read(bytes: &[u8]) -> u64 {
    fearless_simd::dispatch!(fearless_simd::Level::new(), simd => read_with(simd, bytes))
}

/// Four accumulators hide what a load takes. In 16-byte vectors of the baseline it was half as fast in L1, 0.8 in memory.
#[inline(always)]
fn read_with<S: fearless_simd::Simd>(simd: S, bytes: &[u8]) -> u64 {
    use fearless_simd::prelude::*;
    use fearless_simd::{u8x64, u64x8};
    let (blocks, rest) = bytes.as_chunks::<256>();
    let mut sums = [u64x8::splat(simd, 0); 4];
    for block in blocks {
        let (lines, _) = block.as_chunks::<64>();
        for (sum, line) in sums.iter_mut().zip(lines) {
            let line: u64x8<S> = u8x64::from_slice(simd, line).bitcast();
            *sum ^= line;
        }
    }
    let [a, b, c, d] = sums;
    let sums: [u64; 8] = ((a ^ b) ^ (c ^ d)).into();
    let rest = rest.chunks(8).map(|word| {
        let word = word.iter().rev();
        word.fold(0, |word, byte| word << 8 | u64::from(*byte))
    });
    sums.into_iter().chain(rest).fold(0, |sum, word| sum ^ word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_reads_every_byte() {
        for length in [0, 1, 255, 256, 700] {
            let mut bytes = vec![0_u8; length];
            assert_eq!(read(&bytes), 0);
            for at in 0..length {
                bytes[at] = 0x81;
                assert_eq!(read(&bytes), 0x81 << (8 * (at % 8)), "{at} of {length}");
                bytes[at] = 0;
            }
        }
    }
}
