//! One lane, alone: its bits as runs of equal ones, the sync bytes among them, and the bytes behind those.

use super::trace::Trace;
use alloc::vec::Vec;
use csi2_dphy::{Tick, UnitInterval};

/// When bits are taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timing<'a> {
    /// At the edges of a clock lane, so far apart while it runs.
    Clock { edges: &'a [Tick], unit: UnitInterval },
    /// So far apart.
    Unit(UnitInterval),
}

impl Timing<'_> {
    /// Ticks of `bits` bits, at least one.
    pub(super) fn ticks(&self, bits: u64) -> Tick {
        let (Self::Clock { unit, .. } | Self::Unit(unit)) = self;
        let ticks = u128::from(unit.numerator) * u128::from(bits) / u128::from(unit.denominator.max(1));
        Tick::try_from(ticks).unwrap_or(Tick::MAX).max(1)
    }
}

/// What a lane shows for a while.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Low,
    High,
    /// LP-11.
    Stop,
}

impl State {
    fn of(high: bool) -> Self {
        if high { Self::High } else { Self::Low }
    }

    fn opposes(self, other: Self) -> bool {
        matches!((self, other), (Self::Low, Self::High) | (Self::High, Self::Low))
    }
}

/// Equal bits, up to the next run.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Bits before it.
    bit: u64,
    at: Tick,
    state: State,
}

/// A sync byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sync {
    /// Run that ends or goes beyond the sync byte.
    run: usize,
    /// Bits before the first data bit, and its instant.
    pub(super) bit: u64,
    pub(super) at: Tick,
    /// The wire is read as it is; else inverted.
    pub(super) straight: bool,
    /// A stop state came before it.
    pub(super) stop: bool,
}

/// The bits of a lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    /// Stop states are visible.
    pub(super) sees_lp: bool,
}

/// Zeros of HS-ZERO, where a stop state is seen before it, and where not.
const LEAST_ZEROS: u64 = 6;
const LEAST_ZEROS_BLIND: u64 = 16;
/// Ones of a stop state that is not seen as such.
const LEAST_ONES_BLIND: u64 = 8;

impl Runs {
    /// Bits of the wire `hs`, `early` ticks before they are due, without those during `stops`.
    pub(super) fn new(hs: &Trace, stops: &[(Tick, Tick)], timing: Timing<'_>, early: Tick) -> Self {
        let mut builder = Builder {
            runs: Vec::with_capacity(hs.edges.len()),
            timing,
            early,
            clock: 0,
        };
        let mut stops = stops.iter().peekable();
        let mut resume: Option<Tick> = None;
        builder.push(0, State::of(hs.level_after(0)));
        for (index, edge) in hs.edges.iter().enumerate() {
            let level = State::of(hs.level_after(index));
            loop {
                if let Some(until) = resume.filter(|until| until <= edge) {
                    builder.push(until, level);
                    resume = None;
                }
                match stops.next_if(|(from, _)| from <= edge) {
                    Some((from, until)) => {
                        builder.push(*from, State::Stop);
                        resume = Some(*until);
                    }
                    None => break,
                }
            }
            if resume.is_none() {
                builder.push(*edge, State::of(hs.level_after(index + 1)));
            }
        }
        for (from, _) in stops.take(1) {
            builder.push(*from, State::Stop);
        }
        Self {
            sees_lp: builder.runs.iter().any(|run| run.state == State::Stop),
            runs: builder.runs,
        }
    }

    /// Places where a sync byte could be: behind stop states, or long runs.
    pub(super) fn occasions(&self) -> usize {
        if self.sees_lp {
            return self.runs.iter().filter(|run| run.state == State::Stop).count();
        }
        let later = self.runs.iter().skip(1);
        let lengths = self
            .runs
            .iter()
            .zip(later)
            .map(|(run, next)| next.bit.saturating_sub(run.bit));
        lengths.filter(|bits| *bits >= LEAST_ZEROS_BLIND).count()
    }

    /// Sync bytes: of each HS burst the first, or without LP wires whatever looks like one.
    pub(super) fn syncs(&self, timing: Timing<'_>) -> Vec<Sync> {
        let mut found = Vec::new();
        let mut armed = !self.sees_lp;
        let mut before: Option<(State, u64)> = None;
        let zeros_needed = if self.sees_lp { LEAST_ZEROS } else { LEAST_ZEROS_BLIND };
        for (index, window) in self.runs.windows(5).enumerate() {
            let &[zeros, ones, zero, one, after] = window else {
                break;
            };
            let length = ones.bit.saturating_sub(zeros.bit);
            let stop = self.sees_lp
                || before.is_some_and(|(state, bits)| state.opposes(zeros.state) && bits >= LEAST_ONES_BLIND);
            before = Some((zeros.state, length));
            if zeros.state == State::Stop {
                armed = true;
                continue;
            }
            let alternate =
                zeros.state.opposes(ones.state) && ones.state.opposes(zero.state) && zero.state.opposes(one.state);
            // 00011101 in time.
            let is_sync = alternate
                && length >= zeros_needed
                && zero.bit.saturating_sub(ones.bit) == 3
                && one.bit.saturating_sub(zero.bit) == 1
                && after.bit > one.bit;
            if !armed || !is_sync {
                continue;
            }
            armed = !self.sees_lp;
            let bit = one.bit + 1;
            found.push(Sync {
                run: index + 3,
                bit,
                at: match timing {
                    Timing::Clock { edges, .. } => usize::try_from(bit).ok().and_then(|bit| edges.get(bit)).copied(),
                    Timing::Unit(_) => None,
                }
                .unwrap_or(one.at.saturating_add(timing.ticks(1))),
                straight: zeros.state == State::Low,
                stop,
            });
        }
        found
    }

