//! Rows and pixels around the image in frames that hold one exposure.

use super::cut::{Sides, cut, flat_ends, image_ends};
use super::rows::Plan;
use super::{HdrSettings, OwnedFrame, Told};
use crate::Frame;
use csi2_sensors::MAX_EXPOSURES;

/// What is left out of the frames of each exposure.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Trim {
    /// Rows at the start of each.
    top: [usize; MAX_EXPOSURES],
    /// Rows that each has besides those of the image.
    extra: usize,
    sides: Sides,
}

impl Trim {
    /// As told.
    pub(super) fn told(settings: &HdrSettings) -> Self {
        let margin = settings.margin;
        let around = usize::from(settings.black_rows) + usize::from(margin.top);
        // With an FS of its own, an exposure needs no rows that stand in for it.
        let filled = settings.blanking_rows == Some(true) && !matches!(settings.method, Told::Channels(_));
        let delays = if filled {
            settings.all_delays()
        } else {
            [0; MAX_EXPOSURES]
        };
        Self {
            top: delays.map(|delay| delay + around),
            extra: around + delays.iter().copied().max().unwrap_or(0),
            sides: Sides {
                left: margin.left.into(),
                right: margin.right.into(),
            },
        }
    }

    /// With rows that stand in for exposures that begin so late.
    pub(super) fn late(self, delays: [usize; MAX_EXPOSURES]) -> Self {
        let mut top = self.top;
        for (top, delay) in top.iter_mut().zip(delays) {
            *top += delay;
        }
        Self {
            top,
            extra: self.extra + delays.iter().copied().max().unwrap_or(0),
            ..self
        }
    }

    /// What is left of a frame of this exposure; `None`: all of it.
    pub(super) fn of(&self, frame: &Frame<'_>, exposure: usize) -> Option<OwnedFrame> {
        let rows = frame.height as usize;
        if *self == Self::default() || self.extra >= rows {
            return None;
        }
        let mut plan = Plan::of_one(rows);
        let top = self.top.get(exposure).copied().unwrap_or(0);
        let after = self.extra.saturating_sub(top);
        if after > 0 {
            let flat = flat_ends(frame, &plan, self.sides);
            plan.end(image_ends(frame, &plan, flat, [after; MAX_EXPOSURES]));
        }
        plan.crop([top; MAX_EXPOSURES], rows - self.extra);
        cut(frame, &plan, self.sides).pop()
    }
}

/// Flat rows at the start and at the end of a frame.
pub(super) fn flat_rows(frame: &Frame<'_>) -> (usize, usize) {
    let plan = Plan::of_one(frame.height as usize);
    let [ends, ..] = flat_ends(frame, &plan, Sides::default());
    ends
}

/// By how many rows exposures seem to begin late, from flat rows at their start and end.
pub(super) fn flat_delays(
    ends: [(usize, usize); MAX_EXPOSURES],
    exposures: usize,
    height: usize,
) -> [usize; MAX_EXPOSURES] {
    let mut delays = [0; MAX_EXPOSURES];
    let last = exposures.saturating_sub(1);
    let (Some((before, _)), (_, after)) = (ends.get(last), ends[0]) else {
        return delays;
    };
    let latest = (*before).min(after);
    // Flat rows all over are a flat picture.
    if latest == 0 || latest * 2 >= height {
        return delays;
    }
    if exposures == MAX_EXPOSURES {
        let (before, after) = ends[1];
        if before == 0 || before > latest || after < latest - before {
            return delays;
        }
        delays[1] = before;
    }
    delays[last] = latest;
    delays
}
