//! From sampled pins to lane bytes: which wire is what, when a bit is taken, and the bursts of all lanes together.

use crate::{Change, LaneMerger, MAX_LANES, Samples, SotVerdict, Tick};

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

/// Parameters of a [`PinReceiver`].
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
    /// The lanes returned to LP (only seen with LP wires).
    BurstEnd {
        /// When the last lane did.
        at: Tick,
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
    /// The burst did not end on a byte boundary, or the trail was not constant.
    EotError {
        /// Which lane.
        lane: u8,
        /// When.
        at: Tick,
    },
}

/// Receiver of a whole link's pins.
#[derive(Clone, Debug)]
pub struct PinReceiver {
    map: PinMap,
}

impl PinReceiver {
    /// A receiver for the wires of `map`.
    pub fn new(map: PinMap, settings: PinSettings) -> Self {
        let _ = settings;
        Self { map }
    }

    /// Takes samples until something happens or `merger` has no room. Returns samples consumed and the event.
    pub fn samples(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        let _ = (seen, merger);
        todo!()
    }
    /// Takes changes likewise. Changes of one time stamp take effect together; data is sampled as it was before the stamp.
    pub fn changes(&mut self, seen: &[Change], merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        let _ = (seen, merger);
        todo!()
    }
    /// End of the capture.
    pub fn finish(&mut self, merger: &mut LaneMerger) -> Option<PinEvent> {
        let _ = merger;
        todo!()
    }
    /// Without LP wires, the packet layer says where the burst ended: hunt for the next one.
    pub fn release(&mut self) {
        todo!()
    }
    /// Whether bursts end visibly (LP wires present on all lanes).
    pub fn sees_lp(&self) -> bool {
        todo!()
    }
    /// Mean length of a UI in ticks, measured at the clock edges so far; `None` before the first burst.
    pub fn unit_interval(&self) -> Option<f64> {
        todo!()
    }
}
