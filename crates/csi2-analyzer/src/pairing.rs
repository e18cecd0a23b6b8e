//! Two links in step: frames that start together, and how steadily they do.
//!
//! ```
//! use csi2_analyzer::{FrameStarts, PairSettings, Pairing};
//! use csi2_dphy::Timebase;
//!
//! // 100 frames a second; B starts 2 us after A, and lost its third frame.
//! let starts = |first: u64, frames: &[u64]| {
//!     let mut starts = FrameStarts::new(Some(Timebase::NANOSECONDS));
//!     starts.recorded(0, 50_000_000);
//!     frames.iter().for_each(|frame| starts.push(first + frame * 10_000_000));
//!     starts
//! };
//! let (a, b) = (starts(1_000_000, &[0, 1, 2, 3]), starts(1_002_000, &[0, 1, 3]));
//! let pairing = Pairing::new(&a, &b, PairSettings::default());
//! assert_eq!(pairing.pairs, 3);
//! assert_eq!(pairing.skew.map(|skew| (skew.min, skew.max)), Some((2000.0, 2000.0)));
//! assert_eq!(pairing.unpaired.iter().map(|of| of.index).collect::<Vec<_>>(), [2]);
//! ```

mod drift;
mod starts;
#[cfg(test)]
mod tests;

pub use drift::Drift;
pub use starts::FrameStarts;

use crate::{Detail, Finding, FindingCode, Span};
use alloc::vec::Vec;
use core::fmt;
use csi2_packet::VirtualChannel;
use drift::Fit;
use starts::Timeline;

/// Which of two links.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// How the times of two captures lie to each other.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Align {
    /// Their clocks are one.
    #[default]
    Time,
    /// Their first frames start together; what is between them is not known.
    First,
}

/// How frames are paired.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairSettings {
    /// How the times of the captures lie to each other.
    pub align: Align,
    /// Nanoseconds of a line, where known: a sensor that follows another may be that much off, now and then.
    pub line_time: Option<f64>,
}

/// How the frames of two links lie to each other. Times are nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairing {
    /// Frames of A that have a partner of B.
    pub pairs: u64,
    /// Start of B's frames after A's; `None` without a pair.
    pub skew: Option<Skew>,
    /// How that changes; `None` with fewer than two pairs.
    pub drift: Option<Drift>,
    /// From frame to frame, the usual time, of A and of B; `None` with fewer than two frames.
    pub periods: [Option<f64>; 2],
    /// Frames without a partner, though the other capture was recording: the first [`Pairing::MOST_UNPAIRED`].
    pub unpaired: Vec<Unpaired>,
    /// All of them, of A and of B.
    pub unpaired_count: [u64; 2],
    /// Frames before or after what the other capture recorded, of A and of B.
    pub outside: [u64; 2],
}

/// Least, mean and greatest of a difference in nanoseconds; negative: B is first.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Skew {
    pub min: f64,
    pub mean: f64,
    pub max: f64,
}

/// A frame without a partner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unpaired {
    /// Whose.
    pub side: Side,
    /// Which, counted from 0 in the order of time.
    pub index: u64,
    /// Its start in ticks of its capture.
    pub at: csi2_dphy::Tick,
}

/// What is wrong with two links that should be in step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PairTrouble {
    /// A frame has no partner.
    Unpaired {
        /// Whose.
        side: Side,
        /// Which.
        index: u64,
        /// How near a partner would have to be, in nanoseconds; `None` where that is not known.
        within: Option<f64>,
    },
    /// Frame periods differ.
    Drift {
        /// B's period longer by so many millionths.
        ppm: f64,
        /// The same from frame to frame, in nanoseconds.
        per_frame: f64,
    },
}

impl Side {
    /// `A`, `B`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

impl Pairing {
    /// Unpaired frames that are kept; more are counted.
    pub const MOST_UNPAIRED: usize = 64;

    /// Pairs each frame with the nearest of the other link that is nearer to no other, within half a frame period.
    pub fn new(a: &FrameStarts, b: &FrameStarts, settings: PairSettings) -> Self {
        let (a, b) = (Timeline::new(a), Timeline::new(b));
        let shift = match (settings.align, a.get(0), b.get(0)) {
            (Align::First, Some(a), Some(b)) => a.saturating_sub(b),
            _ => 0,
        };
        let b = b.shifted(shift);
        let lines = [&a, &b];
        let periods = [a.period(), b.period()];
        let period = periods.into_iter().flatten().min();
        let mut fit = Fit::new(period);
        walk(lines, period, &mut |step| {
            if let Step::Pair { start, skew } = step {
                fit.pair(start, skew);
            }
        });
        let mut pairing = Self {
            pairs: fit.count,
            skew: fit.skew.map(|(min, mean, max)| Skew {
                min: nanoseconds(min),
                mean: nanoseconds(mean),
                max: nanoseconds(max),
            }),
            drift: fit.drift(settings.line_time, a.grain().max(b.grain())),
            periods: periods.map(|period| period.map(nanoseconds)),
            unpaired: Vec::new(),
            unpaired_count: [0; 2],
            outside: [0; 2],
        };
        // Where a partner would have started is known when all skews are.
        let usual = fit.skew.map_or(0, |(_, mean, _)| mean);
        walk(lines, period, &mut |step| {
            if let Step::Alone { side, index } = step {
                pairing.alone(side, index, lines, usual);
            }
        });
        pairing
    }

