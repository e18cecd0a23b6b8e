//! Bytes brought to the caches before they are read.

use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

/// Bytes of a cache line.
const LINE: usize = 64;

/// Asks for the cache lines that are `distance` bytes behind those of `bytes`. Whether there is memory does not matter: nothing
/// is read that a program could see, and what is not there is not asked for.
#[inline(always)]
pub(crate) fn fetch_behind(bytes: &[u8], distance: usize) {
    let mut at = distance;
    while at < distance + bytes.len() {
        // SAFETY: a prefetch never faults and changes nothing but what is in the caches; the address is computed without leaving
        // an allocation in the language's sense.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(at).cast()) };
        at += LINE;
    }
}
