//! The payload checksum: x^16 + x^12 + x^5 + 1, least significant bit first (CRC-16/MCRF4XX).

use crate::Backend;
use crate::backend::dispatch;

/// The checksum after `bytes`, which was `state` before them: 0xFFFF before the first byte of a payload.
///
/// ```
/// use csi2_kernels::{Backend, checksum};
///
/// assert_eq!(checksum(Backend::detect(), 0xFFFF, b"123456789"), 0x6F91);
/// ```
pub fn checksum(backend: Backend, state: u16, bytes: &[u8]) -> u16 {
    dispatch!(backend, checksum(state, bytes);)
}
