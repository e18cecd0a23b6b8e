//! Falls in lane bytes, 32 a vector.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x32};

use crate::fall::{blocks, rows};
use crate::portable;
use crate::x86::Avx2 as Level;

/// Bytes of a vector.
const VECTOR: usize = 32;

pub(crate) fn find_fall(level: Level, bytes: &[u8], distance: usize) -> Option<usize> {
    first_fall(level.simd, bytes, distance)
}

fearless_simd::kernel!(
    fn first_fall(avx2: Avx2, bytes: &[u8], distance: usize) -> Option<usize> {
        let (one, mut at) = (_mm256_set1_epi8(1), 0);
        for [before, now, after] in blocks::<VECTOR>(rows(bytes, distance)?) {
            let before = load(avx2, before);
            let inside = _mm256_and_si256(before, _mm256_add_epi8(before, one));
            let unlike = _mm256_or_si256(inside, _mm256_andnot_si256(before, one));
            let set = _mm256_or_si256(load(avx2, now), _mm256_and_si256(load(avx2, after), before));
            let differ = _mm256_or_si256(unlike, set);
            if _mm256_movemask_epi8(_mm256_cmpeq_epi8(differ, _mm256_setzero_si256())) != 0 {
                break;
            }
            at += VECTOR;
        }
        portable::find_fall(&bytes[at..], distance).map(|index| at + index)
    }
);

#[inline(always)]
fn load(avx2: Avx2, bytes: &[u8; VECTOR]) -> __m256i {
    u8x32::from_slice(avx2, bytes).into()
}