    /// Frames without partners and different periods.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let within = self.periods.into_iter().flatten().reduce(f64::min);
        let unpaired = self.unpaired.iter().map(move |of| PairTrouble::Unpaired {
            side: of.side,
            index: of.index,
            within: within.map(|period| period / 2.0),
        });
        let drift = self.drift.filter(|drift| !drift.locked);
        let drift = drift.map(|drift| PairTrouble::Drift {
            ppm: drift.ppm,
            per_frame: drift.per_frame,
        });
        drift.into_iter().chain(unpaired).map(PairTrouble::finding)
    }

    /// A frame has no partner; whether the other capture could have shown one decides what that means.
    fn alone(&mut self, side: Side, index: usize, lines: [&Timeline<'_>; 2], usual: i128) {
        let (line, other) = match side {
            Side::A => (lines[0], lines[1]),
            Side::B => (lines[1], lines[0]),
        };
        let to_partner = match side {
            Side::A => usual,
            Side::B => usual.saturating_neg(),
        };
        let Some((start, at)) = line.get(index).zip(line.tick(index)) else {
            return;
        };
        if !other.recorded(start.saturating_add(to_partner)) {
            self.outside[side.index()] += 1;
            return;
        }
        self.unpaired_count[side.index()] += 1;
        if self.unpaired.len() < Self::MOST_UNPAIRED {
            self.unpaired.push(Unpaired {
                side,
                index: index as u64,
                at,
            });
        }
    }
}

impl PairTrouble {
    fn finding(self) -> Finding {
        let code = match self {
            Self::Unpaired { .. } => FindingCode::FrameUnpaired,
            Self::Drift { .. } => FindingCode::FrameDrift,
        };
        Finding {
            code,
            severity: code.row().severity,
            span: Span::default(),
            channel: None::<VirtualChannel>,
            detail: Detail::Pair(self),
        }
    }
}

impl fmt::Display for PairTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unpaired { side, index, within } => {
                write!(
                    f,
                    "frame {index} of {} has no partner in {}",
                    side.name(),
                    side.other().name()
                )?;
                match within {
                    Some(within) => write!(f, " within {:.3} ms", within / 1e6),
                    None => Ok(()),
                }
            }
            Self::Drift { ppm, per_frame } => {
                let pace = if ppm > 0.0 { "slow" } else { "fast" };
                let (ppm, per_frame) = (ppm.abs(), per_frame.abs());
                write!(f, "not locked: B runs {ppm:.1} ppm {pace}, {per_frame:.1} ns a frame")
            }
        }
    }
}

/// What becomes of frames.
enum Step {
    /// One of A that starts so, and its partner so much later.
    Pair { start: i128, skew: i128 },
    /// One without.
    Alone { side: Side, index: usize },
}

/// Goes through both links from their beginning, frame by frame.
fn walk([a, b]: [&Timeline<'_>; 2], period: Option<i128>, each: &mut dyn FnMut(Step)) {
    let (mut i, mut j) = (0, 0);
    let distance = |i: usize, j: usize| Some(b.get(j)?.saturating_sub(a.get(i)?));
    let nearer =
        |there: Option<i128>, here: i128| there.is_some_and(|there| there.unsigned_abs() < here.unsigned_abs());
    let far = |skew: i128| period.is_some_and(|period| skew.unsigned_abs() > period.unsigned_abs() / 2);
    loop {
        let step = match (a.get(i), b.get(j), distance(i, j)) {
            // The next frame of A is nearer to this one of B.
            (Some(_), Some(_), Some(skew)) if nearer(distance(i + 1, j), skew) => Step::Alone {
                side: Side::A,
                index: i,
            },
            // The next one of B is nearer to this one of A.
            (Some(_), Some(_), Some(skew)) if nearer(distance(i, j + 1), skew) => Step::Alone {
                side: Side::B,
                index: j,
            },
            // Nearest to each other, but too far apart: the first of them has none.
            (Some(_), Some(_), Some(skew)) if far(skew) && skew > 0 => Step::Alone {
                side: Side::A,
                index: i,
            },
            (Some(_), Some(_), Some(skew)) if far(skew) => Step::Alone {
                side: Side::B,
                index: j,
            },
            (Some(start), Some(_), Some(skew)) => Step::Pair { start, skew },
            // One of them has ended.
            (Some(_), _, _) => Step::Alone {
                side: Side::A,
                index: i,
            },
            (None, Some(_), _) => Step::Alone {
                side: Side::B,
                index: j,
            },
            (None, None, _) => return,
        };
        match step {
            Step::Pair { .. } => (i, j) = (i + 1, j + 1),
            Step::Alone { side: Side::A, .. } => i += 1,
            Step::Alone { side: Side::B, .. } => j += 1,
        }
        each(step);
    }
}

/// Of picoseconds.
fn nanoseconds(picoseconds: i128) -> f64 {
    picoseconds as f64 / 1e3
}
