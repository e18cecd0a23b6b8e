//! Which wire of a capture is what, and what a link's pins can report.

use crate::{EscapeCommand, MAX_LANES, SotVerdict, Tick};

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
    /// Clock lane; without one, [`Sampling::unit_interval`] says how long a bit is.
    pub clock: Option<LanePins>,
    /// Data lanes; those at and above `count` are empty.
    pub lanes: [LanePins; MAX_LANES],
    /// Data lanes in use.
    pub count: usize,
}

impl PinMap {
    /// Both wires of each lane, in the order of a [`Waveform`](crate::Waveform): Dp and Dn of the clock, of lane 0, ...
    pub fn pairs(lanes: usize) -> Self {
        let wire = |channel| Some(Wire { channel, invert: false });
        let pair = |first: u16| LanePins {
            p: wire(first),
            n: wire(first + 1),
            ..LanePins::default()
        };
        let mut map = Self {
            clock: Some(pair(0)),
            count: lanes,
            ..Self::default()
        };
        for (pins, lane) in map.lanes.iter_mut().zip(1..).take(lanes) {
            *pins = pair(2 * lane);
        }
        map
    }

    /// One wire of each lane, lane 0 first, and no clock: HS only.
    pub fn single_ended(lanes: usize) -> Self {
        let mut map = Self {
            count: lanes,
            ..Self::default()
        };
        for (pins, channel) in map.lanes.iter_mut().zip(0..).take(lanes) {
            pins.p = Some(Wire { channel, invert: false });
        }
        map
    }
}

/// Ticks of one bit, as a fraction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnitInterval {
    /// Ticks.
    pub numerator: u64,
    /// Bits in that many ticks.
    pub denominator: u64,
}

impl UnitInterval {
    /// A whole number of ticks.
    pub const fn whole(ticks: u64) -> Self {
        Self {
            numerator: ticks,
            denominator: 1,
        }
    }

    /// In lowest terms.
    #[must_use]
    pub const fn reduced(self) -> Self {
        let (mut a, mut b) = (self.numerator, self.denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        match a {
            0 => self,
            common => Self {
                numerator: self.numerator / common,
                denominator: self.denominator / common,
            },
        }
    }
}

/// When the wires are looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Sampling {
    /// Length of a bit where there is no clock lane; `None` takes each sample for a bit. Of no effect with a clock lane.
    pub unit_interval: Option<UnitInterval>,
    /// How many ticks earlier than just before the clock edge each lane is sampled: for lanes whose data changes near the
    /// edges of the clock. Of no effect without a clock lane.
    pub early: [u32; MAX_LANES],
    /// Low-power states shorter than this many ticks, between two that are the same, are glitches and do not count.
    pub glitch: Tick,
}

/// Parameters of a [`PinReceiver`](crate::PinReceiver).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinSettings {
    /// Greatest distance between the lanes' sync bytes, in byte times.
    pub max_skew_bytes: usize,
    /// When the wires are looked at.
    pub sampling: Sampling,
}

impl Default for PinSettings {
    /// Six bytes of skew.
    fn default() -> Self {
        Self {
            max_skew_bytes: 6,
            sampling: Sampling::default(),
        }
    }
}

/// A lane of a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lane {
    /// The clock lane.
    Clock,
    /// A data lane, from 0.
    Data(u8),
}

/// What a deskew burst is for. Alternate calibration, of links above 2.5 Gb/s, is none of these: how it begins is not
/// public, so it looks like a burst without a sync byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeskewKind {
    /// Before the first data: 2^15 unit intervals or more.
    Initial,
    /// Between frames: shorter.
    Periodic,
}

impl DeskewKind {
    /// Unit intervals of the shortest initial one.
    pub const LEAST_INITIAL: u64 = 1 << 15;

    /// Which one is that long.
    pub const fn of_length(unit_intervals: u64) -> Self {
        if unit_intervals >= Self::LEAST_INITIAL {
            Self::Initial
        } else {
            Self::Periodic
        }
    }

    /// Its usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Periodic => "periodic",
        }
    }
}

/// What the link did; bytes go to the merger.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PinEvent {
    /// All lanes are in sync: the burst's first byte follows.
    BurstStart {
        /// Instant of the first data bit of the earliest lane.
        at: Tick,
        /// How many, from lane 0: fewer than the link has only after [`PinReceiver::follow_fewer_lanes`](crate::PinReceiver::follow_fewer_lanes).
        lanes: u8,
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
    /// A deskew burst, told at its end; no data.
    Deskew {
        /// Which of them, by its length.
        kind: DeskewKind,
        /// Unit intervals of its clock pattern.
        length: u64,
        /// When it ended; without LP wires, when the pattern did.
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
        lane: Lane,
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
    /// Escape mode was entered and the command is known. On the clock lane: ULPS.
    Escape {
        /// Which lane.
        lane: Lane,
        /// What was asked for.
        command: EscapeCommand,
        /// When the command was complete.
        at: Tick,
    },
    /// A byte of low-power data (LPDT).
    LowPowerData {
        /// Which lane.
        lane: u8,
        /// Its bits, the first in the lowest position.
        byte: u8,
        /// When it was complete.
        at: Tick,
    },
    /// The lane returned from escape mode to the stop state.
    EscapeEnd {
        /// Which lane.
        lane: Lane,
        /// What the escape was for.
        command: EscapeCommand,
        /// When the command was complete.
        since: Tick,
        /// When Mark-1 began, which ends it: of ULPS, the beginning of T_WAKEUP. `None` where there was none.
        mark: Option<Tick>,
        /// When the stop state began.
        at: Tick,
    },
    /// An escape command that no table has, or fewer than eight bits of one.
    EscapeEntryError {
        /// Which lane.
        lane: u8,
        /// The bits, the first in the highest position.
        bits: u8,
        /// How many there are.
        count: u8,
        /// When.
        at: Tick,
    },
    /// Low-power data ended within a byte.
    LowPowerSyncError {
        /// Which lane.
        lane: u8,
        /// Bits of the last byte, 1 to 7.
        bits: u8,
        /// When.
        at: Tick,
    },
    /// A turnaround was asked for: LP-10, LP-00, LP-10, LP-00 from the stop state.
    Turnaround {
        /// Which lane.
        lane: u8,
        /// When.
        at: Tick,
    },
}
