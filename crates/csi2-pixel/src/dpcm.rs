//! DPCM: samples of 10 or 12 bits in codes of 8, 7 or 6 bits, packed like RAW8, RAW7 or RAW6. Experimental.
//!
//! Ref: patents US7715638, EP1584195 (the principle); onlinedocs.microchip.com GUID-0265987E-0E72-4A61-BC22-821E491C6E08,
//! "CSI-2 Demux RAW Data Decompression Support" (modes, lines stand alone); Texas Instruments CAL and VPS driver headers
//! (modes, predictors 1 and 2); torvalds/linux `Documentation/userspace-api/media/v4l/pixfmt-srggb10dpcm8.rst`.
//!
//! Each sample is predicted from decoded ones of its line; the code says how far off that is. Its leading bits select a class
//! of distances and with it a step, then come a sign and the steps. A leading 1 carries the sample itself, coarsely. The first
//! two samples of a line, one a colour, are not predicted.
//!
//! No public example of coded samples was found, and no device was at hand. What is checked: in every mode the classes tile
//! the distances without a gap, the prefixes are complete, every code is used, none that is sent is zero, and what comes back
//! is within half a step. When predictor 2 takes which neighbour is the least certain part.

use csi2_kernels::Backend;

use crate::format::{Raw6, Raw7, Raw8};
use crate::{Codec, Kernels, Layout, PixelFormat};

/// The compressions, for [`crate::Codecs::declare`]: bits of a sample, of a code, and of a decoded sample; `p2` with the
/// advanced predictor, 2, and without it the simple one, 1. Kernels take whole lines.
pub const COMPRESSIONS: &[Codec] = &[
    codec::<Dpcm10To8, false>("10-8-10"),
    codec::<Dpcm10To7, false>("10-7-10"),
    codec::<Dpcm10To6, false>("10-6-10"),
    codec::<Dpcm12To8, false>("12-8-12"),
    codec::<Dpcm12To7, false>("12-7-12"),
    codec::<Dpcm12To6, false>("12-6-12"),
    codec::<Dpcm10To8, true>("10-8-10p2"),
    codec::<Dpcm10To7, true>("10-7-10p2"),
    codec::<Dpcm10To6, true>("10-6-10p2"),
    codec::<Dpcm12To8, true>("12-8-12p2"),
    codec::<Dpcm12To7, true>("12-7-12p2"),
    codec::<Dpcm12To6, true>("12-6-12p2"),
];

/// A table of codes.
trait Mode {
    /// What packs the codes.
    type Container: PixelFormat<Sample = u16>;
    /// Of a sample.
    const BITS: u8;
    const CLASSES: &'static [Class];

    /// Of a code.
    const CODE_BITS: u8 = Self::Container::DEPTH[0];
    /// Codes from here on carry the sample itself.
    const ESCAPE: u16 = 1 << (Self::CODE_BITS - 1);
    /// Step of samples that are not predicted.
    const FIRST_STEP: u16 = 1 << (Self::BITS - Self::CODE_BITS);
    /// Step of samples behind an escape.
    const ESCAPE_STEP: u16 = 2 * Self::FIRST_STEP;
    /// Of codes below the escape.
    const DISTANCES: &'static [i16; 128] = &distances(Self::CLASSES, Self::CODE_BITS);
}

/// Distances that share a step.
struct Class {
    /// The least of them.
    from: u16,
    /// Leading bits of their codes, and how many.
    prefix: (u16, u8),
    /// Bits that count steps.
    count_bits: u8,
    step: u16,
}

/// A row a class: least distance, prefix, bits that count steps, step.
macro_rules! modes {
    ($($mode:ident $bits:literal $container:ident { $($from:literal $prefix:literal / $length:literal $count_bits:literal $step:literal;)* })*) => {$(
        struct $mode;

        impl Mode for $mode {
            type Container = $container;
            const BITS: u8 = $bits;
            const CLASSES: &'static [Class] =
                &[$(Class { from: $from, prefix: ($prefix, $length), count_bits: $count_bits, step: $step }),*];
        }
    )*};
}

