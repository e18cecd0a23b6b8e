//! Colours in 16-bit words, least significant byte first, blue lowest: three samples a pixel, blue, green, red.
//!
//! Ref: blog.csdn.net/lz0499/article/details/133098951; blog.csdn.net/Dada_ping/article/details/141539284. RGB555 and RGB444
//! are the word of RGB565 with padding below the components. The value of padding is not public: it is sent as 0 and ignored.
//!
//! Whole groups only, to the end of the shorter slice, as all kernels of this crate.

use crate::Backend;
use crate::backend::dispatch;

/// RGB565 payload to samples; groups of 2 bytes, 3 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `G[2:0] B[4:0]` | `R[4:0] G[5:3]` |
pub fn unpack_rgb565(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    dispatch!(backend, unpack_rgb565(packed, samples);)
}

/// Samples to RGB565 payload, as [`unpack_rgb565`] reads it. Returns (samples read, bytes written).
pub fn pack_rgb565(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_rgb565(samples, packed);)
}

/// RGB555 payload to samples; groups of 2 bytes, 3 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `G[1:0] - B[4:0]` | `R[4:0] G[4:2]` |
pub fn unpack_rgb555(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    dispatch!(backend, unpack_rgb555(packed, samples);)
}

/// Samples to RGB555 payload, as [`unpack_rgb555`] reads it. Returns (samples read, bytes written).
pub fn pack_rgb555(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_rgb555(samples, packed);)
}

/// RGB444 payload to samples; groups of 2 bytes, 3 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `G[0] - - B[3:0] -` | `R[3:0] - G[3:1]` |
pub fn unpack_rgb444(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    dispatch!(backend, unpack_rgb444(packed, samples);)
}

/// Samples to RGB444 payload, as [`unpack_rgb444`] reads it. Returns (samples read, bytes written).
pub fn pack_rgb444(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, pack_rgb444(samples, packed);)
}
