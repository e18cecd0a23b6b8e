//! The keystream against published values, and against a register that steps bit by bit.

use csi2_dphy::{MAX_LANES, ScrambleForm, Scrambler, Scrambling, ScramblingError, SeedsMissing};
use proptest::prelude::*;

/// One step of the register as it is drawn: the key bit and the register after it.
fn step(register: u16, form: ScrambleForm) -> (bool, u16) {
    let bit = |index: u16| register >> index & 1;
    match form {
        ScrambleForm::Fibonacci => {
            let fed = bit(0) ^ bit(3) ^ bit(4) ^ bit(5);
            (bit(0) == 1, register >> 1 | fed << 15)
        }
        ScrambleForm::Galois => {
            let out = bit(15);
            (out == 1, register << 1 ^ out ^ out << 3 ^ out << 4 ^ out << 5)
        }
    }
}

/// The keystream, bit by bit; the first bit of each byte in its lowest position.
fn bits(mut register: u16, form: ScrambleForm, count: usize) -> Vec<u8> {
    let byte = |_| {
        (0..8).fold(0, |byte, index| {
            let (key, next) = step(register, form);
            register = next;
            byte | u8::from(key) << index
        })
    };
    (0..count).map(byte).collect()
}

fn stream(mut scrambler: Scrambler, count: usize) -> Vec<u8> {
    (0..count).map(|_| scrambler.next_byte()).collect()
}

#[test]
fn known_answers() {
    let known = |name: &str, lane: usize, bytes: &[u8]| {
        let scrambling = Scrambling::parse(name).unwrap();
        assert_eq!(stream(scrambling.keystream(lane), bytes.len()), bytes, "{name}");
        assert_eq!(
            bits(scrambling.seeds[lane], scrambling.form, bytes.len()),
            bytes,
            "oracle, {name}"
        );
    };
    known("a", 0, &[0x10, 0x08, 0xD3, 0xC1]);
    known("a-galois", 0, &[0x10, 0x88, 0xD3, 0x5D]);
    known("b", 0, &[0x08, 0x10, 0x89, 0xEB]);
    known("b-galois", 0, &[0x08, 0xD0, 0x89, 0x39]);
    // The first bytes that PCI Express documents print for its scrambler.
    known("FFFF:galois", 0, &[0xFF, 0x17, 0xC0, 0x14, 0xB2, 0xE7, 0x02, 0x82]);
}

#[test]
fn the_register_takes_all_values_but_zero() {
    for form in ScrambleForm::ALL {
        // The period of bytes is that of bits, as it is odd.
        let mut scrambler = Scrambler::new(1, form);
        let first = scrambler;
        let period = (1..=u32::from(u16::MAX) + 1).find(|_| {
            scrambler.next_byte();
            scrambler == first
        });
        assert_eq!(period, Some(65_535), "{form:?}");
    }
}

