//! Searches, 32 samples a vector.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x32};

use crate::portable;
use crate::sync::SYNC;
use crate::x86::Avx2 as Level;

/// Samples of a vector.
const VECTOR: usize = 32;
/// Vectors per branch.
const TURN: usize = 4;

pub(crate) fn find_sync(level: Level, samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
    first_sync(level.simd, samples, wires, inverted)
}

pub(crate) fn find_change(level: Level, samples: &[u8], mask: u8, wires: u8) -> Option<usize> {
    first_change(level.simd, samples, mask, wires)
}

fearless_simd::kernel!(
    fn first_sync(avx2: Avx2, samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
        let pattern = SYNC.map(|level| level ^ inverted);
        let mut levels = [_mm256_setzero_si256(); 8];
        for (level, wanted) in levels.iter_mut().zip(pattern) {
            *level = _mm256_set1_epi8(wanted as i8);
        }
        let others = _mm256_set1_epi8(!wires as i8);
        let mut at = 0;
        while let Some(window) = samples[at..].first_chunk::<{ VECTOR + 7 }>() {
            // The bits that differ, or are none of the wires.
            let mut differ = others;
            for (k, level) in levels.iter().enumerate() {
                let samples = load(avx2, &window[k..k + VECTOR]);
                differ = _mm256_or_si256(differ, _mm256_xor_si256(samples, *level));
            }
            if _mm256_testc_si256(differ, _mm256_set1_epi8(-1)) == 0 {
                break;
            }
            at += VECTOR;
        }
        let (index, found) = portable::find_sync(&samples[at..], wires, inverted)?;
        Some((at + index, found))
    }
);

fearless_simd::kernel!(
    fn first_change(avx2: Avx2, samples: &[u8], mask: u8, level: u8) -> Option<usize> {
        let (bits, levels) = (_mm256_set1_epi8(mask as i8), _mm256_set1_epi8(level as i8));
        let (turns, _) = samples.as_chunks::<{ TURN * VECTOR }>();
        let mut at = 0;
        for turn in turns {
            let mut differ = _mm256_setzero_si256();
            for samples in turn.as_chunks::<VECTOR>().0 {
                differ = _mm256_or_si256(differ, _mm256_xor_si256(load(avx2, samples), levels));
            }
            if _mm256_testz_si256(differ, bits) == 0 {
                break;
            }
            at += TURN * VECTOR;
        }
        for samples in samples[at..].as_chunks::<VECTOR>().0 {
            let differ = _mm256_and_si256(_mm256_xor_si256(load(avx2, samples), levels), bits);
            let same = _mm256_movemask_epi8(_mm256_cmpeq_epi8(differ, _mm256_setzero_si256()));
            if same != -1 {
                return Some(at + same.trailing_ones() as usize);
            }
            at += VECTOR;
        }
        portable::find_change(&samples[at..], mask, level).map(|index| at + index)
    }
);

#[inline(always)]
fn load(avx2: Avx2, samples: &[u8]) -> __m256i {
    u8x32::from_slice(avx2, samples).into()
}
