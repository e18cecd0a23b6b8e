//! A synthetic scene that a person recognises, through a Bayer filter: for test pictures.

/// The scene. Deterministic: the same arguments give the same samples on every machine (integers only).
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Samples per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits per sample.
    pub bits: u8,
    /// Frame number: something in it moves.
    pub frame: u32,
}

impl Scene {
    /// One row, RGGB.
    pub fn row(&self, y: usize, out: &mut [u16]) {
        let _ = (y, out);
        todo!()
    }
}
