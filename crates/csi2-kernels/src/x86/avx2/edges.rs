//! Indices of clock edges, 32 samples a mask.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x32};

use crate::portable;
use crate::x86::Avx2 as Level;

/// Samples of a mask.
const BLOCK: usize = 32;

pub(crate) fn clock_edges(
    level: Level,
    samples: &[u8],
    unit: usize,
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    find_edges(level.simd, samples, unit, clock, previous, edges)
}

fearless_simd::kernel!(
    fn find_edges(
        avx2: Avx2,
        samples: &[u8],
        unit: usize,
        clock: u32,
        previous: bool,
        edges: &mut [u32],
    ) -> (usize, usize) {
        match (unit, clock) {
            (1, 0..8) => scan::<1>(avx2, samples, clock, previous, edges),
            (2, 0..16) => scan::<2>(avx2, samples, clock, previous, edges),
            _ => portable::clock_edges(samples, unit, clock, previous, edges),
        }
    }
);

#[inline]
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn scan<const UNIT: usize>(
    avx2: Avx2,
    samples: &[u8],
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    let count = (samples.len() / UNIT).min(u32::MAX as usize);
    let samples = &samples[..count * UNIT];
    // To the top of the sample.
    let up = _mm_cvtsi32_si128((8 * UNIT as i32 - 1) - clock as i32);
    let (mut level, mut first, mut written) = (u32::from(previous), 0_u32, 0);
    let (blocks, _) = samples.as_chunks::<BLOCK>().0.as_chunks::<UNIT>();
    for block in blocks {
        let Some(to) = edges[written..].first_chunk_mut::<BLOCK>() else {
            break;
        };
        let mut tops = [_mm256_setzero_si256(); UNIT];
        for (tops, samples) in tops.iter_mut().zip(block) {
            *tops = _mm256_sll_epi16(u8x32::load_array_ref(avx2, samples).into(), up);
        }
        let tops = match tops.as_slice() {
            // Saturation keeps what is negative so, and the halves of both come in turn.
            [low, high] => _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(*low, *high)),
            _ => tops[0],
        };
        let levels = _mm256_movemask_epi8(tops) as u32;
        let mut changes = levels ^ (levels << 1 | level);
        level = levels >> 31;
        let mut count = 0;
        while changes != 0 {
            to[count % BLOCK] = first + changes.trailing_zeros();
            changes &= changes - 1;
            count += 1;
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
