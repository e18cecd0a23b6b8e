//! Discovery: which channel is which wire, when it is to be looked at, and whether it is scrambled, from what the wires
//! themselves show. Names are a hint, never proof.

mod bursts;
mod judge;
mod order;
mod polarity;
mod runs;
mod scrambling;
mod trace;
mod wires;

use alloc::vec::Vec;
use csi2_dphy::{LanePins, MAX_LANES, Observation, PinMap, Sampling, Scrambling, UnitInterval};
use csi2_packet::VcExtension;
use judge::{Beat, Explanation, Guess, Seen};
pub use scrambling::find_scrambling;
use trace::Recording;

/// What is known before anything was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Hints {
    /// Roles by the names of the channels, or as the user says; `None` where neither tells.
    pub named: Option<PinMap>,
    /// `named` is the user's word: which wire is what is not questioned.
    pub fixed: bool,
    /// Data lanes, where the user says.
    pub lanes: Option<usize>,
    /// Length of a bit, where the user says; of no effect where a clock lane is found.
    pub unit_interval: Option<UnitInterval>,
    /// Header code.
    pub vcx: VcExtension,
    /// Scrambling.
    pub scrambling: Descrambling,
}

/// What the user says of scrambling.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Descrambling {
    /// There is none.
    Off,
    /// Found out.
    Auto,
    /// This.
    Known(Scrambling),
}

/// How sure a conclusion is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Confidence {
    /// Nothing was found: it is as the names say.
    None,
    /// Sync bytes alone.
    Weak,
    /// Headers with a right ECC.
    Likely,
    /// Payloads with a right checksum.
    Certain,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Right ones.
    pub good: u32,
    /// All.
    pub all: u32,
}

/// What a conclusion rests on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Evidence {
    /// Bursts in which all lanes showed a sync byte.
    pub bursts: u32,
    /// Packet headers, by their ECC.
    pub headers: Tally,
    /// Payloads, by their checksum.
    pub checksums: Tally,
}

/// What the wires are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discovered {
    /// Which wire is what: lanes in the order of their bytes, pairs with P and N as they are.
    pub map: PinMap,
    /// When they are to be looked at.
    pub sampling: Sampling,
    /// Scrambling, if any.
    pub scrambling: Option<Scrambling>,
    /// What that rests on.
    pub evidence: Evidence,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Looks at the beginning of a capture: [`Discovery::see`] until it has enough, then [`Discovery::conclude`].
///
/// It keeps edges, at most 2^20 of them. The pairs are those channels that toggle against each other; the clock is what
/// toggles evenly; the lanes are what shows sync bytes at the same time; their order is the one that makes headers and
/// checksums right. Damage does not matter as long as most of what is seen is sound.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    recording: Recording,
    sampled: bool,
}

impl Discovery {
    /// Nothing seen yet of this many channels.
    pub fn new(channels: usize) -> Self {
        Self {
            recording: Recording::new(channels),
            sampled: false,
        }
    }

    /// Takes what the capture shows next. Returns whether more would help: there is a bound to what is kept.
    pub fn see(&mut self, seen: &Observation<'_>) -> bool {
        self.sampled |= matches!(seen, Observation::Samples(_));
        self.recording.take(seen)
    }

