//! Clock edges, 32 samples a vector: a mask of those that differ from the sample before.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x32};

use crate::portable;
use crate::x86::Avx2 as Level;

/// Samples of a vector.
const VECTOR: usize = 32;

pub(crate) fn clocked_samples(
    level: Level,
    samples: &[u8],
    clock: u32,
    previous: u8,
    kept: &mut [u8],
) -> (usize, usize) {
    keep_clocked(level.simd, samples, clock, previous, kept)
}

fearless_simd::kernel!(
    fn keep_clocked(avx2: Avx2, samples: &[u8], clock: u32, previous: u8, kept: &mut [u8]) -> (usize, usize) {
        let (Some((first, rest)), 0..8) = (samples.split_first(), clock) else {
            return (samples.len(), 0);
        };
        let (1, mut written) = portable::clocked_samples(&[*first], clock, previous, kept) else {
            return (0, 0);
        };
        // To the top of the byte.
        let up = _mm_cvtsi32_si128(7 - clock as i32);
        // Each sample and the one behind it.
        let (before, _) = samples[..rest.len()].as_chunks::<VECTOR>();
        let (after, _) = rest.as_chunks::<VECTOR>();
        let mut done = 0;
        for (before, after) in before.iter().zip(after) {
            let Some(to) = kept[written..].first_chunk_mut::<VECTOR>() else {
                break;
            };
            let differ = _mm256_xor_si256(load(avx2, before), load(avx2, after));
            let mut edges = _mm256_movemask_epi8(_mm256_sll_epi16(differ, up)) as u32;
            let mut at = 0;
            for samples in before.as_chunks::<8>().0 {
                // A byte of ones for each edge.
                let chosen = _pdep_u64(u64::from(edges), 0x0101_0101_0101_0101) * 0xFF;
                let chosen = _pext_u64(u64::from_le_bytes(*samples), chosen);
                // What is behind the chosen ones is written again.
                to[at..at + 8].copy_from_slice(&chosen.to_le_bytes());
                at += (edges as u8).count_ones() as usize;
                edges >>= 8;
            }
            written += at;
            done += VECTOR;
        }
        let (scanned, more) = portable::clocked_samples(&rest[done..], clock, samples[done], &mut kept[written..]);
        (done + 1 + scanned, written + more)
    }
);

#[inline(always)]
fn load(avx2: Avx2, samples: &[u8; VECTOR]) -> __m256i {
    u8x32::load_array_ref(avx2, samples).into()
}
