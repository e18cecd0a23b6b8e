//! P and N of a lane, and what tells which is which on the clock lane.

use super::bursts::Bursts;
use super::runs::{Timing, stops};
use super::trace::Trace;
use super::wires::trace;
use csi2_dphy::{LanePins, Wire};

/// Bits of LP-11 that make a stop state, not the moment between two bits.
pub(super) const LEAST_STOP: u64 = 3;
/// First bits that show more than chance.
const LEAST_BITS: u32 = 3;

/// The wires with P and N exchanged; a single one is read inverted.
pub(super) fn turn(pins: LanePins) -> LanePins {
    let flip = |wire: Wire| Wire {
        invert: !wire.invert,
        ..wire
    };
    let (p, n) = match (pins.p, pins.n) {
        (Some(p), Some(n)) if !p.invert && !n.invert => (Some(n), Some(p)),
        (p, n) => (p.map(flip), n.map(flip)),
    };
    LanePins {
        p,
        n,
        lp_p: pins.lp_n,
        lp_n: pins.lp_p,
    }
}

/// Edges of each wire between two stop states when all there was is ULPS: LP-10, LP-00, LP-10.
const ULPS_EDGES: usize = 2;

/// Whether the line states of a clock pair are those of P and N: LP-01 before HS, LP-10 before and after ULPS. `None` where
/// it has none.
pub(super) fn requests_straight(traces: &[Trace], pins: &LanePins, timing: Timing<'_>) -> Option<bool> {
    let (p, n) = low_power(pins);
    let (p, n) = (trace(traces, p)?, trace(traces, n)?);
    let (mut straight, mut turned) = (0u32, 0u32);
    let stops = stops(p, n, timing.ticks(LEAST_STOP));
    let next = stops.iter().skip(1).map(|(from, _)| Some(*from)).chain([None]);
    for ((_, end), next) in stops.iter().zip(next) {
        let falls = |trace: &Trace| trace.edges.binary_search(end).is_ok();
        let few = |trace: &Trace| {
            let after = trace.edges.partition_point(|edge| edge < end);
            let until = next.map_or(trace.edges.len(), |next| {
                trace.edges.partition_point(|edge| *edge <= next)
            });
            until.saturating_sub(after) <= ULPS_EDGES
        };
        let ulps = few(p) && few(n);
        if ulps && next.is_none() {
            // The capture ends before it shows what this is.
            continue;
        }
        match (falls(p), falls(n)) {
            (true, false) if ulps => turned += 1,
            (false, true) if ulps => straight += 1,
            (true, false) => straight += 1,
            (false, true) => turned += 1,
            _ => {}
        }
    }
    match (straight, turned) {
        (0, 0) => None,
        (straight, turned) if straight >= turned * 3 => Some(true),
        (straight, turned) if turned >= straight * 3 => Some(false),
        _ => None,
    }
}

/// Whether `pins` are the wires of `named` as the names have them; `None` where they are others.
pub(super) fn as_named(pins: &LanePins, named: &LanePins) -> Option<bool> {
    let channel = |wire: Option<Wire>| wire.map(|wire| wire.channel);
    let inverted = |pins: &LanePins| pins.p.is_some_and(|wire| wire.invert);
    if channel(pins.p) == channel(named.p) {
        Some(inverted(pins) == inverted(named))
    } else {
        (pins.p.is_some() && channel(pins.p) == channel(named.n) && channel(pins.n) == channel(named.p))
            .then_some(false)
    }
}

/// The wires that show line states.
pub(super) fn low_power(pins: &LanePins) -> (Option<Wire>, Option<Wire>) {
    match (pins.lp_p, pins.lp_n) {
        (None, None) => (pins.p, pins.n),
        (p, n) => (p.or(n), n.or(p)),
    }
}

/// Whether the first data bits meet rising edges of the clock; `None` where they meet both. `is_late`: a lane whose bits
/// are taken one edge after that.
pub(super) fn rises_first(clock: &Trace, bursts: &Bursts<'_>, is_late: impl Fn(usize) -> bool) -> Option<bool> {
    let (mut rising, mut falling) = (0u32, 0u32);
    for burst in 0..bursts.len() {
        for (lane, (_, sync)) in bursts.syncs(burst).enumerate() {
            let edges = usize::try_from(sync.bit).unwrap_or(usize::MAX);
            let edges = edges.saturating_add(usize::from(!is_late(lane)));
            match clock.level_after(edges) {
                true => rising += 1,
                false => falling += 1,
            }
        }
    }
    if rising + falling < LEAST_BITS {
        return None;
    }
    (rising > falling * 16 || falling > rising * 16).then_some(rising > falling)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::trace::Recording;
    use crate::discovery::wires::wire;
    use alloc::vec::Vec;
    use csi2_dphy::{Observation, Samples, UnitInterval};

    /// Line states of the pair, bit 0 is P.
    fn straight(states: &[(u8, usize)]) -> [Option<bool>; 2] {
        let samples: Vec<u8> = states
            .iter()
            .flat_map(|(state, times)| core::iter::repeat_n(*state, *times))
            .collect();
        let mut recording = Recording::new(2);
        recording.take(&Observation::Samples(Samples {
            first: 0,
            unit: 1,
            bytes: &samples,
        }));
        let timing = Timing::Unit(UnitInterval::whole(1));
        [(0, 1), (1, 0)].map(|(p, n)| {
            let pins = LanePins {
                p: Some(wire(p)),
                n: Some(wire(n)),
                ..LanePins::default()
            };
            requests_straight(&recording.traces, &pins, timing)
        })
    }

    #[test]
    fn ulps_is_entered_the_other_way_than_hs() {
        let (both, [p, n], none) = (3, [1, 2], 0);
        let ulps = [(both, 20), (p, 5), (none, 50), (p, 40), (both, 20)];
        assert_eq!(straight(&ulps), [Some(true), Some(false)]);
        let request = [(both, 20), (n, 5), (none, 5), (n, 20)];
        let clock = [(p, 1), (n, 1)].repeat(20);
        let hs = [&request[..], &clock, &[(n, 6), (both, 20)]].concat();
        assert_eq!(straight(&hs), [Some(true), Some(false)]);
        assert_eq!(straight(&[&ulps[..], &hs].concat()), [Some(true), Some(false)]);
        // Neither has ended yet.
        assert_eq!(straight(&ulps[..3]), [None, None]);
        assert_eq!(straight(&request[..3]), [None, None]);
        assert_eq!(straight(&clock), [None, None]);
    }
}
