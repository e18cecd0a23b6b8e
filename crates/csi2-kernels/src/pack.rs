//! Samples to payload bytes: the inverse of [`crate::unpack_raw10`] and its kin, whose documentation has the layouts.
//!
//! All functions do whole groups only and stop at the end of the shorter slice: they return (samples read, bytes
//! written). Bits of a sample above its format's width are ignored.

use crate::backend::dispatch;
use crate::rows;
use crate::{Backend, Raw};

/// Samples to RAW6 payload; groups of 3 bytes, 4 samples. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw6`].
pub fn pack_raw6(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_raw6(samples, packed);)
}

/// Samples to RAW7 payload; groups of 7 bytes, 8 samples. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw7`].
pub fn pack_raw7(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_raw7(samples, packed);)
}

/// Samples to RAW8 payload; groups of 1 byte, 1 sample. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw8`].
pub fn pack_raw8(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    rows::pack(backend, Raw::Raw8, samples, packed)
}

/// Samples to RAW10 payload; groups of 5 bytes, 4 samples. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw10`].
pub fn pack_raw10(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    rows::pack(backend, Raw::Raw10, samples, packed)
}

/// Samples to RAW12 payload; groups of 3 bytes, 2 samples. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw12`].
pub fn pack_raw12(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    rows::pack(backend, Raw::Raw12, samples, packed)
}

/// Samples to RAW14 payload; groups of 7 bytes, 4 samples. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw14`].
pub fn pack_raw14(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    rows::pack(backend, Raw::Raw14, samples, packed)
}

/// Samples to RAW16 payload; groups of 2 bytes, 1 sample. Returns (samples read, bytes written): the most that both slices allow.
///
/// Layout: [`crate::unpack_raw16`].
pub fn pack_raw16(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    rows::pack(backend, Raw::Raw16, samples, packed)
}
