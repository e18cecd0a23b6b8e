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

/// Whether a clock pair leaves its stop states through LP-01, as for HS; `None` where it has none.
pub(super) fn requests_straight(traces: &[Trace], pins: &LanePins, timing: Timing<'_>) -> Option<bool> {
    let (p, n) = low_power(pins);
    let (p, n) = (trace(traces, p)?, trace(traces, n)?);
    let (mut straight, mut turned) = (0u32, 0u32);
    for (_, end) in stops(p, n, timing.ticks(LEAST_STOP)) {
        let falls = |trace: &Trace| trace.edges.binary_search(&end).is_ok();
        match (falls(p), falls(n)) {
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
