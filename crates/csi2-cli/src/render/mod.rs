//! Pictures for people to look at: eight bits, colours of a screen. Nothing measures anything on these.

use crate::picture::{Orientation, Picture, SinkOptions};
use csi2_analyzer::Pixels;
use csi2_pixel::{BayerOrder, Layout, Planes, Samples};
use std::io;

mod demosaic;
mod linear;
mod srgb;
#[cfg(test)]
mod tests;
mod turn;
mod yuv;

pub(crate) use linear::neutral;
pub(crate) use yuv::yuv;

/// Eight-bit pixels, row after row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Raster {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Bytes of a pixel: 1 of grey, 3 of R, G, B.
    pub(crate) channels: usize,
    pub(crate) bytes: Vec<u8>,
}

/// The picture as a camera would show it: of a colour filter, black level, grey-world white balance, bilinear interpolation
/// and the curve of sRGB; without one, black level and curve. RGB and YUV as `rgb` and `yuv`. Turned upright.
pub(crate) fn preview(picture: &Picture<'_>, options: SinkOptions) -> io::Result<Raster> {
    let raster = match (picture.layout, options.bayer) {
        (Layout::Single, None | Some(BayerOrder::Mono)) => linear::grey(picture, options)?,
        (Layout::Single, Some(order)) => demosaic::bayer(picture, order, options)?,
        (Layout::Bgr, _) => rgb(picture)?,
        _ => yuv(picture, options.yuv)?,
    };
    Ok(match options.orientation {
        Orientation::Normal => raster,
        other => turn::upright(&raster, other),
    })
}

/// RGB of any depth as eight bits: left-aligned, and the bits below filled with the highest again, so that full light stays
/// full light.
pub(crate) fn rgb(picture: &Picture<'_>) -> io::Result<Raster> {
    let Pixels::Samples(Samples::Narrow(samples)) = picture.pixels else {
        return Err(no_samples());
    };
    let planes = Planes::new(picture.layout, picture.width, samples);
    let [blue, green, red] = picture.depth;
    let tables = [red, green, blue].map(repeated);
    let mut row = vec![0; picture.width * 3];
    let mut bytes = Vec::with_capacity(row.len() * picture.height);
    for y in 0..picture.height {
        let written = planes.rgb_row(y, &mut row);
        row.iter_mut().skip(written).for_each(|sample| *sample = 0);
        for pixel in row.as_chunks::<3>().0 {
            for (sample, table) in pixel.iter().zip(&tables) {
                bytes.push(table.get(usize::from(*sample)).copied().unwrap_or(u8::MAX));
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

/// What each value of `depth` bits, at most 8, becomes.
fn repeated(depth: u8) -> Vec<u8> {
    let depth = u32::from(depth.clamp(1, 8));
    let byte = |value: u8| {
        let mut byte = u32::from(value) << (8 - depth);
        let mut filled = depth;
        while filled < 8 {
            byte |= byte >> filled;
            filled *= 2;
        }
        byte.to_le_bytes()[0]
    };
    (0..=u8::MAX >> (8 - depth)).map(byte).collect()
}

fn no_samples() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "this data type has no samples to look at")
}
