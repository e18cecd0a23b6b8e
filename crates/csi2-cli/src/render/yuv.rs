//! YUV as RGB.
//!
//! Ref: ITU-R BT.601 and BT.709, as given by W3C Media Capabilities and FFmpeg `libswscale/yuv2rgb.c`: luma weights of red and
//! blue, offsets 16 and 128, excursions 219 and 224 of 8 bits.

use super::{Raster, no_samples};
use crate::picture::{Picture, YuvColour, YuvMatrix, YuvRange};
use csi2_analyzer::Pixels;
use csi2_pixel::{Plane, Planes, Samples};
use std::io;

/// Chroma of a pixel is that of its pair, and of its pair of lines: not interpolated.
pub(crate) fn yuv(picture: &Picture<'_>, colour: YuvColour) -> io::Result<Raster> {
    let Pixels::Samples(Samples::Narrow(samples)) = picture.pixels else {
        return Err(no_samples());
    };
    let layout = picture.layout;
    let planes = Planes::new(layout, picture.width, samples);
    let matrix = Matrix::new(colour, picture.bits);
    let halves = if layout.plane_height(Plane::U, 2) == 1 { 2 } else { 1 };
    let mut luma = vec![0; picture.width];
    let chroma_width = layout.plane_width(Plane::U, picture.width);
    let (mut u, mut v) = (vec![0; chroma_width], vec![0; chroma_width]);
    let mut bytes = Vec::with_capacity(picture.width * picture.height * 3);
    for y in 0..picture.height {
        for (plane, y, row) in [
            (Plane::Y, y, &mut luma),
            (Plane::U, y / halves, &mut u),
            (Plane::V, y / halves, &mut v),
        ] {
            let written = planes.row(plane, y, row);
            row.iter_mut().skip(written).for_each(|sample| *sample = 0);
        }
        for (pair, (u, v)) in luma.chunks(2).zip(u.iter().zip(&v)) {
            for y in pair {
                bytes.extend(matrix.rgb(*y, *u, *v));
            }
        }
    }
    Ok(Raster {
        width: picture.width,
        height: picture.height,
        channels: 3,
        bytes,
    })
}

/// How samples become bytes.
struct Matrix {
    black: f32,
    zero: f32,
    luma: f32,
    /// Of V in red, U and V in green, U in blue.
    chroma: [f32; 4],
}

impl Matrix {
    fn new(colour: YuvColour, bits: u8) -> Self {
        let (red, blue) = match colour.matrix {
            YuvMatrix::Bt601 => (0.299, 0.114),
            YuvMatrix::Bt709 => (0.2126, 0.0722),
        };
        let unit = 2_f32.powi(i32::from(bits) - 8);
        let (black, luma, chroma) = match colour.range {
            YuvRange::Limited => (16.0 * unit, 219.0 * unit, 224.0 * unit),
            YuvRange::Full => (0.0, 256.0 * unit - 1.0, 256.0 * unit - 1.0),
        };
        let green = 1.0 - red - blue;
        let (of_v, of_u) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
        Self {
            black,
            zero: 128.0 * unit,
            luma: 255.0 / luma,
            chroma: [of_v, -of_u * blue / green, -of_v * red / green, of_u].map(|weight: f32| weight * 255.0 / chroma),
        }
    }

    fn rgb(&self, y: u16, u: u16, v: u16) -> [u8; 3] {
        let y = (f32::from(y) - self.black) * self.luma;
        let (u, v) = (f32::from(u) - self.zero, f32::from(v) - self.zero);
        let [red_v, green_u, green_v, blue_u] = self.chroma;
        // The conversion saturates.
        [y + red_v * v, y + green_u * u + green_v * v, y + blue_u * u].map(|value| (value + 0.5) as u8)
    }
}
