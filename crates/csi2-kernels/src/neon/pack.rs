//! Packing, eight samples a vector. Of RAW8 and RAW16 LLVM makes the same of the portable bodies.

use core::arch::aarch64::*;

use fearless_simd::{i16x8, kernel, prelude::*, u8x16, u16x8};

use crate::{portable, shuffles, vectors};

/// A kernel that makes of eight samples `$bytes`, the first of 16: of `$high` the first byte of each word, of `$low` the low
/// bytes of each group.
macro_rules! pack {
    ($name:ident, $group:expr, $bytes:literal, |$token:ident, $words:ident| $high:expr, $low:expr) => {
        kernel!(
            pub(crate) fn $name($token: Neon, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
                let gather = u8x16::simd_from($token, const { shuffles::gather($group.1, $group.0) }).into();
                let append = u8x16::simd_from($token, const { shuffles::append($group.1, $group.0) }).into();
                let did = vectors::pack::<8, $bytes, 16>($group, samples, packed, |samples, out| {
                    let $words = u16x8::simd_from($token, *samples).into();
                    let high = vqtbl1q_u8(vreinterpretq_u8_u16($high), gather);
                    let low = vqtbl1q_u8($low, append);
                    *out = u8x16::simd_from($token, vorrq_u8(high, low)).into();
                });
                match did {
                    Some(did) => did,
                    None => portable::$name(samples, packed),
                }
            }
        );
    };
}

pack!(pack_raw10, (5, 4), 10, |token, words| vshrq_n_u16::<2>(words), {
    let up = i16x8::simd_from(token, [0, 2, 4, 6, 0, 2, 4, 6]).into();
    let low = vshlq_u16(vandq_u16(words, vdupq_n_u16(3)), up);
    vreinterpretq_u8_u64(vpaddlq_u32(vpaddlq_u16(low)))
});

pack!(pack_raw12, (3, 2), 12, |token, words| vshrq_n_u16::<4>(words), {
    let up = i16x8::simd_from(token, [0, 4, 0, 4, 0, 4, 0, 4]).into();
    vreinterpretq_u8_u32(vpaddlq_u16(vshlq_u16(vandq_u16(words, vdupq_n_u16(0xF)), up)))
});

pack!(pack_raw14, (7, 4), 14, |token, words| vshrq_n_u16::<6>(words), {
    let up = i16x8::simd_from(token, [0, 6, 0, 6, 0, 6, 0, 6]).into();
    let low = vpaddlq_u16(vshlq_u16(vandq_u16(words, vdupq_n_u16(0x3F)), up));
    // Twelve bits at 32, which belong at 12.
    let low = vreinterpretq_u64_u32(low);
    vreinterpretq_u8_u64(vorrq_u64(low, vshrq_n_u64::<20>(low)))
});
