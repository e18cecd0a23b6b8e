//! Packing, the mirror of unpacking.

pub(crate) fn pack_raw6(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    groups(samples, packed, |&samples, out| {
        let [a, b, c, _] = gather_6(word(samples)).to_le_bytes();
        *out = [a, b, c];
    })
}

pub(crate) fn pack_raw7(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    groups(samples, packed, |&[a, b, c, d, e, f, g, h], out| {
        let [low, high] = [[a, b, c, d], [e, f, g, h]].map(|half| {
            let bits = word(half);
            bits & 0x7F | bits >> 9 & 0x3F80 | bits >> 18 & 0x1F_C000 | bits >> 27 & 0xFE0_0000
        });
        let [a, b, c, d, e, f, g, _] = (low | high << 28).to_le_bytes();
        *out = [a, b, c, d, e, f, g];
    })
}

pub(crate) fn pack_raw8(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let done = packed.len().min(samples.len());
    for (byte, &sample) in packed.iter_mut().zip(samples) {
        *byte = sample as u8;
    }
    (done, done)
}

pub(crate) fn pack_raw10(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    groups(samples, packed, |&samples, out| {
        let bits = word(samples);
        let [a, b, c, d] = gather_8(bits >> 2).to_le_bytes();
        // The low bits of sample k are at 16k and belong at 56 + 2k: no two products meet.
        let low = (bits & 0x0003_0003_0003_0003).wrapping_mul(0x0100_0400_1000_4000) >> 56;
        *out = [a, b, c, d, low as u8];
    })
}

pub(crate) fn pack_raw12(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    groups(samples, packed, |&[p, q], out| {
        *out = [(p >> 4) as u8, (q >> 4) as u8, (p & 0xF | q << 4) as u8];
    })
}

pub(crate) fn pack_raw14(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    groups(samples, packed, |&samples, out| *out = bytes_14(samples.map(u32::from)))
}

pub(crate) fn pack_raw16(samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    groups(samples, packed, |&[sample], out| *out = sample.to_be_bytes())
}

/// Runs `pack` on every whole group that both slices have room for.
#[inline(always)]
pub(super) fn groups<S, const BYTES: usize, const SAMPLES: usize>(
    samples: &[S],
    packed: &mut [u8],
    pack: impl Fn(&[S; SAMPLES], &mut [u8; BYTES]),
) -> (usize, usize) {
    let (samples, _) = samples.as_chunks::<SAMPLES>();
    let (packed, _) = packed.as_chunks_mut::<BYTES>();
    let done = packed.len().min(samples.len());
    for (group, out) in samples.iter().zip(packed) {
        pack(group, out);
    }
    (done * SAMPLES, done * BYTES)
}

/// A RAW14 group. Field by field is faster here than all in one word.
#[inline(always)]
pub(super) fn bytes_14(samples: [u32; 4]) -> [u8; 7] {
    let [a, b, c, d] = samples.map(|sample| sample & 0x3F);
    let low = a | b << 6 | c << 12 | d << 18;
    let [a, b, c, d] = samples.map(|sample| (sample >> 6) as u8);
    let [e, f, g, _] = low.to_le_bytes();
    [a, b, c, d, e, f, g]
}

/// Sample k to bits 16k.
#[inline(always)]
fn word([a, b, c, d]: [u16; 4]) -> u64 {
    u64::from(a) | u64::from(b) << 16 | u64::from(c) << 32 | u64::from(d) << 48
}

/// The low byte of each 16 bits, back to back.
#[inline(always)]
fn gather_8(bits: u64) -> u32 {
    let bytes = bits & 0x00FF_00FF_00FF_00FF;
    let pairs = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF;
    (pairs | pairs >> 16) as u32
}

/// The low six of each 16 bits, back to back.
#[inline(always)]
fn gather_6(bits: u64) -> u32 {
    (bits & 0x3F | bits >> 10 & 0xFC0 | bits >> 20 & 0x3_F000 | bits >> 30 & 0xFC_0000) as u32
}
