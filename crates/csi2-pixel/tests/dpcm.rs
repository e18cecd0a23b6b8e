//! DPCM against a decoder that reads codes as strings of bits.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use csi2_kernels::Backend;
use csi2_pixel::{COMPRESSIONS, Codec, Kernels};
use proptest::prelude::*;

/// Distances below this, prefix, magnitude bits, step.
type Class = (i32, &'static str, usize, i32);

struct Mode {
    bits: u32,
    code_bits: usize,
    classes: &'static [Class],
}

#[rustfmt::skip]
const MODES: [Mode; 6] = [
    Mode { bits: 10, code_bits: 8, classes: &[(32, "00", 5, 1), (64, "010", 4, 2), (128, "011", 4, 4)] },
    Mode { bits: 10, code_bits: 7, classes: &[(8, "000", 3, 1), (16, "0010", 2, 2), (32, "0011", 2, 4), (160, "01", 4, 8)] },
    Mode { bits: 10, code_bits: 6, classes: &[(1, "00000", 0, 1), (3, "00001", 0, 2), (11, "0001", 1, 4), (43, "001", 2, 8),
                                              (171, "01", 3, 16)] },
    Mode { bits: 12, code_bits: 8, classes: &[(8, "0000", 3, 1), (40, "011", 4, 2), (104, "010", 4, 4), (232, "001", 4, 8),
                                              (360, "0001", 3, 16)] },
    Mode { bits: 12, code_bits: 7, classes: &[(4, "0000", 2, 1), (12, "0001", 2, 2), (28, "0010", 2, 4), (92, "010", 3, 8),
                                              (220, "011", 3, 16), (348, "0011", 2, 32)] },
    Mode { bits: 12, code_bits: 6, classes: &[(2, "0000", 1, 1), (10, "0010", 1, 4), (42, "010", 2, 8), (74, "0011", 1, 16),
                                              (202, "011", 2, 32), (330, "0001", 1, 64)] },
];

impl Mode {
    fn named(name: &str) -> (&'static Self, bool) {
        let (name, advanced) = match name.strip_suffix("p2") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let of = |mode: &&Self| format!("{0}-{1}-{0}", mode.bits, mode.code_bits) == name;
        (MODES.iter().find(of).unwrap(), advanced)
    }

    /// A line of codes.
    fn decode(&self, codes: &[u16], advanced: bool) -> Vec<u16> {
        let mut line: Vec<i32> = Vec::new();
        for (n, &code) in codes.iter().enumerate() {
            let text = format!("{code:0width$b}", width = self.code_bits);
            line.push(match n {
                0 | 1 => middle(&text, self.bits),
                _ => self.sample(&text, predict(&line, advanced)),
            });
        }
        line.into_iter().map(|sample| sample as u16).collect()
    }

    fn sample(&self, code: &str, prediction: i32) -> i32 {
        if let Some(value) = code.strip_prefix('1') {
            let step = 1 << (self.bits as usize - value.len());
            let value = number(value) * step;
            return value + if value > prediction { step / 2 - 1 } else { step / 2 };
        }
        let mut start = 0;
        for &(below, prefix, _, step) in self.classes {
            if let Some(rest) = code.strip_prefix(prefix) {
                let (sign, magnitude) = rest.split_at(1);
                let half = if step >= 4 { step / 2 - 1 } else { 0 };
                let distance = start + number(magnitude) * step + half;
                let sample = if sign == "1" {
                    prediction - distance
                } else {
                    prediction + distance
                };
                return sample.clamp(0, (1 << self.bits) - 1);
            }
            start = below;
        }
        panic!("{code} has no class");
    }
}

/// Of the samples of `bits` bits that begin with `code`.
fn middle(code: &str, bits: u32) -> i32 {
    let step = 1 << (bits as usize - code.len());
    number(code) * step + step / 2
}

fn number(bits: &str) -> i32 {
    bits.chars().fold(0, |value, bit| value * 2 + i32::from(bit == '1'))
}

/// Of the sample behind `line`.
fn predict(line: &[i32], advanced: bool) -> i32 {
    let ago = |n: usize| line[line.len() - n];
    if !advanced || line.len() == 2 {
        return ago(2);
    }
    let between = |low: i32, middle: i32, high: i32| low.min(high) <= middle && middle <= low.max(high);
    if between(ago(3), ago(2), ago(1)) {
        ago(1)
    } else if line.len() == 3 || (ago(1) - ago(3)).signum() * (ago(2) - ago(4)).signum() >= 0 {
        ago(2)
    } else {
        (ago(2) + ago(4) + 1) / 2
    }
}

fn kernels(codec: &Codec) -> (csi2_pixel::Unpack<u16>, csi2_pixel::Pack<u16>) {
    match codec.kernels {
        Kernels::Narrow { unpack, pack, .. } => (unpack, pack),
        Kernels::Wide { .. } => panic!("{}", codec.name),
    }
}

/// `codes` in the container of the codec, and back as samples.
fn decode(codec: &Codec, codes: &[u16]) -> Vec<u16> {
    let (_, container) = kernels(csi2_pixel::codec(codec.data_type).unwrap());
    let (unpack, _) = kernels(codec);
    let mut packed = vec![0; codes.len() / codec.group.samples * codec.group.bytes];
    let (whole, _) = container(Backend::detect(), codes, &mut packed);
    let mut samples = vec![0; whole];
    assert_eq!(unpack(Backend::detect(), &packed, &mut samples), (packed.len(), whole));
    samples
}

#[test]
fn classes_tile_prefixes_are_complete_and_every_code_is_used() {
    for mode in &MODES {
        let (mut start, mut share) = (0, 1 << (mode.code_bits - 1));
        for &(below, prefix, magnitude_bits, step) in mode.classes {
            assert_eq!(below - start, step << magnitude_bits, "{prefix}");
            assert_eq!(prefix.len() + 1 + magnitude_bits, mode.code_bits, "{prefix}");
            assert!(prefix.starts_with('0'));
            let of_another = |other: &&Class| other.1 != prefix && prefix.starts_with(other.1);
            assert!(!mode.classes.iter().any(|other| of_another(&other)), "{prefix}");
            start = below;
            share += 2 << magnitude_bits;
        }
        assert_eq!(share, 1 << mode.code_bits);
    }
}

#[test]
fn codecs_say_what_carries_them() {
    assert_eq!(COMPRESSIONS.len(), 2 * MODES.len());
    for codec in COMPRESSIONS {
        let (mode, _) = Mode::named(codec.name);
        assert_eq!((u32::from(codec.bits), codec.depth), (mode.bits, [codec.bits; 3]));
        assert_eq!(codec.data_type.raw_bits().map(usize::from), Some(mode.code_bits));
        assert_eq!(codec.group, csi2_pixel::codec(codec.data_type).unwrap().group);
    }
}

#[test]
fn every_pair_of_codes() {
    for codec in COMPRESSIONS {
        let (mode, advanced) = Mode::named(codec.name);
        for first in 0..1_u16 << mode.code_bits {
            for third in 0..1_u16 << mode.code_bits {
                let codes = [first, third, third, first, third, first, first, third];
                assert_eq!(
                    decode(codec, &codes),
                    mode.decode(&codes, advanced),
                    "{} {codes:?}",
                    codec.name
                );
            }
        }
    }
}

/// By hand, from the table: a bin's middle, a distance in each class of 10-8-10, the sample itself.
#[test]
fn a_line_on_paper() {
    let codec = csi2_pixel::find_codec("10-8-10").unwrap();
    let codes = [0x80, 0x40, 0x05, 0x20, 0x41, 0x7F, 0xFF, 0x81];
    let samples = [514, 258, 519, 258, 519 + 34, 258 - 125, 127 * 8 + 3, 12];
    assert_eq!(decode(codec, &codes), samples);
}

/// Each case of the advanced predictor: the code 0x20, no distance, shows what was predicted.
#[test]
fn the_advanced_predictor_on_paper() {
    let codec = csi2_pixel::find_codec("10_8_10P2").unwrap();
    // 402 102 402 goes up and down, and both colours stand still: the same colour.
    let still = decode(codec, &[100, 25, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20]);
    assert_eq!(still, [402, 102, 402, 102, 402, 102, 402, 102]);
    // 102 202 299 rises: the neighbour.
    let rising = decode(codec, &[25, 50, 0x80 | 37, 0x20]);
    assert_eq!(rising, [102, 202, 299, 299]);
    // 402 102 410 94 goes up and down, and the colours part: the mean of the same colour, 402 and 410.
    let parting = decode(codec, &[100, 25, 0x08, 0x28, 0x20]);
    assert_eq!(parting, [402, 102, 410, 94, 406]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_line_of_codes(codes in prop::collection::vec(any::<u16>(), 0..80)) {
        for codec in COMPRESSIONS {
            let (mode, advanced) = Mode::named(codec.name);
            let whole = codes.len() / codec.group.samples * codec.group.samples;
            let codes: Vec<u16> = codes[..whole].iter().map(|code| code % (1 << mode.code_bits)).collect();
            prop_assert_eq!(decode(codec, &codes), mode.decode(&codes, advanced), "{}", codec.name);
        }
    }

    /// The encoder follows its decoder, over the pieces that it packs too. Errors do not add up: no sample is off by more than
    /// half the coarsest step, and a line that stays flat soon comes back exactly.
    #[test]
    fn errors_do_not_add_up(samples in prop::collection::vec(any::<u16>(), 0..600), flat in any::<u16>()) {
        for codec in COMPRESSIONS {
            let (mode, _) = Mode::named(codec.name);
            let (unpack, pack) = kernels(codec);
            let max = codec.max_sample() as u16;
            let there_and_back = |samples: &[u16]| {
                let whole = samples.len() / codec.group.samples;
                let mut packed = vec![0; whole * codec.group.bytes];
                let mut back = vec![0; whole * codec.group.samples];
                let did = pack(Backend::detect(), samples, &mut packed);
                assert_eq!(did, (back.len(), packed.len()), "{}", codec.name);
                unpack(Backend::detect(), &packed, &mut back);
                back
            };
            let step = 2 << (mode.bits as usize - mode.code_bits);
            for (index, (back, sample)) in there_and_back(&samples).into_iter().zip(&samples).enumerate() {
                let off = back.abs_diff(sample & max);
                let lifted = index < 2 && sample & max < step / 2;
                prop_assert!(off <= if lifted { step } else { step / 2 }, "{} {index} {off}", codec.name);
            }
            let level = there_and_back(&[flat & max; 64]).split_off(32);
            prop_assert!(level.iter().all(|sample| *sample == flat & max), "{} {level:?}", codec.name);
        }
    }

    #[test]
    fn packing_stops_where_either_slice_ends(count in 0_usize..600, room in 0_usize..600) {
        for codec in COMPRESSIONS {
            let (_, pack) = kernels(codec);
            let groups = (count / codec.group.samples).min(room / codec.group.bytes);
            let did = pack(Backend::detect(), &vec![1; count], &mut vec![0; room]);
            prop_assert_eq!(did, (groups * codec.group.samples, groups * codec.group.bytes));
        }
    }
}
