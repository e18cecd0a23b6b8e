//! Falls in lane bytes, against runs of bits.

use csi2_kernels::{Backend, find_fall};
use proptest::prelude::*;

/// Where `lane` has ones, zeros in the rest of their byte if any, and then a byte of zeros that belongs to at least sixteen.
fn falls(lane: &[u8]) -> Vec<usize> {
    let bits: Vec<bool> = lane
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
        .collect();
    let mut found = Vec::new();
    for row in 1..lane.len().saturating_sub(1) {
        let first = bits[..8 * row].iter().rposition(|bit| *bit).map_or(0, |at| at + 1);
        let zeros = bits[first..8 * (row + 2)].iter().take_while(|bit| !**bit).count();
        let ones = bits[..first].iter().rev().take_while(|bit| **bit).count();
        let byte = 8 * row - first;
        // All of the byte before is ones up to there.
        if byte < 8 && zeros >= 16 && ones + byte >= 8 {
            found.push(row);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_first_fall(
        bytes in prop::collection::vec(prop::sample::select(&[0x00, 0x00, 0xFF, 0x07, 0x80, 0xB8, 0x5A][..]), 0..40),
        filler in prop::sample::select(&[0x00, 0xFF, 0x5A][..]),
        place in 0usize..400,
        distance in 1usize..=8,
    ) {
        let mut all = vec![filler; 500];
        all[place..place + bytes.len()].copy_from_slice(&bytes);
        let lane = |lane: usize| all.iter().copied().skip(lane).step_by(distance).collect::<Vec<_>>();
        let of_lane = |index| falls(&lane(index)).first().map(|row| row * distance + index);
        let expected = (0..distance).filter_map(of_lane).min();
        for backend in Backend::available() {
            prop_assert_eq!(find_fall(backend, &all, distance), expected, "{}", backend.name());
        }
    }
}
