//! Pictures with rows lost and wrong, and frame starts and ends lost: the assembler makes of them what a plain model does.

#![allow(clippy::unwrap_used)]

mod judge_support;

use csi2_analyzer::Keep;
use judge_support::Script;
use judge_support::frame::{assemble, settings};
use judge_support::scenario::RAW8;
use proptest::prelude::*;

#[derive(Clone, Debug, Default)]
struct Picture {
    lost: u32,
    wrong: u32,
    start_lost: bool,
    end_lost: bool,
}

fn picture() -> impl Strategy<Value = Picture> {
    let rows = || prop_oneof![Just(0_u32), any::<u32>(), (0_u32..24).prop_map(|bit| 1 << bit)];
    (rows(), rows(), any::<bool>(), any::<bool>()).prop_map(|(lost, wrong, start_lost, end_lost)| Picture {
        lost,
        wrong,
        start_lost,
        end_lost,
    })
}

/// What is expected of a frame: number, rows, missing, bad, complete.
type Made = (Option<u16>, Vec<Vec<u32>>, Vec<u32>, Vec<u32>, bool);

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pictures_are_put_together(
        height in 2_u32..26,
        width in 1_usize..17,
        numbered: bool,
        pieces in 0_usize..5,
        pictures in prop::collection::vec(picture(), 0..8),
    ) {
        // The first one is whole: from it the height is known. Without numbers, whole ones in between keep it.
        let whole = Picture::default();
        let others = pictures.iter().flat_map(|of| [of, &whole].into_iter().take(if numbered { 1 } else { 2 }));
        let mut script = Script::new();
        script.pieces(pieces);
        let mut expected: Vec<Made> = Vec::new();
        let mut open = false;
        for (number, picture) in (1_u16..).zip([&whole].into_iter().chain(others)) {
            // Without both the end of the one and the start of the next, two pictures are one. The first and the last row
            // show where frames begin and how far they reach.
            let started = open || !picture.start_lost;
            let lost = |row: u32| picture.lost >> row & 1 != 0 && row > 0 && row + 1 < height;
            let wrong = |row: u32| picture.wrong >> row & 1 != 0;
            if started {
                script.fs(number);
            }
            let mut rows = vec![vec![0; width]; height as usize];
            let mut bad = Vec::new();
            let sent: Vec<u32> = (0..height).filter(|row| !lost(*row)).collect();
            for (arrived, &row) in sent.iter().enumerate() {
                let payload: Vec<u8> = (0..width).map(|at| (at as u8 * 3) ^ row as u8 ^ (number as u8 * 16) | 1).collect();
                if numbered {
                    script.ls(row as u16 + 1);
                }
                _ = if wrong(row) { script.wrong(RAW8, &payload) } else { script.line(RAW8, &payload) };
                if numbered {
                    script.le(row as u16 + 1);
                }
                let place = if numbered { row } else { arrived as u32 };
                rows[place as usize] = payload.into_iter().map(u32::from).collect();
                bad.extend(wrong(row).then_some(place));
            }
            open = picture.end_lost;
            if !open {
                script.fe(number);
            }
            let count = sent.len() as u32;
            let missing = if numbered { (0..height).filter(|row| lost(*row)).collect() } else { (count..height).collect() };
            expected.push((started.then_some(number), rows, missing, bad, started && !open && count == height));
        }
        for keep in [Keep::Packed, Keep::Samples] {
            let made: Vec<Made> = assemble(&script, settings(keep))
                .into_iter()
                .map(|got| (got.number, got.rows, got.missing, got.bad, got.complete))
                .collect();
            prop_assert_eq!(&made, &expected);
        }
    }
}
