//! Bodies for x86-64.

pub(crate) mod avx2;
pub(crate) mod avx512;
pub(crate) mod fold;
pub(crate) mod further;
pub(crate) mod sse42;
pub(crate) mod threes;

use crate::trusted::Carryless;

/// How far behind what is joined memory is asked for, in bytes of a lane: two of the longest lines in common use over four lanes.
/// Measured on lines of 1269 bytes a lane: half of it gained a little less, half as much again lost all.
pub(crate) const AHEAD: usize = 2560;

/// As [`AHEAD`], for what is unpacked past the caches, in bytes of payload. Frames in memory gain a tenth in vectors of 32 bytes and
/// some hundredths in those of 64; half of it gained less, and twice no more.
pub(crate) const UNPACK_AHEAD: usize = 1024;

/// Proof of x86-64-v3, and of the carry-less multiplication that it does not include.
#[derive(Clone, Copy)]
pub(crate) struct Avx2 {
    pub(crate) simd: fearless_simd::Avx2,
    pub(crate) carryless: Option<Carryless>,
}

impl Avx2 {
    pub(crate) fn new(simd: fearless_simd::Avx2) -> Self {
        Self {
            simd,
            carryless: Carryless::detect(),
        }
    }
}

/// Proof of x86-64-v2, and of the carry-less multiplication that it does not include.
#[derive(Clone, Copy)]
pub(crate) struct Sse42 {
    pub(crate) simd: fearless_simd::Sse4_2,
    pub(crate) carryless: Option<Carryless>,
}

impl Sse42 {
    pub(crate) fn new(simd: fearless_simd::Sse4_2) -> Self {
        Self {
            simd,
            carryless: Carryless::detect(),
        }
    }
}
