//! Which row of which exposure each row of a frame is that several exposures share.
//!
//! Time is cut into slots: of `n` exposures, exposure `e` may send in the slots `e`, `e + n`, `e + 2n` and so on. Rows come in
//! the order of their slots, but not every slot has a row: an exposure begins later than the one before it, ends later,
//! and rows get lost. The next slot that fits is the one.
//!
//! Ref: Sony DOL as NVIDIA's Argus documentation, sophgo/sophgo-doc SG200X TRM (MIPI receiver) and the drivers of
//! rockchip-linux/kernel describe it.

#[cfg(test)]
mod tests;

use alloc::vec;
use alloc::vec::Vec;
use csi2_sensors::MAX_EXPOSURES;

/// What is known of a row as it came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Row {
    /// A row of the image of this exposure (0: the long one).
    Image(usize),
    /// An optical black row of it.
    Black(usize),
    /// Nobody says whose.
    Unknown,
    /// It never came.
    Lost,
}

impl Shape {
    /// Whether a slot has a row; before the images, as far as is known, all have.
    fn fills(&self, slot: usize) -> bool {
        let (exposure, time) = (slot % self.exposures, slot / self.exposures);
        let first = self.start + self.delays.get(exposure).copied().unwrap_or(0);
        time < self.start || (first..first + self.height).contains(&time)
    }
}

impl Row {
    const fn exposure(self) -> Option<usize> {
        match self {
            Self::Image(exposure) | Self::Black(exposure) => Some(exposure),
            Self::Unknown | Self::Lost => None,
        }
    }
}

/// Where the rows of one exposure are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Extent {
    /// Row time, counted in sets of slots, of its first row.
    pub(super) first: usize,
    /// Rows.
    pub(super) rows: usize,
}

/// What frames before had in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Shape {
    pub(super) exposures: usize,
    /// Row time of the first row of the first exposure's image.
    pub(super) start: usize,
    /// Rows by which each exposure trails it.
    pub(super) delays: [usize; MAX_EXPOSURES],
    /// Rows at the start of each that have its code and are not of its image.
    pub(super) leading: usize,
    /// Rows of each image.
    pub(super) height: usize,
}

/// Where each row goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Exposure and row time of each row of the frame.
    places: Vec<(usize, usize)>,
    pub(super) extents: [Extent; MAX_EXPOSURES],
    pub(super) exposures: usize,
    /// Rows at the start of each exposure that have its code and are not of its image.
    pub(super) leading: usize,
    /// Row times from which on no row is of the image.
    over: [usize; MAX_EXPOSURES],
}

impl Plan {
    /// From rows that say whose they are. `before`: of a whole frame before this one.
    pub(super) fn of_codes(rows: &[Row], exposures: usize, before: Option<Shape>) -> Self {
        let exposures = exposures.clamp(1, MAX_EXPOSURES);
        let before = before.filter(|shape| shape.exposures == exposures);
        let mut places = places(rows, exposures, before);
        if let Some(shape) = before.filter(|shape| shape.leading == 0) {
            shift_first(rows, &mut places, shape);
        }
        let times = times(rows, &places, exposures);
        let fits = |shape: &Shape| times.iter().all(|of| of.len() <= shape.height + shape.leading);
        let known = before.filter(fits);
        let leading = known.map_or_else(|| leading(&times), |shape| shape.leading);
        let start = match (times.first(), known) {
            // Black rows may be lost.
            (Some(long), Some(_)) => long.first().map_or(0, |first| first + leading),
            (Some(long), None) => long.get(leading).copied().unwrap_or(0),
            (None, _) => 0,
        };
        let mut extents = [Extent::default(); MAX_EXPOSURES];
        let mut height = 0;
        for (extent, times) in extents.iter_mut().zip(&times) {
            let last = times.last().map_or(0, |last| last + 1);
            extent.first = times.get(leading).copied().unwrap_or(start);
            height = height.max(last.saturating_sub(extent.first));
        }
        let height = known.map_or(height, |shape| shape.height);
        let delays = known.map(|shape| shape.delays).into_iter().flatten();
        for ((extent, times), delay) in extents.iter_mut().zip(&times).zip(delays) {
            // The first row may be lost, and the last; a row outside of both says that this frame is another.
            let last = times.last().map_or(0, |last| last + 1);
            let first = start + delay;
            if (leading > 0 || first <= extent.first) && last <= first + height {
                extent.first = first;
            }
        }
        for extent in extents.iter_mut().take(exposures) {
            extent.rows = height;
        }
        Self {
            places,
            extents,
            exposures,
            leading,
            over: [usize::MAX; MAX_EXPOSURES],
        }
    }

