//! Which channels belong together, and which may be a clock.

use super::trace::Trace;
use alloc::vec::Vec;
use core::cmp::Reverse;
use csi2_dphy::{LanePins, PinMap, Tick, Wire};

/// Channels looked at: the busiest ones.
const MOST_CHANNELS: usize = 64;
/// Edges of a wire of a link: a sync byte and what comes before it.
const LEAST_EDGES: usize = 6;
/// Edges of a clock: of the shortest burst.
const LEAST_CLOCK_EDGES: usize = 32;
/// Toggles in a row that are more than data.
const STEADY: usize = 24;
/// Edges in the same direction at the same time that are no chance.
const LEAST_ALONG: usize = 6;
/// Of so many edges that meet in opposite directions, no more than one is met in the same.
const MOST_ALONG: usize = 64;
/// Clocks worth trying.
const MOST_CLOCKS: usize = 3;

/// A wire as it is.
pub(super) fn wire(channel: u16) -> Wire {
    Wire { channel, invert: false }
}

/// The lanes that channels seem to make: pairs, and what is left as single wires. The busiest first.
pub(super) fn lanes(traces: &[Trace], named: Option<&PinMap>) -> Vec<LanePins> {
    let mut active: Vec<(u16, &Trace)> = (0..)
        .zip(traces)
        .filter(|(_, trace)| trace.edges.len() >= LEAST_EDGES)
        .collect();
    active.sort_by_key(|(_, trace)| Reverse(trace.edges.len()));
    active.truncate(MOST_CHANNELS);
    let active: Vec<(u16, &Trace, Tick)> = active
        .into_iter()
        .map(|(channel, trace)| (channel, trace, trace.interval(1).unwrap_or(0)))
        .collect();
    let mut likely = Vec::new();
    for (index, (a, first, short)) in active.iter().enumerate() {
        for (b, second, other) in active.iter().skip(index + 1) {
            // Sorted: `first` is the busier one.
            if first.edges.len() / 2 > second.edges.len() {
                break;
            }
            let score = complementary((first, *short), (second, *other));
            if score >= 500 {
                // Of equal ones, the names' pairs, then neighbours.
                let is_named = named.is_some_and(|map| is_pair(map, *a, *b));
                let neighbours = a.abs_diff(*b) == 1 && a.min(b) & 1 == 0;
                likely.push((
                    Reverse((score, is_named, neighbours)),
                    a.abs_diff(*b),
                    *a.min(b),
                    *a.max(b),
                ));
            }
        }
    }
    likely.sort_unstable();
    let mut taken = Vec::new();
    let mut lanes = Vec::new();
    for (_, _, a, b) in likely {
        if taken.contains(&a) || taken.contains(&b) {
            continue;
        }
        taken.extend([a, b]);
        lanes.push(LanePins {
            p: Some(wire(a)),
            n: Some(wire(b)),
            ..LanePins::default()
        });
    }
    let single = active.iter().filter(|(channel, ..)| !taken.contains(channel));
    lanes.extend(single.map(|(channel, ..)| LanePins {
        p: Some(wire(*channel)),
        ..LanePins::default()
    }));
    lanes.sort_by_key(|pins| pins.p.map(|wire| wire.channel));
    lanes
}

/// Lanes that toggle like a clock, the busiest first.
pub(super) fn clocks(traces: &[Trace], lanes: &[LanePins]) -> Vec<LanePins> {
    let mut likely: Vec<(Reverse<usize>, LanePins)> = lanes
        .iter()
        .filter_map(|pins| {
            let trace = trace(traces, pins.p.or(pins.n))?;
            is_regular(trace).then_some((Reverse(trace.edges.len()), *pins))
        })
        .collect();
    likely.sort_by_key(|(edges, _)| *edges);
    likely.truncate(MOST_CLOCKS);
    likely.into_iter().map(|(_, pins)| pins).collect()
}

pub(super) fn trace(traces: &[Trace], wire: Option<Wire>) -> Option<&Trace> {
    traces.get(usize::from(wire?.channel))
}

/// The channels of a lane.
pub(super) fn channels(pins: &LanePins) -> impl Iterator<Item = u16> {
    let wires = [pins.p, pins.n, pins.lp_p, pins.lp_n];
    wires.into_iter().flatten().map(|wire| wire.channel)
}

fn is_pair(map: &PinMap, a: u16, b: u16) -> bool {
    let holds = |pins: &LanePins| match (pins.p, pins.n) {
        (Some(p), Some(n)) => (p.channel, n.channel) == (a, b) || (n.channel, p.channel) == (a, b),
        _ => false,
    };
    map.clock.iter().chain(&map.lanes).any(holds)
}