    /// Appends bytes behind a sync byte to `out`, at most `most`, up to bit `until` or the stop state.
    pub(super) fn bytes(&self, sync: &Sync, until: u64, most: usize, out: &mut Vec<u8>) {
        let most = out.len().saturating_add(most);
        let (mut byte, mut filled) = (0u8, 0u32);
        for window in self.runs.get(sync.run..).unwrap_or_default().windows(2) {
            let &[run, next] = window else { return };
            if run.state == State::Stop || run.bit >= until {
                return;
            }
            let level = (run.state == State::High) == sync.straight;
            for _ in run.bit.max(sync.bit)..next.bit.min(until) {
                byte = byte >> 1 | u8::from(level) << 7;
                filled += 1;
                if filled == 8 {
                    if out.len() >= most {
                        return;
                    }
                    out.push(byte);
                    filled = 0;
                }
            }
        }
    }

    /// Bits from a sync byte to the stop state, or to bit `until` if that comes first.
    pub(super) fn length(&self, sync: &Sync, until: u64) -> u64 {
        let rest = self.runs.get(sync.run..).unwrap_or_default();
        let stop = rest.iter().find(|run| run.state == State::Stop || run.bit >= until);
        let end = stop.or(rest.last()).map_or(sync.bit, |run| run.bit.min(until));
        end.saturating_sub(sync.bit)
    }
}

struct Builder<'a> {
    runs: Vec<Run>,
    timing: Timing<'a>,
    early: Tick,
    /// Clock edges passed.
    clock: usize,
}

impl Builder<'_> {
    fn push(&mut self, at: Tick, state: State) {
        let bit = self.bit(at);
        // Nobody looked while it lasted.
        if self
            .runs
            .last()
            .is_some_and(|last| last.bit == bit && last.state != State::Stop)
        {
            self.runs.pop();
        }
        if self.runs.last().is_none_or(|last| last.state != state) {
            self.runs.push(Run { bit, at, state });
        }
    }

    fn bit(&mut self, at: Tick) -> u64 {
        match self.timing {
            // A level is seen by the edges after its beginning.
            Timing::Clock { edges, .. } => {
                let passed = at.saturating_add(self.early);
                let rest = edges.get(self.clock..).unwrap_or_default();
                self.clock += rest.iter().take_while(|edge| **edge <= passed).count();
                self.clock as u64
            }
            Timing::Unit(unit) => self.runs.last().map_or(0, |last| {
                if last.state == State::Stop {
                    return last.bit;
                }
                last.bit.saturating_add(whole_bits(at.saturating_sub(last.at), unit))
            }),
        }
    }
}

/// The nearest number of bits.
fn whole_bits(ticks: Tick, unit: UnitInterval) -> u64 {
    if unit.numerator == unit.denominator {
        return ticks;
    }
    let half = unit.numerator / 2;
    let numerator = unit.numerator.max(1);
    if let Some(scaled) = ticks
        .checked_mul(unit.denominator)
        .and_then(|scaled| scaled.checked_add(half))
    {
        return scaled / numerator;
    }
    let scaled = u128::from(ticks) * u128::from(unit.denominator) + u128::from(half);
    u64::try_from(scaled / u128::from(numerator)).unwrap_or(u64::MAX)
}

/// Stretches during which both wires are high, of at least `least` ticks.
pub(super) fn stops(p: &Trace, n: &Trace, least: Tick) -> Vec<(Tick, Tick)> {
    let mut found = Vec::new();
    let (mut passed_p, mut passed_n) = (0, 0);
    let mut since = (p.level_after(0) && n.level_after(0)).then_some(0);
    while let Some(at) = match (p.edges.get(passed_p), n.edges.get(passed_n)) {
        (Some(a), Some(b)) => Some(*a.min(b)),
        (a, b) => a.or(b).copied(),
    } {
        let edges_at = |trace: &Trace, passed: usize| {
            let rest = trace.edges.get(passed..).unwrap_or_default();
            rest.iter().take_while(|edge| **edge == at).count()
        };
        passed_p += edges_at(p, passed_p);
        passed_n += edges_at(n, passed_n);
        let both = p.level_after(passed_p) && n.level_after(passed_n);
        match since {
            None if both => since = Some(at),
            Some(from) if !both => {
                if at.saturating_sub(from) >= least {
                    found.push((from, at));
                }
                since = None;
            }
            _ => {}
        }
    }
    if let Some(from) = since.filter(|_| !p.edges.is_empty() && !n.edges.is_empty()) {
        found.push((from, Tick::MAX));
    }
    found
}
