//! A guess at which wires are the clock and the lanes, and what the capture says to it.

use super::bursts::{Bursts, LaneSeen};
use super::order::{Order, Sample, Score, Wanted};
use super::polarity::{LEAST_STOP, as_named, low_power, requests_straight, rises_first, turn};
use super::runs::{Runs, Timing, stops};
use super::trace::Trace;
use super::wires::trace;
use super::{Confidence, Descrambling, Discovered, Evidence, Hints};
use alloc::vec::Vec;
use core::cmp::Reverse;
use csi2_dphy::{
    Eye, EyeView, LanePins, MAX_LANES, PinMap, Sampling, Scrambling, Tick, UnitInterval, estimate_unit_interval,
};

/// Greatest distance between the lanes' sync bytes, in bits.
const MOST_SKEW: u64 = 48;
/// Bursts that say as much as sync bytes can.
const MANY_BURSTS: u32 = 3;
/// Lengths of a bit worth trying.
const MOST_UNITS: usize = 3;
/// Bits that are no chance.
const ENOUGH: u32 = 24;
/// How much better descrambled bytes must be, in bits: some ten ways are tried.
const CLEARLY: u32 = 10;

/// What was seen of the capture.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) traces: &'a [Trace],
    /// It is one of samples, not of changes.
    pub(super) sampled: bool,
}

/// Which wires may be what.
pub(super) struct Guess<'a> {
    pub(super) beat: Beat,
    /// Lanes, or candidates for them.
    pub(super) lanes: &'a [LanePins],
    /// `lanes` are those of the names.
    pub(super) named: bool,
}

/// What says when bits are taken.
#[derive(Clone, Copy)]
pub(super) enum Beat {
    Clock(LanePins),
    Unit(UnitInterval),
}

/// A guess that shows sync bytes.
#[derive(Clone, Debug)]
pub(super) struct Explanation {
    pub(super) discovered: Discovered,
    /// What speaks for it.
    pub(super) bits: u32,
    /// A wire is not what the names say.
    turned: bool,
    /// Sync bytes are few among what could be some.
    rare: bool,
    /// A lane of the names is none, although its wires are not idle.
    dropped: bool,
}

impl Explanation {
    /// Whether it is no more than chance.
    pub(super) fn is_chance(&self) -> bool {
        self.discovered.confidence <= Confidence::Weak && self.rare
    }

    /// Whether too little says something that the names do not.
    pub(super) fn is_hasty(&self) -> bool {
        let Discovered {
            evidence, confidence, ..
        } = self.discovered;
        let few = confidence <= Confidence::Weak && evidence.bursts < MANY_BURSTS;
        few && self.turned || confidence < Confidence::Certain && self.dropped && self.bits < ENOUGH
    }
}

/// A lane candidate, read alone.
struct Candidate {
    pins: LanePins,
    stops: Vec<(Tick, Tick)>,
    /// Of a lane with a clock that has changed often enough.
    eye: Option<EyeView>,
}

