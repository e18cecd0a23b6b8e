//! Bits of channels to bits of samples, and back.

/// Eight channels of eight samples as eight samples of eight channels: bit `s` of byte `c` becomes bit `c` of byte `s`.
/// Blocks of 1, 2 and 4 bits a side change places.
pub(super) const fn transpose(bits: [u8; 8]) -> [u8; 8] {
    let mut x = u64::from_le_bytes(bits);
    let mut moved = (x ^ (x >> 7)) & 0x00AA_00AA_00AA_00AA;
    x ^= moved ^ (moved << 7);
    moved = (x ^ (x >> 14)) & 0x0000_CCCC_0000_CCCC;
    x ^= moved ^ (moved << 14);
    moved = (x ^ (x >> 28)) & 0x0000_0000_F0F0_F0F0;
    x ^= moved ^ (moved << 28);
    x.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::transpose;

    #[test]
    fn every_bit_finds_its_place() {
        for (byte, bit) in (0..8).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
            let (mut from, mut to) = ([0; 8], [0; 8]);
            from[byte] = 1 << bit;
            to[bit] = 1 << byte;
            assert_eq!(transpose(from), to, "byte {byte} bit {bit}");
        }
        let mixed = [0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0];
        assert_eq!(transpose(transpose(mixed)), mixed);
    }
}
