//! Packets to the wire, at any layer.
use csi2_dphy::{Observation, Tick, Timebase, WaveformSettings};

/// At which layer to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TransmitLayer {
    /// Packets.
    Packets,
    /// Bytes per lane, sync byte and trail not included.
    Lanes,
    /// Samples of the wires.
    Pins(WaveformSettings),
}

/// Parameters of a [`Transmitter`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransmitSettings {
    /// Layer.
    pub layer: TransmitLayer,
    /// Lanes, also for the time a packet takes.
    pub lanes: usize,
    /// Bits per second a lane.
    pub rate: u64,
    /// Open with a deskew burst (pins).
    pub deskew: bool,
}

/// What comes out: an observation for a capture writer.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// What.
    pub seen: Observation<'a>,
    /// First of its burst.
    pub starts: bool,
    /// Last of its burst.
    pub ends: bool,
    /// When.
    pub at: Tick,
}

/// Sends bursts one after another, with the line protocol's gaps between them.
pub struct Transmitter {
    settings: TransmitSettings,
}

impl Transmitter {
    /// At time 0, lanes stopped.
    pub fn new(settings: TransmitSettings) -> Self {
        Self { settings }
    }
    /// Length of a tick of the pieces: a sample for pins, a nanosecond else.
    pub fn timebase(&self) -> Timebase {
        todo!()
    }
    /// Names of the wires (pins), in bit order.
    pub fn channels(&self) -> alloc::vec::Vec<alloc::string::String> {
        todo!()
    }
    /// Sends one burst (one packet, or several); pieces are at most some 64 KiB.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn burst<E>(&mut self, bytes: &[u8], out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let _ = (bytes, out, &self.settings);
        todo!()
    }
    /// Keeps the lanes stopped until `at` (ticks): gaps of a real capture, vertical blanking.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn wait_until<E>(&mut self, at: Tick, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let _ = (at, out);
        todo!()
    }
    /// The last stop state.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn finish<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let _ = out;
        todo!()
    }
}
