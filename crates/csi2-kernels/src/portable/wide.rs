//! Samples of more than 16 bits: two halves each, the high half first, packed like samples of half the depth.

use super::{pack, unpack};

pub(crate) fn unpack_raw20(packed: &[u8], samples: &mut [u32]) -> (usize, usize) {
    unpack::groups(packed, samples, |&bytes, out| {
        *out = join(unpack::word_10(bytes), 10);
    })
}

pub(crate) fn pack_raw20(samples: &[u32], packed: &mut [u8]) -> (usize, usize) {
    pack::groups(samples, packed, |&[p, q], out| {
        let low = p >> 10 & 3 | (p & 3) << 2 | (q >> 10 & 3) << 4 | (q & 3) << 6;
        *out = [p >> 12, p >> 2, q >> 12, q >> 2, low].map(|field| field as u8);
    })
}

pub(crate) fn unpack_raw24(packed: &[u8], samples: &mut [u32]) -> (usize, usize) {
    unpack::groups(packed, samples, |&[high, middle, low], out| {
        let [high, middle, low] = [high, middle, low].map(u32::from);
        *out = [high << 16 | (low & 0xF) << 12 | middle << 4 | low >> 4];
    })
}

pub(crate) fn pack_raw24(samples: &[u32], packed: &mut [u8]) -> (usize, usize) {
    pack::groups(samples, packed, |&[sample], out| {
        let low = sample >> 12 & 0xF | (sample & 0xF) << 4;
        *out = [sample >> 16, sample >> 4, low].map(|field| field as u8);
    })
}

pub(crate) fn unpack_raw28(packed: &[u8], samples: &mut [u32]) -> (usize, usize) {
    unpack::groups(packed, samples, |&bytes, out| {
        *out = join(unpack::word_14(bytes), 14);
    })
}

pub(crate) fn pack_raw28(samples: &[u32], packed: &mut [u8]) -> (usize, usize) {
    pack::groups(samples, packed, |&[p, q], out| {
        *out = pack::bytes_14([p >> 14, p, q >> 14, q]);
    })
}

/// Half k at bits 16k, high halves first, to samples.
#[inline(always)]
fn join(halves: u64, half: u32) -> [u32; 2] {
    const EVEN: u64 = 0x0000_FFFF_0000_FFFF;
    let samples = (halves & EVEN) << half | halves >> 16 & EVEN;
    [samples as u32, (samples >> 32) as u32]
}
