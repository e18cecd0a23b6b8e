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

    /// The same for a first look, which [`Discovery::settle`] is for: the first few bursts of a sampled capture.
    pub fn brief(channels: usize) -> Self {
        Self {
            recording: Recording::brief(channels),
            sampled: false,
        }
    }

    /// Takes what the capture shows next. Returns whether more would help: there is a bound to what is kept.
    pub fn see(&mut self, seen: &Observation<'_>) -> bool {
        self.sampled |= matches!(seen, Observation::Samples(_));
        self.recording.take(seen)
    }

    /// What the wires are, where the little that was seen leaves no doubt. That can only be where each sample is a bit:
    /// clocks, and bits of several samples, are measured the better the more is seen of them. `seen`: all that was read,
    /// from the same beginning.
    pub fn settle<'c>(&self, hints: &Hints, mut seen: impl Iterator<Item = Observation<'c>>) -> Option<Discovered> {
        let traces = &self.recording.traces;
        let active = || traces.iter().filter(|trace| !trace.edges.is_empty());
        let is_whole = |unit: UnitInterval| unit.numerator == unit.denominator;
        if !self.sampled || !hints.unit_interval.is_none_or(is_whole) || !active().all(judge::is_bit_a_sample) {
            return None;
        }
        let found = self.conclude(&Hints {
            unit_interval: Some(UnitInterval::whole(1)),
            ..*hints
        })?;
        let Evidence { headers, checksums, .. } = found.evidence;
        let all = |tally: Tally, least: u32| tally.good == tally.all && tally.good >= least;
        let right = all(headers, LEAST_HEADERS) && all(checksums, LEAST_CHECKSUMS);
        let whole = found.map.count == active().count() && hints.named.is_none_or(|map| map.count == found.map.count);
        let settled = right
            && whole
            && found.confidence == Confidence::Certain
            && found.map.clock.is_none()
            && found.sampling.unit_interval.is_none();
        // A lane may come into use later.
        (settled && !seen.any(|seen| self.recording.wakes(&seen))).then_some(found)
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
/// Headers and checksums, all of them right, that leave no doubt.
const LEAST_HEADERS: u32 = 4;
const LEAST_CHECKSUMS: u32 = 3;

/// The names' wires, or those of their lanes that are in use.
fn by_names(seen: Seen<'_>, map: &PinMap, hints: &Hints) -> Option<Explanation> {
    let lanes = map.lanes.get(..map.count.min(MAX_LANES)).unwrap_or_default();
    let lanes = lanes
        .get(..hints.lanes.unwrap_or(lanes.len()).min(lanes.len()))
        .unwrap_or_default();
    let clock = map.clock.map(Beat::Clock);
    let lengths = lengths(seen, lanes, hints).filter(|_| clock.is_none());
    best_of(clock.into_iter().chain(lengths), |beat| {
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
    let clocks = wires::clocks(seen.traces, &lanes).into_iter().map(Beat::Clock);
    best_of(clocks.chain(lengths(seen, &lanes, hints)), |beat| {
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
fn lengths<'a>(seen: Seen<'a>, lanes: &[LanePins], hints: &Hints) -> impl Iterator<Item = Beat> + use<'a> {
    let given = hints
        .unit_interval
        .filter(|unit| unit.numerator > 0 && unit.denominator > 0);
    let measured = given.is_none().then(|| judge::unit_intervals(seen, lanes));
    given.into_iter().chain(measured.into_iter().flatten()).map(Beat::Unit)
}

/// The first that is certain, else the best.
fn best_of(beats: impl Iterator<Item = Beat>, examine: impl Fn(Beat) -> Option<Explanation>) -> Option<Explanation> {
    let mut best: Option<Explanation> = None;
    for explanation in beats.filter_map(examine) {
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
