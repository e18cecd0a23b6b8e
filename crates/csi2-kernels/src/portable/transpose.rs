//! Bits of eight samples as bytes, all wires at once.

use super::gather::Octet;

/// Bit j of byte i becomes bit i of byte j: blocks of one, two and four bits change places with those across the diagonal.
#[inline(always)]
fn transpose(square: u64) -> u64 {
    let steps = [
        (7, 0x00AA_00AA_00AA_00AA),
        (14, 0x0000_CCCC_0000_CCCC),
        (28, 0x0000_0000_F0F0_F0F0),
    ];
    steps.iter().fold(square, |square, (distance, mask)| {
        let differ = (square ^ square >> distance) & mask;
        square ^ differ ^ differ << distance
    })
}

/// Rows of eight lanes on bits 0 to 7.
pub(super) fn all_bits(octets: &[Octet<1>], flips: [u8; 8], rows: &mut [[u8; 8]]) {
    let flips = u64::from_le_bytes(flips);
    for (row, octet) in rows.iter_mut().zip(octets) {
        *row = (transpose(u64::from_le_bytes(octet.map(|[sample]| sample))) ^ flips).to_le_bytes();
    }
}

/// As many rows of four lanes on the bits from `first` on, which is at most 4: two rows are one square.
pub(super) fn four_bits(octets: &[Octet<1>], first: u8, flips: [u8; 4], rows: &mut [[u8; 4]]) {
    let nibbles = |octet: &Octet<1>| u64::from_le_bytes(octet.map(|[sample]| sample)) >> first & 0x0F0F_0F0F_0F0F_0F0F;
    let [a, b, c, d] = flips;
    let flips = u64::from_le_bytes([a, b, c, d, a, b, c, d]);
    let (pairs, last) = rows.as_chunks_mut::<2>();
    let (octets, last_octet) = octets.as_chunks::<2>();
    for (pair, [low, high]) in pairs.iter_mut().zip(octets) {
        let square = transpose(nibbles(low) | nibbles(high) << 4) ^ flips;
        let (rows, _) = pair.as_flattened_mut().as_chunks_mut();
        rows[0] = square.to_le_bytes();
    }
    for (row, octet) in last.iter_mut().zip(last_octet) {
        *row = ((transpose(nibbles(octet)) ^ flips) as u32).to_le_bytes();
    }
}
