//! Bit times without a clock lane: a grid of assumed unit intervals for each lane, held in phase by the lane's edges.
//!
//! Lanes differ by any part of a UI, so each has a grid of its own. Its bits carry numbers that all lanes share, so that
//! skew can be told.
//!
//! Instants are fixed point: ticks in the upper bits, [`FRACTION`] bits below the point.

use crate::{MAX_LANES, Tick};

const FRACTION: u32 = 32;

/// The grids of all lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grids {
    numerator: u64,
    denominator: u64,
    lanes: [Grid; MAX_LANES],
    count: usize,
    /// Boundary and number at the last edge that moved a grid as a whole: the other grids are numbered from there.
    known: Option<(u128, u64)>,
    taken: u64,
}

/// Bits are taken up to here, lane after lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    end: u128,
    /// End of the stretch of constant levels.
    last: u128,
}

impl Grids {
    /// `None` where either is 0.
    pub(crate) fn new(numerator: u64, denominator: u64, count: usize) -> Option<Self> {
        let grid = Grid::new(numerator, denominator)?;
        Some(Self {
            numerator,
            denominator,
            lanes: [grid; MAX_LANES],
            count: count.min(MAX_LANES),
            known: None,
            taken: 0,
        })
    }

    /// The next `bits` bits of the lane that is first, of those before `end`; `None` where there are none.
    #[inline]
    pub(crate) fn slice(&mut self, end: Tick, bits: usize) -> Option<Slice> {
        let last = u128::from(end) << FRACTION;
        let lanes = self.lanes.iter_mut().take(self.count);
        let first = lanes
            .map(|grid| grid.middle(last))
            .min()
            .filter(|first| *first < last)?;
        let unit = self.lanes.first().map_or(1, |grid| grid.unit);
        let end = first.saturating_add(unit.saturating_mul(bits as u128)).min(last);
        Some(Slice { end, last })
    }

    /// The instant of the lane's next bit within the slice: the middle of its UI. `inside`: data flows.
    #[inline]
    pub(crate) fn bit(&mut self, lane: usize, slice: Slice, inside: bool) -> Option<Tick> {
        let at = self.lanes.get_mut(lane)?.bit(slice, inside)?;
        self.taken = self.taken.wrapping_add(1);
        Some(at)
    }

    /// Nobody wants the bits before `end`.
    pub(crate) fn pass(&mut self, end: Tick) {
        let last = u128::from(end) << FRACTION;
        self.lanes.iter_mut().take(self.count).for_each(|grid| {
            grid.skip(last);
            // Of a stretch that goes on, the bits from here on are wanted as those of a new one.
            grid.handed = 0;
        });
    }

    /// The lane's level has changed at `at`, the end of the stretch: a boundary lies there. `inside`: data flows.
    pub(crate) fn edge(&mut self, lane: usize, at: Tick, inside: bool) {
        let Some(grid) = self.lanes.get_mut(lane) else { return };
        if !grid.edge(at, inside) {
            return;
        }
        if let Some((boundary, number)) = self.known {
            grid.count_from(boundary, number);
        }
        self.known = grid.boundary.map(|boundary| (boundary, grid.number));
    }

    /// Bits of the lane so far, in the numbers that all lanes share.
    pub(crate) fn number(&self, lane: usize) -> u64 {
        self.lanes.get(lane).map_or(0, |grid| grid.number)
    }

    /// Bits taken of all lanes together.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether each tick is a bit.
    pub(crate) fn is_every_tick(&self) -> bool {
        self.numerator == self.denominator
    }

    /// Length of a UI in ticks, for display.
    pub(crate) fn unit_interval(&self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Length of a UI in whole ticks, at least one.
    pub(crate) fn ticks(&self) -> u64 {
        (self.numerator / self.denominator).max(1)
    }
}

/// The grid of one lane, and the constant stretch its bits are taken from.
#[derive(Clone, Copy, Debug)]
struct Grid {
    /// Length of a UI; never 0.
    unit: u128,
    /// Where the last bit ended and the next begins; `None` before the first time stamp.
    boundary: Option<u128>,
    /// The number of the next bit.
    number: u64,
    /// Bits taken since the level last changed, and how many of them were handed on.
    taken: u64,
    handed: u64,
    /// The grid follows an edge by one part of so many.
    parts: u64,
}

impl Grid {
    /// Bits of a constant stretch that are handed on outside a burst: enough to end a trail and begin HS-ZERO.
    const MOST_OUTSIDE: u64 = 256;
    /// The same inside a burst: more than the longest packet has on one lane.
    const MOST_INSIDE: u64 = 1 << 20;
    /// Bits of a stretch after which the phase is weak, and after which it is lost. Before a burst that is soon: what
    /// comes before HS-ZERO is not on the grid of the data.
    const NOT_SHORT: u64 = 12;
    const LONG: u64 = 24;
    const LONG_OUTSIDE: u64 = 6;
    const MOST_PARTS: u64 = 8;
    /// Number of the first bit: lanes may be a little behind it.
    const FIRST: u64 = 64;

    fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let unit = (u128::from(numerator) << FRACTION).checked_div(u128::from(denominator))?;
        (numerator > 0).then_some(Self {
            unit: unit.max(1),
            boundary: None,
            number: Self::FIRST,
            taken: 0,
            handed: 0,
            parts: 2,
        })
    }

    /// The middle of the next bit. `now`: the first time stamp, if this is it.
    #[inline]
    fn middle(&mut self, now: u128) -> u128 {
        self.boundary.get_or_insert(now).saturating_add(self.unit / 2)
    }

    #[inline]
    fn bit(&mut self, slice: Slice, inside: bool) -> Option<Tick> {
        let middle = self.middle(slice.last);
        if middle >= slice.end {
            return None;
        }
        let most = if inside { Self::MOST_INSIDE } else { Self::MOST_OUTSIDE };
        if self.handed >= most {
            self.skip(slice.last);
            return None;
        }
        self.handed = self.handed.saturating_add(1);
        self.advance(1);
        Some((middle >> FRACTION) as Tick)
    }

    /// In a row of edges the grid follows by a fraction of the deviation, so that rounded time stamps average out. After a
    /// long stretch it moves there as a whole, and the next few edges count for more. Returns whether it did.
    fn edge(&mut self, at: Tick, inside: bool) -> bool {
        let at = u128::from(at) << FRACTION;
        let long = if inside { Self::LONG } else { Self::LONG_OUTSIDE };
        let moves = self.taken >= long;
        let boundary = self.boundary.get_or_insert(at);
        if moves {
            *boundary = at;
        }
        if moves || self.taken >= Self::NOT_SHORT {
            self.parts = 2;
        }
        *boundary = match at.checked_sub(*boundary) {
            Some(late) => boundary.saturating_add(part(late, self.parts)),
            None => boundary.saturating_sub(part(boundary.saturating_sub(at), self.parts)),
        };
        self.parts = (self.parts + 1).min(Self::MOST_PARTS);
        (self.taken, self.handed) = (0, 0);
        moves
    }

    /// Leaves out the bits before `end`, as if they had been taken.
    fn skip(&mut self, end: u128) {
        let left = end.saturating_sub(self.middle(end));
        self.advance(left.div_ceil(self.unit));
    }

    fn advance(&mut self, bits: u128) {
        self.taken = self.taken.saturating_add(u64::try_from(bits).unwrap_or(u64::MAX));
        self.number = self.number.wrapping_add(bits as u64);
        let bits = bits.saturating_mul(self.unit);
        self.boundary = self.boundary.map(|boundary| boundary.saturating_add(bits));
    }

    /// Bit `number` begins at `boundary` on another lane.
    fn count_from(&mut self, boundary: u128, number: u64) {
        let Some(own) = self.boundary else { return };
        let bits = (own.abs_diff(boundary).saturating_add(self.unit / 2) / self.unit) as u64;
        self.number = if own >= boundary {
            number.wrapping_add(bits)
        } else {
            number.wrapping_sub(bits)
        };
    }
}

