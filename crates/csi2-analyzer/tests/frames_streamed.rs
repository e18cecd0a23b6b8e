//! Frames so large that their rows are streamed past the caches, and not waited for one by one: the same frames as in the caches.

mod judge_support;

use csi2_analyzer::{AssemblerSettings, Keep};
use csi2_kernels::Backend;
use judge_support::Script;
use judge_support::frame::{assemble, settings};
use judge_support::scenario::{RAW8, RAW10};
use proptest::prelude::*;

/// Rows of a whole frame: with 4056 samples each, more than are cached.
const ROWS: u16 = 820;
const BYTES: usize = 5070;

/// What happens instead of a line.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Wrong,
    Cut(usize),
    /// Not sent.
    Gone,
    /// Its header is of no use.
    Lost,
    /// Another length, with a good checksum.
    Long(usize),
    /// A line of another data type before it.
    Other,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        Just(Trouble::Wrong),
        (0..BYTES).prop_map(Trouble::Cut),
        Just(Trouble::Gone),
        Just(Trouble::Lost),
        (0..2 * BYTES / 5).prop_map(|groups| Trouble::Long(5 * groups)),
        (0..2 * BYTES).prop_map(Trouble::Long),
        Just(Trouble::Other),
    ]
}

/// Often one of the first, which decide how long rows are.
fn row() -> impl Strategy<Value = u16> {
    prop_oneof![1..=ROWS, 1..=3_u16]
}

fn write(script: &mut Script, number: u16, numbered: bool, troubles: &[(u16, Trouble)], noise: &[u8]) {
    script.fs(number);
    for row in 1..=ROWS {
        let bytes = &noise[usize::from(row) * 7..];
        let line = &bytes[..BYTES];
        let trouble = troubles.iter().find(|(at, _)| *at == row).map(|(_, trouble)| *trouble);
        if matches!(trouble, Some(Trouble::Gone)) {
            continue;
        }
        if numbered {
            script.ls(row);
        }
        match trouble {
            None | Some(Trouble::Gone) => script.line(RAW10, line),
            Some(Trouble::Wrong) => script.wrong(RAW10, line),
            Some(Trouble::Cut(have)) => script.cut(RAW10, BYTES as u16, &line[..have]),
            Some(Trouble::Lost) => script.lost(RAW10, BYTES as u64 + 2),
            Some(Trouble::Long(length)) => script.line(RAW10, &bytes[..length]),
            Some(Trouble::Other) => script.line(RAW8, &line[..20]).line(RAW10, line),
        };
        if numbered {
            script.le(row);
        }
    }
    script.fe(number);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn equal_to_those_that_are_not(
        numbered in any::<bool>(),
        troubles in prop::collection::vec(prop::collection::vec((row(), trouble()), 1..5), 1..3),
        seed in any::<u64>(),
    ) {
        let noise = (0..20_000_u64).map(|at| ((at ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8);
        let noise: Vec<u8> = noise.collect();
        let mut script = Script::new();
        // A whole frame shows how large they are.
        write(&mut script, 1, numbered, &[], &noise);
        for (number, troubles) in (2..).zip(&troubles) {
            write(&mut script, number, numbered, troubles, &noise);
        }
        let portable = assemble(&script, settings(Keep::Samples));
        prop_assert!(portable.iter().any(|frame| frame.rows.len() >= usize::from(ROWS) - 5));
        for backend in Backend::available() {
            let streamed = assemble(&script, AssemblerSettings { backend, ..settings(Keep::Samples) });
            // Not by the assertion's own message, which would be of millions of numbers.
            prop_assert!(streamed == portable, "{:?}", backend);
        }
    }
}
