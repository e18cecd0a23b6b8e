//! Turning pictures.
//!
//! Ref: TIFF 6.0, tag 274: which sides of the picture the first row and the first column of the data are.

use super::Raster;
use crate::picture::Orientation;

/// The picture as it is to be seen.
pub(super) fn upright(raster: &Raster, orientation: Orientation) -> Raster {
    use Orientation::*;
    let (width, height) = (raster.width, raster.height);
    // Whether rows become columns; whether a row, and a column, of the data is read from its end.
    let (transposed, from_right, from_bottom) = match orientation {
        Normal => (false, false, false),
        MirrorHorizontal => (false, true, false),
        Rotate180 => (false, true, true),
        MirrorVertical => (false, false, true),
        Transpose => (true, false, false),
        Rotate90 => (true, false, true),
        Transverse => (true, true, true),
        Rotate270 => (true, true, false),
    };
    let (to_width, to_height) = if transposed { (height, width) } else { (width, height) };
    let mut bytes = Vec::with_capacity(raster.bytes.len());
    for y in 0..to_height {
        for x in 0..to_width {
            let (x, y) = if transposed { (y, x) } else { (x, y) };
            let x = if from_right { width - 1 - x } else { x };
            let y = if from_bottom { height - 1 - y } else { y };
            let at = (y * width + x) * raster.channels;
            bytes.extend_from_slice(raster.bytes.get(at..at + raster.channels).unwrap_or_default());
        }
    }
    Raster {
        width: to_width,
        height: to_height,
        channels: raster.channels,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where viewers put `ab / cd / ef`, drawn.
    #[test]
    fn all_eight() {
        let seen = [
            "ab cd ef", "ba dc fe", "fe dc ba", "ef cd ab", "ace bdf", "eca fdb", "fdb eca", "bdf ace",
        ];
        let data = Raster {
            width: 2,
            height: 3,
            channels: 1,
            bytes: b"abcdef".to_vec(),
        };
        for ((name, orientation), seen) in Orientation::ALL.into_iter().zip(seen) {
            let turned = upright(&data, orientation);
            let rows: Vec<&[u8]> = turned.bytes.chunks(turned.width).collect();
            assert_eq!(rows.join(&b' '), seen.as_bytes(), "{name}");
            assert_eq!(turned.height, seen.split(' ').count(), "{name}");
        }
        let colour = Raster {
            width: 2,
            height: 1,
            channels: 3,
            bytes: b"RGBrgb".to_vec(),
        };
        assert_eq!(upright(&colour, Orientation::Rotate180).bytes, b"rgbRGB");
    }
}