modes! {
    Dpcm10To8 10 Raw8 {
          0 0b00    / 2  5  1;
         32 0b010   / 3  4  2;
         64 0b011   / 3  4  4;
    }
    Dpcm10To7 10 Raw7 {
          0 0b000   / 3  3  1;
          8 0b0010  / 4  2  2;
         16 0b0011  / 4  2  4;
         32 0b01    / 2  4  8;
    }
    Dpcm10To6 10 Raw6 {
          0 0b00000 / 5  0  1;
          1 0b00001 / 5  0  2;
          3 0b0001  / 4  1  4;
         11 0b001   / 3  2  8;
         43 0b01    / 2  3 16;
    }
    Dpcm12To8 12 Raw8 {
          0 0b0000  / 4  3  1;
          8 0b011   / 3  4  2;
         40 0b010   / 3  4  4;
        104 0b001   / 3  4  8;
        232 0b0001  / 4  3 16;
    }
    Dpcm12To7 12 Raw7 {
          0 0b0000  / 4  2  1;
          4 0b0001  / 4  2  2;
         12 0b0010  / 4  2  4;
         28 0b010   / 3  3  8;
         92 0b011   / 3  3 16;
        220 0b0011  / 4  2 32;
    }
    Dpcm12To6 12 Raw6 {
          0 0b0000  / 4  1  1;
          2 0b0010  / 4  1  4;
         10 0b010   / 3  2  8;
         42 0b0011  / 4  1 16;
         74 0b011   / 3  2 32;
        202 0b0001  / 4  1 64;
    }
}

/// Decoded samples of a line, the last first.
#[derive(Default)]
struct Past {
    samples: [u16; 4],
    count: u8,
}

const fn codec<M: Mode, const ADVANCED: bool>(name: &'static str) -> Codec {
    Codec {
        name,
        data_type: M::Container::DATA_TYPE,
        layout: Layout::Single,
        group: M::Container::GROUP,
        bits: M::BITS,
        depth: [M::BITS; 3],
        kernels: Kernels::Narrow {
            unpack: unpack::<M, ADVANCED>,
            pack: pack::<M, ADVANCED>,
            raw: None,
        },
    }
}

fn unpack<M: Mode, const ADVANCED: bool>(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let done = M::Container::unpack(backend, packed, samples);
    let mut past = Past::default();
    for sample in samples.iter_mut().take(done.1) {
        *sample = decode::<M>(*sample, past.prediction::<ADVANCED>());
        past.push(*sample);
    }
    done
}

fn pack<M: Mode, const ADVANCED: bool>(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    // Whole groups of every container.
    let mut codes = [0; 256];
    let (mut past, mut done) = (Past::default(), (0, 0));
    for piece in samples.chunks(codes.len()) {
        for (code, sample) in codes.iter_mut().zip(piece) {
            let prediction = past.prediction::<ADVANCED>();
            *code = encode::<M>(*sample, prediction);
            past.push(decode::<M>(*code, prediction));
        }
        let (read, written) = (
            codes.get(..piece.len()).unwrap_or_default(),
            packed.get_mut(done.1..).unwrap_or_default(),
        );
        let (read, written) = M::Container::pack(backend, read, written);
        done = (done.0 + read, done.1 + written);
        if read < piece.len() {
            break;
        }
    }
    done
}

/// `code` has no more than [`Mode::CODE_BITS`] bits.
fn decode<M: Mode>(code: u16, prediction: Option<u16>) -> u16 {
    match prediction {
        None => code * M::FIRST_STEP + M::FIRST_STEP / 2,
        Some(prediction) if code >= M::ESCAPE => {
            let least = (code - M::ESCAPE) * M::ESCAPE_STEP;
            // Of the two middles the one nearer to the prediction.
            least + M::ESCAPE_STEP / 2 - u16::from(least > prediction)
        }
        Some(prediction) => {
            let distance = M::DISTANCES[usize::from(code & 0x7F)];
            prediction.saturating_add_signed(distance).min(max::<M>())
        }
    }
}

/// The low [`Mode::BITS`] of `sample`.
fn encode<M: Mode>(sample: u16, prediction: Option<u16>) -> u16 {
    let sample = sample & max::<M>();
    let Some(prediction) = prediction else {
        return (sample / M::FIRST_STEP).max(1);
    };
    let distance = sample.abs_diff(prediction);
    match M::CLASSES.iter().find(|class| class.contains(distance)) {
        Some(class) => {
            // No distance is sent as a negative one: a code of zeros does not occur.
            let sign = u16::from(sample <= prediction);
            class.code(sign, (distance - class.from) / class.step, M::CODE_BITS)
        }
        None => M::ESCAPE + sample / M::ESCAPE_STEP,
    }
}

