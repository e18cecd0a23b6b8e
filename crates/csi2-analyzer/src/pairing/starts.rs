//! When the frames of a link start.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use csi2_dphy::{Tick, Timebase};

/// Frame starts of a link, as a capture shows them: the first [`FrameStarts::MOST`].
#[derive(Clone, Debug)]
pub struct FrameStarts {
    timebase: Option<Timebase>,
    starts: Vec<Tick>,
    left_out: u64,
    recorded: Option<(Tick, Tick)>,
}

impl FrameStarts {
    /// Starts that are kept, 8 MiB of them: of 60 frames a second those of almost five hours.
    pub const MOST: usize = 1 << 20;

    /// None yet; without a timebase there never will be.
    pub fn new(timebase: Option<Timebase>) -> Self {
        Self {
            timebase,
            starts: Vec::new(),
            left_out: 0,
            recorded: None,
        }
    }

    /// A frame starts.
    pub fn push(&mut self, at: Tick) {
        if self.starts.len() < Self::MOST {
            self.starts.push(at);
        } else {
            self.left_out += 1;
        }
    }

    /// From when to when there was a capture: frames of the other link beyond it cannot have a partner.
    pub fn recorded(&mut self, first: Tick, last: Tick) {
        self.recorded = Some((first, last));
    }

    /// Starts that are kept.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Starts that came after the last that is kept.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The length of a tick.
    pub fn timebase(&self) -> Option<Timebase> {
        self.timebase
    }
}

/// Starts in the order of time, in picoseconds.
pub(super) struct Timeline<'s> {
    timebase: Timebase,
    starts: Cow<'s, [Tick]>,
    recorded: Option<(Tick, Tick)>,
    shift: i128,
}

impl<'s> Timeline<'s> {
    pub(super) fn new(of: &'s FrameStarts) -> Self {
        let starts = match of.timebase {
            Some(_) => of.starts.as_slice(),
            None => &[],
        };
        let mut starts = Cow::Borrowed(starts);
        if !starts.is_sorted() {
            starts.to_mut().sort_unstable();
        }
        // Starts that are left out are as if they had not been recorded.
        let last_kept = starts.last().copied().filter(|_| of.left_out > 0);
        let recorded = of.recorded.map(|(first, last)| {
            let last = last_kept.map_or(last, |kept| last.min(kept));
            (first, last)
        });
        Self {
            timebase: of.timebase.unwrap_or(Timebase::NANOSECONDS),
            starts,
            recorded,
            shift: 0,
        }
    }

    /// All of it so much later.
    pub(super) fn shifted(self, shift: i128) -> Self {
        Self { shift, ..self }
    }

    pub(super) fn get(&self, index: usize) -> Option<i128> {
        Some(self.time(self.tick(index)?))
    }

    pub(super) fn tick(&self, index: usize) -> Option<Tick> {
        self.starts.get(index).copied()
    }

    /// Whether there was a capture then; told nothing, there always was.
    pub(super) fn recorded(&self, at: i128) -> bool {
        self.recorded.is_none_or(|(first, last)| {
            let (first, last) = (self.time(first), self.time(last));
            (first..=last).contains(&at)
        })
    }

    /// The usual time from start to start: half of them are shorter. A missing frame does not change it.
    pub(super) fn period(&self) -> Option<i128> {
        let pairs = self.starts.windows(2);
        let mut times: Vec<u64> = pairs
            .filter_map(|pair| match pair {
                [before, after] => after.checked_sub(*before).filter(|ticks| *ticks > 0),
                _ => None,
            })
            .collect();
        let middle = times.len() / 2;
        if times.is_empty() {
            return None;
        }
        let (_, period, _) = times.select_nth_unstable(middle);
        Some(picoseconds(self.timebase, *period))
    }

    /// How well a start is known.
    pub(super) fn grain(&self) -> i128 {
        picoseconds(self.timebase, 1)
    }

    fn time(&self, tick: Tick) -> i128 {
        picoseconds(self.timebase, tick).saturating_add(self.shift)
    }
}

/// Exact but for the last digit: a time since 1970 in floating point would be off by a quarter of a microsecond.
fn picoseconds(timebase: Timebase, ticks: Tick) -> i128 {
    const SECOND: u128 = 1_000_000_000_000;
    let all = u128::from(ticks) * u128::from(timebase.numerator);
    let denominator = u128::from(timebase.denominator.max(1));
    let (seconds, rest) = (all / denominator, all % denominator);
    let time = seconds
        .saturating_mul(SECOND)
        .saturating_add(rest * SECOND / denominator);
    i128::try_from(time).unwrap_or(i128::MAX)
}
