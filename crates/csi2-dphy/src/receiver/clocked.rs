//! Samples with a clock among them, many at once: a stretch of a running burst is made into samples of one bit each, and taken
//! as those are; between bursts, stretches are passed over in which no data lane changes.
//!
//! A bit is the sample before an edge of the clock. What the other samples show counts, too: a stop state, or a clock that is
//! not in HS, ends the stretch before it.

use super::PinReceiver;
use super::coast::{alike, behind};
use crate::wires::{hs, lp};
use crate::{LaneMerger, MAX_LANES, PinEvent, PinMap, Samples, Tick, Wire};
use csi2_kernels::{clock_edges, clocked_samples};

/// Bits taken at once.
const EDGES: usize = 1024;
/// Bytes of their samples.
const BYTES: usize = 4 * EDGES;
/// Distances between the wires of a pair in a sample.
const DISTANCES: usize = MAX_LANES + 2;
/// Samples between bursts that are worth it, and those taken one by one before the next attempt: twice as many each time that
/// one fails.
const LEAST: usize = 32;
const PIECE: usize = 16;
const MOST_PIECE: usize = 256;
/// Samples that have to be a part of it.
const PROBE: usize = 64;
/// Samples in which a clock is looked for at once.
const MOST: usize = 16 * EDGES;

/// Where the clock is in samples, and what tells that they are no more than edges and bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClockTap {
    wire: Wire,
    /// Channels that are read inverted.
    inverted: u64,
    /// Channels of the data lanes.
    data: u64,
    rules: [Rule; DISTANCES],
    count: usize,
}

/// What no sample shows, by the distance of two channels of it. The masks have the lower of the two.
#[derive(Clone, Copy, Debug, Default)]
struct Rule {
    distance: u32,
    /// Of data lanes: both are high.
    stop: u64,
    /// Of the clock lane: both are high, or both are the same.
    high: u64,
    same: u64,
}

/// Samples that count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lawful {
    /// Without a stop state.
    Data,
    /// Whatever the data lanes show.
    Clock,
}

impl ClockTap {
    /// `None` where there is no clock, or a channel is beyond the first 64 or read both ways.
    pub(super) fn new(map: &PinMap, sees_lp: bool) -> Option<Self> {
        let pins = map.clock.as_ref()?;
        let mut tap = Self {
            wire: hs(pins)?,
            inverted: 0,
            data: 0,
            rules: [Rule::default(); DISTANCES],
            count: 0,
        };
        let lanes = map.lanes.get(..map.count).unwrap_or(&map.lanes);
        let mut straight = 0;
        for (pins, is_clock) in lanes.iter().zip(core::iter::repeat(false)).chain([(pins, true)]) {
            for wire in [pins.p, pins.n, pins.lp_p, pins.lp_n].into_iter().flatten() {
                let bit = 1u64.checked_shl(wire.channel.into())?;
                if wire.invert {
                    tap.inverted |= bit;
                } else {
                    straight |= bit;
                }
                tap.data |= if is_clock { 0 } else { bit };
            }
        }
        if straight & tap.inverted != 0 {
            return None;
        }
        if sees_lp {
            for pins in lanes {
                let (p, n) = lp(pins);
                tap.rule(p?, n?)?.stop |= lower(p?, n?);
            }
        }
        if let (Some(p), Some(n)) = (pins.p, pins.n) {
            tap.rule(p, n)?.same |= lower(p, n);
        }
        for wire in [pins.lp_p, pins.lp_n].into_iter().flatten() {
            tap.rule(wire, wire)?.high |= lower(wire, wire);
        }
        Some(tap)
    }

    /// The rule of wires so far apart.
    fn rule(&mut self, one: Wire, other: Wire) -> Option<&mut Rule> {
        let distance = u32::from(one.channel.abs_diff(other.channel));
        let mut known = self.rules.iter().take(self.count);
        let index = known.position(|rule| rule.distance == distance).unwrap_or(self.count);
        self.count = self.count.max(index + 1);
        let rule = self.rules.get_mut(index)?;
        rule.distance = distance;
        Some(rule)
    }

    /// Whether the first samples break no rule. Where wires of a pair never change together, no search for edges is worth it.
    fn holds(&self, seen: &Samples<'_>, what: Lawful) -> bool {
        let first = behind(seen, 0, PROBE);
        seen.unit.is_power_of_two() && seen.unit <= 8 && self.lawful(&first, what) == first.bytes.len() / seen.unit
    }