const fn max<M: Mode>() -> u16 {
    (1 << M::BITS) - 1
}

/// What each code below the escape adds to the prediction.
const fn distances(classes: &[Class], code_bits: u8) -> [i16; 128] {
    let mut distances = [0; 128];
    let mut index = 0;
    while index < classes.len() {
        let class = &classes[index];
        let mut count = 0;
        while count < 1 << class.count_bits {
            // The middle, rounded towards the prediction, of steps of 4 and more; the near end of smaller ones.
            let distance = (class.from + count * class.step + (class.step / 2).saturating_sub(1)).cast_signed();
            distances[class.code(0, count, code_bits) as usize] = distance;
            distances[class.code(1, count, code_bits) as usize] = -distance;
            count += 1;
        }
        index += 1;
    }
    distances
}

impl Class {
    const fn contains(&self, distance: u16) -> bool {
        self.from <= distance && distance < self.from + (self.step << self.count_bits)
    }

    /// | prefix | sign | count of steps |
    const fn code(&self, sign: u16, count: u16, code_bits: u8) -> u16 {
        let (prefix, length) = self.prefix;
        prefix << (code_bits - length) | sign << self.count_bits | count
    }
}

impl Past {
    fn push(&mut self, sample: u16) {
        let [a, b, c, _] = self.samples;
        self.samples = [sample, a, b, c];
        self.count = self.count.saturating_add(1);
    }

    /// `None` for the first two samples. Predictor 1 is the last sample of the same colour.
    fn prediction<const ADVANCED: bool>(&self) -> Option<u16> {
        let [a, b, c, d] = self.samples;
        match (ADVANCED, self.count) {
            (_, 0..2) => None,
            (false, _) | (true, 2) => Some(b),
            // The line rises or falls: the neighbour is nearest.
            (true, _) if monotonic([a, b, c]) => Some(a),
            (true, 3) => Some(b),
            // Both colours move alike.
            (true, _) if (a <= c && b <= d) || (a >= c && b >= d) => Some(b),
            (true, _) => Some((b + d).div_ceil(2)),
        }
    }
}

fn monotonic([a, b, c]: [u16; 3]) -> bool {
    (a <= b && b <= c) || (a >= b && b >= c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sample, at every prediction: the code is not zero, and what comes back is within half a step.
    fn bounded<M: Mode>() {
        let (max, codes) = (max::<M>(), 1 << M::CODE_BITS);
        for prediction in core::iter::once(None).chain((0..=max).map(Some)) {
            for sample in 0..=max {
                let code = encode::<M>(sample, prediction);
                assert!(0 < code && code < codes, "{prediction:?} {sample}: {code}");
                let step = match prediction {
                    None => M::FIRST_STEP,
                    Some(prediction) => {
                        let class = M::CLASSES
                            .iter()
                            .find(|class| class.contains(sample.abs_diff(prediction)));
                        class.map_or(M::ESCAPE_STEP, |class| class.step)
                    }
                };
                // The first bin would be coded as zero, and is sent as the second.
                let lifted = if prediction.is_none() && sample < step { step } else { 0 };
                let error = decode::<M>(code, prediction).abs_diff(sample);
                assert!(error <= lifted + step / 2, "{prediction:?} {sample}: {error}");
            }
        }
    }

    /// Every code, at every prediction.
    fn in_range<M: Mode>() {
        let max = max::<M>();
        for code in 0..1 << M::CODE_BITS {
            for prediction in core::iter::once(None).chain((0..=max).map(Some)) {
                assert!(decode::<M>(code, prediction) <= max, "{prediction:?} {code}");
            }
        }
    }

    #[test]
    fn what_comes_back_is_within_half_a_step() {
        bounded::<Dpcm10To8>();
        bounded::<Dpcm10To7>();
        bounded::<Dpcm10To6>();
        bounded::<Dpcm12To8>();
        bounded::<Dpcm12To7>();
        bounded::<Dpcm12To6>();
    }

    #[test]
    fn every_code_decodes_to_a_sample() {
        in_range::<Dpcm10To8>();
        in_range::<Dpcm10To7>();
        in_range::<Dpcm10To6>();
        in_range::<Dpcm12To8>();
        in_range::<Dpcm12To7>();
        in_range::<Dpcm12To6>();
    }
}
