//! Samples without a header: bytes where the depth is known to be at most 8 bits, else u16 little-endian; as the `raw`
//! sink writes them.

use super::{Images, Wrong, wrong};
use crate::number::Size;

pub(super) fn read(bytes: &[u8], size: Size, bits: Option<u8>) -> Result<Images, Wrong> {
    let narrow = bits.is_some_and(|bits| bits <= 8);
    let frame = size.width * size.height * if narrow { 1 } else { 2 };
    let frames = bytes.len() / frame;
    if frames == 0 || !bytes.len().is_multiple_of(frame) {
        return Err(wrong(
            frames * frame,
            format!(
                "{} samples of whole {}x{} frames, {frame} bytes each; the file has {} bytes",
                if narrow { "u8" } else { "u16" },
                size.width,
                size.height,
                bytes.len()
            ),
        ));
    }
    let samples = if narrow {
        bytes.iter().map(|byte| u16::from(*byte)).collect()
    } else {
        bytes
            .as_chunks()
            .0
            .iter()
            .map(|pair| u16::from_le_bytes(*pair))
            .collect()
    };
    Ok(Images {
        width: size.width,
        height: size.height,
        bits: None,
        samples,
    })
}
