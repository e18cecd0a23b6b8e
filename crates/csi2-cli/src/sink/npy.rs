//! NumPy arrays, version 1.0.
//!
//! Ref: numpy/numpy `numpy/lib/_format_impl.py`: magic, version, u16 little-endian header length, a Python dict padded
//! with spaces to a multiple of 64 bytes, data.

use super::samples::{halves_chroma_rows, little_endian_samples, rgb};
use super::{Picture, Sink, SinkOptions, lacks_nothing};
use csi2_analyzer::{Keep, Pixels};
use csi2_pixel::Layout;
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "npy",
    description: "NumPy array, |u1 to 8 bits, <u2 to 16, <u4 above: (H, W), RGB (H, W, 3), YUV422 (H, W, 2) as U Y, V Y; a file a plane of YUV420",
    extension: "npy",
    keep: Keep::Samples,
    stretches: false,
    streams: false,
    lacks: lacks_nothing,
    write,
};

fn write(picture: &Picture<'_>, _: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    if halves_chroma_rows(picture.layout) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the planes of YUV420 differ in size: they are arrays of their own",
        ));
    }
    out.write_all(&header(&shape(picture), picture.bits))?;
    write_data(picture, out)
}

/// Rows, columns, and samples of a pixel where they are several.
pub(crate) fn shape(picture: &Picture<'_>) -> Vec<usize> {
    let (height, width) = (picture.height, picture.width);
    match picture.layout {
        Layout::Bgr => vec![height, width, 3],
        Layout::Uyvy => vec![height, width, 2],
        Layout::Single | Layout::Yuv420 | Layout::Yuv420Legacy => vec![height, width],
    }
}

/// The data of a picture of this [`shape`].
pub(crate) fn write_data(picture: &Picture<'_>, out: &mut dyn Write) -> io::Result<()> {
    match (picture.pixels, picture.layout) {
        (Pixels::Samples(_), Layout::Bgr) => rgb(picture, out),
        (Pixels::Samples(samples), _) => little_endian_samples(samples, picture.bits, out),
        (Pixels::Packed(_), _) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this data type has no samples; the packed format holds it",
        )),
    }
}

/// Everything before the data of an array of this shape.
pub(crate) fn header(shape: &[usize], bits: u8) -> Vec<u8> {
    padded_header(shape, bits, 0)
}

/// As [`header`], of at least `least` bytes.
pub(super) fn padded_header(shape: &[usize], bits: u8, least: usize) -> Vec<u8> {
    const ALIGN: usize = 64;
    const FIXED: usize = 10;
    let descr = match bits {
        ..=8 => "|u1",
        9..=16 => "<u2",
        17.. => "<u4",
    };
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let mut dict = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}",
        shape.join(", ")
    );
    let unpadded = FIXED + dict.len() + 1;
    let length = unpadded.max(least).next_multiple_of(ALIGN);
    dict.extend(std::iter::repeat_n(' ', length - unpadded));
    dict.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    // A shape of four numbers keeps the dict far below 65536 bytes.
    header.extend(u16::try_from(dict.len()).unwrap_or(u16::MAX).to_le_bytes());
    header.extend(dict.bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_bytes() {
        let header = header(&[3040, 4056], 10);
        assert_eq!(header.len(), 128);
        assert_eq!(header[..10], *b"\x93NUMPY\x01\x00\x76\x00");
        let dict = std::str::from_utf8(&header[10..]).expect("text");
        assert!(dict.starts_with("{'descr': '<u2', 'fortran_order': False, 'shape': (3040, 4056), }  "));
        assert!(dict.ends_with(" \n"));
    }

    #[test]
    fn stacks_and_bytes() {
        let header = header(&[2, 3, 4], 8);
        assert_eq!(header.len() % 64, 0);
        let dict = std::str::from_utf8(&header[10..]).expect("text");
        assert!(dict.contains("'|u1'") && dict.contains("(2, 3, 4)"));
        assert_eq!(super::header(&[2, 2], 20)[10..24], *b"{'descr': '<u4");
    }
}
