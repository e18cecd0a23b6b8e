//! Stores of whole lines past the caches. They reach memory in any order, and after stores that follow them: until a [`Fence`]
//! falls no other thread may look. No safe function returns before, but what writes into memory that is kept from all others
//! until then ([`crate::Posted`]).

use core::arch::x86_64::{__m256i, __m512i, _mm_sfence, _mm256_stream_si256, _mm512_stream_si512};

/// What caches hold and memory moves: 64 bytes, at a multiple of 64.
#[repr(C, align(64))]
pub(crate) struct Line([u8; 64]);

/// The whole lines at the beginning and what is left, where a line begins there.
pub(crate) fn bytes_as_lines(bytes: &mut [u8]) -> Option<(&mut [Line], &mut [u8])> {
    // SAFETY: any 64 bytes are a line, and a line is any 64 bytes.
    let (before, lines, after) = unsafe { bytes.align_to_mut() };
    before.is_empty().then_some((lines, after))
}

/// As [`bytes_as_lines`].
pub(crate) fn samples_as_lines(samples: &mut [u16]) -> Option<(&mut [Line], &mut [u16])> {
    // SAFETY: any 32 samples are a line, and a line is any 32 samples.
    let (before, lines, after) = unsafe { samples.align_to_mut() };
    before.is_empty().then_some((lines, after))
}

fearless_simd::kernel!(
    /// Writes a line past the caches. To be followed by a [`Fence`], while the line is still borrowed.
    #[inline(always)]
    pub(crate) fn store_line(token: Avx512, line: &mut Line, value: __m512i) {
        // SAFETY: a line is 64 bytes at a multiple of 64, and is ours to write.
        unsafe { _mm512_stream_si512((&raw mut *line).cast(), value) };
    }
);

fearless_simd::kernel!(
    /// As [`store_line`], in halves: nothing else may be stored in between, or memory gets each by itself.
    #[inline(always)]
    pub(crate) fn store_halves(token: Avx2, line: &mut Line, low: __m256i, high: __m256i) {
        let halves = (&raw mut *line).cast::<__m256i>();
        // SAFETY: the first half of a line is 32 bytes at a multiple of 32, and is ours to write.
        unsafe { _mm256_stream_si256(halves, low) };
        // SAFETY: so is the second.
        unsafe { _mm256_stream_si256(halves.wrapping_add(1), high) };
    }
);

/// Waits, when dropped, for the lines stored before.
#[derive(Debug)]
pub(crate) struct Fence;

impl Drop for Fence {
    fn drop(&mut self) {
        // SAFETY: every x86-64 has it.
        unsafe { _mm_sfence() };
    }
}