    /// From the order of rows alone. `delays`: of each exposure; `black`: rows of each at the start of a set; `blanking`: rows
    /// stand in for an exposure that has none yet, or none any more.
    pub(super) fn of_count(
        rows: usize,
        exposures: usize,
        delays: [usize; MAX_EXPOSURES],
        black: usize,
        blanking: bool,
    ) -> Self {
        let exposures = exposures.clamp(1, MAX_EXPOSURES);
        let mut delays = delays;
        delays[0] = 0;
        let latest = delays.iter().take(exposures).copied().max().unwrap_or(0);
        let each = rows / exposures;
        let black = black.min(each);
        let around = if blanking { black.saturating_add(latest) } else { black };
        let height = each.saturating_sub(around);
        let mut extents = [Extent::default(); MAX_EXPOSURES];
        for (extent, delay) in extents.iter_mut().zip(delays).take(exposures) {
            *extent = Extent {
                first: black.saturating_add(delay),
                rows: height,
            };
        }
        let sends = |exposure: usize, time: usize| {
            let Extent { first, rows } = extents[exposure];
            blanking || time < black || (first..first.saturating_add(rows)).contains(&time)
        };
        let mut places = Vec::with_capacity(rows);
        // Between the end of one exposure and the start of the next nobody may send.
        let last = each.saturating_add(latest);
        for time in 0..=last {
            let these = (0..exposures).filter(|exposure| sends(*exposure, time));
            places.extend(these.map(|exposure| (exposure, time)));
        }
        places.truncate(rows);
        Self {
            places,
            extents,
            exposures,
            leading: 0,
            over: [usize::MAX; MAX_EXPOSURES],
        }
    }

    /// All rows of one exposure.
    pub(super) fn of_one(rows: usize) -> Self {
        Self::of_count(rows, 1, [0; MAX_EXPOSURES], 0, false)
    }

    /// Exposure of row `at` of the frame, and its row there; `None` of rows that are not of its image.
    pub(super) fn place(&self, at: usize) -> Option<(usize, usize)> {
        let (exposure, time) = *self.places.get(at)?;
        let extent = self.extents.get(exposure)?;
        let row = time.checked_sub(extent.first)?;
        let over = self.over.get(exposure).is_some_and(|over| time >= *over);
        (row < extent.rows && !over).then_some((exposure, row))
    }

    /// Rows by which each exposure trails the first.
    pub(super) fn delays(&self) -> [usize; MAX_EXPOSURES] {
        let start = self.extents[0].first;
        self.extents.map(|extent| extent.first.saturating_sub(start))
    }

    /// Leaves out rows at the end of each exposure, without which it is as high as before.
    pub(super) fn end(&mut self, ends: [usize; MAX_EXPOSURES]) {
        for ((over, extent), end) in self.over.iter_mut().zip(&self.extents).zip(ends) {
            *over = extent.first.saturating_add(end);
        }
    }

    /// Leaves out rows at the start of each exposure, and keeps `height` of the rest.
    pub(super) fn crop(&mut self, skipped: [usize; MAX_EXPOSURES], height: usize) {
        for (extent, skipped) in self.extents.iter_mut().zip(skipped).take(self.exposures) {
            extent.first = extent.first.saturating_add(skipped);
            extent.rows = height.min(extent.rows.saturating_sub(skipped));
        }
    }
}

/// Row times of the image rows of each exposure.
fn times(rows: &[Row], places: &[(usize, usize)], exposures: usize) -> Vec<Vec<usize>> {
    let mut times = vec![Vec::new(); exposures];
    for (row, (_, time)) in rows.iter().zip(places) {
        if let Row::Image(exposure) = row
            && let Some(times) = times.get_mut(*exposure)
        {
            times.push(*time);
        }
    }
    times
}

