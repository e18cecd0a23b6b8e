//! Unpacking, eight samples a vector. Of RAW8 and RAW16 LLVM makes the same of the portable bodies.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x16, u16x8};

use crate::x86::Sse42;
use crate::{portable, shuffles, vectors};

/// A kernel that makes eight samples of `$bytes`, those at the beginning of 16 bytes or at their end.
macro_rules! unpack {
    ($name:ident, $group:expr, $bytes:literal, $shuffle:expr, |$lane:ident, $index:ident| $samples:expr) => {
        pub(crate) fn $name(token: Sse42, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
            kernel!(
                #[inline(always)]
                fn unpack(token: Sse4_2, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
                    let ends = const { [$shuffle(0), $shuffle(16 - $bytes)] };
                    let ends = ends.map(|index| index.map(|index| u8x16::simd_from(token, index).into()));
                    vectors::unpack::<16, $bytes, 8, _>($group, packed, samples, ends, |window, $index, out| {
                        let $lane = u8x16::simd_from(token, *window).into();
                        *out = u16x8::simd_from(token, $samples).into();
                    })
                }
            );
            match unpack(token.simd, packed, samples) {
                Some(did) => did,
                None => portable::$name(packed, samples),
            }
        }
    };
}

unpack!(unpack_raw10, (5, 4), 10, shuffles::unpack_10, |lane, index| {
    let words = _mm_shuffle_epi8(lane, index[0]);
    let high = _mm_maddubs_epi16(words, _mm_set1_epi16(4 << 8));
    // Up by sample, down by as much for all. Written as a `mulhi` by powers of two LLVM makes of it shifts by sample, which this
    // level has not.
    let up = _mm_set1_epi64x(1 << 14 | 1 << (16 + 12) | 1 << (32 + 10) | 1 << (48 + 8));
    _mm_or_si128(high, _mm_srli_epi16::<14>(_mm_mullo_epi16(words, up)))
});

unpack!(unpack_raw12, (3, 2), 12, shuffles::unpack_12, |lane, index| {
    let words = _mm_shuffle_epi8(lane, index[0]);
    let samples = _mm_srli_epi16::<4>(words);
    // In even samples the low bits of the word, else those above.
    let differ = _mm_and_si128(_mm_xor_si128(words, samples), _mm_set1_epi32(0xF));
    _mm_xor_si128(samples, differ)
});

unpack!(unpack_raw14, (7, 4), 14, shuffles::unpack_14, |lane, index| {
    let high = _mm_srli_epi16::<2>(_mm_shuffle_epi8(lane, index[0]));
    let up = _mm_set1_epi64x(1 << 10 | 1 << (16 + 4) | 1 << (32 + 6) | 1 << (48 + 8));
    let low = _mm_mullo_epi16(_mm_shuffle_epi8(lane, index[1]), up);
    _mm_or_si128(high, _mm_srli_epi16::<10>(low))
});
