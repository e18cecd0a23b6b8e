//! Header ECC.

/// What the ECC says about a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EccVerdict {
    /// No error.
    Clean,
    /// Data bit `bit` (0 to 25) was wrong and has been flipped.
    Corrected {
        /// Position in D25..D0: 0 to 7 data identifier, 8 to 23 word, 24 and 25 VCX.
        bit: u8,
    },
    /// Check bit `bit` (0 to 5) was wrong; the data is good.
    ParityBit {
        /// P0 to P5.
        bit: u8,
    },
    /// Two or more bits are wrong: the header cannot be used.
    Uncorrectable {
        /// Received XOR computed check bits.
        syndrome: u8,
    },
}
