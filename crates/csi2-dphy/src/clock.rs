//! The clock lane: at which instants a bit is taken, and how far apart they are.

use crate::Tick;
use crate::wires::{CLOCK, CLOCK_LP, CLOCK_P, ClockWires};

/// Finds the edges of the clock lane. Double data rate: both edges count.
#[derive(Clone, Debug)]
pub(crate) struct EdgeDetector {
    wires: ClockWires,
    /// The last HS level seen.
    level: Option<bool>,
}

impl EdgeDetector {
    pub(crate) fn new(wires: ClockWires) -> Self {
        Self { wires, level: None }
    }

    /// Whether `word` shows the other HS level than the last one. Line states of a pair that are not HS levels keep it,
    /// so that a sample between two levels is no edge of its own.
    #[inline]
    pub(crate) fn edge(&mut self, word: u32) -> bool {
        let Some(p) = self.shows(word) else { return false };
        self.level.replace(p).is_some_and(|before| before != p)
    }

    /// The HS level that `word` shows.
    #[inline]
    pub(crate) fn shows(&self, word: u32) -> Option<bool> {
        if word & CLOCK_LP != 0 {
            return None;
        }
        if self.wires == ClockWires::Pair && !matches!(word & CLOCK, CLOCK_P | CLOCK_N) {
            return None;
        }
        Some(word & CLOCK_P != 0)
    }

    /// The last HS level seen.
    pub(crate) fn level(&self) -> Option<bool> {
        self.level
    }

    /// Edges have passed, and the wires are now `word`.
    pub(crate) fn pass(&mut self, word: u32) {
        self.level = self.shows(word).or(self.level);
    }
}

const CLOCK_N: u32 = CLOCK & !CLOCK_P;

/// Measures the unit interval within bursts: pauses of the clock do not count.
#[derive(Clone, Debug)]
pub(crate) struct UnitMeter {
    /// Finished runs of edges.
    ticks: u64,
    edges: u64,
    /// A burst is running.
    open: bool,
    bursts: u64,
    /// The clock stopped for a while after the first burst began.
    paused: bool,
    /// The lane slept, which is no pause, since its last edge.
    slept: bool,
    /// Its current run of edges.
    first: Option<Tick>,
    count: u64,
    /// Any edges.
    last: Tick,
    gap: u64,
}

impl UnitMeter {
    /// A clock that is this many times later than the last time has paused.
    const PAUSE: u64 = 4;

    pub(crate) fn new() -> Self {
        Self {
            ticks: 0,
            edges: 0,
            open: false,
            bursts: 0,
            paused: false,
            slept: false,
            first: None,
            count: 0,
            last: 0,
            gap: 1,
        }
    }

    /// A bit was taken.
    #[inline]
    pub(crate) fn edge(&mut self, at: Tick) {
        let gap = at.saturating_sub(self.last).max(1);
        let steady = gap <= self.gap.saturating_mul(Self::PAUSE);
        if !steady {
            self.paused |= self.bursts > 0 && !core::mem::take(&mut self.slept);
        }
        if self.open {
            match self.first {
                Some(_) if steady => self.count += 1,
                // The clock has paused, or the burst begins.
                _ => {
                    self.add_span();
                    self.first = Some(at);
                }
            }
        }
        self.gap = gap;
        self.last = at;
    }

    /// Bits were taken, each so long after `first`.
    pub(crate) fn edges(&mut self, edges: &[u32], first: Tick) {
        let at = |edge: &u32| first.saturating_add(u64::from(*edge));
        let Some((one, rest)) = edges.split_first() else { return };
        self.edge(at(one));
        let (Some(last), Some(before)) = (rest.last(), edges.iter().nth_back(1)) else {
            return;
        };
        if !self.is_steady(edges.iter().zip(rest)) || (self.open && self.first.is_none()) {
            return rest.iter().for_each(|edge| self.edge(at(edge)));
        }
        if self.open {
            self.count += rest.len() as u64;
        }
        self.gap = last.wrapping_sub(*before).into();
        self.last = at(last);
    }

    /// Whether the clock surely pauses nowhere between these edges, nor did before the first.
    fn is_steady<'a>(&self, pairs: impl Iterator<Item = (&'a u32, &'a u32)>) -> bool {
        let Some(least) = u32::try_from(self.gap).ok().filter(|gap| *gap < 1 << 28) else {
            return false;
        };
        let least = least.div_ceil(2);
        let most = Self::PAUSE as u32 * least;
        // A difference that is negative has the top bit.
        let off = pairs.fold(0, |off, (before, edge)| {
            let gap = edge.wrapping_sub(*before);
            off | gap | gap.wrapping_sub(least) | most.wrapping_sub(gap)
        });
        off >> 31 == 0
    }

    /// The lane is in the ultra-low-power state.
    pub(crate) fn sleep(&mut self) {
        self.slept = true;
    }

    /// No edges come: bits are this many ticks apart.
    pub(crate) fn assume(&mut self, gap: u64) {
        self.gap = gap;
    }

    pub(crate) fn open(&mut self) {
        self.open = true;
        self.bursts = self.bursts.saturating_add(1);
    }

    pub(crate) fn close(&mut self) {
        self.add_span();
        self.open = false;
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    pub(crate) fn was_open(&self) -> bool {
        self.bursts > 0
    }

    /// Whether the clock stops between bursts; `None` while nothing tells.
    pub(crate) fn pauses(&self) -> Option<bool> {
        (self.paused || self.bursts > 1).then_some(self.paused)
    }

    /// Instant of the last edge.
    pub(crate) fn last(&self) -> Tick {
        self.last
    }

    /// Ticks between the last two bits.
    pub(crate) fn gap(&self) -> u64 {
        self.gap
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        let ticks = self.ticks.saturating_add(self.span());
        let edges = self.edges.saturating_add(self.count);
        (edges > 0).then(|| ticks as f64 / edges as f64)
    }

    /// Ticks of the current run of edges.
    fn span(&self) -> u64 {
        self.first.map_or(0, |first| self.last.saturating_sub(first))
    }

    fn add_span(&mut self) {
        self.ticks = self.ticks.saturating_add(self.span());
        self.edges = self.edges.saturating_add(self.count);
        self.first = None;
        self.count = 0;
    }
}
