//! Falls in lane bytes, 64 a vector.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64};

use crate::fall::{blocks, rows};
use crate::portable;

/// Bytes of a vector.
const VECTOR: usize = 64;

fearless_simd::kernel!(
    pub(crate) fn find_fall(avx512: Avx512, bytes: &[u8], distance: usize) -> Option<usize> {
        let (one, mut at) = (_mm512_set1_epi8(1), 0);
        for [before, now, after] in blocks::<VECTOR>(rows(bytes, distance)?) {
            let before = load(avx512, before);
            // before & (before + 1) | !before & 1
            let unlike = _mm512_ternarylogic_epi64::<0xCA>(before, _mm512_add_epi8(before, one), one);
            // now | after & before
            let set = _mm512_ternarylogic_epi64::<0xF8>(load(avx512, now), load(avx512, after), before);
            let differ = _mm512_or_si512(unlike, set);
            if _mm512_testn_epi8_mask(differ, differ) != 0 {
                break;
            }
            at += VECTOR;
        }
        portable::find_fall(&bytes[at..], distance).map(|index| at + index)
    }
);

#[inline(always)]
fn load(avx512: Avx512, bytes: &[u8; VECTOR]) -> __m512i {
    u8x64::from_slice(avx512, bytes).into()
}
