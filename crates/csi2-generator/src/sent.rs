//! What injectors pass on, transmitters send, and the judge watches.

use crate::fault::WireFault;
use csi2_dphy::Tick;

/// A burst on its way through injectors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent<'a> {
    /// Its bytes: a packet, or several.
    pub bytes: &'a [u8],
    /// What the transmitter does wrong with it on the wires, in this order.
    pub wire: &'a [WireFault],
    /// When, where that is known.
    pub at: Option<Tick>,
}
