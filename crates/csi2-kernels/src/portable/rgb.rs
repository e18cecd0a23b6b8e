//! Colours in 16-bit words, blue lowest.

use super::{pack, unpack};

pub(crate) fn unpack_rgb565(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    unpack::groups(packed, samples, |&bytes, out| {
        let word = u16::from_le_bytes(bytes);
        *out = [word & 0x1F, word >> 5 & 0x3F, word >> 11];
    })
}

pub(crate) fn pack_rgb565(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    pack::groups(samples, packed, |&[blue, green, red], out| {
        *out = (blue & 0x1F | (green & 0x3F) << 5 | red << 11).to_le_bytes();
    })
}

pub(crate) fn unpack_rgb555(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    unpack::groups(packed, samples, |&bytes, out| {
        let word = u16::from_le_bytes(bytes);
        *out = [word & 0x1F, word >> 6 & 0x1F, word >> 11];
    })
}

pub(crate) fn pack_rgb555(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    pack::groups(samples, packed, |&[blue, green, red], out| {
        *out = (blue & 0x1F | (green & 0x1F) << 6 | red << 11).to_le_bytes();
    })
}

pub(crate) fn unpack_rgb444(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    unpack::groups(packed, samples, |&bytes, out| {
        let word = u16::from_le_bytes(bytes);
        *out = [word >> 1 & 0xF, word >> 7 & 0xF, word >> 12];
    })
}

pub(crate) fn pack_rgb444(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    pack::groups(samples, packed, |&[blue, green, red], out| {
        *out = ((blue & 0xF) << 1 | (green & 0xF) << 7 | red << 12).to_le_bytes();
    })
}
