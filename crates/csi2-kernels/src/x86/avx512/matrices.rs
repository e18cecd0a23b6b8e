//! Vectors of a message brought further from its end by matrices of bits (GFNI): two of them and an exchange of halves, where
//! carry-less multiplication needs two that some CPUs take four times as long for.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64};

use crate::x86::further::images;

/// Bits from a byte to that in its place in the other half of a vector.
const APART: i32 = 256;

/// The matrices of a vector's bytes, for what stays in its place and for what changes places.
pub(super) type Matrices = [[u8; 64]; 2];

/// `bits` further.
pub(super) const fn matrices(bits: i32) -> Matrices {
    let [first, second] = [half(bits, -APART), half(bits, APART)];
    [in_turn(first[0], second[0]), in_turn(second[1], first[1])]
}

/// [`Matrices`] in registers.
#[derive(Clone, Copy)]
pub(super) struct Further {
    own: __m512i,
    other: __m512i,
}

impl Further {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn new(avx512: Avx512, [own, other]: &Matrices) -> Self {
        Self {
            own: u8x64::load_array_ref(avx512, own).into(),
            other: u8x64::load_array_ref(avx512, other).into(),
        }
    }

    /// `sum` brought further, and `next` added.
    #[inline]
    #[target_feature(enable = "avx512f,gfni")]
    pub(super) fn add(&self, sum: __m512i, next: __m512i) -> __m512i {
        let exchanged = _mm512_shuffle_i64x2::<0b01_00_11_10>(sum, sum);
        let own = _mm512_gf2p8affine_epi64_epi8::<0>(sum, self.own);
        let other = _mm512_gf2p8affine_epi64_epi8::<0>(exchanged, self.other);
        _mm512_ternarylogic_epi64::<0x96>(own, other, next)
    }
}

/// The matrices of a half whose bytes have their others at `apart` powers more. The bits of a byte that make bit r are byte 7 - r.
const fn half(bits: i32, apart: i32) -> [u64; 2] {
    let images = images(bits, apart);
    let mut matrices = [0; 2];
    let mut from = 0;
    while from < 8 {
        let mut to = 0;
        while to < 16 {
            matrices[to / 8] |= ((images[from] >> to & 1) as u64) << (8 * (7 - to % 8) + from);
            to += 1;
        }
        from += 1;
    }
    matrices
}

/// A matrix for each half of a vector.
const fn in_turn(first: u64, second: u64) -> [u8; 64] {
    let mut bytes = [0; 64];
    let mut index = 0;
    while index < 64 {
        let half = if index < 32 { first } else { second };
        bytes[index] = (half >> (8 * (index % 8))) as u8;
        index += 1;
    }
    bytes
}
