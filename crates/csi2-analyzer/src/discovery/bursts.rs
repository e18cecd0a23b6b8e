//! Sync bytes of several lanes that belong together, and what comes behind them.

use super::runs::{Runs, Sync};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use csi2_dphy::{MAX_LANES, Tick};

/// What one lane candidate shows.
#[derive(Clone, Debug)]
pub(super) struct LaneSeen {
    pub(super) runs: Runs,
    /// Those of one polarity.
    pub(super) syncs: Vec<Sync>,
}

impl LaneSeen {
    /// Keeps the sync bytes of the polarity that has more of them. `straight`: the polarity is known.
    pub(super) fn new(runs: Runs, mut syncs: Vec<Sync>, straight: Option<bool>) -> Self {
        let votes = |level: bool| -> usize {
            let weight = |sync: &Sync| if sync.stop { 8 } else { 1 };
            syncs.iter().filter(|sync| sync.straight == level).map(weight).sum()
        };
        let straight = straight.unwrap_or_else(|| votes(true) >= votes(false));
        syncs.retain(|sync| sync.straight == straight);
        Self { runs, syncs }
    }

    pub(super) fn is_inverted(&self) -> bool {
        self.syncs.first().is_some_and(|sync| !sync.straight)
    }
}

/// Bytes behind the sync bytes of a burst, on each lane of the link.
pub(super) type LaneData = Vec<Vec<u8>>;

/// The lanes of a link and their bursts.
#[derive(Clone, Debug)]
pub(super) struct Bursts<'a> {
    seen: &'a [LaneSeen],
    /// Candidates that are lanes, in the order of the candidates.
    pub(super) lanes: Vec<usize>,
    /// Of each burst, the sync byte of each of those.
    syncs: Vec<Vec<usize>>,
}

impl<'a> Bursts<'a> {
    /// Bursts looked at.
    const MOST: usize = 4096;
    /// Candidates whose sync bytes fit a mask.
    const MOST_CANDIDATES: usize = 64;

    /// The lanes that most often have sync bytes together, within `window` ticks. `count`: so many, if that can be.
    pub(super) fn align(seen: &'a [LaneSeen], window: Tick, count: Option<usize>) -> Option<Self> {
        let mut all: Vec<(Tick, usize, usize)> = Vec::new();
        for (lane, seen) in seen.iter().enumerate().take(Self::MOST_CANDIDATES) {
            let syncs = seen.syncs.iter().enumerate().take(Self::MOST);
            all.extend(syncs.map(|(index, sync)| (sync.at, lane, index)));
        }
        all.sort_unstable();
        let mut groups: Vec<Group> = Vec::new();
        for (at, lane, index) in all {
            match groups.last_mut() {
                Some(group) if at.saturating_sub(group.at) <= window && group.mask >> lane & 1 == 0 => {
                    group.mask |= 1 << lane;
                    group.syncs.push((lane, index));
                }
                _ => groups.push(Group {
                    at,
                    mask: 1 << lane,
                    syncs: Vec::from([(lane, index)]),
                }),
            }
        }
        let mut masks: BTreeMap<u64, usize> = BTreeMap::new();
        for group in &groups {
            *masks.entry(group.mask).or_default() += 1;
        }
        let fits = |mask: u64| {
            let lanes = mask.count_ones() as usize;
            lanes <= MAX_LANES && count.is_none_or(|count| lanes >= count)
        };
        let rank = |(mask, times): &(&u64, &usize)| {
            let lanes = mask.count_ones() as usize;
            (*times * lanes, count == Some(lanes), lanes)
        };
        let (mask, _) = masks.iter().filter(|(mask, _)| fits(**mask)).max_by_key(rank)?;
        let lanes: Vec<usize> = (0..seen.len())
            .filter(|lane| *lane < 64 && mask >> lane & 1 == 1)
            .collect();
        let whole = groups.iter().filter(|group| group.mask & mask == *mask);
        let syncs = whole.map(|group| {
            let of = |lane: &usize| group.syncs.iter().find(|(other, _)| other == lane);
            lanes.iter().filter_map(of).map(|(_, index)| *index).collect()
        });
        Some(Self {
            seen,
            syncs: syncs.take(Self::MOST).collect(),
            lanes,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.syncs.len()
    }

    /// Sync bytes of a burst, by lane of the link.
    pub(super) fn syncs(&self, burst: usize) -> impl Iterator<Item = (&'a LaneSeen, &'a Sync)> + '_ {
        let syncs = self.syncs.get(burst).into_iter().flatten();
        self.lanes.iter().zip(syncs).filter_map(|(lane, index)| {
            let seen = self.seen.get(*lane)?;
            Some((seen, seen.syncs.get(*index)?))
        })
    }

    /// The first bytes of each lane, at most `most`.
    pub(super) fn bytes(&self, burst: usize, most: usize) -> LaneData {
        let until: Vec<u64> = self
            .syncs(burst + 1)
            .map(|(_, sync)| sync.bit.saturating_sub(8))
            .collect();
        let ends = until.into_iter().chain(core::iter::repeat(u64::MAX));
        let of = |((seen, sync), until): ((&LaneSeen, &Sync), u64)| {
            let mut bytes = Vec::new();
            seen.runs.bytes(sync, until, most, &mut bytes);
            bytes
        };
        self.syncs(burst).zip(ends).map(of).collect()
    }

    /// Bursts that may be whole packets with a payload, at most `most`, the likely ones first. What follows a burst without
    /// line states counts as its own, so that the longest may be short packets before blank lines or deskew: half of them
    /// are of all lengths.
    pub(super) fn longest(&self, most: usize) -> Vec<usize> {
        let length = |burst: usize| -> u64 {
            let next = self.syncs(burst + 1).next().map_or(u64::MAX, |(_, sync)| sync.bit);
            self.syncs(burst)
                .next()
                .map_or(0, |(seen, sync)| seen.runs.length(sync, next))
        };
        let mut by_length: Vec<(u64, usize)> = (0..self.len()).map(|burst| (length(burst), burst)).collect();
        by_length.sort_unstable_by(|a, b| b.cmp(a));
        let least = by_length.first().map_or(0, |(bits, _)| bits / 4 * 3);
        let shorter = by_length.split_off(by_length.partition_point(|(bits, _)| *bits >= least));
        let half = most.div_ceil(2).max(1);
        let long = spread(by_length, half);
        let rest = spread(shorter, most.saturating_sub(long.len()));
        long.into_iter().chain(rest).map(|(_, burst)| burst).collect()
    }
}

/// At most `most` of `all`, evenly.
fn spread(all: Vec<(u64, usize)>, most: usize) -> Vec<(u64, usize)> {
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().step_by(step).take(most).collect()
}

#[derive(Clone, Debug)]
struct Group {
    at: Tick,
    mask: u64,
    syncs: Vec<(usize, usize)>,
}
