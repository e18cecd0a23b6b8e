//! Samples of one unit interval to lane bytes: eight samples once per lane, each time with the lane's bit moved to the top of its
//! byte, where one instruction collects the bits of four lanes.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x16, u8x32};

use crate::x86::Avx2 as Level;
use crate::{Tap, portable};

pub(crate) fn sample_bytes(level: Level, samples: &[u8], unit: usize, taps: &[Tap], out: &mut [u8]) -> usize {
    merged_lanes(level.simd, samples, unit, taps, out)
}

fearless_simd::kernel!(
    fn merged_lanes(avx2: Avx2, samples: &[u8], unit: usize, taps: &[Tap], out: &mut [u8]) -> usize {
        let together = taps.iter().all(|tap| tap.skip == taps[0].skip);
        let exist = taps.iter().all(|tap| usize::from(tap.bit / 8) < unit);
        match (unit, taps.len(), together) {
            _ if !exist => portable::sample_bytes(samples, unit, taps, out),
            (1, 1, _) => merged::<1, 1>(avx2, samples, taps, out),
            (1, 2, true) => merged::<1, 2>(avx2, samples, taps, out),
            (1, 3, true) => merged::<1, 3>(avx2, samples, taps, out),
            (1, 4, true) => merged::<1, 4>(avx2, samples, taps, out),
            (1, 8, true) => merged::<1, 8>(avx2, samples, taps, out),
            (1, 2, false) => skewed::<2>(avx2, samples, taps, out),
            (1, 3, false) => skewed::<3>(avx2, samples, taps, out),
            (1, 4, false) => skewed::<4>(avx2, samples, taps, out),
            (2, 1, _) => merged::<2, 1>(avx2, samples, taps, out),
            (2, 2, true) => merged::<2, 2>(avx2, samples, taps, out),
            (2, 3, true) => merged::<2, 3>(avx2, samples, taps, out),
            (2, 4, true) => merged::<2, 4>(avx2, samples, taps, out),
            (2, 8, true) => merged::<2, 8>(avx2, samples, taps, out),
            _ => portable::sample_bytes(samples, unit, taps, out),
        }
    }
);

/// All lanes from the same samples, four of them a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn merged<const UNIT: usize, const N: usize>(avx2: Avx2, samples: &[u8], taps: &[Tap], out: &mut [u8]) -> usize {
    let Some(taps) = taps.first_chunk::<N>() else {
        return 0;
    };
    let (whole, _) = samples.as_chunks::<UNIT>();
    let (octets, _) = whole.get(taps[0].skip..).unwrap_or_default().as_chunks::<8>();
    let (rows, _) = out.as_chunks_mut::<N>();
    let done = rows.len().min(octets.len());
    let mut flips = [0; 8];
    let mut bytes = [_mm256_setzero_si256(); 2];
    let mut ups = [_mm256_setzero_si256(); 2];
    for (four, (bytes, up)) in bytes.iter_mut().zip(&mut ups).enumerate() {
        let mut places = [[0; 8]; 4];
        let mut shifts = [0; 4];
        for (lane, tap) in taps.iter().enumerate().skip(4 * four).take(4) {
            places[lane % 4] = core::array::from_fn(|sample| sample as u8 * 2 + tap.bit / 8);
            shifts[lane % 4] = 7 - i64::from(tap.bit % 8);
            flips[lane] = if tap.inverted { 0xFF } else { 0 };
        }
        *bytes = u8x32::from_slice(avx2, places.as_flattened()).into();
        *up = _mm256_set_epi64x(shifts[3], shifts[2], shifts[1], shifts[0]);
    }
    let flips = u64::from_le_bytes(flips);
    for (row, octet) in rows[..done].iter_mut().zip(octets) {
        let mut levels = flips;
        for four in 0..N.div_ceil(4) {
            let samples = if UNIT == 1 {
                let (words, _) = octet.as_flattened().as_chunks();
                _mm256_set1_epi64x(words.first().map_or(0, |word| i64::from_le_bytes(*word)))
            } else {
                let samples = u8x16::from_slice(avx2, octet.as_flattened()).into();
                _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(samples), bytes[four])
            };
            let top = _mm256_movemask_epi8(_mm256_sllv_epi64(samples, ups[four])) as u32;
            levels ^= u64::from(top) << (32 * four);
        }
        row.copy_from_slice(&levels.to_le_bytes()[..N]);
    }
    done
}

/// Each lane from its own samples, 32 of them a vector: one row of 32-bit words is four rows of bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn skewed<const N: usize>(avx2: Avx2, samples: &[u8], taps: &[Tap], out: &mut [u8]) -> usize {
    let Some(taps) = taps.first_chunk::<N>() else {
        return 0;
    };
    let mut rows = out.len() / N;
    for tap in taps {
        rows = rows.min(samples.len().saturating_sub(tap.skip) / 8);
    }
    let mut lanes = [samples; N];
    let mut ups = [_mm_setzero_si128(); N];
    let mut flips = [0; N];
    for (lane, tap) in taps.iter().enumerate() {
        lanes[lane] = samples.get(tap.skip..).unwrap_or_default();
        ups[lane] = _mm_cvtsi32_si128(7 - i32::from(tap.bit % 8));
        flips[lane] = if tap.inverted { u32::MAX } else { 0 };
    }
    let (turns, _) = out[..rows * N].as_chunks_mut::<N>().0.as_chunks_mut::<4>();
    let count = turns.len();
    for (index, turn) in turns.iter_mut().enumerate() {
        let mut words = [0; 4];
        for lane in 0..N {
            let samples: __m256i = u8x32::from_slice(avx2, &lanes[lane][32 * index..][..32]).into();
            let top = _mm256_movemask_epi8(_mm256_sll_epi16(samples, ups[lane])) as u32;
            words[lane] = top ^ flips[lane];
        }
        let [a, b, c, d] = words;
        let words = _mm_set_epi32(d as i32, c as i32, b as i32, a as i32);
        let order = _mm_set_epi8(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
        let merged: u8x16<Avx2> = _mm_shuffle_epi8(words, order).simd_into(avx2);
        for (row, merged) in turn.iter_mut().zip(merged.as_array().as_chunks::<4>().0) {
            row.copy_from_slice(&merged[..N]);
        }
    }
    let rest = samples.get(32 * count..).unwrap_or_default();
    4 * count + portable::sample_bytes(rest, 1, taps, &mut out[4 * count * N..rows * N])
}
