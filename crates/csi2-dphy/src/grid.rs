//! Bit times without a clock lane: a grid of assumed unit intervals, held in phase by the edges of the data.
//!
//! Instants are fixed point: ticks in the upper bits, [`FRACTION`] bits below the point.

use crate::Tick;

const FRACTION: u32 = 32;

/// The grid of the bits, and the constant stretch they are taken from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    numerator: u64,
    denominator: u64,
    /// Length of a UI; never 0.
    unit: u128,
    /// Where the last bit ended and the next begins; `None` before the first time stamp.
    boundary: Option<u128>,
    /// Bits taken since the levels last changed.
    taken: u64,
    /// The grid follows an edge by one part of so many.
    parts: u128,
}

impl Grid {
    /// Bits of a constant stretch that are handed on outside a burst: enough to end a trail and begin HS-ZERO.
    const MOST_OUTSIDE: u64 = 256;
    /// The same inside a burst: more than the longest packet has on one lane.
    const MOST_INSIDE: u64 = 1 << 20;
    /// Bits of a stretch after which the phase is weak, and after which it is lost.
    const NOT_SHORT: u64 = 16;
    const LONG: u64 = 64;
    const MOST_PARTS: u128 = 8;

    /// `None` where either is 0.
    pub(crate) fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let unit = (u128::from(numerator) << FRACTION).checked_div(u128::from(denominator))?;
        (numerator > 0).then_some(Self {
            numerator,
            denominator,
            unit: unit.max(1),
            boundary: None,
            taken: 0,
            parts: 2,
        })
    }

    /// The instant of the next bit, if it lies before `end`: the middle of its UI. `None` ends the stretch.
    #[inline]
    pub(crate) fn bit(&mut self, end: Tick, inside: bool) -> Option<Tick> {
        let end = u128::from(end) << FRACTION;
        let boundary = *self.boundary.get_or_insert(end);
        let middle = boundary.saturating_add(self.unit / 2);
        if middle >= end {
            return None;
        }
        let most = if inside { Self::MOST_INSIDE } else { Self::MOST_OUTSIDE };
        if self.taken >= most {
            self.skip(end);
            return None;
        }
        self.taken += 1;
        self.boundary = Some(boundary.saturating_add(self.unit));
        Some((middle >> FRACTION) as Tick)
    }

    /// Nobody wants the bits before `end`.
    pub(crate) fn pass(&mut self, end: Tick) {
        self.skip(u128::from(end) << FRACTION);
    }

    /// Levels have changed at `at`, the end of the stretch: a boundary lies there.
    ///
    /// In a row of edges the grid follows by a fraction of the deviation, so that rounded time stamps average out. A
    /// long stretch tells nothing of the phase, and what comes before a burst need not lie on its grid: the next edges
    /// do, and the first of them count for more.
    pub(crate) fn edge(&mut self, at: Tick) {
        let at = u128::from(at) << FRACTION;
        let boundary = self.boundary.get_or_insert(at);
        if self.taken >= Self::LONG {
            *boundary = at;
        }
        if self.taken >= Self::NOT_SHORT {
            self.parts = 2;
        }
        *boundary = match at.checked_sub(*boundary) {
            Some(late) => boundary.saturating_add(late / self.parts),
            None => boundary.saturating_sub(boundary.saturating_sub(at) / self.parts),
        };
        self.parts = (self.parts + 1).min(Self::MOST_PARTS);
        self.taken = 0;
    }

    /// Length of a UI in ticks, for display.
    pub(crate) fn unit_interval(&self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Length of a UI in whole ticks, at least one.
    pub(crate) fn ticks(&self) -> u64 {
        (self.numerator / self.denominator).max(1)
    }

    /// Leaves out the bits before `end`, as if they had been taken.
    fn skip(&mut self, end: u128) {
        let boundary = *self.boundary.get_or_insert(end);
        let left = end.saturating_sub(boundary.saturating_add(self.unit / 2));
        let bits = left.div_ceil(self.unit);
        self.taken = self.taken.saturating_add(u64::try_from(bits).unwrap_or(u64::MAX));
        self.boundary = Some(boundary.saturating_add(bits.saturating_mul(self.unit)));
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn bits(grid: &mut Grid, end: Tick, inside: bool) -> Vec<Tick> {
        core::iter::from_fn(|| grid.bit(end, inside)).collect()
    }

    #[test]
    fn bits_lie_in_the_middle_of_their_unit_interval() {
        let mut grid = Grid::new(5, 2).expect("a rate");
        assert_eq!(bits(&mut grid, 100, true), []);
        grid.edge(100);
        // Middles at 101.25, 103.75, 106.25 and 108.75.
        assert_eq!(bits(&mut grid, 110, true), [101, 103, 106, 108]);
        assert_eq!(bits(&mut grid, 111, true), []);
        assert_eq!(bits(&mut grid, 112, true), [111]);
    }

    #[test]
    fn an_edge_moves_the_grid_by_a_fraction_and_after_a_pause_all_the_way() {
        let mut grid = Grid::new(1000, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 0, true), []);
        grid.boundary = Some(10_000 << FRACTION);
        // Every edge is 168 late, and a divisor of it is what the grid follows.
        for (begin, moved) in [(10_000, 84), (11_084, 56), (12_140, 42)] {
            assert_eq!(bits(&mut grid, begin + 1168, true), [begin + 500]);
            grid.edge(begin + 1168);
            assert_eq!(grid.boundary, Some(u128::from(begin + 1000 + moved) << FRACTION));
        }
        // An early one, after a stretch.
        assert_eq!(bits(&mut grid, 13_182 + 20_000 - 100, true).len(), 20);
        grid.edge(13_182 + 20_000 - 100);
        assert_eq!(grid.boundary, Some((13_182 + 20_000 - 50) << FRACTION));
        assert_eq!(bits(&mut grid, 33_132 + 99_900, true).len(), 100);
        grid.edge(33_132 + 99_900);
        assert_eq!(grid.boundary, Some((33_132 + 99_900) << FRACTION));
    }

    #[test]
    fn a_pause_is_left_out_but_keeps_the_grid() {
        let mut grid = Grid::new(10, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 0, false), []);
        let end = (1 << 63) + 3;
        assert_eq!(bits(&mut grid, end, false).len(), 256);
        let next = grid.boundary.expect("begun") >> FRACTION;
        assert_eq!(next % 10, 0);
        assert!(next.abs_diff(u128::from(end)) <= 5, "{next}");
        let mut grid = Grid::new(10, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 0, true), []);
        assert_eq!(bits(&mut grid, u64::MAX, true).len(), 1 << 20);
    }

    #[test]
    fn rates_at_the_ends_of_the_range() {
        assert!(Grid::new(0, 1).is_none());
        assert!(Grid::new(1, 0).is_none());
        for (numerator, denominator) in [(1, u64::MAX), (u64::MAX, 1), (u64::MAX, u64::MAX)] {
            let mut grid = Grid::new(numerator, denominator).expect("a rate");
            for end in [0, 1, 1 << 63, u64::MAX] {
                assert!(bits(&mut grid, end, false).len() <= 256);
                grid.edge(end);
            }
        }
    }
}
