//! Unpacking, eight samples a vector. Of RAW8 and RAW16 LLVM makes the same of the portable bodies.

use core::arch::aarch64::*;

use fearless_simd::{i16x8, kernel, prelude::*, u8x16, u16x8};

use crate::{portable, shuffles, vectors};

/// A kernel that makes eight samples of `$bytes`, those at the beginning of 16 bytes or at their end.
macro_rules! unpack {
    ($name:ident, $group:expr, $bytes:literal, $shuffle:expr, |$token:ident, $lane:ident, $index:ident| $samples:expr) => {
        kernel!(
            pub(crate) fn $name($token: Neon, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
                let ends = const { [$shuffle(0), $shuffle(16 - $bytes)] };
                let ends = ends.map(|index| index.map(|index| u8x16::simd_from($token, index).into()));
                let did = vectors::unpack::<16, $bytes, 8, _>($group, packed, samples, ends, |window, $index, out| {
                    let $lane = u8x16::simd_from($token, *window).into();
                    *out = u16x8::simd_from($token, $samples).into();
                });
                match did {
                    Some(did) => did,
                    None => portable::$name(packed, samples),
                }
            }
        );
    };
}

unpack!(unpack_raw10, (5, 4), 10, shuffles::unpack_10, |token, lane, index| {
    let words = vreinterpretq_u16_u8(vqtbl1q_u8(lane, index[0]));
    let low = vshlq_u16(words, i16x8::simd_from(token, [0, -2, -4, -6, 0, -2, -4, -6]).into());
    vbslq_u16(vdupq_n_u16(3), low, vshrq_n_u16::<6>(words))
});

unpack!(unpack_raw12, (3, 2), 12, shuffles::unpack_12, |token, lane, index| {
    let words = vreinterpretq_u16_u8(vqtbl1q_u8(lane, index[0]));
    // In even samples the low bits of the word, else those above.
    vbslq_u16(vreinterpretq_u16_u32(vdupq_n_u32(0xF)), words, vshrq_n_u16::<4>(words))
});

unpack!(unpack_raw14, (7, 4), 14, shuffles::unpack_14, |token, lane, index| {
    let [high, low] = index.map(|index| vreinterpretq_u16_u8(vqtbl1q_u8(lane, index)));
    let low = vshlq_u16(low, i16x8::simd_from(token, [0, -6, -4, -2, 0, -6, -4, -2]).into());
    vbslq_u16(vdupq_n_u16(0x3F), low, vshrq_n_u16::<2>(high))
});