/// Nearly always the distance is small, and the division that of a machine word.
fn part(distance: u128, parts: u64) -> u128 {
    match u64::try_from(distance) {
        Ok(distance) => (distance / parts.max(1)).into(),
        Err(_) => distance / u128::from(parts.max(1)),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn bits(grids: &mut Grids, end: Tick, inside: bool) -> Vec<Tick> {
        let Some(slice) = grids.slice(end, usize::MAX) else {
            return Vec::new();
        };
        core::iter::from_fn(|| grids.bit(0, slice, inside)).collect()
    }

    fn boundary(grids: &Grids) -> u128 {
        grids.lanes[0].boundary.expect("begun")
    }

    #[test]
    fn bits_lie_in_the_middle_of_their_unit_interval() {
        let mut grid = Grids::new(5, 2, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 100, true), []);
        grid.edge(0, 100, true);
        // Middles at 101.25, 103.75, 106.25 and 108.75.
        assert_eq!(bits(&mut grid, 110, true), [101, 103, 106, 108]);
        assert_eq!(bits(&mut grid, 111, true), []);
        assert_eq!(bits(&mut grid, 112, true), [111]);
        assert_eq!(grid.taken(), 5);
    }

    /// HS receivers of their own may show no edge between the trail of one burst and the sync byte of the next.
    #[test]
    fn what_nobody_wanted_of_a_stretch_does_not_shorten_the_rest() {
        let mut grid = Grids::new(4, 1, 1).expect("a rate");
        grid.edge(0, 0, false);
        grid.pass(4000);
        assert_eq!(bits(&mut grid, 4080, false).len(), 20);
        assert_eq!(bits(&mut grid, 8000, false).len() + 20, Grid::MOST_OUTSIDE as usize);
        assert_eq!(bits(&mut grid, 9000, false), []);
    }

    #[test]
    fn an_edge_moves_the_grid_by_a_fraction_and_after_a_pause_all_the_way() {
        let mut grid = Grids::new(1000, 1, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 0, true), []);
        grid.lanes[0].boundary = Some(10_000 << FRACTION);
        // Every edge is 168 late, and a divisor of it is what the grid follows.
        for (begin, moved) in [(10_000, 84), (11_084, 56), (12_140, 42)] {
            assert_eq!(bits(&mut grid, begin + 1168, true), [begin + 500]);
            grid.edge(0, begin + 1168, true);
            assert_eq!(boundary(&grid), u128::from(begin + 1000 + moved) << FRACTION);
        }
        // An early one, after a stretch.
        assert_eq!(bits(&mut grid, 13_182 + 20_000 - 100, true).len(), 20);
        grid.edge(0, 13_182 + 20_000 - 100, true);
        assert_eq!(boundary(&grid), (13_182 + 20_000 - 50) << FRACTION);
        assert_eq!(bits(&mut grid, 33_132 + 99_900, true).len(), 100);
        grid.edge(0, 33_132 + 99_900, true);
        assert_eq!(boundary(&grid), (33_132 + 99_900) << FRACTION);
        // Outside a burst a short stretch will do.
        assert_eq!(bits(&mut grid, 133_032 + 6_300, false).len(), 6);
        grid.edge(0, 133_032 + 6_300, false);
        assert_eq!(boundary(&grid), (133_032 + 6_300) << FRACTION);
    }

    #[test]
    fn a_pause_is_left_out_but_keeps_the_grid() {
        let mut grid = Grids::new(10, 1, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 0, false), []);
        let end = (1 << 63) + 3;
        assert_eq!(bits(&mut grid, end, false).len(), 256);
        let next = boundary(&grid) >> FRACTION;
        assert_eq!(next % 10, 0);
        assert!(next.abs_diff(u128::from(end)) <= 5, "{next}");
        let mut grid = Grids::new(10, 1, 1).expect("a rate");
        assert_eq!(bits(&mut grid, 0, true), []);
        assert_eq!(bits(&mut grid, u64::MAX, true).len(), 1 << 20);
    }

    /// Lanes of any phase, each taken from its own edges: the same bits have the same numbers, but for the skew.
    #[test]
    fn lanes_have_phases_of_their_own_and_numbers_in_common() {
        for late in 0..40 {
            let mut grid = Grids::new(10, 1, 2).expect("a rate");
            assert!(grid.slice(0, 8).is_none());
            let mut numbers = [0; 2];
            for at in 1..3000u64 {
                while let Some(slice) = grid.slice(at, 8) {
                    (0..2).for_each(|lane| while grid.bit(lane, slice, false).is_some() {});
                }
                for (lane, number) in numbers.iter_mut().enumerate() {
                    let late = late * lane as u64;
                    if at == 1003 + late || at >= 2003 + late && (at - 2003 - late).is_multiple_of(10) {
                        grid.edge(lane, at, false);
                        *number = grid.number(lane) - (at - late - 3) / 10;
                    }
                }
            }
            assert_eq!(numbers[1] - numbers[0], (late + 5) / 10, "{late}");
        }
    }

    #[test]
    fn rates_at_the_ends_of_the_range() {
        assert!(Grids::new(0, 1, 1).is_none());
        assert!(Grids::new(1, 0, 1).is_none());
        for (numerator, denominator) in [(1, u64::MAX), (u64::MAX, 1), (u64::MAX, u64::MAX)] {
            let mut grid = Grids::new(numerator, denominator, 8).expect("a rate");
            for end in [0, 1, 1 << 63, u64::MAX] {
                assert!(bits(&mut grid, end, false).len() <= 256);
                (0..8).for_each(|lane| grid.edge(lane, end, false));
            }
        }
    }
}
