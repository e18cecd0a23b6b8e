//! One bit of each of eight samples as a byte, by multiplication.

/// Eight samples of `UNIT` little-endian bytes.
pub(super) type Octet<const UNIT: usize> = [[u8; UNIT]; 8];

/// A bit of samples of `UNIT` bytes as factors, made once for all of them.
#[derive(Clone, Copy)]
pub(super) struct Gather<const UNIT: usize> {
    byte: usize,
    mask: u64,
    factor: u64,
}

impl<const UNIT: usize> Gather<UNIT> {
    /// A bit that the samples do not have reads as 0.
    pub(super) fn new(bit: u32) -> Self {
        let byte = (bit / 8) as usize;
        if byte >= UNIT {
            let (byte, mask, factor) = (0, 0, 0);
            return Self { byte, mask, factor };
        }
        let (mask, factor, place) = if UNIT == 2 {
            // Four samples are a word: moves bit 16k + place to 60 + k.
            (0x0001_0001_0001_0001, 0x1000_2000_4000_8000, bit)
        } else {
            // Their bytes that have the bit are one: moves bit 8k + place to 56 + k.
            (0x0101_0101_0101_0101, 0x0102_0408_1020_4080, bit % 8)
        };
        Self {
            byte,
            mask: mask << place,
            factor: factor >> place,
        }
    }

    /// Bit k is that of sample k.
    #[inline(always)]
    pub(super) fn gather(self, octet: &Octet<UNIT>) -> u8 {
        let product = |word| (u64::from_le_bytes(word) & self.mask).wrapping_mul(self.factor);
        if UNIT == 2 {
            let (words, _) = octet.as_flattened().as_chunks();
            let nibbles = words.iter().rev();
            return nibbles.fold(0, |bits, word| bits << 4 | (product(*word) >> 60) as u8);
        }
        (product(octet.map(|sample| sample[self.byte % UNIT])) >> 56) as u8
    }
}
