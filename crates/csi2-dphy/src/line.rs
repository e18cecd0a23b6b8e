//! States of a pair of wires in low-power mode.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyDataDecoder.cpp`, `DPhyEscapeModeDecoder.cpp`.

/// Low-power state of a pair, named by the levels of Dp and Dn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum LineState {
    /// LP-00: bridge, and what the LP receivers see in high-speed mode.
    Lp00,
    /// LP-01: high-speed request.
    Lp01,
    /// LP-10: escape or turnaround request, mark.
    Lp10,
    /// LP-11: stop state.
    Lp11,
}
