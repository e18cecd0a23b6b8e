//! Colours of a Bayer filter, bilinear: what a pixel lacks is the mean of its nearest neighbours that have it. At the edges the
//! picture is mirrored, so that the neighbours are of the right colour.

use super::Raster;
use super::linear::{Light, neutral, red_at};
use super::srgb::{Curve, FULL};
use crate::picture::{Picture, SinkOptions};
use csi2_pixel::BayerOrder;
use std::io;

pub(super) fn bayer(picture: &Picture<'_>, order: BayerOrder, options: SinkOptions) -> io::Result<Raster> {
    let (column, line) = red_at(order).unwrap_or_default();
    let (width, height) = (picture.width, picture.height);
    let light = Light::new(picture, options)?;
    let scales = scales(neutral(picture, options)?, light.full);
    let mut rows = Rows::new(&light, width, height);
    let mut bytes = vec![0; width * height * 3];
    if width > 0 {
        for (y, out) in bytes.chunks_exact_mut(width * 3).enumerate() {
            let rows = rows.around(y);
            // Every second row has red, the others have blue.
            let red = y % 2 == line;
            let first = if red { column } else { 1 - column };
            if red {
                interpolate::<0, 2>(rows, first, scales, out);
            } else {
                interpolate::<2, 0>(rows, first, scales, out);
            }
        }
    }
    Ok(Raster {
        width,
        height,
        channels: 3,
        bytes,
    })
}

/// What sums of four samples are multiplied with. The weakest colour is amplified, none is weakened: clipped light stays white.
fn scales(neutral: [f64; 3], full: u32) -> [f32; 3] {
    let strongest = neutral.into_iter().fold(0.0, f64::max);
    let white = f64::from(FULL) / (4.0 * f64::from(full));
    neutral.map(|response| (white * strongest / response) as f32)
}

/// A row that has colour `OWN` besides green, at columns of the parity of `first`; the rows around it have colour `OTHER`.
fn interpolate<const OWN: usize, const OTHER: usize>(
    [above, here, below]: [&[u16]; 3],
    first: usize,
    scales: [f32; 3],
    out: &mut [u8],
) {
    let curve = Curve::new();
    let byte = |colour: usize, sum: u32| curve.byte(sum as f32 * scales[colour]);
    let windows = above.windows(3).zip(here.windows(3)).zip(below.windows(3));
    for (x, (((above, here), below), pixel)) in windows.zip(out.as_chunks_mut::<3>().0).enumerate() {
        let (&[nw, n, ne], &[w, c, e], &[sw, s, se]) = (above, here, below) else {
            continue;
        };
        let sum = |samples: [u16; 4]| samples.iter().map(|sample| u32::from(*sample)).sum::<u32>();
        let (own, green, other) = if x % 2 == first {
            (4 * u32::from(c), sum([n, s, w, e]), sum([nw, ne, sw, se]))
        } else {
            (sum([w, w, e, e]), 4 * u32::from(c), sum([n, n, s, s]))
        };
        pixel[OWN] = byte(OWN, own);
        pixel[1] = byte(1, green);
        pixel[OTHER] = byte(OTHER, other);
    }
}

/// Three rows at a time, each with one more sample on both sides.
struct Rows<'a> {
    light: &'a Light<'a>,
    width: usize,
    height: usize,
    /// Row `y` is at `y % 3`.
    rows: [Vec<u16>; 3],
    /// Rows that were read.
    read: usize,
}

impl<'a> Rows<'a> {
    fn new(light: &'a Light<'a>, width: usize, height: usize) -> Self {
        Self {
            light,
            width,
            height,
            rows: [const { Vec::new() }; 3].map(|_: Vec<u16>| vec![0; width + 2]),
            read: 0,
        }
    }

    /// Above, at and below row `y`. Rows are asked for one after the other.
    fn around(&mut self, y: usize) -> [&[u16]; 3] {
        while self.read < self.height.min(y + 2) {
            let row = &mut self.rows[self.read % 3];
            self.light
                .row(self.read, row.get_mut(1..=self.width).unwrap_or_default());
            mirror(row);
            self.read += 1;
        }
        let last = self.height - 1;
        let above = if y == 0 { last.min(1) } else { y - 1 };
        let below = if y == last { last.saturating_sub(1) } else { y + 1 };
        [above, y, below].map(|y| self.rows[y % 3].as_slice())
    }
}

/// Fills the samples on both sides.
fn mirror(row: &mut [u16]) {
    match row {
        [left, only, right] => (*left, *right) = (*only, *only),
        [left, _, second, .., last_but_one, _, right] => (*left, *right) = (*second, *last_but_one),
        [left, first, second, right] => (*left, *right) = (*second, *first),
        [left, _, second, _, right] => (*left, *right) = (*second, *second),
        _ => {}
    }
}