/// Edges of both that meet one of the other in the opposite direction, in thousandths. With each, how close its edges are.
fn complementary((a, short_a): (&Trace, Tick), (b, short_b): (&Trace, Tick)) -> usize {
    // Less than half a bit: a clock in quadrature must not meet its data.
    let slack = short_a.min(short_b).saturating_sub(1) / 2;
    let (mut met, mut along) = (0usize, 0usize);
    let (mut met_in_data, mut along_in_data) = (0usize, 0usize);
    let mut other = b.edges.iter().enumerate().peekable();
    let (mut steady, mut before) = (0usize, None);
    for (index, at) in a.edges.iter().enumerate() {
        let gap = before
            .replace(*at)
            .map_or(Tick::MAX, |before| at.saturating_sub(before));
        steady = if gap.saturating_mul(2) <= short_a.saturating_mul(3) {
            steady + 1
        } else {
            0
        };
        while other.next_if(|(_, edge)| edge.saturating_add(slack) < *at).is_some() {}
        let rises = a.level_after(index + 1);
        let Some((index, _)) = other.next_if(|(_, edge)| **edge <= at.saturating_add(slack)) else {
            continue;
        };
        let is_along = b.level_after(index + 1) == rises;
        along += usize::from(is_along);
        met += usize::from(!is_along);
        if along * MOST_ALONG > a.edges.len() {
            return 0;
        }
        // Behind a stop state, both wires of a pair may fall within a sample.
        if steady < STEADY && gap / 16 <= short_a {
            along_in_data += usize::from(is_along);
            met_in_data += usize::from(!is_along);
        }
    }
    // Two lanes, one of them inverted or late by a bit, toggle against each other in a deskew burst, but not in their data.
    if along * MOST_ALONG > met || along_in_data >= LEAST_ALONG && along_in_data * 4 > met_in_data {
        return 0;
    }
    met * 1000 / a.edges.len().max(b.edges.len()).max(1)
}

/// Whether nearly all edges are equally far apart.
fn is_regular(trace: &Trace) -> bool {
    let Some(usual) = trace.interval(5).filter(|_| trace.edges.len() >= LEAST_CLOCK_EDGES) else {
        return false;
    };
    // Two neighbouring numbers of samples; three would be half the distances data has.
    let slack = usual / 4;
    let ranges = [
        (usual - slack, usual.saturating_add(slack)),
        (usual.saturating_sub(1).max(1), usual),
        (usual, usual.saturating_add(1)),
        // The same of samples that are many ticks apart: two or three, three or four.
        (usual - usual / 3, usual),
        (usual, usual.saturating_add(usual / 2)),
    ];
    // Seven eighths are near. Of data, enough of the first ones are not.
    let most_strange = (trace.edges.len() / 8).saturating_sub(1);
    let is_near = |(least, most): &(Tick, Tick)| {
        let strange = trace.gaps().filter(|gap| !(least..=most).contains(&gap));
        strange.take(most_strange + 1).count() <= most_strange
    };
    ranges.iter().any(is_near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::trace::Recording;
    use csi2_dphy::{Observation, Samples};

    fn recording(channels: usize, samples: &[u8]) -> Recording {
        let mut recording = Recording::new(channels);
        recording.take(&Observation::Samples(Samples {
            first: 0,
            unit: 1,
            bytes: samples,
        }));
        recording
    }

    #[test]
    fn a_pair_is_what_toggles_the_other_way() {
        // Channels 0 and 2 are a pair, 1 goes with them, 3 is another wire.
        let mut state = 1u32;
        let samples: Vec<u8> = (0..400)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let (bit, other) = (state >> 31, state >> 30 & 1);
                (bit | bit << 1 | (bit ^ 1) << 2 | other << 3) as u8
            })
            .collect();
        let recording = recording(4, &samples);
        let found = lanes(&recording.traces, None);
        let pairs: Vec<Vec<u16>> = found.iter().map(|pins| channels(pins).collect()).collect();
        // Channel 1 would do as well as channel 0, which is no neighbour either, but comes first.
        assert_eq!(pairs.len(), 3);
        assert!(pairs.contains(&alloc::vec![3]));
        assert!(pairs.iter().any(|pair| pair.len() == 2 && pair.contains(&2)));
        assert!(clocks(&recording.traces, &found).is_empty());
    }

    /// Exports of changes have finer ticks than the samples they were made of.
    #[test]
    fn a_clock_is_regular_even_in_samples_of_many_ticks() {
        let mut clock = Trace::default();
        clock.edges = (0..1000u64).map(|edge| (edge * 5).div_ceil(2) * 4000).collect();
        assert!(is_regular(&clock));
        // A lane whose bits are as far apart.
        let mut state = 1u32;
        let mut bits = 0u64;
        let mut data = Trace::default();
        for _ in 0..1000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bits += 1 + u64::from((state >> 8).trailing_zeros());
            data.edges.push((bits * 5).div_ceil(2) * 4000);
        }
        assert!(!is_regular(&data));
    }

    #[test]
    fn a_clock_is_regular_even_in_uneven_samples() {
        let samples: Vec<u8> = (0..1000u32)
            .map(|at| ((at * 2 / 5) & 1) as u8 | u8::from(at % 13 > 6) << 1)
            .collect();
        let recording = recording(2, &samples);
        let found = lanes(&recording.traces, None);
        let clocks = clocks(&recording.traces, &found);
        assert_eq!(clocks.first().and_then(|pins| pins.p), Some(wire(0)));
    }
}
