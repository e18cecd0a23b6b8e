//! Lanes joined and parted by unpacking: see [`crate::blocks`].

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x16, u8x32};

use crate::trusted::fetch::fetch_behind;
use crate::x86::AHEAD;
use crate::x86::Avx2 as Level;
use crate::x86::threes::{Gather, JOINED_3, SPLIT_3};
use crate::{blocks, portable};

/// Bytes of a half of a vector, which unpacking keeps apart from the other.
const HALF: usize = 16;
/// Rows of all vectors: those of their low halves, and those of the high ones.
const ROWS: usize = 2 * HALF;

pub(crate) fn interleave(level: Level, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    join_lanes(level.simd, lanes, out)
}

pub(crate) fn interleave_ahead(level: Level, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    join_lanes_ahead(level.simd, lanes, out)
}

pub(crate) fn deinterleave(level: Level, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    split_lanes(level.simd, bytes, lanes)
}

fearless_simd::kernel!(
    fn join_lanes(avx2: Avx2, lanes: &[&[u8]], out: &mut [u8]) -> usize {
        join_any::<false>(avx2, lanes, out)
    }
);

fearless_simd::kernel!(
    fn join_lanes_ahead(avx2: Avx2, lanes: &[&[u8]], out: &mut [u8]) -> usize {
        join_any::<true>(avx2, lanes, out)
    }
);

fearless_simd::kernel!(
    fn split_lanes(avx2: Avx2, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
        match lanes {
            [a, b] => split(avx2, bytes, [a, b]),
            [a, b, c] => split(avx2, bytes, [a, b, c]),
            [a, b, c, d] => split(avx2, bytes, [a, b, c, d]),
            [a, b, c, d, e, f, g, h] => split(avx2, bytes, [a, b, c, d, e, f, g, h]),
            _ => portable::deinterleave(bytes, lanes),
        }
    }
);

#[inline]
#[target_feature(enable = "avx2")]
fn join_any<const FETCH: bool>(avx2: Avx2, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    match *lanes {
        [a, b] => join::<2, FETCH>(avx2, [a, b], out),
        [a, b, c] => join::<3, FETCH>(avx2, [a, b, c], out),
        [a, b, c, d] => join::<4, FETCH>(avx2, [a, b, c, d], out),
        [a, b, c, d, e, f, g, h] => join::<8, FETCH>(avx2, [a, b, c, d, e, f, g, h], out),
        _ => portable::interleave(lanes, out),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn join<const N: usize, const FETCH: bool>(avx2: Avx2, lanes: [&[u8]; N], out: &mut [u8]) -> usize {
    blocks::join::<N, ROWS>(lanes, out, |lanes, first, to| {
        let mut vectors = [_mm256_setzero_si256(); N];
        for (vector, lane) in vectors.iter_mut().zip(lanes) {
            let lane = &lane[first..first + ROWS];
            if FETCH {
                fetch_behind(lane, AHEAD);
            }
            *vector = u8x32::from_slice(avx2, lane).into();
        }
        if N == 3 {
            gather(avx2, &mut vectors, &JOINED_3);
        } else {
            for _ in 0..N.ilog2() {
                shuffle(&mut vectors);
            }
        }
        // Rows are where they belong but for the halves.
        for index in 0..N {
            let (low, high) = (vectors[2 * index % N], vectors[(2 * index + 1) % N]);
            let bytes = if 2 * index + 1 < N {
                _mm256_permute2x128_si256::<0x20>(low, high)
            } else if 2 * index < N {
                _mm256_permute2x128_si256::<0x30>(low, high)
            } else {
                _mm256_permute2x128_si256::<0x31>(low, high)
            };
            let bytes: u8x32<Avx2> = bytes.simd_into(avx2);
            bytes.store_slice(&mut to[index * 2 * HALF..][..2 * HALF]);
        }
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn split<const N: usize>(avx2: Avx2, bytes: &[u8], lanes: [&mut [u8]; N]) -> usize {
    blocks::split::<N, ROWS>(bytes, lanes, |bytes, lanes, first| {
        let mut vectors = [_mm256_setzero_si256(); N];
        let (low, high) = bytes.split_at(HALF * N);
        for (index, vector) in vectors.iter_mut().enumerate() {
            let low: __m128i = u8x16::from_slice(avx2, &low[index * HALF..][..HALF]).into();
            let high: __m128i = u8x16::from_slice(avx2, &high[index * HALF..][..HALF]).into();
            *vector = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high);
        }
        if N == 3 {
            gather(avx2, &mut vectors, &SPLIT_3);
        } else {
            for _ in 0..HALF.ilog2() {
                shuffle(&mut vectors);
            }
        }
        for (vector, lane) in vectors.iter().zip(lanes) {
            let bytes: u8x32<Avx2> = (*vector).simd_into(avx2);
            bytes.store_slice(&mut lane[first..first + ROWS]);
        }
    })
}

/// In the halves of all vectors.
#[inline]
#[target_feature(enable = "avx2")]
fn shuffle<const N: usize>(vectors: &mut [__m256i; N]) {
    let from = *vectors;
    for index in 0..N / 2 {
        vectors[2 * index] = _mm256_unpacklo_epi8(from[index], from[index + N / 2]);
        vectors[2 * index + 1] = _mm256_unpackhi_epi8(from[index], from[index + N / 2]);
    }
}

/// Of three lanes: each half from all three.
#[inline]
#[target_feature(enable = "avx2")]
fn gather<const N: usize>(avx2: Avx2, vectors: &mut [__m256i; N], places: &Gather) {
    let from = *vectors;
    for (vector, places) in vectors.iter_mut().zip(places) {
        *vector = _mm256_setzero_si256();
        for (from, places) in from.iter().zip(places) {
            let places = _mm256_broadcastsi128_si256(u8x16::load_array_ref(avx2, places).into());
            *vector = _mm256_or_si256(*vector, _mm256_shuffle_epi8(*from, places));
        }
    }
}
