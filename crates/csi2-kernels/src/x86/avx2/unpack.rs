//! Unpacking, eight samples a lane of 16 bytes.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x16, u8x32, u16x16};

use crate::x86::Avx2;
use crate::{portable, shuffles, vectors};

/// A kernel that makes 16 samples of twice `$bytes`: each lane of those at the beginning of 16 bytes, or at their end.
macro_rules! unpack {
    ($name:ident, $group:expr, $bytes:literal, $shuffle:expr, |$lanes:ident, $index:ident| $samples:expr) => {
        pub(crate) fn $name(token: Avx2, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
            kernel!(
                #[inline(always)]
                fn unpack(token: Avx2, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
                    let ends = const { [$shuffle(0), $shuffle(16 - $bytes)] };
                    vectors::unpack::<{ 16 + $bytes }, { 2 * $bytes }, 16, _>(
                        $group,
                        packed,
                        samples,
                        ends.map(|index| {
                            index.map(|index| _mm256_broadcastsi128_si256(u8x16::simd_from(token, index).into()))
                        }),
                        |window, $index, out| {
                            let [low, high] = [window.first_chunk(), window.last_chunk()]
                                .map(|lane| u8x16::simd_from(token, *lane.unwrap_or(&[0; 16])).into());
                            let $lanes = _mm256_set_m128i(high, low);
                            *out = u16x16::simd_from(token, $samples).into();
                        },
                    )
                }
            );
            match unpack(token.simd, packed, samples) {
                Some(did) => did,
                None => portable::$name(packed, samples),
            }
        }
    };
}

unpack!(unpack_raw10, (5, 4), 10, shuffles::unpack_10, |lanes, index| {
    let words = _mm256_shuffle_epi8(lanes, index[0]);
    let high = _mm256_maddubs_epi16(words, _mm256_set1_epi16(4 << 8));
    // Up by sample, down by as much for all. Written as a `mulhi` by powers of two LLVM makes of it shifts by sample, which this
    // level has not.
    let up = _mm256_set1_epi64x(1 << 14 | 1 << (16 + 12) | 1 << (32 + 10) | 1 << (48 + 8));
    _mm256_or_si256(high, _mm256_srli_epi16::<14>(_mm256_mullo_epi16(words, up)))
});

unpack!(unpack_raw12, (3, 2), 12, shuffles::unpack_12, |lanes, index| {
    let words = _mm256_shuffle_epi8(lanes, index[0]);
    let samples = _mm256_srli_epi16::<4>(words);
    // In even samples the low bits of the word, else those above.
    let differ = _mm256_and_si256(_mm256_xor_si256(words, samples), _mm256_set1_epi32(0xF));
    _mm256_xor_si256(samples, differ)
});

unpack!(unpack_raw14, (7, 4), 14, shuffles::unpack_14, |lanes, index| {
    let high = _mm256_srli_epi16::<2>(_mm256_shuffle_epi8(lanes, index[0]));
    let up = _mm256_set1_epi64x(1 << 10 | 1 << (16 + 4) | 1 << (32 + 6) | 1 << (48 + 8));
    let low = _mm256_mullo_epi16(_mm256_shuffle_epi8(lanes, index[1]), up);
    _mm256_or_si256(high, _mm256_srli_epi16::<10>(low))
});

pub(crate) fn unpack_raw8(token: Avx2, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    kernel!(
        #[inline(always)]
        fn unpack(token: Avx2, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
            vectors::unpack::<16, 16, 16, _>((1, 1), packed, samples, [(); 2], |window, (), out| {
                let samples = _mm256_cvtepu8_epi16(u8x16::simd_from(token, *window).into());
                *out = u16x16::simd_from(token, samples).into();
            })
        }
    );
    match unpack(token.simd, packed, samples) {
        Some(did) => did,
        None => portable::unpack_raw8(packed, samples),
    }
}

pub(crate) fn unpack_raw16(token: Avx2, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    kernel!(
        #[inline(always)]
        fn unpack(token: Avx2, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
            vectors::unpack::<32, 32, 16, _>((2, 1), packed, samples, [(); 2], |window, (), out| {
                let words: __m256i = u8x32::simd_from(token, *window).into();
                let words = _mm256_or_si256(_mm256_slli_epi16::<8>(words), _mm256_srli_epi16::<8>(words));
                *out = u16x16::simd_from(token, words).into();
            })
        }
    );
    match unpack(token.simd, packed, samples) {
        Some(did) => did,
        None => portable::unpack_raw16(packed, samples),
    }
}
