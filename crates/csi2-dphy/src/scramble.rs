//! Data scrambling of CSI-2 v2.0: a keystream per lane, from the first byte after the sync byte on.
//!
//! Header, payload and footer are scrambled, after distribution to the lanes; start, sync byte and trail are not. Each
//! burst loads the registers anew. Seeds and form are parameters, as public sources disagree on both.
//!
//! Ref: hanasamyahmed/Design-and-Verification-of-CSI-2-controller-IP `source/rtl/mipi_scrambler.v` (generator, seeds of
//! preset A); blog.csdn.net/vivo01/article/details/126609451 (what is scrambled); Microchip CSI-2 host register
//! description, onlinedocs.microchip.com `GUID-7B1892E9-D568-4192-9900-45F112CDBABE` (seeds of preset B).

mod merged;
mod spelling;

pub use merged::MergedScrambler;
pub use spelling::ScramblingError;

use crate::MAX_LANES;

/// How the shift register x^16 + x^5 + x^4 + x^3 + 1 is built. Public sources disagree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScrambleForm {
    /// Shifts right; the key bit is bit 0, bits 0, 3, 4 and 5 feed bit 15.
    Fibonacci,
    /// Shifts left; the key bit is bit 15, which is added to bits 0, 3, 4 and 5.
    Galois,
}

/// Scrambling of a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scrambling {
    /// Register value at the first byte after the sync byte, per lane.
    pub seeds: [u16; MAX_LANES],
    /// Lanes whose seed is known, from lane 0.
    pub lanes: usize,
    /// How the register is built.
    pub form: ScrambleForm,
}

/// Parameters that a public source has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ScramblingPreset {
    /// What it is asked for by.
    pub name: &'static str,
    /// Its parameters.
    pub scrambling: Scrambling,
    /// Where they come from.
    pub source: &'static str,
}

/// A link has lanes for which no seed is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SeedsMissing {
    /// Lanes of the link.
    pub required: usize,
    /// Lanes with a seed.
    pub available: usize,
}

impl Scrambling {
    /// What is known by name. No two public sources agree on the seeds or on the form, so each pair of both is here.
    pub const PRESETS: &'static [ScramblingPreset] = &[
        ScramblingPreset {
            name: "a",
            scrambling: Self::of_four([0x0810, 0x0990, 0x0A51, 0x0BD0], ScrambleForm::Fibonacci),
            source: "an open CSI-2 controller's mipi_scrambler.v",
        },
        ScramblingPreset {
            name: "a-galois",
            scrambling: Self::of_four([0x0810, 0x0990, 0x0A51, 0x0BD0], ScrambleForm::Galois),
            source: "the seeds of a, in the form of the PCIe scrambler",
        },
        ScramblingPreset {
            name: "b",
            scrambling: Self::of_four([0x1008, 0x1188, 0x1248, 0x13C8], ScrambleForm::Fibonacci),
            source: "reset values of a Microchip host's seed registers (that of lane 3 inferred), in the form of a",
        },
        ScramblingPreset {
            name: "b-galois",
            scrambling: Self::of_four([0x1008, 0x1188, 0x1248, 0x13C8], ScrambleForm::Galois),
            source: "the seeds of b, in the form of the PCIe scrambler",
        },
    ];

    const fn of_four(seeds: [u16; 4], form: ScrambleForm) -> Self {
        let [a, b, c, d] = seeds;
        Self {
            seeds: [a, b, c, d, 0, 0, 0, 0],
            lanes: 4,
            form,
        }
    }

    /// Whether a link of so many lanes can be scrambled.
    ///
    /// # Errors
    /// [`SeedsMissing`] where it has more lanes than there are seeds.
    pub const fn covers(&self, lanes: usize) -> Result<(), SeedsMissing> {
        if lanes > self.lanes {
            return Err(SeedsMissing {
                required: lanes,
                available: self.lanes,
            });
        }
        Ok(())
    }

    /// The keystream of a lane from its first byte. That of a lane without a seed changes nothing.
    pub fn keystream(&self, lane: usize) -> Scrambler {
        let seed = self.seeds.get(lane).filter(|_| lane < self.lanes);
        Scrambler::new(seed.copied().unwrap_or(0), self.form)
    }

    /// The row of [`Scrambling::PRESETS`] with these parameters, if there is one.
    pub fn preset(&self) -> Option<&'static ScramblingPreset> {
        Self::PRESETS.iter().find(|preset| preset.scrambling == *self)
    }
}

