//! NumPy arrays, version 1.0.
//!
//! Ref: numpy/numpy `numpy/lib/_format_impl.py`: magic, version, u16 little-endian header length, a Python dict padded
//! with spaces to a multiple of 64 bytes, data.

use super::{Picture, Sink, SinkOptions, little_endian, samples};
use csi2_analyzer::Keep;
use std::io::{self, Write};

pub(super) const SINK: Sink = Sink {
    name: "npy",
    description: "NumPy array (H, W): |u1 to 8 bits, <u2 above",
    extension: "npy",
    keep: Keep::Samples,
    stretches: false,
    write,
};

fn write(picture: &Picture<'_>, _: SinkOptions, out: &mut dyn Write) -> io::Result<()> {
    let samples = samples(picture)?;
    out.write_all(&header(&[picture.height, picture.width], picture.bits))?;
    little_endian(samples, picture.bits, out)
}

/// Everything before the data of an array of this shape.
pub(crate) fn header(shape: &[usize], bits: u8) -> Vec<u8> {
    const ALIGN: usize = 64;
    const FIXED: usize = 10;
    let descr = if bits <= 8 { "|u1" } else { "<u2" };
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let mut dict = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}",
        shape.join(", ")
    );
    let unpadded = FIXED + dict.len() + 1;
    dict.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(ALIGN) - unpadded));
    dict.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    // A shape of three numbers keeps the dict far below 65536 bytes.
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
    }
}
