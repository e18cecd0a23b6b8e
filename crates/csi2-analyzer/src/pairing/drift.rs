//! How the skew of pairs changes with time.

use super::nanoseconds;

/// How the start of B's frames moves against A's: a straight line through all pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// B's frame period longer than A's by so many millionths; negative: B runs fast.
    pub ppm: f64,
    /// Nanoseconds that B starts later from frame to frame.
    pub per_frame: f64,
    /// It is no more than frame starts scatter, or than a sensor that follows another is off: they are in step.
    pub locked: bool,
}

/// Skews as they come; times are picoseconds.
pub(super) struct Fit {
    /// Pairs.
    pub(super) count: u64,
    /// Least, mean and greatest skew.
    pub(super) skew: Option<(i128, i128, i128)>,
    /// The shorter frame period.
    period: Option<i128>,
    first: Option<(i128, i128)>,
    last: (i128, i128),
    /// Whole periods by which B has fallen behind, as a time.
    slipped: i128,
    sum: i128,
    line: Line,
}

/// Sums of a straight line through points, kept about their means.
#[derive(Default)]
struct Line {
    mean_x: f64,
    mean_y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

/// Fewer pairs have no scatter to judge by.
const LEAST_PAIRS: u64 = 3;
/// Scatter makes a slope of its own; a movement of so many times that is none of it.
const SURE: f64 = 4.0;
/// Without a line time: of a frame period. Frames have a thousand lines and more.
const LINES: f64 = 1000.0;

impl Fit {
    pub(super) fn new(period: Option<i128>) -> Self {
        Self {
            count: 0,
            skew: None,
            period,
            first: None,
            last: (0, 0),
            slipped: 0,
            sum: 0,
            line: Line::default(),
        }
    }

    /// A frame of A starts `at`, its partner `skew` later.
    pub(super) fn pair(&mut self, at: i128, skew: i128) {
        if let (Some(period), 1..) = (self.period, self.count) {
            // Where B has fallen behind by half a period, its next frame has become the nearest.
            let step = skew.saturating_sub(self.last.1);
            if step.saturating_mul(2) > period {
                self.slipped = self.slipped.saturating_sub(period);
            } else if step.saturating_mul(2) < -period {
                self.slipped = self.slipped.saturating_add(period);
            }
        }
        let (start, before) = *self.first.get_or_insert((at, skew));
        self.count += 1;
        self.last = (at, skew);
        self.sum = self.sum.saturating_add(skew);
        let mean = self.sum.checked_div(self.count.into()).unwrap_or(0);
        let (min, max) = self
            .skew
            .map_or((skew, skew), |(min, _, max)| (min.min(skew), max.max(skew)));
        self.skew = Some((min, mean, max));
        let moved = skew.saturating_sub(before).saturating_add(self.slipped);
        let after = at.saturating_sub(start);
        self.line.point(self.count, nanoseconds(after), nanoseconds(moved));
    }

    /// `line_time` in nanoseconds; `grain`: how well starts are known.
    pub(super) fn drift(&self, line_time: Option<f64>, grain: i128) -> Option<Drift> {
        let slope = self.line.slope()?;
        let span = nanoseconds(self.last.0.saturating_sub(self.first?.0));
        let frames = self.period.map(nanoseconds);
        let line_time = line_time.or(frames.map(|period| period / LINES)).unwrap_or(0.0);
        // The movement that a slope of pure chance would make from the first pair to the last.
        let chance = square_root(12.0 * self.line.scatter(self.count));
        let bound = line_time.max(2.0 * nanoseconds(grain)).max(SURE * chance);
        Some(Drift {
            ppm: slope * 1e6,
            per_frame: slope * frames.unwrap_or(0.0),
            locked: self.count < LEAST_PAIRS || (slope * span).abs() <= bound,
        })
    }
}

impl Line {
    /// The `count`th point.
    fn point(&mut self, count: u64, x: f64, y: f64) {
        let count = count as f64;
        let (dx, dy) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += dx / count;
        self.mean_y += dy / count;
        self.xx += dx * (x - self.mean_x);
        self.xy += dx * (y - self.mean_y);
        self.yy += dy * (y - self.mean_y);
    }

    fn slope(&self) -> Option<f64> {
        (self.xx > 0.0).then(|| self.xy / self.xx)
    }

    /// Variance of the mean of what the line leaves over.
    fn scatter(&self, count: u64) -> f64 {
        let left = self.yy - self.xy * self.slope().unwrap_or(0.0);
        let count = count as f64;
        (left / (count - 2.0).max(1.0) / count).max(0.0)
    }
}

/// By Newton's steps: `core` has no roots.
pub(super) fn square_root(square: f64) -> f64 {
    if square.is_nan() || square <= 0.0 || square.is_infinite() {
        return 0.0;
    }
    // Halving the exponent comes within a tenth of the root.
    let mut root = f64::from_bits((square.to_bits() >> 1) + (1 << 61) - (1 << 51));
    for _ in 0..5 {
        root = (root + square / root) / 2.0;
    }
    root
}
