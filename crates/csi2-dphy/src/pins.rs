//! Which wire of a capture is what, and what a link's pins can report.

use crate::{MAX_LANES, SotVerdict, Tick};

/// One wire of the capture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wire {
    /// Channel index.
    pub channel: u16,
    /// Read it inverted.
    pub invert: bool,
}

/// The wires of one lane. A pair has `p` and `n`; a single-ended HS capture has only `p`
/// (LP states are then not visible).
/// Separate LP receivers (comparator + LP) are `lp_p` and `lp_n`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LanePins {
    /// Dp, or the HS comparator's output.
    pub p: Option<Wire>,
    /// Dn.
    pub n: Option<Wire>,
    /// LP receiver of Dp, where separate.
    pub lp_p: Option<Wire>,
    /// LP receiver of Dn, where separate.
    pub lp_n: Option<Wire>,
}

/// The wires of a link.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PinMap {
    /// Clock lane; `None` means one sample per UI.
    pub clock: Option<LanePins>,
    /// Data lanes; those at and above `count` are empty.
    pub lanes: [LanePins; MAX_LANES],
    /// Data lanes in use.
    pub count: usize,
}

/// Parameters of a [`PinReceiver`](crate::PinReceiver).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinSettings {
    /// Greatest distance between the lanes' sync bytes, in byte times.
    pub max_skew_bytes: usize,
}

/// What the link did; bytes go to the merger.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PinEvent {
    /// All lanes are in sync: the burst's first byte follows.
    BurstStart {
        /// Instant of the first data bit of the earliest lane.
        at: Tick,
        /// Sync byte verdict per lane.
        sync: [SotVerdict; MAX_LANES],
        /// Lateness per lane against the earliest, in bits.
        skew: [u16; MAX_LANES],
    },
    /// The lanes returned to LP (only seen with LP wires). It also follows the error that breaks off a running burst.
    BurstEnd {
        /// When the last lane did.
        at: Tick,
    },
    /// Without LP wires: a stop state, a long HS-ZERO and a sync byte on all lanes, while the burst was not yet
    /// [released](crate::PinReceiver::release). The bytes before it are in the merger. Releasing now makes it the start
    /// of the next burst; going on without takes it for payload that looks like one.
    BoundaryInside {
        /// Instant of the first data bit after it, on the earliest lane.
        at: Tick,
        /// Merged bytes of the burst that came before the stop state: packets must end within them, or this is payload.
        bytes: u64,
    },
    /// A deskew burst; no data.
    Deskew {
        /// When.
        at: Tick,
    },
    /// A lane showed HS data without a recognisable sync byte: burst lost.
    SotSyncError {
        /// Which lane.
        lane: u8,
        /// When.
        at: Tick,
    },
    /// The lanes' sync bytes are too far apart, or a lane is missing: burst lost.
    AlignError {
        /// Lane that is late or missing.
        lane: u8,
        /// When.
        at: Tick,
    },
    /// Illegal sequence of LP states.
    ControlError {
        /// Which lane.
        lane: u8,
        /// When.
        at: Tick,
    },
    /// The burst did not end on a byte boundary, or the trail was not the constant inverse of the lane's last bit: bits
    /// were lost or gained on the way, or the transmitter's trail is sloppy. The bytes are delivered all the same.
    EotError {
        /// Which lane.
        lane: u8,
        /// When.
        at: Tick,
    },
}
