//! The payload checksum: x^16 + x^12 + x^5 + 1, least significant bit first (CRC-16/MCRF4XX).
//!
//! Bytes are polynomials over the field of two elements: the first bit on the wire, bit 0 of the first byte, has the highest
//! power of x. The checksum is the remainder of that polynomial times x^16, divided by the one above. Remainders are kept as
//! they are sent, in *reflected* order: bit 15 is the coefficient of x^0, bit 0 that of x^15.

use crate::Backend;
use crate::backend::dispatch;

/// The checksum after `bytes`, which was `state` before them: 0xFFFF before the first byte of a payload.
///
/// ```
/// use csi2_kernels::{Backend, checksum};
///
/// assert_eq!(checksum(Backend::detect(), 0xFFFF, b"123456789"), 0x6F91);
/// ```
#[inline]
pub fn checksum(backend: Backend, state: u16, bytes: &[u8]) -> u16 {
    dispatch!(backend, checksum(state, bytes); avx512 avx2 sse42)
}

/// x^16 by the divisor: x^12 + x^5 + 1, reflected.
pub(crate) const POLYNOMIAL: u16 = 1 << (15 - 12) | 1 << (15 - 5) | 1 << 15;

/// A remainder times x.
pub(crate) const fn times_x(remainder: u16) -> u16 {
    // What leaves at the end is x^16.
    remainder >> 1 ^ if remainder & 1 == 1 { POLYNOMIAL } else { 0 }
}

/// A remainder divided by x, which has an inverse since the divisor ends with 1.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
pub(crate) const fn by_x(remainder: u16) -> u16 {
    if remainder >> 15 == 1 {
        (remainder ^ POLYNOMIAL) << 1 | 1
    } else {
        remainder << 1
    }
}
