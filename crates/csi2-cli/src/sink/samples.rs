//! Samples as bytes.

use super::Picture;
use csi2_analyzer::Pixels;
use csi2_pixel::{Layout, Plane, Planes, Samples};
use std::io::{self, Write};

const BUFFER: usize = 8192;

/// Samples as little-endian bytes: one byte each to 8 bits, two to 16, else four.
pub(crate) fn little_endian_samples(samples: Samples<'_>, bits: u8, out: &mut dyn Write) -> io::Result<()> {
    match samples {
        Samples::Narrow(samples) => little_endian(samples, bits, out),
        Samples::Wide(samples) => to_bytes(samples, |sample| sample.to_le_bytes(), out),
    }
}

/// Samples as little-endian bytes: one byte each to 8 bits, else two.
pub(crate) fn little_endian(samples: &[u16], bits: u8, out: &mut dyn Write) -> io::Result<()> {
    if bits <= 8 {
        to_bytes(samples, |sample| [sample.to_le_bytes()[0]], out)
    } else {
        to_bytes(samples, u16::to_le_bytes, out)
    }
}

/// Samples as big-endian bytes, one or two each; `stretch` maps 0..=2^bits-1 onto the whole range of these, and takes the
/// top 16 bits of wider samples.
pub(super) fn big_endian(picture: &Picture<'_>, stretch: bool, out: &mut dyn Write) -> io::Result<()> {
    let bits = picture.bits;
    let samples = match picture.pixels {
        Pixels::Samples(Samples::Wide(samples)) if stretch => {
            let shift = u32::from(bits.saturating_sub(16));
            let top = move |sample: u32| u16::try_from(sample >> shift).unwrap_or(u16::MAX);
            return to_bytes(samples, |sample| top(sample).to_be_bytes(), out);
        }
        _ => narrow(picture)?,
    };
    let scale = full_range(bits);
    match (bits <= 8, stretch) {
        (true, false) => to_bytes(samples, |sample| [sample.to_le_bytes()[0]], out),
        (true, true) => to_bytes(samples, |sample| [scale(sample).to_le_bytes()[0]], out),
        (false, false) => to_bytes(samples, u16::to_be_bytes, out),
        (false, true) => to_bytes(samples, |sample| scale(sample).to_be_bytes(), out),
    }
}

/// R, G and B of each pixel, little-endian.
pub(super) fn rgb(picture: &Picture<'_>, out: &mut dyn Write) -> io::Result<()> {
    let planes = Planes::new(picture.layout, picture.width, narrow(picture)?);
    let mut row = vec![0; picture.width * 3];
    for y in 0..picture.height {
        let written = planes.rgb_row(y, &mut row);
        little_endian(row.get(..written).unwrap_or_default(), picture.bits, out)?;
    }
    Ok(())
}

/// One plane, row after row, little-endian. Chroma that no line carried, of a last line without its second, is zero.
pub(super) fn plane(picture: &Picture<'_>, plane: Plane, out: &mut dyn Write) -> io::Result<()> {
    each_row(picture, plane, |row| little_endian(row, picture.bits, out))
}

/// Rows of a plane, one by one.
pub(super) fn each_row(
    picture: &Picture<'_>,
    plane: Plane,
    mut body: impl FnMut(&[u16]) -> io::Result<()>,
) -> io::Result<()> {
    let planes = Planes::new(picture.layout, picture.width, narrow(picture)?);
    let mut row = vec![0; picture.layout.plane_width(plane, picture.width)];
    for y in 0..picture.layout.plane_height(plane, picture.height) {
        let written = planes.row(plane, y, &mut row);
        row.iter_mut().skip(written).for_each(|sample| *sample = 0);
        body(&row)?;
    }
    Ok(())
}

/// Whether chroma has fewer rows than luma.
pub(super) const fn halves_chroma_rows(layout: Layout) -> bool {
    matches!(layout, Layout::Yuv420 | Layout::Yuv420Legacy)
}

