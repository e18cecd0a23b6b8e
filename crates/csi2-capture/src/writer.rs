//! Writing.

use crate::{Burst, CaptureError, Layer};
use csi2_dphy::{Observation, Tick, Timebase};
use std::path::PathBuf;

/// What a new capture should be.
#[derive(Clone, Debug)]
pub struct CreateOptions {
    /// Where; `-` for standard output where the format streams. Companions (`NAME.lane1`) lie beside it.
    /// Nothing appears under this name before [`CaptureWriter::finish`].
    pub path: PathBuf,
    /// At which layer.
    pub layer: Layer,
    /// Length of a tick. For samples one tick is one sample.
    pub timebase: Timebase,
    /// Names of the wires, in bit order (pins).
    pub channels: Vec<String>,
    /// Lanes (lane bytes).
    pub lanes: usize,
    /// pcap link type, 147..=162; USER0 = 147 by default.
    pub link_type: u32,
}

/// What is known about a burst beside its bytes; formats that can, store it.
#[derive(Clone, Copy, Debug, Default)]
pub struct WireNote<'a> {
    /// Text of the findings on this packet.
    pub comment: Option<&'a str>,
    /// The checksum was wrong.
    pub checksum_error: bool,
}

/// Writes a capture.
pub trait CaptureWriter: Send {
    /// Stores what was seen. Packet formats take one packet a call (a [`Burst::WHOLE`] of merged bytes), lane formats
    /// one burst a call, pin formats samples or changes that continue one another.
    ///
    /// # Errors
    /// When the operating system refuses or the format cannot hold it.
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        at: Option<Tick>,
        note: WireNote<'_>,
    ) -> Result<(), CaptureError>;

    /// Completes the file and gives it its final name.
    ///
    /// # Errors
    /// When the operating system refuses.
    fn finish(self: Box<Self>) -> Result<(), CaptureError>;
}

/// Creates a capture in the format of this name.
///
/// # Errors
/// When there is no such format, it cannot be written, or not at this layer.
pub fn create(format: &str, options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let _ = (format, options);
    todo!()
}
