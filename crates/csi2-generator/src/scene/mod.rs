//! A synthetic scene that a person recognises, through a Bayer filter: for test pictures.

mod picture;

use alloc::{vec, vec::Vec};
pub(crate) use picture::WHITE;

/// A landscape: sun and clouds over snowy mountains, a house with a red roof, trees, and a car on the road that drives to the
/// right from frame to frame. Deterministic: the same arguments give the same samples on every machine (integers only).
///
/// It fills any size: the height decides the scale, a wider picture shows more to the left and right. Samples are linear light
/// above a black level of 64 (at 10 bits), as of a sensor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scene {
    /// Samples per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits per sample, 1 to 16.
    pub bits: u8,
    /// Frame number: something in it moves.
    pub frame: u32,
}

impl Scene {
    /// One row, RGGB: R G R G ... in even rows, G B G B ... in odd ones. Fills as much of `out` as a row has samples.
    pub fn row(&self, y: usize, out: &mut [u16]) {
        let bits = u32::from(self.bits.clamp(1, 16));
        let white = (1_u32 << bits) - 1;
        let black = (64 << bits) >> 10;
        let view = picture::View::new(self.width, self.height, self.frame);
        let row = view.row(y);
        for (x, sample) in out.iter_mut().take(self.width).enumerate() {
            let filter = y % 2 + x % 2;
            let light = row.linear(x)[filter];
            *sample = (black + (white - black) * light / picture::WHITE) as u16;
        }
    }

    /// Linear light of a row's pixels, one after another: red, green and blue, 0 to [`WHITE`].
    pub(crate) fn light(&self, y: usize, mut each: impl FnMut(usize, [u32; 3])) {
        let view = picture::View::new(self.width, self.height, self.frame);
        let row = view.row(y);
        for x in 0..self.width {
            each(x, row.linear(x));
        }
    }

    /// All rows, one after another.
    pub fn samples(&self) -> Vec<u16> {
        let mut samples = vec![0; self.width.saturating_mul(self.height)];
        for (y, row) in samples.chunks_mut(self.width.max(1)).enumerate() {
            self.row(y, row);
        }
        samples
    }
}
