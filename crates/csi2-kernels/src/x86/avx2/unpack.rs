//! Unpacking, eight samples a lane of 16 bytes.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x16, u8x32, u16x16};

use crate::trusted::fetch::fetch_behind;
use crate::trusted::stream::{samples_as_lines, store_halves};
use crate::x86::{Avx2, UNPACK_AHEAD};
use crate::{portable, shuffles, vectors};

/// A kernel that makes 16 samples of twice `$bytes`: each lane of those at the beginning of 16 bytes, or at their end. And one as of
/// [`streamed!`].
macro_rules! unpack {
    (
        $name:ident $streamed:ident, $group:expr, $bytes:literal, $shuffle:expr,
        |$lanes:ident, $index:ident| $samples:expr
    ) => {
        pub(crate) fn $name(token: Avx2, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
            kernel!(
                #[inline(always)]
                fn unpack(token: Avx2, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
                    let ends = unpack!(@ends token, $bytes, $shuffle);
                    vectors::unpack::<{ 16 + $bytes }, { 2 * $bytes }, 16, _>(
                        $group,
                        packed,
                        samples,
                        ends,
                        |window, $index, out| {
                            let $lanes = unpack!(@lanes token, window);
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

        streamed!(
            $streamed, $group, { 2 * $bytes } of { 16 + $bytes },
            |token, window, $index: [__m256i; _]| {
                let $lanes = unpack!(@lanes token, window);
                $samples
            },
            unpack!(@ends token, $bytes, $shuffle)
        );
    };
    (@ends $token:ident, $bytes:literal, $shuffle:expr) => {
        const { [$shuffle(0), $shuffle(16 - $bytes)] }
            .map(|index| index.map(|index| _mm256_broadcastsi128_si256(u8x16::simd_from($token, index).into())))
    };
    (@lanes $token:ident, $window:ident) => {{
        let [low, high] = [$window.first_chunk(), $window.last_chunk()]
            .map(|lane| u8x16::simd_from($token, *lane.unwrap_or(&[0; 16])).into());
        _mm256_set_m128i(high, low)
    }};
}

/// A kernel that writes all but a short last line past the caches and does nothing where it cannot. `$samples` are half a line, made
/// of `$bytes` in a window.
macro_rules! streamed {
    (
        $name:ident, $group:expr, $bytes:block of $window:block,
        |$token:ident, $from:ident, $index:ident: $kind:ty| $samples:expr, $ends:expr
    ) => {
        kernel!(
            pub(crate) fn $name($token: Avx2, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
                const WINDOW: usize = $bytes + $window;
                let ends = $ends;
                let half = |$from: &[u8; $window], $index: $kind| -> __m256i { $samples };
                let halves = |window: &[u8; WINDOW], index| {
                    let low = half(window.first_chunk().unwrap_or(&[0; $window]), index);
                    let high = half(window.last_chunk().unwrap_or(&[0; $window]), index);
                    [low, high]
                };
                let done = vectors::whole($group, packed.len(), samples.len());
                if done.0 < WINDOW {
                    return None;
                }
                let (lines, rest) = samples_as_lines(samples.get_mut(..done.1)?)?;
                vectors::windows::<WINDOW, { 2 * $bytes }, _, _>(packed, lines, ends, |window, index, line| {
                    fetch_behind(window, UNPACK_AHEAD);
                    let [low, high] = halves(window, index);
                    store_halves($token, line, low, high);
                })?;
                let [low, high] = halves(packed.get(..done.0)?.last_chunk()?, ends[1]);
                let mut last = [0; 32];
                u16x16::simd_from($token, low).store_slice(last.get_mut(..16)?);
                u16x16::simd_from($token, high).store_slice(last.get_mut(16..)?);
                rest.copy_from_slice(last.get(32 - rest.len()..)?);
                Some(done)
            }
        );
    };
}

unpack!(unpack_raw10 unpack_raw10_streamed, (5, 4), 10, shuffles::unpack_10, |lanes, index| {
    let words = _mm256_shuffle_epi8(lanes, index[0]);
    let high = _mm256_maddubs_epi16(words, _mm256_set1_epi16(4 << 8));
    // Up by sample, down by as much for all. Written as a `mulhi` by powers of two LLVM makes of it shifts by sample, which this
    // level has not.
    let up = _mm256_set1_epi64x(1 << 14 | 1 << (16 + 12) | 1 << (32 + 10) | 1 << (48 + 8));
    _mm256_or_si256(high, _mm256_srli_epi16::<14>(_mm256_mullo_epi16(words, up)))
});

unpack!(unpack_raw12 unpack_raw12_streamed, (3, 2), 12, shuffles::unpack_12, |lanes, index| {
    let words = _mm256_shuffle_epi8(lanes, index[0]);
    let samples = _mm256_srli_epi16::<4>(words);
    // In even samples the low bits of the word, else those above.
    let differ = _mm256_and_si256(_mm256_xor_si256(words, samples), _mm256_set1_epi32(0xF));
    _mm256_xor_si256(samples, differ)
});

unpack!(unpack_raw14 unpack_raw14_streamed, (7, 4), 14, shuffles::unpack_14, |lanes, index| {
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

streamed!(
    unpack_raw8_streamed, (1, 1), { 16 } of { 16 },
    |token, window, _index: ()| _mm256_cvtepu8_epi16(u8x16::simd_from(token, *window).into()),
    [(); 2]
);

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

streamed!(
    unpack_raw16_streamed, (2, 1), { 32 } of { 32 },
    |token, window, _index: ()| {
        let words: __m256i = u8x32::simd_from(token, *window).into();
        _mm256_or_si256(_mm256_slli_epi16::<8>(words), _mm256_srli_epi16::<8>(words))
    },
    [(); 2]
);
