//! Faults of a burst on its way over the lanes, and of the low-power states around it: what the transmitter does other than it
//! should, and what a receiver gets of it.
//!
//! Ref: Xilinx PG232 and ti.com TSER953 (sync errors); circuitvalley/USB_C_Industrial_Camera_FPGA_USB3
//! `mipi_csi_rx_lane_aligner.v` (lanes); ngscopeclient/scopehal `scopeprotocols/DPhyEscapeModeDecoder.cpp` (escape mode).

mod arrival;
mod lane;
mod link;
mod low_power;

pub use arrival::{Arrival, WireReport};
pub(super) use arrival::{burst_time, is_no_sync};
pub use link::{WireLink, WireView};
pub use low_power::LowPowerFault;

use alloc::{vec, vec::Vec};
use core::fmt;

use csi2_dphy::TrailLevel;

/// One fault of one burst on the wires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum WireFault {
    /// One wrong bit in the sync byte of a lane. `SOT_ERR`; the burst is used.
    SyncBit {
        /// Lane.
        lane: u8,
        /// Of the sync byte, the first in time being bit 0.
        bit: u8,
    },
    /// Two or more wrong bits in the sync byte of a lane. `SOT_SYNC_ERR`; the burst is lost.
    SyncBits {
        /// Lane.
        lane: u8,
        /// Bits to flip.
        flips: u8,
    },
    /// A lane is late. `LANE_ALIGN_ERR` beyond what the receiver permits, and the burst is lost.
    Skew {
        /// Lane.
        lane: u8,
        /// How late, in UI.
        ui: u32,
    },
    /// A lane stays in the stop state. `LANE_ALIGN_ERR`; the burst is lost.
    LostLane {
        /// Lane.
        lane: u8,
    },
    /// Two lanes carry each other's bytes. Nothing is wrong with the lanes; the bytes are in the wrong order.
    SwappedLanes {
        /// Lanes.
        lanes: [u8; 2],
    },
    /// P and N of a lane are exchanged in high speed. `SOT_SYNC_ERR`; the burst is lost. Lane bytes: inverted.
    InvertedPair {
        /// Lane.
        lane: u8,
    },
    /// A lane, or all of them, stop some bytes early. The trail comes in their place, as far as it goes.
    EarlyEnd {
        /// Lane; all where there is none.
        lane: Option<u8>,
        /// Of each of them.
        bytes: u32,
    },
    /// Bits of a lane are lost or gained on the way. `EOT_SYNC_ERR`; the bytes after it are wrong.
    BitSlip {
        /// Lane.
        lane: u8,
        /// Bytes of the lane before it.
        byte: u32,
        /// Less than 0: bits that are lost; else gained. Not 0, and less than eight.
        bits: i8,
    },
    /// A trail that is not the inverse of the last bit. `EOT_SYNC_ERR` where the level it ends in began within a byte.
    Trail {
        /// Lane; all where there is none.
        lane: Option<u8>,
        /// What comes instead.
        level: TrailLevel,
    },
    /// A deskew burst before the burst. `SKEW_CAL_SEEN`.
    Deskew {
        /// UI of its clock pattern.
        ui: u32,
    },
    /// The request of a lane is too short. `TIMING_OUT_OF_RANGE`.
    ShortRequest {
        /// Lane.
        lane: u8,
        /// How long it is, in UI.
        ui: u32,
    },
    /// Low-power states before the burst that should not be there.
    LowPower {
        /// Lane.
        lane: u8,
        /// What they are.
        fault: LowPowerFault,
    },
}

impl WireFault {
    /// Whether a capture at such a layer can show it.
    pub fn shows(&self, view: WireView) -> bool {
        match view {
            WireView::Packets => false,
            WireView::Lanes => matches!(
                self,
                Self::LostLane { .. }
                    | Self::SwappedLanes { .. }
                    | Self::InvertedPair { .. }
                    | Self::EarlyEnd { .. }
                    | Self::BitSlip { .. }
            ),
            WireView::HighSpeed => !matches!(
                self,
                Self::EarlyEnd { .. }
                    | Self::BitSlip { .. }
                    | Self::Trail { .. }
                    | Self::ShortRequest { .. }
                    | Self::LowPower { .. }
            ),
            WireView::Pins => true,
        }
    }

