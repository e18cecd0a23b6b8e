//! Indices of clock edges, 64 samples a mask.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64, u32x16};

use crate::portable;

/// Samples of a mask.
const BLOCK: usize = 64;

fearless_simd::kernel!(
    pub(crate) fn clock_edges(
        avx512: Avx512,
        samples: &[u8],
        unit: usize,
        clock: u32,
        previous: bool,
        edges: &mut [u32],
    ) -> (usize, usize) {
        match (unit, clock) {
            (1, 0..8) => scan::<1>(avx512, samples, clock, previous, edges),
            (2, 0..16) => scan::<2>(avx512, samples, clock, previous, edges),
            _ => portable::clock_edges(samples, unit, clock, previous, edges),
        }
    }
);

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
fn scan<const UNIT: usize>(
    avx512: Avx512,
    samples: &[u8],
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    let count = (samples.len() / UNIT).min(u32::MAX as usize);
    let samples = &samples[..count * UNIT];
    let bits = match UNIT {
        1 => _mm512_set1_epi8(1 << clock),
        _ => _mm512_set1_epi16(1 << clock),
    };
    let indices = load(avx512, &INDICES);
    let (mut level, mut first, mut written) = (u64::from(previous), 0_u32, 0);
    let (blocks, _) = samples.as_chunks::<BLOCK>().0.as_chunks::<UNIT>();
    for block in blocks {
        let Some(to) = edges[written..].first_chunk_mut::<BLOCK>() else {
            break;
        };
        let mut levels = 0;
        for (place, samples) in block.iter().enumerate() {
            let samples = load(avx512, samples);
            levels |= match UNIT {
                1 => _mm512_test_epi8_mask(samples, bits),
                _ => u64::from(_mm512_test_epi16_mask(samples, bits)) << (32 * place),
            };
        }
        let changes = levels ^ (levels << 1 | level);
        level = levels >> 63;
        let chosen = _mm512_maskz_compress_epi8(changes, indices);
        let count = changes.count_ones() as usize;
        // What is behind the chosen ones is written again.
        store(avx512, _mm512_castsi512_si128(chosen), first, &mut to[..16]);
        if count > 16 {
            store(avx512, _mm512_extracti32x4_epi32::<1>(chosen), first, &mut to[16..32]);
            store(avx512, _mm512_extracti32x4_epi32::<2>(chosen), first, &mut to[32..48]);
            store(avx512, _mm512_extracti32x4_epi32::<3>(chosen), first, &mut to[48..]);
        }
        written += count;
        first += BLOCK as u32;
    }
    let rest = &samples[first as usize * UNIT..];
    let (scanned, more) = portable::clock_edges(rest, UNIT, clock, level != 0, &mut edges[written..]);
    for edge in &mut edges[written..written + more] {
        *edge += first;
    }
    (first as usize + scanned, written + more)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(avx512: Avx512, indices: __m128i, first: u32, to: &mut [u32]) {
    let edges = _mm512_add_epi32(_mm512_cvtepu8_epi32(indices), _mm512_set1_epi32(first as i32));
    let edges: u32x16<Avx512> = edges.simd_into(avx512);
    edges.store_slice(to);
}

#[inline(always)]
fn load(avx512: Avx512, bytes: &[u8; BLOCK]) -> __m512i {
    u8x64::load_array_ref(avx512, bytes).into()
}

static INDICES: [u8; BLOCK] = {
    let mut indices = [0; BLOCK];
    let mut index = 0;
    while index < BLOCK {
        indices[index] = index as u8;
        index += 1;
    }
    indices
};
