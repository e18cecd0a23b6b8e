//! Durations of the line protocol: for scripts, and as a table for people.

use super::lane::LaneName;
use super::text::{self, Side};
use crate::session::Clock;
use csi2_analyzer::{Spread, TimingMeasurement, TimingReport, TimingVerdict};
use csi2_dphy::{Lane, MAX_LANES};
use serde::Serialize;

/// Least, mean and greatest duration.
#[derive(Serialize)]
pub(crate) struct Timing {
    pub(crate) min: f64,
    pub(crate) mean: f64,
    pub(crate) max: f64,
}

impl Timing {
    /// In nanoseconds; `None` where nothing was measured, or the capture has no time.
    pub(crate) fn new(spread: &Spread, clock: &Clock) -> Option<Self> {
        let timebase = clock.timebase?;
        Some(Self {
            min: timebase.nanoseconds(spread.min),
            mean: spread.mean()? * timebase.nanoseconds(1),
            max: timebase.nanoseconds(spread.max),
        })
    }
}

/// `check`: what wires show of the line protocol.
#[derive(Serialize)]
pub(crate) struct LinkTiming {
    resolution_ns: f64,
    ui_ns: Option<f64>,
    parameters: Vec<ParameterRow>,
}

/// A parameter on a lane.
#[derive(Serialize)]
struct ParameterRow {
    name: &'static str,
    lane: LaneName,
    count: u64,
    min_ns: f64,
    mean_ns: f64,
    max_ns: f64,
    limit_min_ns: Option<f64>,
    limit_max_ns: Option<f64>,
    verdict: &'static str,
}

impl LinkTiming {
    pub(crate) fn new(report: &TimingReport) -> Self {
        Self {
            resolution_ns: report.resolution,
            ui_ns: report.unit_interval,
            parameters: report.rows.iter().map(ParameterRow::new).collect(),
        }
    }
}

impl ParameterRow {
    fn new(of: &TimingMeasurement) -> Self {
        Self {
            name: of.parameter.name(),
            lane: of.lane.into(),
            count: of.count,
            min_ns: of.min,
            mean_ns: of.mean,
            max_ns: of.max,
            limit_min_ns: of.limit_min,
            limit_max_ns: of.limit_max,
            verdict: of.verdict.name(),
        }
    }
}

/// The same for people: a line about the bit, and a row per parameter, data lanes taken together.
pub(crate) fn table(report: &TimingReport) -> String {
    let mut bit = match report.unit_interval {
        Some(ui) => format!("UI {} ({} a lane), ", text::time(ui), text::rate(1e9 / ui, "bps")),
        None => String::new(),
    };
    bit.push_str(&format!("changes known to {}", text::time(report.resolution)));
    if report.rows.is_empty() {
        return format!("\n  {bit}; no low-power states are visible\n");
    }
    let heading = ["parameter", "lane", "n", "min", "mean", "max", "limit", "verdict"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let same = |a: &TimingMeasurement, b: &TimingMeasurement| {
        a.parameter == b.parameter && (a.lane == Lane::Clock) == (b.lane == Lane::Clock)
    };
    rows.extend(report.rows.chunk_by(same).map(row));
    use Side::{Left, Right};
    let sides = [Left, Left, Right, Right, Right, Right, Left, Left];
    format!("\n  {bit}\n{}", text::table("  ", &sides, &rows))
}

/// Lanes of one parameter.
fn row(lanes: &[TimingMeasurement]) -> Vec<String> {
    let count: u64 = lanes.iter().map(|of| of.count).sum();
    let total: f64 = lanes.iter().map(|of| of.mean * of.count as f64).sum();
    let min = lanes.iter().map(|of| of.min).fold(f64::INFINITY, f64::min);
    let max = lanes.iter().map(|of| of.max).fold(0.0, f64::max);
    let (name, limit) = match lanes.first() {
        Some(of) => (of.parameter.name(), limit(of)),
        None => ("", String::new()),
    };
    vec![
        name.to_owned(),
        lane_names(lanes.iter()),
        count.to_string(),
        text::time(min),
        text::time(total / count.max(1) as f64),
        text::time(max),
        limit,
        verdict(lanes),
    ]
}

fn limit(of: &TimingMeasurement) -> String {
    match (of.limit_min, of.limit_max) {
        (Some(min), Some(max)) => format!("{} to {}", text::time(min), text::time(max)),
        (Some(min), None) => format!("{} at least", text::time(min)),
        (None, Some(max)) => format!("{} at most", text::time(max)),
        (None, None) => "-".into(),
    }
}

/// The worst of all lanes, and which they are where others are better.
fn verdict(lanes: &[TimingMeasurement]) -> String {
    use TimingVerdict::{Above, Below, Ok, Unjudged};
    let worst = [Below, Above, Unjudged]
        .into_iter()
        .find(|worst| lanes.iter().any(|of| of.verdict == *worst))
        .unwrap_or(Ok);
    let beyond = |of: &TimingMeasurement| {
        of.limit_min.is_some_and(|limit| of.min < limit - ROUNDING)
            || of.limit_max.is_some_and(|limit| of.max > limit + ROUNDING)
    };
    let text = match worst {
        Ok if lanes.iter().any(beyond) => "ok, as far as visible",
        Ok => "ok",
        Below => "too short",
        Above => "too long",
        Unjudged => "not judged: too fine for this capture",
    };
    let those = lanes.iter().filter(|of| of.verdict == worst);
    if those.clone().count() == lanes.len() {
        text.to_owned()
    } else {
        format!("{text} on lane {}", lane_names(those))
    }
}

/// Nanoseconds: less than any tick, more than the arithmetic is wrong.
const ROUNDING: f64 = 1e-5;

/// `clock`, `0-3`.
fn lane_names<'a>(lanes: impl Iterator<Item = &'a TimingMeasurement>) -> String {
    let mut numbers = Vec::with_capacity(MAX_LANES);
    for of in lanes {
        match of.lane {
            Lane::Clock => return "clock".into(),
            Lane::Data(lane) => numbers.push(u32::from(lane)),
        }
    }
    text::rows(&numbers)
}
