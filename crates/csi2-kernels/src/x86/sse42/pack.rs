//! Packing, eight samples a vector. Of RAW8 and RAW16 LLVM makes the same of the portable bodies.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x16, u16x8};

use crate::x86::Sse42;
use crate::{portable, shuffles, vectors};

/// A kernel that makes of eight samples `$bytes`, the first of 16.
macro_rules! pack {
    ($name:ident, $group:expr, $bytes:literal, |$words:ident, $gather:ident, $append:ident| $lane:expr) => {
        pub(crate) fn $name(token: Sse42, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
            kernel!(
                #[inline(always)]
                fn pack(token: Sse4_2, samples: &[u16], packed: &mut [u8]) -> Option<(usize, usize)> {
                    let $gather = u8x16::simd_from(token, const { shuffles::gather($group.1, $group.0) }).into();
                    let $append = u8x16::simd_from(token, const { shuffles::append($group.1, $group.0) }).into();
                    vectors::pack::<8, $bytes, 16>($group, samples, packed, |samples, out| {
                        let $words: __m128i = u16x8::simd_from(token, *samples).into();
                        *out = u8x16::simd_from(token, $lane).into();
                    })
                }
            );
            match pack(token.simd, samples, packed) {
                Some(did) => did,
                None => portable::$name(samples, packed),
            }
        }
    };
}

pack!(pack_raw10, (5, 4), 10, |words, gather, append| {
    let high = _mm_shuffle_epi8(_mm_srli_epi16::<2>(words), gather);
    // The low bits of each sample to their places, and the sum of the four.
    let up = _mm_mullo_epi16(words, _mm_set1_epi64x(0x0040_0010_0004_0001));
    let low = _mm_sad_epu8(
        _mm_and_si128(up, _mm_set1_epi64x(0x00C0_0030_000C_0003)),
        _mm_setzero_si128(),
    );
    _mm_or_si128(high, _mm_shuffle_epi8(low, append))
});

pack!(pack_raw12, (3, 2), 12, |words, gather, append| {
    let high = _mm_shuffle_epi8(_mm_srli_epi16::<4>(words), gather);
    let low = _mm_and_si128(words, _mm_set1_epi16(0xF));
    let low = _mm_madd_epi16(low, _mm_set1_epi32(16 << 16 | 1));
    _mm_or_si128(high, _mm_shuffle_epi8(low, append))
});

pack!(pack_raw14, (7, 4), 14, |words, gather, append| {
    let high = _mm_shuffle_epi8(_mm_srli_epi16::<6>(words), gather);
    let low = _mm_and_si128(words, _mm_set1_epi16(0x3F));
    let low = _mm_madd_epi16(low, _mm_set1_epi32(64 << 16 | 1));
    // Twelve bits at 32, which belong at 12.
    let low = _mm_or_si128(low, _mm_srli_epi64::<20>(low));
    _mm_or_si128(high, _mm_shuffle_epi8(low, append))
});
