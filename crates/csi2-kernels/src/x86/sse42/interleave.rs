//! Lanes joined and parted by unpacking: see [`crate::blocks`].

use core::arch::x86_64::*;

use fearless_simd::x86::Sse4_2;
use fearless_simd::{prelude::*, u8x16};

use crate::x86::Sse42 as Level;
use crate::x86::threes::{Gather, JOINED_3, SPLIT_3};
use crate::{blocks, portable};

/// Bytes of a vector of one lane.
const ROWS: usize = 16;

pub(crate) fn interleave(level: Level, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    join_lanes(level.simd, lanes, out)
}

pub(crate) fn deinterleave(level: Level, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    split_lanes(level.simd, bytes, lanes)
}

fearless_simd::kernel!(
    fn join_lanes(sse: Sse4_2, lanes: &[&[u8]], out: &mut [u8]) -> usize {
        match *lanes {
            [a, b] => join(sse, [a, b], out),
            [a, b, c] => join(sse, [a, b, c], out),
            [a, b, c, d] => join(sse, [a, b, c, d], out),
            [a, b, c, d, e, f, g, h] => join(sse, [a, b, c, d, e, f, g, h], out),
            _ => portable::interleave(lanes, out),
        }
    }
);

fearless_simd::kernel!(
    fn split_lanes(sse: Sse4_2, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
        match lanes {
            [a, b] => split(sse, bytes, [a, b]),
            [a, b, c] => split(sse, bytes, [a, b, c]),
            [a, b, c, d] => split(sse, bytes, [a, b, c, d]),
            [a, b, c, d, e, f, g, h] => split(sse, bytes, [a, b, c, d, e, f, g, h]),
            _ => portable::deinterleave(bytes, lanes),
        }
    }
);

#[inline]
#[target_feature(enable = "sse4.2")]
fn join<const N: usize>(sse: Sse4_2, lanes: [&[u8]; N], out: &mut [u8]) -> usize {
    blocks::join::<N, ROWS>(lanes, out, |lanes, first, to| {
        let mut vectors = [_mm_setzero_si128(); N];
        for (vector, lane) in vectors.iter_mut().zip(lanes) {
            *vector = u8x16::from_slice(sse, &lane[first..first + ROWS]).into();
        }
        if N == 3 {
            gather(sse, &mut vectors, &JOINED_3);
        } else {
            for _ in 0..N.ilog2() {
                shuffle(&mut vectors);
            }
        }
        for (vector, to) in vectors.iter().zip(to.chunks_exact_mut(ROWS)) {
            let bytes: u8x16<Sse4_2> = (*vector).simd_into(sse);
            bytes.store_slice(to);
        }
    })
}

#[inline]
#[target_feature(enable = "sse4.2")]
fn split<const N: usize>(sse: Sse4_2, bytes: &[u8], lanes: [&mut [u8]; N]) -> usize {
    blocks::split::<N, ROWS>(bytes, lanes, |bytes, lanes, first| {
        let mut vectors = [_mm_setzero_si128(); N];
        for (vector, bytes) in vectors.iter_mut().zip(bytes.chunks_exact(ROWS)) {
            *vector = u8x16::from_slice(sse, bytes).into();
        }
        if N == 3 {
            gather(sse, &mut vectors, &SPLIT_3);
        } else {
            for _ in 0..ROWS.ilog2() {
                shuffle(&mut vectors);
            }
        }
        for (vector, lane) in vectors.iter().zip(lanes) {
            let bytes: u8x16<Sse4_2> = (*vector).simd_into(sse);
            bytes.store_slice(&mut lane[first..first + ROWS]);
        }
    })
}

#[inline]
#[target_feature(enable = "sse4.2")]
fn shuffle<const N: usize>(vectors: &mut [__m128i; N]) {
    let from = *vectors;
    for index in 0..N / 2 {
        vectors[2 * index] = _mm_unpacklo_epi8(from[index], from[index + N / 2]);
        vectors[2 * index + 1] = _mm_unpackhi_epi8(from[index], from[index + N / 2]);
    }
}

/// Of three lanes: each vector from all three.
#[inline]
#[target_feature(enable = "sse4.2")]
fn gather<const N: usize>(sse: Sse4_2, vectors: &mut [__m128i; N], places: &Gather) {
    let from = *vectors;
    for (vector, places) in vectors.iter_mut().zip(places) {
        *vector = _mm_setzero_si128();
        for (from, places) in from.iter().zip(places) {
            let places = u8x16::load_array_ref(sse, places).into();
            *vector = _mm_or_si128(*vector, _mm_shuffle_epi8(*from, places));
        }
    }
}
