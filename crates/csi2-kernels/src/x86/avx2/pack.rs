//! Packing, eight samples a lane of 16 bytes.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x16, u8x32, u16x16};

use crate::x86::Avx2;
use crate::{portable, shuffles, vectors};

/// A kernel that makes of 16 samples twice `$bytes`, each lane's the first of 16.
macro_rules! pack {
    ($name:ident, $group:expr, $bytes:literal, |$words:ident, $gather:ident, $append:ident| $lanes:expr) => {
        pub(crate) fn $name(token: Avx2, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
            kernel!(
                #[inline(always)]
                fn pack(token: Avx2, samples: &[u16], packed: &mut [u8]) -> Option<(usize, usize)> {
                    let shuffle = |index| _mm256_broadcastsi128_si256(u8x16::simd_from(token, index).into());
                    let $gather = shuffle(const { shuffles::gather($group.1, $group.0) });
                    let $append = shuffle(const { shuffles::append($group.1, $group.0) });
                    vectors::pack::<16, { 2 * $bytes }, { 16 + $bytes }>($group, samples, packed, |samples, out| {
                        let $words: __m256i = u16x16::simd_from(token, *samples).into();
                        let lanes = $lanes;
                        // The second spoils nothing of the first. One after the other: of an array of both LLVM would make
                        // copies, and cut the first short.
                        if let Some(out) = out.first_chunk_mut::<16>() {
                            u8x16::simd_from(token, _mm256_castsi256_si128(lanes)).store_slice(out);
                        }
                        if let Some(out) = out.last_chunk_mut::<16>() {
                            u8x16::simd_from(token, _mm256_extracti128_si256::<1>(lanes)).store_slice(out);
                        }
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
    let high = _mm256_shuffle_epi8(_mm256_srli_epi16::<2>(words), gather);
    // The low bits of each sample to their places, and the sum of the four.
    let up = _mm256_mullo_epi16(words, _mm256_set1_epi64x(0x0040_0010_0004_0001));
    let low = _mm256_sad_epu8(
        _mm256_and_si256(up, _mm256_set1_epi64x(0x00C0_0030_000C_0003)),
        _mm256_setzero_si256(),
    );
    _mm256_or_si256(high, _mm256_shuffle_epi8(low, append))
});

pack!(pack_raw12, (3, 2), 12, |words, gather, append| {
    let high = _mm256_shuffle_epi8(_mm256_srli_epi16::<4>(words), gather);
    let low = _mm256_and_si256(words, _mm256_set1_epi16(0xF));
    let low = _mm256_madd_epi16(low, _mm256_set1_epi32(16 << 16 | 1));
    _mm256_or_si256(high, _mm256_shuffle_epi8(low, append))
});

pack!(pack_raw14, (7, 4), 14, |words, gather, append| {
    let high = _mm256_shuffle_epi8(_mm256_srli_epi16::<6>(words), gather);
    let low = _mm256_and_si256(words, _mm256_set1_epi16(0x3F));
    let low = _mm256_madd_epi16(low, _mm256_set1_epi32(64 << 16 | 1));
    // Twelve bits at 32, which belong at 12.
    let low = _mm256_or_si256(low, _mm256_srli_epi64::<20>(low));
    _mm256_or_si256(high, _mm256_shuffle_epi8(low, append))
});

pub(crate) fn pack_raw8(token: Avx2, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    kernel!(
        #[inline(always)]
        fn pack(token: Avx2, samples: &[u16], packed: &mut [u8]) -> Option<(usize, usize)> {
            vectors::pack::<32, 32, 32>((1, 1), samples, packed, |samples, out| {
                let mut halves = [_mm256_setzero_si256(); 2];
                for (half, samples) in halves.iter_mut().zip(samples.as_chunks::<16>().0) {
                    let words = u16x16::simd_from(token, *samples).into();
                    *half = _mm256_and_si256(words, _mm256_set1_epi16(0xFF));
                }
                let [low, high] = halves;
                // Each lane has eight of either: the middle quarters change places.
                let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high));
                *out = u8x32::simd_from(token, bytes).into();
            })
        }
    );
    match pack(token.simd, samples, packed) {
        Some(did) => did,
        None => portable::pack_raw8(samples, packed),
    }
}

pub(crate) fn pack_raw16(token: Avx2, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    kernel!(
        #[inline(always)]
        fn pack(token: Avx2, samples: &[u16], packed: &mut [u8]) -> Option<(usize, usize)> {
            vectors::pack::<16, 32, 32>((2, 1), samples, packed, |samples, out| {
                let words: __m256i = u16x16::simd_from(token, *samples).into();
                let words = _mm256_or_si256(_mm256_slli_epi16::<8>(words), _mm256_srli_epi16::<8>(words));
                *out = u8x32::simd_from(token, words).into();
            })
        }
    );
    match pack(token.simd, samples, packed) {
        Some(did) => did,
        None => portable::pack_raw16(samples, packed),
    }
}
