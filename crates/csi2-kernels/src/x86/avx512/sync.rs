//! Searches, 64 samples a vector.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64};

use crate::portable;
use crate::sync::SYNC;

/// Samples of a vector.
const VECTOR: usize = 64;
/// Vectors per branch.
const TURN: usize = 4;

fearless_simd::kernel!(
    pub(crate) fn find_sync(avx512: Avx512, samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
        let pattern = SYNC.map(|level| level ^ inverted);
        let mut levels = [_mm512_setzero_si512(); 8];
        for (level, wanted) in levels.iter_mut().zip(pattern) {
            *level = _mm512_set1_epi8(wanted as i8);
        }
        let others = _mm512_set1_epi8(!wires as i8);
        let mut at = 0;
        while let Some(window) = samples[at..].first_chunk::<{ VECTOR + 7 }>() {
            // The bits that differ, or are none of the wires.
            let mut differ = others;
            for (k, level) in levels.iter().enumerate() {
                let samples = load(avx512, &window[k..k + VECTOR]);
                differ = _mm512_ternarylogic_epi64::<0xF6>(differ, samples, *level);
            }
            if _mm512_cmpneq_epi8_mask(differ, _mm512_set1_epi8(-1)) != 0 {
                break;
            }
            at += VECTOR;
        }
        let (index, found) = portable::find_sync(&samples[at..], wires, inverted)?;
        Some((at + index, found))
    }
);

fearless_simd::kernel!(
    pub(crate) fn find_change(avx512: Avx512, samples: &[u8], mask: u8, level: u8) -> Option<usize> {
        let (bits, levels) = (_mm512_set1_epi8(mask as i8), _mm512_set1_epi8(level as i8));
        let (turns, _) = samples.as_chunks::<{ TURN * VECTOR }>();
        let mut at = 0;
        for turn in turns {
            let mut differ = _mm512_setzero_si512();
            for samples in turn.as_chunks::<VECTOR>().0 {
                differ = _mm512_ternarylogic_epi64::<0xF6>(differ, load(avx512, samples), levels);
            }
            if _mm512_test_epi8_mask(differ, bits) != 0 {
                break;
            }
            at += TURN * VECTOR;
        }
        for samples in samples[at..].as_chunks::<VECTOR>().0 {
            let differ = _mm512_xor_si512(load(avx512, samples), levels);
            let changed = _mm512_test_epi8_mask(differ, bits);
            if changed != 0 {
                return Some(at + changed.trailing_zeros() as usize);
            }
            at += VECTOR;
        }
        portable::find_change(&samples[at..], mask, level).map(|index| at + index)
    }
);

#[inline(always)]
fn load(avx512: Avx512, samples: &[u8]) -> __m512i {
    u8x64::from_slice(avx512, samples).into()
}
