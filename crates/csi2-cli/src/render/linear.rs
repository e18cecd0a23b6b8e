//! RAW samples as linear light.

use super::srgb::{Curve, FULL};
use super::{Raster, no_samples};
use crate::picture::{Picture, SinkOptions};
use csi2_analyzer::Pixels;
use csi2_pixel::{BayerOrder, Samples};
use std::io;

/// Rows of samples above black, at most 16 bits each.
pub(super) struct Light<'a> {
    samples: Samples<'a>,
    width: usize,
    /// Of wider samples the lowest bits are not seen.
    shift: u32,
    black: u32,
    /// Samples above black of full light.
    pub(super) full: u32,
}

impl<'a> Light<'a> {
    pub(super) fn new(picture: &Picture<'a>, options: SinkOptions) -> io::Result<Self> {
        let Pixels::Samples(samples) = picture.pixels else {
            return Err(no_samples());
        };
        let (black, white) = options.levels(picture.bits);
        let shift = u32::from(picture.bits.saturating_sub(16));
        Ok(Self {
            samples,
            width: picture.width,
            shift,
            black,
            full: ((white - black) >> shift).max(1),
        })
    }

    /// Row `y`, to `row`.
    pub(super) fn row(&self, y: usize, row: &mut [u16]) {
        let start = y.saturating_mul(self.width);
        match self.samples.slice(start..start.saturating_add(self.width)) {
            Samples::Narrow(samples) => {
                let black = u16::try_from(self.black).unwrap_or(u16::MAX);
                for (light, sample) in row.iter_mut().zip(samples) {
                    *light = sample.saturating_sub(black);
                }
            }
            Samples::Wide(samples) => {
                for (light, sample) in row.iter_mut().zip(samples) {
                    let above = sample.saturating_sub(self.black) >> self.shift;
                    *light = u16::try_from(above).unwrap_or(u16::MAX);
                }
            }
        }
    }
}

/// Without a colour filter.
pub(super) fn grey(picture: &Picture<'_>, options: SinkOptions) -> io::Result<Raster> {
    let light = Light::new(picture, options)?;
    let curve = Curve::new();
    let scale = FULL / light.full as f32;
    let mut row = vec![0; picture.width];
    let mut bytes = Vec::with_capacity(picture.width * picture.height);
    for y in 0..picture.height {
        light.row(y, &mut row);
        bytes.extend(row.iter().map(|light| curve.byte(f32::from(*light) * scale)));
    }
    Ok(Raster {
        width: picture.width,
        height: picture.height,
        channels: 1,
        bytes,
    })
}

/// Column and row of red in the 2x2 tile of a colour filter; blue is at the other corner. `None` without a filter.
pub(super) const fn red_at(order: BayerOrder) -> Option<(usize, usize)> {
    match order {
        BayerOrder::Rggb => Some((0, 0)),
        BayerOrder::Grbg => Some((1, 0)),
        BayerOrder::Gbrg => Some((0, 1)),
        BayerOrder::Bggr => Some((1, 1)),
        BayerOrder::Mono => None,
    }
}

/// The camera's response to grey, if the mean of the scene is grey: mean red, green and blue above black, relative to green.
/// Kept between 1/16 and 16; 1 where there is no light.
pub(crate) fn neutral(picture: &Picture<'_>, options: SinkOptions) -> io::Result<[f64; 3]> {
    let Some((column, line)) = options.bayer.and_then(red_at) else {
        return Ok([1.0; 3]);
    };
    let light = Light::new(picture, options)?;
    let mut row = vec![0; picture.width];
    // Sum and count at each place of the tile, counted from red.
    let mut sums = [[0_u64; 2]; 2];
    let mut counts = [[0_u64; 2]; 2];
    for y in 0..picture.height {
        light.row(y, &mut row);
        let places = row.iter().enumerate();
        let (even, odd) = places.fold((0, 0), |(even, odd), (x, light)| {
            if x.is_multiple_of(2) {
                (even + u64::from(*light), odd)
            } else {
                (even, odd + u64::from(*light))
            }
        });
        let half = picture.width as u64 / 2;
        let tile = (&mut sums[(y + line) % 2], &mut counts[(y + line) % 2]);
        tile.0[column] += even;
        tile.1[column] += picture.width as u64 - half;
        tile.0[1 - column] += odd;
        tile.1[1 - column] += half;
    }
    let mean = |sum: u64, count: u64| sum as f64 / count.max(1) as f64;
    let green = mean(sums[0][1] + sums[1][0], counts[0][1] + counts[1][0]);
    let red = mean(sums[0][0], counts[0][0]);
    let blue = mean(sums[1][1], counts[1][1]);
    let relative = |mean: f64| {
        if mean > 0.0 && green > 0.0 {
            (mean / green).clamp(1.0 / 16.0, 16.0)
        } else {
            1.0
        }
    };
    Ok([relative(red), 1.0, relative(blue)])
}