/// Samples of at most 16 bits; otherwise the caller picked a sink that does not fit.
pub(super) fn narrow<'a>(picture: &Picture<'a>) -> io::Result<&'a [u16]> {
    let refused = |message| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    match picture.pixels {
        Pixels::Samples(Samples::Narrow(samples)) => Ok(samples),
        Pixels::Samples(Samples::Wide(_)) => refused("samples of more than 16 bits; the npy format holds them"),
        Pixels::Packed(_) => refused("this data type has no samples; the packed format holds it"),
    }
}

/// Maps 0..=2^bits-1 onto the whole range of the 8 or 16 bits it is stored in.
fn full_range(bits: u8) -> impl Fn(u16) -> u16 {
    let container: u32 = if bits <= 8 { 0xFF } else { 0xFFFF };
    let top = (1u32 << bits.clamp(1, 16)) - 1;
    move |sample| {
        let scaled = (u32::from(sample).min(top) * container + top / 2) / top;
        u16::try_from(scaled).unwrap_or(u16::MAX)
    }
}

/// Piece by piece: a call of `out` a sample would be slow.
fn to_bytes<S: Copy, const N: usize>(
    samples: &[S],
    bytes: impl Fn(S) -> [u8; N],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut buffer = [0; BUFFER];
    for piece in samples.chunks(BUFFER / N) {
        let (places, _) = buffer.as_chunks_mut::<N>();
        for (place, sample) in places.iter_mut().zip(piece) {
            *place = bytes(*sample);
        }
        out.write_all(buffer.get(..N * piece.len()).unwrap_or_default())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_mapped_end_to_end() {
        let ten = full_range(10);
        assert_eq!((ten(0), ten(1023), ten(512)), (0, 65535, 32800));
        let six = full_range(6);
        assert_eq!((six(0), six(63)), (0, 255));
        let sixteen = full_range(16);
        assert!((0..=u16::MAX).all(|value| sixteen(value) == value));
    }

    #[test]
    fn little_endian_widths() {
        let mut bytes = Vec::new();
        little_endian(&[1, 0x3FF], 10, &mut bytes).expect("memory");
        little_endian(&[1, 0xFF], 8, &mut bytes).expect("memory");
        little_endian_samples(Samples::Wide(&[0x000F_1234]), 20, &mut bytes).expect("memory");
        assert_eq!(bytes, [1, 0, 0xFF, 3, 1, 0xFF, 0x34, 0x12, 0x0F, 0]);
        let long: Vec<u16> = (0..20_000).collect();
        let mut bytes = Vec::new();
        little_endian(&long, 16, &mut bytes).expect("memory");
        assert!(bytes.len() == 40_000 && bytes[39_998..] == 19_999_u16.to_le_bytes());
    }

    /// U Y V Y of two lines; U, then V, above each other in YUV420.
    #[test]
    fn planes_and_colours() {
        let picture = |layout, width, height, samples| Picture {
            width,
            height,
            bits: 8,
            depth: [8; 3],
            layout,
            pixels: Pixels::Samples(Samples::Narrow(samples)),
        };
        let bytes = |picture: &Picture<'_>, planes: &[Plane]| {
            let mut bytes = Vec::new();
            for one in planes {
                plane(picture, *one, &mut bytes).expect("memory");
            }
            bytes
        };
        let all = [Plane::Y, Plane::U, Plane::V];
        let uyvy = picture(Layout::Uyvy, 2, 2, &[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bytes(&uyvy, &all), [2, 4, 6, 8, 1, 5, 3, 7]);
        let legacy = picture(Layout::Yuv420Legacy, 2, 2, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(bytes(&legacy, &all), [2, 3, 5, 6, 1, 4]);
        // The second line of the pair was never sent: no chroma.
        let short = picture(Layout::Yuv420, 2, 1, &[9, 8, 0, 0]);
        assert_eq!(bytes(&short, &all), [9, 8, 0, 0]);
        let mut out = Vec::new();
        rgb(&picture(Layout::Bgr, 2, 1, &[1, 2, 3, 4, 5, 6]), &mut out).expect("memory");
        assert_eq!(out, [3, 2, 1, 6, 5, 4]);
    }
}
