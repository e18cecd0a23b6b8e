//! Samples of more than 16 bits, in `u32`: two halves each, the high half first, packed like samples of half the depth.
//!
//! Ref: a frame-grabber SDK published on GitHub, `csi-2.h` and `img_encode.cpp` (RAW20); torvalds/linux
//! `Documentation/userspace-api/media/v4l/metafmt-generic.rst` (where the low bits lie in RAW20 and RAW24).
//! The halves of RAW24 and RAW28 follow RAW20 by analogy: no device was seen that confirms them.
//!
//! Whole groups only, to the end of the shorter slice, as all kernels of this crate.

use crate::Backend;
use crate::backend::dispatch;

/// RAW20 payload to samples; groups of 5 bytes, 2 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[19:12]` | `P1[9:2]` | `P2[19:12]` | `P2[9:2]` | `P2[1:0] P2[11:10] P1[1:0] P1[11:10]` |
pub fn unpack_raw20(backend: Backend, packed: &[u8], samples: &mut [u32]) -> (usize, usize) {
    dispatch!(backend, unpack_raw20(packed, samples);)
}

/// Samples to RAW20 payload, as [`unpack_raw20`] reads it. Returns (samples read, bytes written).
pub fn pack_raw20(backend: Backend, samples: &[u32], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_raw20(samples, packed);)
}

/// RAW24 payload to samples; groups of 3 bytes, 1 sample. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[23:16]` | `P1[11:4]` | `P1[3:0] P1[15:12]` |
pub fn unpack_raw24(backend: Backend, packed: &[u8], samples: &mut [u32]) -> (usize, usize) {
    dispatch!(backend, unpack_raw24(packed, samples);)
}

/// Samples to RAW24 payload, as [`unpack_raw24`] reads it. Returns (samples read, bytes written).
pub fn pack_raw24(backend: Backend, samples: &[u32], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_raw24(samples, packed);)
}

/// RAW28 payload to samples; groups of 7 bytes, 2 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[27:20]` | `P1[13:6]` | `P2[27:20]` | `P2[13:6]` | `P1[1:0] P1[19:14]` | `P2[17:14] P1[5:2]` | `P2[5:0] P2[19:18]` |
pub fn unpack_raw28(backend: Backend, packed: &[u8], samples: &mut [u32]) -> (usize, usize) {
    dispatch!(backend, unpack_raw28(packed, samples);)
}

/// Samples to RAW28 payload, as [`unpack_raw28`] reads it. Returns (samples read, bytes written).
pub fn pack_raw28(backend: Backend, samples: &[u32], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_raw28(samples, packed);)
}
