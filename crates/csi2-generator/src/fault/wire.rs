//! Faults of a burst on its way over the lanes, and of the low-power states around it: what the transmitter does other than it
//! should.

/// One fault of one burst on the wires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum WireFault {
    /// One wrong bit in the sync byte of a lane. `SOT_ERR`; the burst is used.
    SyncBit {
        /// Lane.
        lane: u8,
        /// Of the sync byte.
        bit: u8,
    },
}
