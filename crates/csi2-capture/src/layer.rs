//! The layers of a link that a capture can record.

/// Layer at which a capture records.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layer {
    /// CSI-2 packets after lane merging.
    Packets,
    /// Bytes per lane.
    Lanes,
    /// Wires.
    Pins,
}

impl Layer {
    /// `packets`, `lanes` or `pins`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Lanes => "lanes",
            Self::Pins => "pins",
        }
    }
}
