//! Lanes joined and parted by unpacking: see [`crate::blocks`].

use core::arch::aarch64::*;

use fearless_simd::aarch64::Neon;
use fearless_simd::{prelude::*, u8x16};

use crate::{blocks, portable};

/// Bytes of a vector of one lane.
const ROWS: usize = 16;

fearless_simd::kernel!(
    pub(crate) fn interleave(neon: Neon, lanes: &[&[u8]], out: &mut [u8]) -> usize {
        match *lanes {
            [a, b] => join(neon, [a, b], out),
            [a, b, c, d] => join(neon, [a, b, c, d], out),
            [a, b, c, d, e, f, g, h] => join(neon, [a, b, c, d, e, f, g, h], out),
            _ => portable::interleave(lanes, out),
        }
    }
);

fearless_simd::kernel!(
    pub(crate) fn deinterleave(neon: Neon, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
        match lanes {
            [a, b] => split(neon, bytes, [a, b]),
            [a, b, c, d] => split(neon, bytes, [a, b, c, d]),
            [a, b, c, d, e, f, g, h] => split(neon, bytes, [a, b, c, d, e, f, g, h]),
            _ => portable::deinterleave(bytes, lanes),
        }
    }
);

#[inline]
#[target_feature(enable = "neon")]
fn join<const N: usize>(neon: Neon, lanes: [&[u8]; N], out: &mut [u8]) -> usize {
    blocks::join::<N, ROWS>(lanes, out, |lanes, first, to| {
        let mut vectors = [vdupq_n_u8(0); N];
        for (vector, lane) in vectors.iter_mut().zip(lanes) {
            *vector = u8x16::from_slice(neon, &lane[first..first + ROWS]).into();
        }
        for _ in 0..N.ilog2() {
            shuffle(&mut vectors);
        }
        for (vector, to) in vectors.iter().zip(to.chunks_exact_mut(ROWS)) {
            let bytes: u8x16<Neon> = (*vector).simd_into(neon);
            bytes.store_slice(to);
        }
    })
}

#[inline]
#[target_feature(enable = "neon")]
fn split<const N: usize>(neon: Neon, bytes: &[u8], lanes: [&mut [u8]; N]) -> usize {
    blocks::split::<N, ROWS>(bytes, lanes, |bytes, lanes, first| {
        let mut vectors = [vdupq_n_u8(0); N];
        for (vector, bytes) in vectors.iter_mut().zip(bytes.chunks_exact(ROWS)) {
            *vector = u8x16::from_slice(neon, bytes).into();
        }
        for _ in 0..ROWS.ilog2() {
            shuffle(&mut vectors);
        }
        for (vector, lane) in vectors.iter().zip(lanes) {
            let bytes: u8x16<Neon> = (*vector).simd_into(neon);
            bytes.store_slice(&mut lane[first..first + ROWS]);
        }
    })
}

#[inline]
#[target_feature(enable = "neon")]
fn shuffle<const N: usize>(vectors: &mut [uint8x16_t; N]) {
    let from = *vectors;
    for index in 0..N / 2 {
        vectors[2 * index] = vzip1q_u8(from[index], from[index + N / 2]);
        vectors[2 * index + 1] = vzip2q_u8(from[index], from[index + N / 2]);
    }
}
