//! How an input is taken apart, always in the same way for the same bytes.

/// Lengths of pieces, from a seed: short ones, sometimes empty, sometimes long.
pub struct Cuts(u32);

impl Cuts {
    /// A seed of zero never cuts.
    pub fn new(seed: u8) -> Self {
        Self(seed.into())
    }

    /// The length of the next piece of something of `length`.
    pub fn next(&mut self, length: usize) -> usize {
        if self.0 == 0 {
            return length;
        }
        // Numerical Recipes' generator; its upper bits are good enough to cut with.
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) | 1;
        let draw = (self.0 >> 16) as usize;
        let piece = if draw % 8 == 0 { draw } else { draw % 7 };
        piece.min(length)
    }
}

/// The bytes of an input: parameters first, then byte strings with a length byte before each.
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// The next byte, zero behind the end.
    pub fn byte(&mut self) -> u8 {
        let (byte, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *byte
    }

    /// The next byte string. The length is in units of `unit` bytes; the last string may be short.
    pub fn string(&mut self, unit: usize) -> Option<&'a [u8]> {
        let (&length, rest) = self.0.split_first()?;
        let (string, rest) = rest.split_at(rest.len().min(usize::from(length) * unit));
        self.0 = rest;
        Some(string)
    }

    /// What is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}
