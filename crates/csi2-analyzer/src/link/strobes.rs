//! What the strobes of a port tell about a burst.

use super::place::Ticks;
use alloc::boxed::Box;
use csi2_dphy::MAX_LANES;

/// What the strobes told about the burst that begins.
pub(super) struct Strobes {
    /// Lateness per lane in bits.
    pub(super) skew: [u16; MAX_LANES],
    /// Lanes as events tell them: none of a stream.
    pub(super) lanes: u8,
    /// When each byte was there.
    pub(super) ticks: Box<Ticks>,
}

impl Strobes {
    pub(super) fn new(lanes: usize) -> Self {
        Self {
            skew: [0; MAX_LANES],
            lanes: lanes as u8,
            ticks: Box::default(),
        }
    }
}
