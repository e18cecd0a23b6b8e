//! What the benchmarks share. Run them with `cargo bench -p csi2-benches`; a word behind `--` selects by name:
//! `cargo bench -p csi2-benches --bench samples -- raw10`.
//!
//! Each benchmark checks its answer before it is timed, is named by its parameters (`unpack/raw10/avx2/4056px`), counts
//! packed bytes (of a merge: merged bytes; of sampled pins: samples) and has, in the same group, `memcpy`: a copy of as many
//! bytes; where input and output differ in size, of half their sum. Ratios inside one run mean something on a busy machine,
//! bytes per second do not.

/// Samples of a line, and rows of a frame, of a 12 megapixel sensor.
pub const WIDTH: usize = 4056;
/// See [`WIDTH`].
pub const HEIGHT: usize = 3040;

/// Bytes without a pattern.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Sample `index` of a packed RAW line, bit by bit: what the kernels must agree with. 0 beyond the end.
pub fn sample(bits: usize, packed: &[u8], index: usize) -> u16 {
    // Bytes and samples of a group, and how many low bits of a sample wait until behind the group's high bytes.
    let (bytes, samples, late) = match bits {
        6 => (3, 4, 6),
        7 => (7, 8, 7),
        8 => (1, 1, 0),
        10 => (5, 4, 2),
        12 => (3, 2, 4),
        14 => (7, 4, 6),
        _ => (2, 1, 8),
    };
    let (group, p) = (index / samples * bytes, index % samples);
    let early = if bits < 8 { 0 } else { samples * 8 };
    (0..bits).fold(0, |value, bit| {
        let place = if bit < late {
            early + p * late + bit
        } else {
            p * 8 + bit - late
        };
        let byte = packed.get(group + place / 8).copied().unwrap_or(0);
        value | u16::from(byte >> (place % 8) & 1) << bit
    })
}