    /// What a correct receiver says of the wires, by name, where it sees them; nothing where the bytes alone are wrong. Of
    /// [`WireFault::Skew`], where it permits no more than it should.
    pub fn codes(&self) -> Vec<&'static str> {
        let code = match self {
            Self::SyncBit { .. } => "SOT_ERR",
            Self::SyncBits { .. } | Self::InvertedPair { .. } => "SOT_SYNC_ERR",
            Self::Skew { ui, .. } if *ui > WireLink::PERMITTED_SKEW => "LANE_ALIGN_ERR",
            Self::LostLane { .. } => "LANE_ALIGN_ERR",
            Self::Skew { .. } | Self::SwappedLanes { .. } | Self::EarlyEnd { .. } => return Vec::new(),
            Self::BitSlip { .. } | Self::Trail { .. } => "EOT_SYNC_ERR",
            Self::Deskew { .. } => "SKEW_CAL_SEEN",
            Self::ShortRequest { .. } => "TIMING_OUT_OF_RANGE",
            Self::LowPower { fault, .. } => return fault.reports().iter().map(|(code, _)| *code).collect(),
        };
        vec![code]
    }

    /// Its kind: `sot-bit`, ...
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SyncBit { .. } => "sot-bit",
            Self::SyncBits { .. } => "sot-bits",
            Self::Skew { .. } => "skew",
            Self::LostLane { .. } => "lost-lane",
            Self::SwappedLanes { .. } => "swapped-lanes",
            Self::InvertedPair { .. } => "inverted-pair",
            Self::EarlyEnd { .. } => "early-eot",
            Self::BitSlip { .. } => "bit-slip",
            Self::Trail { .. } => "constant-trail",
            Self::Deskew { .. } => "deskew",
            Self::ShortRequest { .. } => "short-lpx",
            Self::LowPower { fault, .. } => fault.name(),
        }
    }
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SyncBit { lane, bit } => write!(f, "bit {bit} of the sync byte of lane {lane} is wrong"),
            Self::SyncBits { lane, flips } => {
                write!(
                    f,
                    "{} bits of the sync byte of lane {lane} are wrong",
                    flips.count_ones()
                )
            }
            Self::Skew { lane, ui } => write!(f, "lane {lane} is {ui} UI late"),
            Self::LostLane { lane } => write!(f, "lane {lane} stays in the stop state"),
            Self::SwappedLanes { lanes: [a, b] } => write!(f, "lanes {a} and {b} carry each other's bytes"),
            Self::InvertedPair { lane } => write!(f, "P and N of lane {lane} are exchanged"),
            Self::EarlyEnd { lane, bytes } => match lane {
                None => write!(f, "all lanes stop {bytes} bytes early"),
                Some(lane) => write!(f, "lane {lane} stops {bytes} bytes early"),
            },
            Self::BitSlip { lane, byte, bits } => {
                let what = if *bits < 0 { "loses" } else { "gains" };
                write!(
                    f,
                    "lane {lane} {what} {} bits after its byte {byte}",
                    bits.unsigned_abs()
                )
            }
            Self::Trail { lane, level } => {
                let level = match level {
                    TrailLevel::Inverse => "as it should be",
                    TrailLevel::Low => "low",
                    TrailLevel::High => "high",
                    TrailLevel::Toggling => "not constant",
                };
                match lane {
                    None => write!(f, "the trail of all lanes is {level}"),
                    Some(lane) => write!(f, "the trail of lane {lane} is {level}"),
                }
            }
            Self::Deskew { ui } => write!(f, "a deskew burst of {ui} UI comes before it"),
            Self::ShortRequest { lane, ui } => write!(f, "the request of lane {lane} takes {ui} UI"),
            Self::LowPower { lane, fault } => write!(f, "before it, lane {lane} {fault}"),
        }
    }
}
