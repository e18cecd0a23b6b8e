//! The checksum of any bytes, cut anywhere, is the same on every backend, and that of the definition.
//!
//! The first four bytes are the state before and two places to cut at.
#![no_main]

use csi2_kernels::{Backend, checksum};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&[low, high, first, second], bytes)) = data.split_first_chunk() else {
        return;
    };
    let state = u16::from_le_bytes([low, high]);
    let expected = bit_by_bit(state, bytes);
    let (before, rest) = bytes.split_at(cut(first, bytes.len()));
    let (between, behind) = rest.split_at(cut(second, rest.len()));
    for backend in Backend::available() {
        assert_eq!(checksum(backend, state, bytes), expected, "{backend:?}");
        let pieces = [before, between, behind];
        let cut = pieces
            .iter()
            .fold(state, |state, piece| checksum(backend, state, piece));
        assert_eq!(cut, expected, "{backend:?}, cut");
    }
});

fn cut(at: u8, length: usize) -> usize {
    usize::from(at) * length / 255
}

/// x^16 + x^12 + x^5 + 1, least significant bit first.
fn bit_by_bit(mut state: u16, bytes: &[u8]) -> u16 {
    for byte in bytes {
        for bit in 0..8 {
            let feedback = (state ^ u16::from(byte >> bit)) & 1 == 1;
            state >>= 1;
            if feedback {
                state ^= 0x8408;
            }
        }
    }
    state
}
