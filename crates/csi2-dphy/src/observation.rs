//! What a capture saw, at the layer at which it saw it. The vocabulary that capture readers produce and
//! the receiving chain consumes; and, in the other direction, what the sending chain makes and capture
//! writers store.

use crate::MAX_LANES;

/// An instant, in ticks of the capture's [`Timebase`].
pub type Tick = u64;

/// How long a [`Tick`] is: `numerator / denominator` seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timebase {
    /// Seconds per tick, upper half of the fraction.
    pub numerator: u64,
    /// Seconds per tick, lower half of the fraction; never 0.
    pub denominator: u64,
}

impl Timebase {
    /// One tick is one nanosecond.
    pub const NANOSECONDS: Self = Self {
        numerator: 1,
        denominator: 1_000_000_000,
    };

    /// `hertz` ticks per second; 0 is taken as 1.
    pub const fn from_hertz(hertz: u64) -> Self {
        Self {
            numerator: 1,
            denominator: if hertz == 0 { 1 } else { hertz },
        }
    }

    /// A span of ticks in nanoseconds, for display.
    pub fn nanoseconds(self, ticks: u64) -> f64 {
        ticks as f64 * (self.numerator as f64 * 1e9 / self.denominator as f64)
    }

    /// Ticks per second, for display and rates.
    pub fn hertz(self) -> f64 {
        self.denominator as f64 / self.numerator as f64
    }
}

/// The level of one wire.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Level {
    /// Logic 0.
    Low = 0,
    /// Logic 1.
    High = 1,
    /// Not driven or not known (`x`, `z` of a VCD file). Receivers take it as low.
    Unknown = 2,
}

/// One wire took a new level.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Change {
    /// When.
    pub at: Tick,
    /// Channel index within the capture.
    pub channel: u16,
    /// The new level.
    pub level: Level,
}

/// Equidistant samples of all wires: bit `k` of the little-endian unit is channel `k`.
#[derive(Clone, Copy, Debug)]
pub struct Samples<'a> {
    /// Index of the first sample, which is also its [`Tick`].
    pub first: u64,
    /// Bytes per sample, 1 to 8.
    pub unit: usize,
    /// Whole samples: `bytes.len()` is a multiple of `unit`.
    pub bytes: &'a [u8],
}

/// Bytes of each lane. What is sent is data alone; what a capture saw may have sync bytes and trail around it. Lanes may
/// differ in length at the end of a burst.
#[derive(Clone, Copy, Debug)]
pub struct LaneBytes<'a> {
    /// One slice per lane; those at and above `count` are empty.
    pub lanes: [&'a [u8]; MAX_LANES],
    /// Lanes in use.
    pub count: usize,
}

/// What a capture saw. Each value continues where the one before stopped.
#[derive(Clone, Copy, Debug)]
pub enum Observation<'a> {
    /// Wires, sampled at a constant rate.
    Samples(Samples<'a>),
    /// Wires, one entry per change, in time order. Changes with one time stamp belong together.
    Changes(&'a [Change]),
    /// Bytes of each lane.
    Lanes(LaneBytes<'a>),
    /// Bytes of a burst after lane merging: packets.
    Merged(&'a [u8]),
}