proptest! {
    #[test]
    fn bytes_are_eight_bits(seed: u16, galois: bool, count in 0..700usize) {
        let form = if galois { ScrambleForm::Galois } else { ScrambleForm::Fibonacci };
        prop_assert_eq!(stream(Scrambler::new(seed, form), count), bits(seed, form, count));
    }

    #[test]
    fn pieces_of_any_length_continue_the_keystream(
        seed: u16,
        data in proptest::collection::vec(any::<u8>(), 0..300),
        cuts in proptest::collection::vec(0..40usize, 0..12),
    ) {
        let key = bits(seed, ScrambleForm::Fibonacci, data.len());
        let expected: Vec<u8> = data.iter().zip(&key).map(|(data, key)| data ^ key).collect();
        let mut scrambler = Scrambler::new(seed, ScrambleForm::Fibonacci);
        let mut sent = data.clone();
        let mut rest = sent.as_mut_slice();
        for cut in cuts {
            let (piece, after) = rest.split_at_mut(cut.min(rest.len()));
            scrambler.apply(piece);
            rest = after;
        }
        scrambler.apply(rest);
        prop_assert_eq!(sent, expected);
    }

    #[test]
    fn merged_bytes_have_the_keystream_of_their_lane(
        seeds: [u16; MAX_LANES],
        lanes in 1..=MAX_LANES,
        pieces in proptest::collection::vec(0..1200usize, 1..6),
    ) {
        let form = ScrambleForm::Galois;
        let scrambling = Scrambling { seeds, lanes: MAX_LANES, form };
        let length = pieces.iter().sum::<usize>();
        let keys: Vec<Vec<u8>> = seeds.iter().map(|seed| bits(*seed, form, length.div_ceil(lanes))).collect();
        let mut merged = scrambling.merged(lanes);
        let mut done = 0;
        for piece in pieces {
            let expected: Vec<u8> = (done..done + piece).map(|index| keys[index % lanes][index / lanes]).collect();
            let seen = merged.ahead().len().min(piece);
            prop_assert_eq!(&merged.ahead()[..seen], &expected[..seen]);
            let mut bytes = vec![0; piece];
            merged.apply(&mut bytes);
            prop_assert_eq!(bytes, expected);
            done += piece;
        }
    }

    #[test]
    fn what_is_printed_is_read(seeds in proptest::collection::vec(1..=u16::MAX, 1..=MAX_LANES), galois: bool) {
        let mut scrambling = Scrambling {
            seeds: [0; MAX_LANES],
            lanes: seeds.len(),
            form: if galois { ScrambleForm::Galois } else { ScrambleForm::Fibonacci },
        };
        scrambling.seeds[..seeds.len()].copy_from_slice(&seeds);
        prop_assert_eq!(Scrambling::parse(&scrambling.to_string()), Ok(scrambling));
    }

    #[test]
    fn no_text_is_too_strange(text in "[ab0-9xX,:+ -]{0,50}|\\PC{0,20}") {
        if let Ok(scrambling) = Scrambling::parse(&text) {
            prop_assert!(scrambling.seeds.iter().take(scrambling.lanes).all(|seed| *seed != 0));
        }
    }
}

#[test]
fn presets_are_named_once_and_read_by_name() {
    for preset in Scrambling::PRESETS {
        assert_eq!(Scrambling::parse(preset.name), Ok(preset.scrambling));
        assert_eq!(preset.scrambling.preset(), Some(preset));
        assert_eq!(preset.scrambling.covers(4), Ok(()));
        let missing = SeedsMissing {
            required: 8,
            available: 4,
        };
        assert_eq!(preset.scrambling.covers(8), Err(missing));
        // A lane without a seed is left as it is.
        assert_eq!(stream(preset.scrambling.keystream(4), 20), [0; 20]);
    }
    let by_seeds = Scrambling::parse("0810,0990,0a51,0xBD0:galois");
    assert_eq!(by_seeds, Err(ScramblingError::Seed { at: 15 }));
    let by_seeds = Scrambling::parse("0810,0990,0a51,0x0BD0:galois").unwrap();
    assert_eq!(by_seeds.preset().map(|preset| preset.name), Some("a-galois"));
}

#[test]
fn errors_say_what_and_where() {
    let error = |text: &str| Scrambling::parse(text).unwrap_err();
    assert_eq!(error(""), ScramblingError::Seed { at: 0 });
    assert_eq!(error("c"), ScramblingError::Seed { at: 0 });
    assert_eq!(error("0810,+990"), ScramblingError::Seed { at: 5 });
    assert_eq!(error("0810,0000"), ScramblingError::ZeroSeed { at: 5 });
    assert_eq!(error("0810:fibonacchi"), ScramblingError::Form { at: 5 });
    assert_eq!(
        error("0001,0002,0003,0004,0005,0006,0007,0008,0009"),
        ScramblingError::TooMany { seeds: 9 }
    );
    assert_eq!(
        error("c").to_string(),
        "no seed of 4 hexadecimal digits at byte 0, and the whole is no preset (a, a-galois, b, b-galois)"
    );
    assert_eq!(
        error("0810:x").to_string(),
        "the form at byte 5 is neither fibonacci nor galois"
    );
}
