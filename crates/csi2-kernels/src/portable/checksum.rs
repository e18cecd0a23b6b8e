//! The checksum, a byte at a time.

pub(crate) fn checksum(state: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(state, |state, &byte| {
        let low = state ^ u16::from(byte);
        let low = (0..8).fold(low & 0xFF, |low, _| low >> 1 ^ if low & 1 == 1 { 0x8408 } else { 0 });
        state >> 8 ^ low
    })
}