/// Bytes of the keystream that the following ones are made of.
const HISTORY: usize = 16;

/// The keystream of one lane: adds itself to data, and again to take itself away.
///
/// In either form the key bits follow `a[n + 16] = a[n] + a[n + 3] + a[n + 4] + a[n + 5]`. Squaring the generator three
/// times gives the same rule with all distances eight times as long, so it holds for whole bytes, too. The register's
/// form only matters for the first sixteen of them.
///
/// ```
/// use csi2_dphy::{ScrambleForm, Scrambler};
/// // Frame start 1 on one lane.
/// let mut bytes = [0x00, 0x01, 0x00, 0x1A];
/// Scrambler::new(0x0810, ScrambleForm::Fibonacci).apply(&mut bytes);
/// assert_eq!(bytes, [0x10, 0x09, 0xD3, 0xDB]);
/// Scrambler::new(0x0810, ScrambleForm::Fibonacci).apply(&mut bytes);
/// assert_eq!(bytes, [0x00, 0x01, 0x00, 0x1A]);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scrambler {
    /// The next sixteen bytes of the keystream, the first in the lowest position.
    next: u128,
}

impl Scrambler {
    /// The keystream of a register loaded with `seed`. With seed 0 it is all zeros.
    pub const fn new(seed: u16, form: ScrambleForm) -> Self {
        let mut next = 0;
        let mut register = seed;
        let mut index = 0;
        while index < HISTORY {
            let (key, after) = form.eight_steps(register);
            next |= (key as u128) << (8 * index);
            register = after;
            index += 1;
        }
        Self { next }
    }

    /// The next byte of the keystream; its bit 0 belongs to the bit that is sent first.
    pub const fn next_byte(&mut self) -> u8 {
        let key = self.next as u8;
        self.next = self.next >> 8 | self.following() << 120;
        key
    }

    /// Adds the keystream to `bytes`.
    pub fn apply(&mut self, bytes: &mut [u8]) {
        let (words, rest) = bytes.as_chunks_mut::<8>();
        for word in words {
            *word = (u64::from_le_bytes(*word) ^ self.next_word()).to_le_bytes();
        }
        for byte in rest {
            *byte ^= self.next_byte();
        }
    }

    const fn next_word(&mut self) -> u64 {
        let key = self.next as u64;
        self.next = self.next >> 64 | self.following() << 64;
        key
    }

    /// The eleven bytes after the sixteen at hand, in the lowest positions; those above are incomplete.
    const fn following(self) -> u128 {
        self.next ^ self.next >> 24 ^ self.next >> 32 ^ self.next >> 40
    }
}

impl ScrambleForm {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Fibonacci, Self::Galois];

    /// Its name in command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fibonacci => "fibonacci",
            Self::Galois => "galois",
        }
    }

    /// Eight key bits, the first in bit 0, and the register after them. No bit that is fed back within eight steps gets
    /// as far as the key bit or another feedback.
    const fn eight_steps(self, register: u16) -> (u8, u16) {
        match self {
            Self::Fibonacci => {
                let fed = register ^ register >> 3 ^ register >> 4 ^ register >> 5;
                (register as u8, register >> 8 | fed << 8)
            }
            Self::Galois => {
                let out = register >> 8;
                let key = (out as u8).reverse_bits();
                (key, register << 8 ^ out ^ out << 3 ^ out << 4 ^ out << 5)
            }
        }
    }
}

impl core::fmt::Display for SeedsMissing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { required, available } = self;
        write!(
            f,
            "scrambling knows the seeds of {available} lanes, the link has {required}"
        )
    }
}

impl core::error::Error for SeedsMissing {}