/// Optical black rows may have the code of image rows. They come before all images; then the shorter exposures pause until
/// theirs begins.
fn leading(times: &[Vec<usize>]) -> usize {
    let Some((long, short)) = times.split_first() else {
        return 0;
    };
    // Rows up to the first that does not follow at once.
    let run = |times: &Vec<usize>| {
        let steps = times
            .windows(2)
            .take_while(|pair| matches!(pair, [a, b] if a + 1 == *b));
        steps.count() + 1
    };
    let pauses = |of: &Vec<usize>| of.len() == long.len() && of.first() == long.first() && run(of) * 2 < of.len();
    match short.first().map(run) {
        Some(rows) if run(long) == long.len() && short.iter().all(|of| pauses(of) && run(of) == rows) => rows,
        _ => 0,
    }
}

/// Exposure and row time of each row.
fn places(rows: &[Row], exposures: usize, before: Option<Shape>) -> Vec<(usize, usize)> {
    let active = active(rows, exposures);
    let filled = fills_slots(rows, exposures);
    let mut next = 0_usize;
    let mut places = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let slot = match row.exposure() {
            Some(exposure) => next + (exposure + exposures - next % exposures) % exposures,
            None if filled => next,
            None => {
                let mut ahead = next..next + 2 * exposures;
                let expected = before.and_then(|shape| ahead.find(|slot| shape.fills(*slot)));
                let mut ahead = next..next + exposures;
                expected
                    .or_else(|| ahead.find(|slot| active[slot % exposures].contains(&at)))
                    .unwrap_or(next)
            }
        };
        places.push((slot % exposures, slot / exposures));
        next = slot + 1;
    }
    places
}

/// From the first to the last row that says it is of an exposure. Where others have more rows, its first or last may be one
/// that does not say so.
fn active(rows: &[Row], exposures: usize) -> Vec<core::ops::Range<usize>> {
    let mut active = vec![0..0; exposures];
    let mut counts = vec![0_usize; exposures];
    for (at, row) in rows.iter().enumerate() {
        let Some(exposure) = row.exposure() else { continue };
        if let (Some(range), Some(count)) = (active.get_mut(exposure), counts.get_mut(exposure)) {
            *range = if range.end == 0 { at } else { range.start }..at + 1;
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    for (range, count) in active.iter_mut().zip(counts) {
        if (1..most).contains(&count) {
            *range = range.start.saturating_sub(exposures)..range.end + exposures;
        }
    }
    active
}

/// Whether rows without a known code stand where an exposure has none yet, or none any more: every slot has a row.
fn fills_slots(rows: &[Row], exposures: usize) -> bool {
    // From each row of the first exposure to the next: those with all rows between, and those with none.
    let (mut filled, mut bare) = (0_usize, 0_usize);
    let (mut between, mut unknown) = (0, false);
    let first = rows.iter().position(|row| row.exposure() == Some(0));
    for row in rows.iter().skip(first.map_or(rows.len(), |first| first + 1)) {
        match row {
            Row::Image(0) | Row::Black(0) => {
                filled += usize::from(unknown && between + 1 == exposures);
                bare += usize::from(between == 0);
                (between, unknown) = (0, false);
            }
            Row::Unknown => (between, unknown) = (between + 1, true),
            Row::Image(_) | Row::Black(_) | Row::Lost => between += 1,
        }
    }
    filled > bare
}

/// Where only the first exposure sends, nothing tells that one of its rows is lost, but that the second begins too early.
fn shift_first(rows: &[Row], places: &mut [(usize, usize)], shape: Shape) {
    let first = |exposure| rows.iter().position(|row| *row == Row::Image(exposure));
    let (Some(long), Some(short)) = (first(0), first(1)) else {
        return;
    };
    let (Some((_, start)), Some((_, begun))) = (places.get(long).copied(), places.get(short).copied()) else {
        return;
    };
    let lost = match begun.checked_sub(start) {
        Some(delay) => shape.delays[1].saturating_sub(delay),
        None => 0,
    };
    // Rows of one row time stay together.
    let from = places.partition_point(|(_, time)| *time < begun);
    for (_, time) in places.iter_mut().skip(from) {
        *time += lost;
    }
}
