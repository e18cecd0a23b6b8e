//! Payload bytes to samples.
//!
//! Ref: torvalds/linux `Documentation/userspace-api/media/v4l/pixfmt-srggb10p.rst`, `pixfmt-srggb12p.rst`,
//! `pixfmt-srggb14p.rst`; Microchip CSI-2 demultiplexer documentation (RAW6, RAW7); sophgo/sophgo-doc
//! `SG200X/TRM/contents/en/video/mipi_rx.rst` (RAW16).
//!
//! The layouts below list the bytes of a group in the order received, the fields of a byte from its most to its least
//! significant bit, and the samples from `P1`.
//!
//! All functions do whole groups only and stop at the end of the shorter slice: they return (bytes read, samples
//! written). Samples are right-aligned.

use crate::backend::dispatch;
use crate::rows;
use crate::{Backend, Raw};

/// RAW6 payload to samples; groups of 3 bytes, 4 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P2[1:0] P1[5:0]` | `P3[3:0] P2[5:2]` | `P4[5:0] P3[5:4]` |
pub fn unpack_raw6(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    dispatch!(backend, unpack_raw6(packed, samples);)
}

/// RAW7 payload to samples; groups of 7 bytes, 8 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P2[0] P1[6:0]` | `P3[1:0] P2[6:1]` | `P4[2:0] P3[6:2]` | `P5[3:0] P4[6:3]` | `P6[4:0] P5[6:4]` | `P7[5:0] P6[6:5]` | `P8[6:0] P7[6]` |
pub fn unpack_raw7(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    dispatch!(backend, unpack_raw7(packed, samples);)
}

/// RAW8 payload to samples; groups of 1 byte, 1 sample. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[7:0]` |
pub fn unpack_raw8(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    rows::unpack(backend, Raw::Raw8, packed, samples)
}

/// RAW10 payload to samples; groups of 5 bytes, 4 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[9:2]` | `P2[9:2]` | `P3[9:2]` | `P4[9:2]` | `P4[1:0] P3[1:0] P2[1:0] P1[1:0]` |
pub fn unpack_raw10(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    rows::unpack(backend, Raw::Raw10, packed, samples)
}

/// RAW12 payload to samples; groups of 3 bytes, 2 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[11:4]` | `P2[11:4]` | `P2[3:0] P1[3:0]` |
pub fn unpack_raw12(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    rows::unpack(backend, Raw::Raw12, packed, samples)
}

/// RAW14 payload to samples; groups of 7 bytes, 4 samples. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[13:6]` | `P2[13:6]` | `P3[13:6]` | `P4[13:6]` | `P2[1:0] P1[5:0]` | `P3[3:0] P2[5:2]` | `P4[5:0] P3[5:4]` |
pub fn unpack_raw14(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    rows::unpack(backend, Raw::Raw14, packed, samples)
}

/// RAW16 payload to samples; groups of 2 bytes, 1 sample. Returns (bytes read, samples written): the most that both slices allow.
///
/// | `P1[15:8]` | `P1[7:0]` |
pub fn unpack_raw16(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    rows::unpack(backend, Raw::Raw16, packed, samples)
}
