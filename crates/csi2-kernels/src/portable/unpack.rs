//! Unpacking, four samples a word where the format allows.

pub(crate) fn unpack_raw6(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    groups(packed, samples, |&[a, b, c], out| {
        *out = lanes(spread_6(u32::from_le_bytes([a, b, c, 0])));
    })
}

pub(crate) fn unpack_raw7(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    groups(packed, samples, |&[a, b, c, d, e, f, g], out: &mut [u16; 8]| {
        let (halves, _) = out.as_chunks_mut();
        let bits = u64::from_le_bytes([a, b, c, d, e, f, g, 0]);
        for (half, bits) in halves.iter_mut().zip([bits, bits >> 28]) {
            *half = lanes(bits & 0x7F | (bits & 0x3F80) << 9 | (bits & 0x1F_C000) << 18 | (bits & 0xFE0_0000) << 27);
        }
    })
}

pub(crate) fn unpack_raw8(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let done = packed.len().min(samples.len());
    for (sample, &byte) in samples.iter_mut().zip(packed) {
        *sample = u16::from(byte);
    }
    (done, done)
}

pub(crate) fn unpack_raw10(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    groups(packed, samples, |&bytes, out| {
        *out = if WORDS { lanes(word_10(bytes)) } else { fields_10(bytes) };
    })
}

pub(crate) fn unpack_raw12(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    // Two samples a word were no faster here.
    groups(packed, samples, |&[a, b, low], out| {
        *out = [
            u16::from(a) << 4 | u16::from(low & 0xF),
            u16::from(b) << 4 | u16::from(low >> 4),
        ];
    })
}

pub(crate) fn unpack_raw14(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    groups(packed, samples, |&bytes, out| {
        *out = if WORDS { lanes(word_14(bytes)) } else { fields_14(bytes) };
    })
}

pub(crate) fn unpack_raw16(packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    groups(packed, samples, |&bytes, out| *out = [u16::from_be_bytes(bytes)])
}

/// Whether four samples fit a register. Where they need two, field by field takes a third of the instructions.
const WORDS: bool = cfg!(target_pointer_width = "64");

/// Runs `unpack` on every whole group that both slices have room for.
#[inline(always)]
pub(super) fn groups<S, const BYTES: usize, const SAMPLES: usize>(
    packed: &[u8],
    samples: &mut [S],
    unpack: impl Fn(&[u8; BYTES], &mut [S; SAMPLES]),
) -> (usize, usize) {
    let (packed, _) = packed.as_chunks::<BYTES>();
    let (samples, _) = samples.as_chunks_mut::<SAMPLES>();
    let done = packed.len().min(samples.len());
    for (group, out) in packed.iter().zip(samples) {
        unpack(group, out);
    }
    (done * BYTES, done * SAMPLES)
}

/// A RAW10 group, sample k to bits 16k.
#[inline(always)]
pub(super) fn word_10([a, b, c, d, low]: [u8; 5]) -> u64 {
    let high = spread_8(u32::from_le_bytes([a, b, c, d]));
    // The low bits of sample k are at 2k and belong at 16k: copies 14 bits apart do not overlap.
    let low = (u64::from(low) * 0x0000_0400_1000_4001) & 0x0003_0003_0003_0003;
    high << 2 | low
}

/// A RAW14 group, sample k to bits 16k.
#[inline(always)]
pub(super) fn word_14([a, b, c, d, e, f, g]: [u8; 7]) -> u64 {
    spread_8(u32::from_le_bytes([a, b, c, d])) << 6 | spread_6(u32::from_le_bytes([e, f, g, 0]))
}

/// A RAW10 group, field by field.
#[inline(always)]
fn fields_10([a, b, c, d, low]: [u8; 5]) -> [u16; 4] {
    [
        u16::from(a) << 2 | u16::from(low & 3),
        u16::from(b) << 2 | u16::from(low >> 2 & 3),
        u16::from(c) << 2 | u16::from(low >> 4 & 3),
        u16::from(d) << 2 | u16::from(low >> 6),
    ]
}

/// A RAW14 group, field by field.
#[inline(always)]
fn fields_14([a, b, c, d, e, f, g]: [u8; 7]) -> [u16; 4] {
    [
        u16::from(a) << 6 | u16::from(e & 0x3F),
        u16::from(b) << 6 | u16::from(e >> 6 | (f & 0xF) << 2),
        u16::from(c) << 6 | u16::from(f >> 4 | (g & 3) << 4),
        u16::from(d) << 6 | u16::from(g >> 2),
    ]
}

/// Byte k to bits 16k.
#[inline(always)]
fn spread_8(bytes: u32) -> u64 {
    let bytes = u64::from(bytes);
    let pairs = (bytes | bytes << 16) & 0x0000_FFFF_0000_FFFF;
    (pairs | pairs << 8) & 0x00FF_00FF_00FF_00FF
}

/// Bits 6k to 6k + 5 to bits 16k.
#[inline(always)]
fn spread_6(bits: u32) -> u64 {
    let bits = u64::from(bits);
    bits & 0x3F | (bits & 0xFC0) << 10 | (bits & 0x3_F000) << 20 | (bits & 0xFC_0000) << 30
}

/// Bits 16k to sample k.
#[inline(always)]
fn lanes(word: u64) -> [u16; 4] {
    [0, 16, 32, 48].map(|shift| (word >> shift) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The suite runs the one that this machine takes.
    #[test]
    fn words_and_fields_agree() {
        for seed in 0..4096_u64 {
            let [a, b, c, d, e, f, g, _] = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes();
            assert_eq!(lanes(word_10([a, b, c, d, e])), fields_10([a, b, c, d, e]));
            let bytes = [a, b, c, d, e, f, g];
            assert_eq!(lanes(word_14(bytes)), fields_14(bytes));
        }
    }
}
