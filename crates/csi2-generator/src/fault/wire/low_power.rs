//! Low-power states out of place: sequences that are none, escapes that are not finished, and those that a camera link has
//! little use for.

use alloc::vec::Vec;
use core::fmt;

use csi2_dphy::{EscapeCommand, LineState};

/// Low-power states of a lane, from the stop state and back to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LowPowerFault {
    /// A sequence of [`LowPowerFault::ILLEGAL`], by its place. `CONTROL_ERR`.
    Illegal {
        /// Which.
        sequence: u8,
    },
    /// Escape mode is left before its command is complete. `ESC_ENTRY_ERR`.
    UnfinishedEscape {
        /// Bits of the command that are sent, 0 to 7.
        bits: u8,
    },
    /// An escape command that no table has. `ESC_ENTRY_ERR`.
    UnknownEscape {
        /// First bit in the highest position.
        command: u8,
    },
    /// Low-power data that ends within a byte. `LPDT_SEEN` and `LP_SYNC_ERR`.
    CutData {
        /// Bits that are sent, up to 21 and no multiple of eight.
        bits: u8,
    },
    /// An escape with this command, as it should be. `TRIGGER_SEEN`, `LPDT_SEEN`.
    Escape {
        /// Other than ULPS.
        command: EscapeCommand,
    },
    /// ULPS with a wake-up that is too short. `ULPS_SEEN` and `TIMING_OUT_OF_RANGE`.
    ShortWakeup {
        /// Of Mark-1, in lengths of T_LPX, 1 to 32.
        length: u8,
    },
    /// The other side is asked to drive the lane. `TURNAROUND_SEEN`.
    Turnaround,
}

use LineState::{Lp00, Lp01, Lp10};

impl LowPowerFault {
    /// Sequences between two stop states that have no name.
    pub const ILLEGAL: &[&[LineState]] = &[
        // An escape request that is taken back, at each step.
        &[Lp10],
        &[Lp10, Lp00],
        &[Lp10, Lp00, Lp01],
        // A request of high speed, likewise.
        &[Lp01],
        // A turnaround, likewise.
        &[Lp10, Lp00, Lp10],
        // Both wires change at once.
        &[Lp10, Lp01],
        &[Lp10, Lp00, Lp01, Lp10],
        &[Lp10, Lp00, Lp10, Lp01],
    ];

    /// Its kind: `illegal-lp`, ...
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Illegal { .. } => "illegal-lp",
            Self::UnfinishedEscape { .. } => "unfinished-escape",
            Self::UnknownEscape { .. } => "unknown-escape",
            Self::CutData { .. } => "cut-lpdt",
            Self::Escape { .. } => "escape",
            Self::ShortWakeup { .. } => "short-wakeup",
            Self::Turnaround => "turnaround",
        }
    }

    /// What a receiver must say, by name, and whether once a capture at most.
    pub(super) const fn reports(&self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Illegal { .. } => &[("CONTROL_ERR", false)],
            Self::UnfinishedEscape { .. } | Self::UnknownEscape { .. } => &[("ESC_ENTRY_ERR", false)],
            Self::CutData { .. } => &[("LPDT_SEEN", false), ("LP_SYNC_ERR", false)],
            Self::Escape {
                command: EscapeCommand::LowPowerData,
            } => &[("LPDT_SEEN", false)],
            Self::Escape { .. } => &[("TRIGGER_SEEN", false)],
            Self::ShortWakeup { .. } => &[("ULPS_SEEN", false), ("TIMING_OUT_OF_RANGE", true)],
            Self::Turnaround => &[("TURNAROUND_SEEN", false)],
        }
    }

    /// Whether its numbers make it what it says.
    pub(super) fn is_one(&self) -> bool {
        match *self {
            Self::Illegal { sequence } => usize::from(sequence) < Self::ILLEGAL.len(),
            Self::UnfinishedEscape { bits } => bits < 8,
            Self::UnknownEscape { command } => EscapeCommand::from_bits(command).is_none(),
            Self::CutData { bits } => bits % 8 != 0 && bits <= MOST_DATA_BITS,
            Self::Escape { command } => command != EscapeCommand::Ulps,
            Self::ShortWakeup { length } => (1..=32).contains(&length),
            Self::Turnaround => true,
        }
    }

    /// The states, each of T_LPX.
    pub(crate) fn states(&self) -> Vec<LineState> {
        let mut states = Vec::new();
        match *self {
            Self::Illegal { sequence } => {
                let sequence = Self::ILLEGAL.get(usize::from(sequence));
                states.extend_from_slice(sequence.copied().unwrap_or_default());
            }
            Self::UnfinishedEscape { bits } => {
                // None of the commands, so that it is not one with its end cut off.
                enter(&mut states, EscapeCommand::LowPowerData.bits(), bits.min(7));
                states.push(Lp10);
            }
            Self::UnknownEscape { command } => {
                enter(&mut states, command, 8);
                states.push(Lp10);
            }
            Self::CutData { bits } => {
                enter(&mut states, EscapeCommand::LowPowerData.bits(), 8);
                for bit in 0..bits.min(MOST_DATA_BITS) {
                    space(&mut states, bit % 3 == 0);
                }
                states.push(Lp10);
            }
            Self::Escape { command } => {
                enter(&mut states, command.bits(), 8);
                states.push(Lp10);
            }
            Self::ShortWakeup { length } => {
                enter(&mut states, EscapeCommand::Ulps.bits(), 8);
                states.extend((0..length.clamp(1, 32)).map(|_| Lp10));
            }
            Self::Turnaround => states.extend([Lp10, Lp00, Lp10, Lp00, Lp00, Lp00, Lp00, Lp10]),
        }
        states
    }
}

impl fmt::Display for LowPowerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Illegal { .. } => {
                f.write_str("goes through LP-11")?;
                for state in self.states() {
                    f.write_str(match state {
                        LineState::Lp00 => ", LP-00",
                        LineState::Lp01 => ", LP-01",
                        LineState::Lp10 => ", LP-10",
                        LineState::Lp11 => ", LP-11",
                    })?;
                }
                f.write_str(", LP-11")
            }
            Self::UnfinishedEscape { bits } => write!(f, "leaves escape mode after {bits} bits of a command"),
            Self::UnknownEscape { command } => write!(f, "enters escape mode with {command:08b}"),
            Self::CutData { bits } => write!(f, "ends low-power data after {bits} bits"),
            Self::Escape { command } => write!(f, "sends {}", command.name()),
            Self::ShortWakeup { length } => write!(f, "wakes from ULPS within {length} T_LPX"),
            Self::Turnaround => f.write_str("asks for a turnaround"),
        }
    }
}

/// Data bits that fit a sequence of 64 states with a command before and a mark after them.
const MOST_DATA_BITS: u8 = 21;

/// Entry to escape mode, and the first `bits` bits of a command.
fn enter(states: &mut Vec<LineState>, command: u8, bits: u8) {
    states.extend([Lp10, Lp00, Lp01, Lp00]);
    for bit in 0..bits {
        space(states, command << bit & 0x80 != 0);
    }
}

/// A bit: LP-10 or LP-01, and LP-00 after it.
fn space(states: &mut Vec<LineState>, bit: bool) {
    states.extend([if bit { Lp10 } else { Lp01 }, Lp00]);
}
