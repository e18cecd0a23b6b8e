//! Which pixels are read out, and in which order.

use super::SimulateError;
use crate::pattern::Canvas;
use csi2_sensors::Bayer;

/// Flips, sub-sampling, then a crop.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Window {
    /// Flips.
    pub flip: Flip,
    /// Of pairs of columns and of rows, every so many is read out, the first of them first; 0 is taken as 1.
    pub every: (usize, usize),
    /// Width, height, and the even column and row at which it begins; `None`: everything. Of sub-sampled pixels.
    pub crop: Option<Crop>,
}

/// A part of a picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Crop {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Its first column.
    pub x: usize,
    /// Its first row.
    pub y: usize,
}

/// What is read out from the other end.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Flip {
    /// Columns.
    pub horizontal: bool,
    /// Rows.
    pub vertical: bool,
}

impl Window {
    /// Width and height of what is sent.
    pub fn size(&self, canvas: &Canvas) -> (usize, usize) {
        match self.crop {
            Some(crop) => (crop.width, crop.height),
            None => self.sampled(canvas),
        }
    }

    /// Order of the colour filter in what is sent.
    pub fn order(&self, canvas: &Canvas) -> Bayer {
        // Even numbers of columns or rows begin with the other one when flipped.
        canvas.order.flipped(
            self.flip.horizontal && canvas.width.is_multiple_of(2),
            self.flip.vertical && canvas.height.is_multiple_of(2),
        )
    }

    /// Row of the canvas that row `y` is.
    pub(super) fn row(&self, canvas: &Canvas, y: usize) -> usize {
        let y = from(y + self.crop.map_or(0, |crop| crop.y), self.every.1);
        if self.flip.vertical {
            canvas.height.saturating_sub(1).saturating_sub(y)
        } else {
            y
        }
    }

    /// The pixels that are sent of a row of the canvas.
    pub(super) fn pixels(&self, row: &[u16], out: &mut [u16]) {
        let first = self.crop.map_or(0, |crop| crop.x);
        if self.every.0 <= 1 && !self.flip.horizontal {
            let pixels = row.iter().skip(first);
            out.iter_mut().zip(pixels).for_each(|(to, pixel)| *to = *pixel);
            return;
        }
        let last = row.len().saturating_sub(1);
        for (x, to) in (first..).zip(out) {
            let at = from(x, self.every.0);
            let at = if self.flip.horizontal {
                last.saturating_sub(at)
            } else {
                at
            };
            *to = row.get(at).copied().unwrap_or_default();
        }
    }

    /// Refuses what is not in the picture, and what would move the colour filter.
    pub(super) fn check(&self, canvas: &Canvas) -> Result<(), SimulateError> {
        let (width, height) = self.sampled(canvas);
        let Some(crop) = self.crop else {
            return Ok(());
        };
        let inside = |start: usize, length: usize, whole: usize| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= whole)
        };
        if !inside(crop.x, crop.width, width) || !inside(crop.y, crop.height, height) {
            return Err(SimulateError::Outside { crop, width, height });
        }
        if crop.x % 2 + crop.y % 2 > 0 {
            return Err(SimulateError::Odd { crop });
        }
        Ok(())
    }

    /// Width and height after sub-sampling: whole pairs, and columns in fours, as data types want them.
    fn sampled(&self, canvas: &Canvas) -> (usize, usize) {
        let keep = |pixels: usize, every: usize, group: usize| match every {
            0 | 1 => pixels,
            _ => (pixels / 2).div_ceil(every) * 2 / group * group,
        };
        (
            keep(canvas.width, self.every.0, 4),
            keep(canvas.height, self.every.1, 2),
        )
    }
}

/// Of pairs, every so many.
const fn from(at: usize, every: usize) -> usize {
    let every = if every == 0 { 1 } else { every };
    at / 2 * 2 * every + at % 2
}

impl core::fmt::Display for Crop {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}x{}+{}+{}", self.width, self.height, self.x, self.y)
    }
}