/// What the capture says to `guess`; `None` where no lane shows a sync byte.
pub(super) fn examine(seen: Seen<'_>, guess: &Guess<'_>, hints: &Hints) -> Option<Explanation> {
    let (clock, timing) = match guess.beat {
        Beat::Clock(pins) => {
            let trace = trace(seen.traces, pins.p.or(pins.n))?;
            let unit = estimate_unit_interval(trace.gaps()).or(trace.interval(5).map(UnitInterval::whole))?;
            (
                Some((pins, trace)),
                Timing::Clock {
                    edges: &trace.edges,
                    unit,
                },
            )
        }
        Beat::Unit(unit) => (None, Timing::Unit(unit)),
    };
    let fixed = guess.named && hints.fixed;
    let mut candidates = Vec::new();
    let mut lanes = Vec::new();
    for pins in guess.lanes {
        let (candidate, lane) = read(seen.traces, *pins, timing, fixed);
        candidates.push(candidate);
        lanes.push(lane);
    }
    let wanted_lanes = if guess.named {
        Some(guess.lanes.len())
    } else {
        hints.lanes
    };
    let bursts = Bursts::align(&lanes, timing.ticks(MOST_SKEW), wanted_lanes)?;
    let count = hints.lanes.unwrap_or(bursts.lanes.len()).clamp(1, MAX_LANES);
    let wanted = Wanted {
        lanes: count.min(bursts.lanes.len()),
        usual: &usual(guess, &bursts, hints),
        fixed,
        vcx: hints.vcx,
    };
    let (order, score, scrambling) = best_order(&Sample::new(&bursts, wanted.lanes), &wanted, hints.scrambling);

    let mut map = PinMap {
        clock: clock.map(|(pins, _)| pins),
        count: order.len(),
        ..PinMap::default()
    };
    let mut sampling = Sampling {
        unit_interval: match guess.beat {
            // Each sample is a bit.
            Beat::Unit(unit) if seen.sampled && unit.numerator == unit.denominator => None,
            Beat::Unit(unit) => Some(unit),
            Beat::Clock(_) => None,
        },
        ..Sampling::default()
    };
    let mut turned = false;
    let in_between = |lane: &usize| of(&bursts, &candidates, *lane).is_some_and(Candidate::changes_between_edges);
    let all_between = order.iter().all(in_between);
    let places = map.lanes.iter_mut().zip(&mut sampling.early);
    for (lane, (place, early)) in order.iter().zip(places) {
        let candidate = of(&bursts, &candidates, *lane)?;
        let inverted = bursts
            .lanes
            .get(*lane)
            .and_then(|index| lanes.get(*index))
            .is_some_and(LaneSeen::is_inverted);
        turned |= candidate.is_turned(inverted);
        *early = u32::try_from(candidate.early()).unwrap_or(0);
        *place = if fixed {
            candidate.pins
        } else {
            candidate.lane(inverted)
        };
    }
    if let (Some(pins), Some((_, trace)), false) = (&mut map.clock, clock, fixed) {
        let is_late = |lane: usize| of(&bursts, &candidates, lane).is_some_and(|lane| lane.is_late(timing));
        let parity = || all_between.then(|| rises_first(trace, &bursts, is_late)).flatten();
        let names = hints
            .named
            .and_then(|named| named.clock)
            .and_then(|named| as_named(pins, &named));
        // All lanes late by an odd number of bits look the same as a clock that is turned. Pairs are exchanged more often
        // than that happens; what one wire is named as stands.
        let straight = requests_straight(seen.traces, pins, timing);
        let straight = match pins.n {
            Some(_) => straight.or_else(parity).or(names),
            None => straight.or(names).or_else(parity),
        };
        if straight == Some(false) {
            *pins = turn(*pins);
        }
    }
    let is_used = |index: &usize| order.iter().any(|lane| bursts.lanes.get(*lane) == Some(index));
    let is_active =
        |pins: &LanePins| trace(seen.traces, pins.p.or(pins.n)).is_some_and(|trace| !trace.edges.is_empty());
    let dropped = (0..)
        .zip(guess.lanes)
        .any(|(index, pins)| !is_used(&index) && is_active(pins));
    // A stop state and another long run come with each burst that is seen without line states, and one alone is little.
    let is_rare = |runs: &Runs| runs.occasions() > 4 * bursts.len() || !runs.sees_lp && bursts.len() < 2;
    let mut chosen = bursts.lanes.iter().filter_map(|index| lanes.get(*index));
    let rare = chosen.any(|lane| is_rare(&lane.runs));
    let evidence = Evidence {
        bursts: u32::try_from(bursts.len()).unwrap_or(u32::MAX),
        headers: score.headers,
        checksums: score.checksums,
    };
    Some(Explanation {
        bits: score.bits().saturating_add(evidence.bursts.min(4) * order.len() as u32),
        discovered: Discovered {
            map,
            sampling,
            scrambling,
            evidence,
            confidence: confidence(&score),
        },
        turned,
        rare,
        dropped: guess.named && dropped,
    })
}

/// Lengths of a bit that the edges of lanes suggest, those of the busiest lanes first. Each is measured when it is asked
/// for: mostly the first one will do.
pub(super) fn unit_intervals<'a>(seen: Seen<'a>, lanes: &[LanePins]) -> impl Iterator<Item = UnitInterval> + use<'a> {
    let mut busy: Vec<&Trace> = lanes
        .iter()
        .filter_map(|pins| trace(seen.traces, pins.p.or(pins.n)))
        .collect();
    busy.sort_by_key(|trace| Reverse(trace.edges.len()));
    let mut found: Vec<UnitInterval> = Vec::new();
    let mut measured = busy.into_iter().take(MAX_LANES).filter_map(move |trace| {
        let unit = estimate_unit_interval(trace.gaps())?;
        let product = |a: UnitInterval, b: UnitInterval| u128::from(a.numerator) * u128::from(b.denominator);
        let is_near =
            |other: &UnitInterval| product(unit, *other).abs_diff(product(*other, unit)) * 100 <= product(*other, unit);
        let is_new = !found.iter().any(is_near);
        if is_new {
            found.push(unit);
        }
        is_new.then_some(unit)
    });
    core::iter::from_fn(move || measured.next()).take(MOST_UNITS)
}

/// Whether edges are as far apart as they are where each sample is a bit: every second bit differs from the one before.
pub(super) fn is_bit_a_sample(trace: &Trace) -> bool {
    const LEAST: usize = 64;
    let gaps = || trace.gaps().take(1 << 12);
    let all = gaps().count();
    all >= LEAST && gaps().filter(|gap| *gap == 1).count() * 8 >= all
}