    /// How many samples come before the first that breaks a rule, but for those of the same eight bytes.
    fn lawful(&self, seen: &Samples<'_>, what: Lawful) -> usize {
        let width = 8 * seen.unit as u32;
        let fill = |mask: u64| (0..64 / width).fold(0, |all, index| all | mask << (index * width));
        let inverted = fill(self.inverted);
        let (words, rest) = seen.bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
        let there = !u64::MAX.checked_shl(8 * rest.len() as u32).unwrap_or(0);
        let mut whole = words.len();
        let mut broken_last = 0;
        for rule in self.rules.iter().take(self.count) {
            let stop = if what == Lawful::Data { rule.stop } else { 0 };
            let (both, same) = (fill(stop | rule.high), fill(rule.same));
            let broken = |word: &[u8; 8]| {
                let levels = u64::from_le_bytes(*word) ^ inverted;
                let others = levels >> rule.distance;
                levels & others & both | !(levels ^ others) & same
            };
            let before = words.get(..whole).unwrap_or_default();
            if before.iter().fold(0, |any, word| any | broken(word)) != 0 {
                whole = before.iter().position(|word| broken(word) != 0).unwrap_or(0);
            }
            broken_last |= broken(&last) & there;
        }
        if whole == words.len() && broken_last == 0 {
            seen.bytes.len() / seen.unit
        } else {
            whole * 8 / seen.unit
        }
    }
}

/// The lower of two channels.
fn lower(one: Wire, other: Wire) -> u64 {
    1u64.checked_shl(one.channel.min(other.channel).into()).unwrap_or(0)
}

/// Where the edges of a stretch are.
struct Stretch {
    edges: [u32; EDGES],
    count: usize,
    /// Samples up to the first that is not part of it.
    samples: usize,
}

impl PinReceiver {
    /// Samples with a clock, at most `bits` bits of each lane. Between bursts, many at once.
    pub(super) fn run_clock(
        &mut self,
        seen: &Samples<'_>,
        bits: usize,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        let count = seen.bytes.len() / seen.unit;
        let (mut taken, mut left, mut most) = (0, bits, PIECE);
        loop {
            let waits = !self.singly && self.waits();
            if waits {
                let passed = self.pass_clocked(&behind(seen, taken, usize::MAX), &mut left);
                taken += passed;
                most = if passed > 0 { PIECE } else { (2 * most).min(MOST_PIECE) };
            }
            let piece = behind(seen, taken, if waits { most } else { usize::MAX });
            let (more, event) = self.run_samples(&piece, &mut left, merger);
            taken += more;
            if !waits || event.is_some() || more == 0 || taken >= count {
                return (taken, event);
            }
        }
    }

    /// Whether samples with a clock may be taken at once, as far as the clock lane is concerned.
    pub(super) fn may_stride_clocked(&self) -> bool {
        self.clock_tap.is_some()
            && !self.history.is_used()
            && !self.clock.watched
            && !self.clock.rests
            && self.lines.deadline == Tick::MAX
    }

    /// Samples from the first on in which the data lanes' levels change nothing but the length of a run of bits.
    fn pass_clocked(&mut self, seen: &Samples<'_>, bits: &mut usize) -> usize {
        let (Some(tap), Some(raw)) = (self.clock_tap.filter(|_| seen.unit <= 8), self.raw) else {
            return 0;
        };
        let same = |mask: u64, most: usize| {
            let first = sample(&behind(seen, 0, 1));
            let steady = (first ^ raw) & mask == 0 && alike(&behind(seen, 0, LEAST), mask, self.backend) == LEAST;
            if steady {
                alike(&behind(seen, 0, most), mask, self.backend)
            } else {
                0
            }
        };
        if !self.may_stride_clocked() {
            // Nothing at all changes.
            let most = self.lines.deadline.saturating_sub(seen.first);
            return same(u64::MAX, usize::try_from(most).unwrap_or(usize::MAX));
        }
        if !tap.holds(seen, Lawful::Clock) {
            return 0;
        }
        let Some(stretch) = self.stretch_of(&behind(seen, 0, same(tap.data, MOST)), *bits, Lawful::Clock) else {
            return 0;
        };
        let (edges, count) = (stretch.edges.get(..stretch.count).unwrap_or_default(), stretch.count);
        if stretch.samples < LEAST || self.has_news() || self.rows.count > 0 || !self.may_run(self.word, count) {
            return 0;
        }
        self.run(self.word, seen.first, count);
        if self.listening {
            self.now = last_of(edges, seen.first).unwrap_or(self.now);
        }
        *bits -= count;
        self.pass(&behind(seen, 0, stretch.samples), edges);
        stretch.samples
    }

