//! Lane bytes to burst bytes and back.

use crate::Backend;
use crate::backend::dispatch;

/// `out[i] = lanes[i % N][i / N]` for whole rows of one byte a lane. Returns rows done: the most that all slices allow.
/// With no lanes there are no rows.
pub fn interleave(backend: Backend, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    dispatch!(backend, interleave(lanes, out); avx512 avx2 sse42 neon)
}

/// The inverse: `lanes[i % N][i / N] = bytes[i]` for whole rows. Returns rows done: the most that all slices allow.
pub fn deinterleave(backend: Backend, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    dispatch!(backend, deinterleave(bytes, lanes); avx512 avx2 sse42 neon)
}
