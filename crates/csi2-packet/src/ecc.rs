//! Header ECC: a Hamming code with one extra parity, 24 data bits in CSI-2 v1.x and 26 in v2.0.
//!
//! Ref: torvalds/linux drivers/gpu/drm/sun4i/sun6i_mipi_dsi.c (24-bit code);
//! gatecat/CSI2Rx verilog_cores/csi/header_ecc.v; stevenbell/csirx hdl/ecc_block.v.
//!
//! Data bits D0 to D7 are the data identifier, D8 to D23 the word, least significant bit first, D24 and D25 the
//! virtual channel extension. Every column of the code has odd weight, so two wrong bits never look like one.

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

impl core::fmt::Display for EccVerdict {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Clean => f.write_str("clean"),
            Self::Corrected { bit } => write!(f, "data bit D{bit} corrected"),
            Self::ParityBit { bit } => write!(f, "check bit P{bit} wrong, data good"),
            Self::Uncorrectable { syndrome } => write!(f, "uncorrectable (syndrome 0x{syndrome:02X})"),
        }
    }
}

/// Data bits covered by P0 to P5, even parity.
const PARITY: [u32; 6] = [
    taps(&[0, 1, 2, 4, 5, 7, 10, 11, 13, 16, 20, 21, 22, 23, 24]),
    taps(&[0, 1, 3, 4, 6, 8, 10, 12, 14, 17, 20, 21, 22, 23, 25]),
    taps(&[0, 2, 3, 5, 6, 9, 11, 12, 15, 18, 20, 21, 22, 24, 25]),
    taps(&[1, 2, 3, 7, 8, 9, 13, 14, 15, 19, 20, 21, 23, 24, 25]),
    taps(&[4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20, 22, 23, 24, 25]),
    taps(&[10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25]),
];

/// Bits of the data word, VCX included.
pub(crate) const DATA_BITS: u8 = 26;
/// Bits of the v1.x data word.
pub(crate) const CLASSIC_DATA_BITS: u8 = 24;

/// Check bits of each value of each byte of the data word: a header costs four loads.
static CHECK: [[u8; 256]; 3] = [byte_table(0), byte_table(8), byte_table(16)];
/// Check bits of each value of VCX.
static CHECK_VCX: [u8; 4] = [
    parity_bits(0),
    parity_bits(1 << 24),
    parity_bits(1 << 25),
    parity_bits(3 << 24),
];
/// The data bit that each syndrome of the 26-bit code tells of, or [`CHECK_BIT`] plus a check bit, or [`NO_BIT`].
static SYNDROME: [u8; 64] = syndrome_table();
/// Above the data bits.
const CHECK_BIT: u8 = 32;
/// Above the check bits.
const NO_BIT: u8 = 64;

/// The six check bits of `data` (D25 to D0; higher bits are ignored).
pub(crate) const fn check_bits(data: u32) -> u8 {
    let [low, middle, high, vcx] = data.to_le_bytes();
    CHECK[0][low as usize] ^ CHECK[1][middle as usize] ^ CHECK[2][high as usize] ^ CHECK_VCX[(vcx & 3) as usize]
}

/// What `data` received with the six low bits of `check` does not agree in: zero where all is well.
pub(crate) const fn syndrome(data: u32, check: u8) -> u8 {
    (check ^ check_bits(data)) & 0x3F
}

/// What a syndrome means where the code has `data_bits` data bits.
pub(crate) const fn judge(syndrome: u8, data_bits: u8) -> EccVerdict {
    match SYNDROME[(syndrome & 0x3F) as usize] {
        _ if syndrome == 0 => EccVerdict::Clean,
        bit if bit < data_bits => EccVerdict::Corrected { bit },
        bit if bit & CHECK_BIT != 0 => EccVerdict::ParityBit { bit: bit ^ CHECK_BIT },
        // In the shorter code, also what is a data bit of the longer one.
        _ => EccVerdict::Uncorrectable { syndrome },
    }
}

const fn taps(bits: &[u8]) -> u32 {
    let mut mask = 0;
    let mut at = 0;
    while at < bits.len() {
        mask |= 1 << bits[at];
        at += 1;
    }
    mask
}

/// The definition, one parity at a time: only for the tables.
const fn parity_bits(data: u32) -> u8 {
    let mut check = 0;
    let mut p = 0;
    while p < PARITY.len() {
        check |= (((data & PARITY[p]).count_ones() & 1) as u8) << p;
        p += 1;
    }
    check
}

const fn byte_table(shift: u32) -> [u8; 256] {
    let mut table = [0; 256];
    let mut value = 0;
    while value < table.len() {
        table[value] = parity_bits((value as u32) << shift);
        value += 1;
    }
    table
}

const fn syndrome_table() -> [u8; 64] {
    let mut table = [NO_BIT; 64];
    let mut bit = 0;
    while bit < DATA_BITS {
        table[parity_bits(1 << bit) as usize] = bit;
        bit += 1;
    }
    let mut bit = 0;
    while bit < 6 {
        table[1 << bit] = CHECK_BIT + bit;
        bit += 1;
    }
    table
}
