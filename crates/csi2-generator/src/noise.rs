//! Seeded noise.
//!
//! Ref: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (SplitMix64);
//! prng.di.unimi.it/splitmix64.c.

/// SplitMix64: every seed is as good as any other, also neighbours.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    state: u64,
}

impl Noise {
    /// The noise of a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The noise that a seed has for a place: as unlike that of another place as that of another seed.
    pub(crate) fn at(seed: u64, place: [u64; 2]) -> Self {
        let state = place
            .into_iter()
            .fold(seed, |state, part| Self::new(state).next() ^ part);
        Self::new(Self::new(state).next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Any number below `bound`; 0 where there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: as even as 64 bits allow.
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    pub(crate) fn byte(&mut self) -> u8 {
        (self.next() >> 56) as u8
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            piece.copy_from_slice(self.next().to_le_bytes().get(..piece.len()).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Noise;

    /// rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
    #[test]
    fn cited_values() {
        let mut noise = Noise::new(1_234_567);
        for expected in [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ] {
            assert_eq!(noise.next(), expected);
        }
    }

    #[test]
    fn places_have_their_own() {
        let first = |seed, place| Noise::at(seed, place).next();
        let all = [
            first(0, [0, 0]),
            first(1, [0, 0]),
            first(0, [1, 0]),
            first(0, [0, 1]),
            first(1, [1, 0]),
            first(1, [1, 1]),
        ];
        for (index, value) in all.iter().enumerate() {
            assert!(!all[..index].contains(value), "{index}");
        }
        assert_eq!(first(7, [8, 9]), first(7, [8, 9]));
    }

    #[test]
    fn odd_lengths_are_filled() {
        let mut bytes = [0; 11];
        Noise::new(0).fill(&mut bytes);
        let mut noise = Noise::new(0);
        assert_eq!(bytes[..8], noise.next().to_le_bytes());
        assert_eq!(bytes[8..], noise.next().to_le_bytes()[..3]);
    }
}
