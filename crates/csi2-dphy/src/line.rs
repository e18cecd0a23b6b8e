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

impl LineState {
    /// The state with these levels of Dp and Dn.
    pub(crate) const fn of(p: bool, n: bool) -> Self {
        match (p, n) {
            (false, false) => Self::Lp00,
            (false, true) => Self::Lp01,
            (true, false) => Self::Lp10,
            (true, true) => Self::Lp11,
        }
    }

    /// Levels of Dp and Dn.
    pub(crate) const fn levels(self) -> (bool, bool) {
        match self {
            Self::Lp00 => (false, false),
            Self::Lp01 => (false, true),
            Self::Lp10 => (true, false),
            Self::Lp11 => (true, true),
        }
    }
}
