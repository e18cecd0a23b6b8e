//! What link to send over.

use csi2_dphy::{Scrambling, WaveformSettings};

/// At which layer to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TransmitLayer {
    /// Packets.
    Packets,
    /// Bytes per lane, sync byte and trail not included.
    Lanes,
    /// Samples of the wires. The number of lanes is that of [`TransmitSettings`].
    Pins(WaveformSettings),
}

/// Parameters of a [`Transmitter`](crate::Transmitter).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransmitSettings {
    /// Layer.
    pub layer: TransmitLayer,
    /// Lanes, 1 to 8, also for the time a packet takes.
    pub lanes: usize,
    /// Bits per second a lane.
    pub rate: u64,
    /// Bits of the clock pattern of a deskew burst before the first burst (pins); `None`: there is none.
    pub initial_deskew: Option<u64>,
    /// The same of a deskew burst after each frame (pins).
    pub periodic_deskew: Option<u64>,
    /// UI of ultra-low-power state between two frames, of all lanes (pins); `None`: lanes stay in the stop state.
    pub ulps: Option<u64>,
    /// UI in the stop state after a burst, beyond T_HS-EXIT. `None`: a little, so that nothing is at its limit.
    pub pause: Option<u64>,
    /// Scramble what the lanes carry (lanes and pins).
    pub scrambling: Option<Scrambling>,
}

impl TransmitSettings {
    /// Neither deskew bursts nor ULPS, and nothing is scrambled.
    pub const fn new(layer: TransmitLayer, lanes: usize, rate: u64) -> Self {
        Self {
            layer,
            lanes,
            rate,
            initial_deskew: None,
            periodic_deskew: None,
            ulps: None,
            pause: None,
            scrambling: None,
        }
    }
}
