//! What a sensor sees, or sends instead of it: pictures of which every sample is known.
//!
//! Ref: MIPI-Alliance/ccs-tools ccs-regs.asc (names of test patterns); torvalds/linux drivers/media/i2c/imx258.c (their
//! numbers). How a sensor draws them is not public in detail: what is drawn here is said at each.

mod colour;
mod light;
mod sequence;

use csi2_sensors::{Bayer, Exposure};

/// What is drawn on: all pixels that a mode reads out, before they are flipped or cropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Canvas {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits of a sample, 1 to 16.
    pub bits: u8,
    /// Order of the colour filter.
    pub order: Bayer,
    /// What darkness reads as.
    pub black: u16,
    /// How many times more light the long exposure gets than just fills its samples: 1 spoils nothing.
    pub excess: u16,
    /// How many times less light each shorter exposure gets than the one before; 0 is taken as 1.
    pub ratio: u16,
    /// Of what is random.
    pub seed: u64,
}

/// Which picture of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shot {
    /// Frames, or sets of exposures, before it.
    pub frame: u32,
    /// Exposure.
    pub exposure: Exposure,
}

/// Fills a row of samples.
type Draw = fn(&Canvas, usize, Shot, &mut [u16]);

/// A picture by its name.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Lower-case name.
    pub name: &'static str,
    /// What it shows, in a line.
    pub description: &'static str,
    draw: Draw,
}

/// All of them, the usual one first.
pub const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "scene",
        description: "a landscape with a car that moves; light over black level, less of it in shorter exposures",
        draw: light::scene,
    },
    Pattern {
        name: "bars",
        description: "eight colour bars: white, yellow, cyan, green, magenta, red, blue, black",
        draw: colour::bars,
    },
    Pattern {
        name: "fade",
        description: "the colour bars, fading to grey from top to bottom",
        draw: colour::fade,
    },
    Pattern {
        name: "solid",
        description: "one colour, orange: three quarters red, half green, a quarter blue",
        draw: colour::solid,
    },
    Pattern {
        name: "pn9",
        description: "pseudo-random bits, x^9 + x^5 + 1, the same in each frame; --seed sets the register",
        draw: sequence::pn9,
    },
    Pattern {
        name: "ramp",
        description: "one more from pixel to pixel and row to row, 16 from frame to frame, 64 from exposure to exposure",
        draw: sequence::ramp,
    },
];

impl Pattern {
    /// By name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PATTERNS.iter().find(|pattern| pattern.name == name)
    }

    /// Row `y` of a picture. Fills as much of `out` as a row has samples.
    ///
    /// ```
    /// use csi2_generator::{Canvas, Pattern, Shot};
    /// use csi2_sensors::{Bayer, Exposure};
    ///
    /// let canvas = Canvas { width: 8, height: 2, bits: 10, order: Bayer::Rggb, black: 64, excess: 1, ratio: 16, seed: 0 };
    /// let mut row = [0; 8];
    /// let shot = Shot { frame: 0, exposure: Exposure::Long };
    /// Pattern::find("bars").unwrap().row(&canvas, 0, shot, &mut row);
    /// // Red of white, green of yellow, red of cyan, green of green, and so on.
    /// assert_eq!(row, [1023, 1023, 0, 1023, 1023, 0, 0, 0]);
    /// ```
    pub fn row(&self, canvas: &Canvas, y: usize, shot: Shot, out: &mut [u16]) {
        let width = canvas.width.min(out.len());
        if let Some(out) = out.get_mut(..width) {
            (self.draw)(canvas, y, shot, out);
        }
    }
}

impl Canvas {
    /// The greatest value of a sample.
    fn white(&self) -> u16 {
        u16::MAX >> (16 - u32::from(self.bits.clamp(1, 16)))
    }

    /// What the filter lets through in row `y`, in even columns and in odd ones: 0 red, 1 green, 2 blue.
    const fn filter(&self, y: usize) -> [usize; 2] {
        let (first, second) = match self.order {
            Bayer::Rggb => ([0, 1], [1, 2]),
            Bayer::Grbg => ([1, 0], [2, 1]),
            Bayer::Gbrg => ([1, 2], [0, 1]),
            Bayer::Bggr => ([2, 1], [1, 0]),
            // Without a filter, as green sees it.
            Bayer::Mono => ([1, 1], [1, 1]),
        };
        if y.is_multiple_of(2) { first } else { second }
    }
}