/// Bits and sync bytes of one lane.
fn read(traces: &[Trace], pins: LanePins, timing: Timing<'_>, fixed: bool) -> (Candidate, LaneSeen) {
    let silent = Trace::default();
    let (inverted, wire) = match (pins.p, pins.n) {
        (Some(p), _) => (p.invert, Some(p)),
        (None, n) => (n.is_none_or(|n| !n.invert), n),
    };
    let hs = trace(traces, wire).unwrap_or(&silent);
    let stops = match low_power(&pins) {
        (Some(p), Some(n)) => match (trace(traces, Some(p)), trace(traces, Some(n))) {
            (Some(p), Some(n)) => stops(p, n, timing.ticks(LEAST_STOP)),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let eye = match timing {
        Timing::Clock { edges, unit } => look(hs, edges, unit),
        Timing::Unit(_) => None,
    };
    let candidate = Candidate { pins, stops, eye };
    let runs = Runs::new(hs, &candidate.stops, timing, candidate.early());
    let syncs = runs.syncs(timing);
    let lane = LaneSeen::new(runs, syncs, fixed.then_some(!inverted));
    (candidate, lane)
}

/// When the data changes against the clock.
fn look(data: &Trace, clock: &[Tick], unit: UnitInterval) -> Option<EyeView> {
    let mut eye = Eye::new(unit);
    let mut clock = clock.iter().peekable();
    for edge in &data.edges {
        while let Some(at) = clock.next_if(|at| *at <= edge) {
            eye.clock(*at);
        }
        eye.data(*edge);
    }
    eye.view()
}

/// The order of the names: that of the guess, or of the channels, with the names' lanes first.
fn usual(guess: &Guess<'_>, bursts: &Bursts<'_>, hints: &Hints) -> Order {
    let mut order: Order = (0..bursts.lanes.len()).collect();
    if let (false, Some(named)) = (guess.named, hints.named) {
        order.sort_by_key(|lane| {
            let pins = bursts.lanes.get(*lane).and_then(|index| guess.lanes.get(*index));
            let channel = pins.and_then(|pins| pins.p).map(|wire| wire.channel);
            let holds = |lane: &LanePins| super::wires::channels(lane).any(|known| Some(known) == channel);
            named.lanes.iter().position(holds).unwrap_or(MAX_LANES)
        });
    }
    order
}

/// As it is, or descrambled.
fn best_order(sample: &Sample, wanted: &Wanted<'_>, scrambling: Descrambling) -> (Order, Score, Option<Scrambling>) {
    if let Descrambling::Known(scrambling) = scrambling {
        let (order, score) = sample.order(wanted, Some(&scrambling));
        return (order, score, Some(scrambling));
    }
    let (order, score) = sample.order(wanted, None);
    let mut best = (order, score, None);
    if scrambling == Descrambling::Off || best.1.checksums.good > 0 {
        return best;
    }
    let clear = best.clone();
    // What speaks for the next best way, in bits.
    let mut second = 0;
    let covering = Scrambling::PRESETS
        .iter()
        .filter(|preset| preset.scrambling.covers(wanted.lanes).is_ok());
    for preset in covering {
        let (order, score) = sample.order(wanted, Some(&preset.scrambling));
        if score.bits() > best.1.bits() {
            second = best.1.bits();
            best = (order, score, Some(preset.scrambling));
        } else {
            second = second.max(score.bits());
        }
    }
    // Headers alone may be right with several ways by chance: then none is believed. The rest of the bytes would be wrong.
    let is_clear = best.1.bits() >= clear.1.bits() + CLEARLY;
    let is_only = best.1.checksums.good > 0 || best.1.bits() >= second + CLEARLY;
    if is_clear && is_only { best } else { clear }
}

fn of<'a>(bursts: &Bursts<'_>, candidates: &'a [Candidate], lane: usize) -> Option<&'a Candidate> {
    candidates.get(*bursts.lanes.get(lane)?)
}

fn confidence(score: &Score) -> Confidence {
    if score.checksums.good * 2 > score.checksums.all {
        Confidence::Certain
    } else if score.bits() > 0 {
        Confidence::Likely
    } else {
        Confidence::Weak
    }
}

impl Candidate {
    /// Ticks before the clock edge at which to look.
    fn early(&self) -> Tick {
        self.eye.map_or(0, |eye| eye.early)
    }

    /// Whether the clock edge that a bit belongs to is beyond doubt.
    fn changes_between_edges(&self) -> bool {
        self.eye.is_some_and(|eye| (-0.25..=0.25).contains(&eye.offset))
    }

    /// Whether bits are taken at the clock edge after their own.
    fn is_late(&self, timing: Timing<'_>) -> bool {
        self.eye.is_some_and(|eye| {
            let change = (0.5 - eye.offset) * timing.ticks(1024) as f64 / 1024.0;
            eye.early as f64 >= change
        })
    }

    /// Whether P and N are not as they are said to be. `inverted`: sync bytes show on the wire read inverted.
    fn is_turned(&self, inverted: bool) -> bool {
        match (self.pins.p, self.pins.n) {
            (Some(p), _) => inverted != p.invert,
            (None, Some(n)) => inverted == n.invert,
            (None, None) => false,
        }
    }

    /// The wires of the lane, P and N as they are.
    fn lane(&self, inverted: bool) -> LanePins {
        let pins = if self.is_turned(inverted) {
            turn(self.pins)
        } else {
            self.pins
        };
        let is_separate = pins.lp_p.is_some() || pins.lp_n.is_some();
        if self.stops.is_empty() && !is_separate && pins.p.is_some() {
            // No line state to be seen: the second wire would only make a receiver wait for one.
            return LanePins { n: None, ..pins };
        }
        pins
    }
}
