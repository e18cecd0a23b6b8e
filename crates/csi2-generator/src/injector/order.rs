//! What is to be done, and how often.

use alloc::{collections::BTreeSet, vec::Vec};

use crate::fault::{FaultRow, Parameters};
use crate::noise::Noise;

/// How often a kind of fault strikes.
#[derive(Clone, Debug, PartialEq)]
pub enum Chance {
    /// Never; eligible places are counted all the same.
    Never,
    /// At each eligible place with this probability, as a fraction of 2^32; more is always.
    Each(u64),
    /// At these eligible places, counted from 0, in ascending order. One that another fault has taken moves to the next.
    At(Vec<u64>),
}

impl Chance {
    /// A probability, 0 to 1.
    pub fn probability(of: f64) -> Self {
        Self::Each((of.clamp(0.0, 1.0) * 4_294_967_296.0) as u64)
    }

    /// `count` of `eligible` places, each set of them as likely as any other; all, if there are fewer.
    pub fn spread(count: u64, eligible: u64, seed: u64) -> Self {
        let mut noise = Noise::new(seed);
        let mut chosen = BTreeSet::new();
        // Floyd's way: no place is drawn twice, and nothing is kept but the places.
        for last in eligible.saturating_sub(count)..eligible {
            let place = noise.below(last.saturating_add(1));
            if !chosen.insert(place) {
                chosen.insert(last);
            }
        }
        Self::At(chosen.into_iter().collect())
    }
}

/// A kind of fault that is wanted.
#[derive(Clone, Debug)]
pub struct Order {
    /// Kind.
    pub row: &'static FaultRow,
    /// What is chosen of it.
    pub parameters: Parameters,
    /// How often.
    pub chance: Chance,
}
