//! Lane bytes to burst bytes and back.

use crate::backend::dispatch;
use crate::{Backend, Loads};

/// `out[i] = lanes[i % N][i / N]` for whole rows of one byte a lane. Returns rows done: the most that all slices allow.
/// With no lanes there are no rows.
pub fn interleave(backend: Backend, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    if backend.loads() == Loads::Ahead {
        let level = backend.level;
        dispatch!(@avx512 level, interleave_ahead(lanes, out));
        dispatch!(@avx2 level, interleave_ahead(lanes, out));
        let _ = level;
    }
    dispatch!(backend, interleave(lanes, out); avx512 avx2 sse42 neon)
}

/// The inverse: `lanes[i % N][i / N] = bytes[i]` for whole rows. Returns rows done: the most that all slices allow.
pub fn deinterleave(backend: Backend, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    dispatch!(backend, deinterleave(bytes, lanes); avx512 avx2 sse42 neon)
}