    /// The same as [`PinReceiver::merge`], where a clock says which samples are bits.
    pub(super) fn stride_clocked(
        &mut self,
        seen: &Samples<'_>,
        merger: &mut LaneMerger,
        out: &mut [u8],
    ) -> Option<(usize, usize)> {
        let most = self.bits_until(out.len(), merger)?.min(BYTES.checked_div(seen.unit)?);
        if !self.clock_tap?.holds(seen, Lawful::Data) {
            return None;
        }
        let stretch = self.stretch_of(seen, most, Lawful::Data)?;
        let edges = stretch.edges.get(..stretch.count)?;
        let mut kept = [0; BYTES];
        let kept = kept.get_mut(..edges.len() * seen.unit)?;
        let last = *edges.last()? as usize;
        if seen.unit == 1 {
            let (clock, raw) = (self.clock_tap?.wire.channel.into(), self.raw? as u8);
            clocked_samples(self.backend, seen.bytes.get(..=last)?, clock, raw, kept);
        } else {
            keep(seen, self.raw?, edges, kept);
        }
        let (taken, merged) = self.stride(&Samples { bytes: kept, ..*seen }, merger, out)?;
        let edges = edges.get(..taken)?;
        self.now = last_of(edges, seen.first)?;
        let samples = *edges.last()? as usize + 1;
        self.pass(&behind(seen, 0, samples), edges);
        self.lines.seen = self.word;
        Some((samples, merged))
    }

    /// The edges of the first samples, at most so many. `None` if the last sample is none that counts.
    fn stretch_of(&self, seen: &Samples<'_>, most: usize, what: Lawful) -> Option<Stretch> {
        let (tap, unit) = (self.clock_tap?, seen.unit);
        let channel = u32::from(tap.wire.channel);
        if !unit.is_power_of_two() || unit > 8 || channel >= 8 * unit as u32 {
            return None;
        }
        let raw = self.raw?.to_le_bytes();
        let last = Samples {
            bytes: raw.get(..unit)?,
            ..*seen
        };
        let level = self.edges.level().filter(|_| tap.lawful(&last, what) > 0)?;
        if self.wires(&last, 0) != Some(self.word) || self.edges.shows(self.word) != Some(level) {
            return None;
        }
        let mut edges = [0; EDGES];
        let room = edges.get_mut(..most.min(EDGES))?;
        let (scanned, found) = clock_edges(self.backend, seen.bytes, unit, channel, level != tap.wire.invert, room);
        let found = edges.get(..found)?;
        // What is behind the last edge of a burst is of no interest.
        let end = match what {
            Lawful::Data => found.last().map_or(0, |edge| *edge as usize + 1),
            Lawful::Clock => scanned,
        };
        let samples = tap.lawful(&behind(seen, 0, end), what);
        let count = found.partition_point(|edge| (*edge as usize) < samples);
        Some(Stretch { edges, count, samples })
    }

    /// The clock lane behind those samples, which have these edges.
    fn pass(&mut self, seen: &Samples<'_>, edges: &[u32]) {
        let last = behind(seen, (seen.bytes.len() / seen.unit).saturating_sub(1), 1);
        self.meter.edges(edges, seen.first);
        self.word = self.wires(&last, 0).unwrap_or(self.word);
        self.edges.pass(self.word);
        self.raw = Some(sample(&last));
    }
}

/// The last instant.
fn last_of(edges: &[u32], first: Tick) -> Option<Tick> {
    edges.last().map(|edge| first.saturating_add((*edge).into()))
}

/// The only sample.
fn sample(seen: &Samples<'_>) -> u64 {
    seen.bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The samples before `edges`; `raw` is the one before the first of all.
fn keep(seen: &Samples<'_>, raw: u64, edges: &[u32], kept: &mut [u8]) {
    fn each<const UNIT: usize>(seen: &[u8], raw: u64, edges: &[u32], kept: &mut [u8]) {
        let (samples, _) = seen.as_chunks::<UNIT>();
        let (kept, _) = kept.as_chunks_mut::<UNIT>();
        let raw = raw.to_le_bytes().first_chunk().copied().unwrap_or([0; UNIT]);
        for (to, edge) in kept.iter_mut().zip(edges) {
            let sample = (*edge as usize).checked_sub(1).and_then(|index| samples.get(index));
            *to = sample.copied().unwrap_or(raw);
        }
    }
    match seen.unit {
        2 => each::<2>(seen.bytes, raw, edges, kept),
        4 => each::<4>(seen.bytes, raw, edges, kept),
        _ => each::<8>(seen.bytes, raw, edges, kept),
    }
}
