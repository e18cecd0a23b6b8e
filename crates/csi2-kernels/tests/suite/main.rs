//! Every kernel on every backend of this CPU against a model that reads like the figures.

#![allow(clippy::unwrap_used, missing_docs)]

mod checksum;
mod clocks;
mod falls;
mod packing;
mod samples;
mod sync;
mod wires;

/// Bytes without a pattern that a shifted or swapped answer could hide in.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}