    /// What the wires are; `None` where neither hints nor wires tell.
    ///
    /// The names win unless something else is clearly better by headers and checksums.
    pub fn conclude(&self, hints: &Hints) -> Option<Discovered> {
        let seen = Seen {
            traces: &self.recording.traces,
            sampled: self.sampled,
        };
        let named = hints.named.and_then(|map| by_names(seen, &map, hints));
        let settled = |explanation: &Explanation| explanation.discovered.confidence == Confidence::Certain;
        if (hints.named.is_some() && hints.fixed) || named.as_ref().is_some_and(settled) {
            return named
                .map(|explanation| explanation.discovered)
                .or_else(|| unknown(hints));
        }
        let named = named.filter(|named| !named.is_chance());
        let least = match (&named, hints.named) {
            (Some(named), _) => named.bits.saturating_add(CLEARLY),
            // Sync bytes where the names have none.
            (None, Some(_)) => CLEARLY,
            (None, None) => 0,
        };
        let found = by_wires(seen, hints).filter(|found| found.bits >= least && !found.is_chance());
        let found = found.filter(|found| hints.named.is_none() || found.discovered.confidence > Confidence::Weak);
        let best = found.or(named.filter(|named| !named.is_hasty()));
        let best = best.map(|explanation| explanation.discovered);
        // A named lane is dropped that shows no sync bytes: not where no payload comes out right without it.
        let crippled = |discovered: &Discovered| {
            let checksums = discovered.evidence.checksums;
            let count = hints.named.map_or(0, |named| named.count);
            hints.lanes.is_none() && discovered.map.count < count && checksums.good == 0 && checksums.all > 0
        };
        best.filter(|discovered| !crippled(discovered))
            .or_else(|| unknown(hints))
    }
}

/// How much better other wires than the named ones must be, in bits.
const CLEARLY: u32 = 12;

/// The names' wires, or those of their lanes that are in use.
fn by_names(seen: Seen<'_>, map: &PinMap, hints: &Hints) -> Option<Explanation> {
    let lanes = map.lanes.get(..map.count.min(MAX_LANES)).unwrap_or_default();
    let lanes = lanes
        .get(..hints.lanes.unwrap_or(lanes.len()).min(lanes.len()))
        .unwrap_or_default();
    let beats = match map.clock {
        Some(pins) => Vec::from([Beat::Clock(pins)]),
        None => lengths(seen, lanes, hints),
    };
    best_of(beats, |beat| {
        let guess = Guess {
            beat,
            lanes,
            named: true,
        };
        judge::examine(seen, &guess, hints)
    })
}

/// Whatever the wires look like.
fn by_wires(seen: Seen<'_>, hints: &Hints) -> Option<Explanation> {
    let lanes = wires::lanes(seen.traces, hints.named.as_ref());
    // Edges of a clock say more than a length of a bit that fits.
    let mut beats: Vec<Beat> = wires::clocks(seen.traces, &lanes)
        .into_iter()
        .map(Beat::Clock)
        .collect();
    beats.extend(lengths(seen, &lanes, hints));
    best_of(beats, |beat| {
        let is_other = |pins: &LanePins| !matches!(beat, Beat::Clock(clock) if clock == *pins);
        let lanes: Vec<_> = lanes.iter().copied().filter(is_other).collect();
        let guess = Guess {
            beat,
            lanes: &lanes,
            named: false,
        };
        judge::examine(seen, &guess, hints)
    })
}

/// Without a clock: as the user says, or by the lanes' edges.
fn lengths(seen: Seen<'_>, lanes: &[LanePins], hints: &Hints) -> Vec<Beat> {
    let given = hints
        .unit_interval
        .filter(|unit| unit.numerator > 0 && unit.denominator > 0);
    let units = given.map_or_else(|| judge::unit_intervals(seen, lanes), |unit| Vec::from([unit]));
    units.into_iter().map(Beat::Unit).collect()
}

/// The first that is certain, else the best.
fn best_of(beats: Vec<Beat>, examine: impl Fn(Beat) -> Option<Explanation>) -> Option<Explanation> {
    let mut best: Option<Explanation> = None;
    for explanation in beats.into_iter().filter_map(examine) {
        if explanation.discovered.confidence == Confidence::Certain {
            return Some(explanation);
        }
        if best.as_ref().is_none_or(|best| best.bits < explanation.bits) {
            best = Some(explanation);
        }
    }
    best
}

/// As the names say.
fn unknown(hints: &Hints) -> Option<Discovered> {
    Some(Discovered {
        map: hints.named?,
        sampling: Sampling {
            unit_interval: hints.unit_interval,
            ..Sampling::default()
        },
        scrambling: match hints.scrambling {
            Descrambling::Known(scrambling) => Some(scrambling),
            Descrambling::Off | Descrambling::Auto => None,
        },
        evidence: Evidence::default(),
        confidence: Confidence::None,
    })
}
