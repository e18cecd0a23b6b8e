//! Judges the measured durations of the line protocol.
//!
//! Ref: torvalds/linux `drivers/phy/phy-core-mipi-dphy.c`; Efinix MIPI timing reference (limits, in `csi2-dphy`).
//!
//! A capture knows when a wire changed to the tick, or to the sample it was made of: a duration may be a tick longer or shorter than it seems, and some
//! are seen at bits only. What is beyond a limit by less than that is not held against the link, and a limit that is
//! itself less than that cannot be judged.

use crate::{Detail, Finding, FindingCode, Span};
use alloc::vec::Vec;
use csi2_dphy::{Durations, Lane, MAX_LANES, TIMING, Timebase, TimingBound, TimingMeter, TimingParameter, TimingRow};

/// What a capture shows of the line protocol's durations.
#[derive(Clone, Debug, PartialEq)]
pub struct TimingReport {
    /// How well the instant of a change is known, in nanoseconds.
    pub resolution: f64,
    /// Mean unit interval in nanoseconds, where known.
    pub unit_interval: Option<f64>,
    /// What was measured, by parameter and lane (the clock lane first); nothing without low-power states.
    pub rows: Vec<TimingMeasurement>,
}

/// A parameter on a lane. Durations are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimingMeasurement {
    /// What.
    pub parameter: TimingParameter,
    /// Where.
    pub lane: Lane,
    /// How many.
    pub count: u64,
    /// The least.
    pub min: f64,
    /// Their mean.
    pub mean: f64,
    /// The greatest.
    pub max: f64,
    /// It may not be shorter; `None` where there is no such limit, or the unit interval it is made of is not known.
    pub limit_min: Option<f64>,
    /// It may not be longer; likewise.
    pub limit_max: Option<f64>,
    /// How it is.
    pub verdict: TimingVerdict,
    /// Both limits may be missed.
    sides: Sides,
    durations: Durations,
}

/// Whether a duration is within its limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TimingVerdict {
    /// It is, as far as the capture shows.
    Ok,
    /// The least is too short.
    Below,
    /// The greatest is too long.
    Above,
    /// The capture is too coarse for the limit, or its unit interval is not known.
    Unjudged,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Sides {
    below: bool,
    above: bool,
}

impl TimingReport {
    /// Judges what `meter` has seen. `unit_interval` in ticks.
    ///
    /// `sample`: nanoseconds between samples, where the changes of a capture were samples once; never less than a tick.
    pub fn new(meter: &TimingMeter, timebase: Timebase, unit_interval: Option<f64>, sample: Option<f64>) -> Self {
        let tick = timebase.nanoseconds(1);
        let resolution = sample.filter(|sample| *sample > tick).unwrap_or(tick);
        let unit = unit_interval.filter(|ticks| ticks.is_finite() && *ticks > 0.0);
        let scale = Scale {
            tick,
            resolution,
            unit: unit.map(|ticks| ticks * tick),
        };
        let lanes = || [Lane::Clock].into_iter().chain((0..MAX_LANES as u8).map(Lane::Data));
        let rows = TIMING.iter().flat_map(|row| {
            lanes().filter_map(move |lane| scale.measure(row, lane, meter.durations(row.parameter, lane)?))
        });
        Self {
            resolution,
            unit_interval: scale.unit,
            rows: rows.collect(),
        }
    }

    /// A finding for each limit that is missed on a lane, at the worst place.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        self.rows.iter().flat_map(TimingMeasurement::findings)
    }
}

impl TimingMeasurement {
    fn findings(&self) -> impl Iterator<Item = Finding> {
        let Durations {
            min,
            max,
            min_at,
            max_at,
            ..
        } = self.durations;
        let finding = |above, ticks, at, nanoseconds, limit| Finding {
            code: FindingCode::TimingOutOfRange,
            severity: FindingCode::TimingOutOfRange.row().severity,
            span: Span {
                offset: at,
                at: Some(at),
                until: Some(at.saturating_add(ticks)),
                ..Span::default()
            },
            channel: None,
            detail: Detail::Timing {
                parameter: self.parameter,
                lane: self.lane,
                nanoseconds,
                limit,
                above,
            },
        };
        let below = self.limit_min.filter(|_| self.sides.below);
        let above = self.limit_max.filter(|_| self.sides.above);
        let below = below.map(|limit| finding(false, min, min_at, self.min, limit));
        let above = above.map(|limit| finding(true, max, max_at, self.max, limit));
        below.into_iter().chain(above)
    }
}

impl TimingVerdict {
    /// Name as printed: `ok`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Below => "below",
            Self::Above => "above",
            Self::Unjudged => "unjudged",
        }
    }
}

/// Lengths in nanoseconds.
#[derive(Clone, Copy)]
struct Scale {
    tick: f64,
    resolution: f64,
    unit: Option<f64>,
}

impl Scale {
    fn measure(self, row: &TimingRow, lane: Lane, durations: &Durations) -> Option<TimingMeasurement> {
        let mean = durations.mean()?;
        let half_units = |count: f64| count * self.unit.unwrap_or(0.0) / 2.0;
        let offset = half_units(row.offset.into());
        let nanoseconds = |ticks: f64| (ticks * self.tick + offset).max(0.0);
        let (min, max) = (nanoseconds(durations.min as f64), nanoseconds(durations.max as f64));
        let bound = |bound: Option<TimingBound>| bound.and_then(|bound| bound.nanoseconds(self.unit));
        let (limit_min, limit_max) = (bound(row.min), bound(row.max));
        // Without unit intervals there is nothing to judge where they count.
        let known = self.unit.is_some() || (row.offset == 0 && row.blur == 0);
        let all_known = known && limit_min.is_some() == row.min.is_some() && limit_max.is_some() == row.max.is_some();
        let tolerance = self.resolution + half_units(row.blur.into());
        let fine = |limit: Option<f64>| limit.is_none_or(|limit| limit > tolerance);
        let sides = Sides {
            below: known && limit_min.is_some_and(|limit| min + tolerance < limit),
            above: known && limit_max.is_some_and(|limit| max - tolerance > limit),
        };
        let verdict = match (
            sides.below,
            sides.above,
            all_known && fine(limit_min) && fine(limit_max),
        ) {
            (true, _, _) => TimingVerdict::Below,
            (false, true, _) => TimingVerdict::Above,
            (false, false, true) => TimingVerdict::Ok,
            (false, false, false) => TimingVerdict::Unjudged,
        };
        Some(TimingMeasurement {
            parameter: row.parameter,
            lane,
            count: durations.count,
            min,
            mean: nanoseconds(mean),
            max,
            limit_min,
            limit_max,
            verdict,
            sides,
            durations: *durations,
        })
    }
}
