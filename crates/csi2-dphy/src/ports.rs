//! Which wire of a capture is what, where lane bytes were recorded as logic: the receiver's side of a D-PHY's protocol
//! interface (PPI), or the AXI4-Stream behind lane merging.
//!
//! Ref: Xilinx PG202 "MIPI D-PHY" (PPI ports), Intel "MIPI D-PHY IP" user guide (PPI ports), Xilinx PG232 "MIPI CSI-2
//! Receiver Subsystem" (AXI4-Stream ports).

mod event;
mod lanes;
mod receiver;
mod wires;

use crate::{MAX_LANES, Wire};

pub use event::{PortBytes, PortEvent};
pub use receiver::PortReceiver;

/// The widest data of a lane, in bits.
pub const MAX_LANE_BITS: usize = 32;
/// The widest data of a stream, in bits.
pub const MAX_STREAM_BITS: usize = 512;

/// The wires of a bus of at most `N` bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bus<const N: usize> {
    channels: [u16; N],
    width: u16,
    invert: bool,
}

impl<const N: usize> Default for Bus<N> {
    /// No wires.
    fn default() -> Self {
        Self {
            channels: [0; N],
            width: 0,
            invert: false,
        }
    }
}

impl<const N: usize> Bus<N> {
    /// Wires by channel index, the lowest bit first; `None` when there are more than `N`. `invert`: read them inverted.
    pub fn new(channels: &[u16], invert: bool) -> Option<Self> {
        let mut bus = Self {
            width: u16::try_from(channels.len()).ok()?,
            invert,
            ..Self::default()
        };
        bus.channels.get_mut(..channels.len())?.copy_from_slice(channels);
        Some(bus)
    }

    /// Channel indices, the lowest bit first.
    pub fn channels(&self) -> &[u16] {
        self.channels.get(..usize::from(self.width)).unwrap_or_default()
    }

    /// Bits.
    pub fn width(&self) -> usize {
        usize::from(self.width)
    }

    /// Whether there are no wires.
    pub fn is_empty(&self) -> bool {
        self.width == 0
    }

    /// Whether the wires are read inverted.
    pub fn is_inverted(&self) -> bool {
        self.invert
    }
}

/// The PPI of one data lane. Of `valid`, `active` and `sync`, one is enough to see where bursts are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LanePorts {
    /// RxDataHS: 8, 16 or 32 bits. The lowest byte was first on the wire.
    pub data: Bus<MAX_LANE_BITS>,
    /// RxValidHS: data is there. One wire, or one for each byte of `data`.
    pub valid: Bus<4>,
    /// RxActiveHS: the lane is in a burst.
    pub active: Option<Wire>,
    /// RxSyncHS: the sync byte was recognised, for one clock before or with the first byte.
    pub sync: Option<Wire>,
}

/// An AXI4-Stream of merged bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StreamPorts {
    /// TDATA: whole bytes, the lowest first.
    pub data: Bus<MAX_STREAM_BITS>,
    /// TVALID; without it every clock carries data.
    pub valid: Option<Wire>,
    /// TREADY; without it the receiver is always ready.
    pub ready: Option<Wire>,
    /// TLAST: a packet ends.
    pub last: Option<Wire>,
    /// TKEEP: one bit for each byte of `data`; those that are 0 carry nothing.
    pub keep: Bus<{ MAX_STREAM_BITS / 8 }>,
}

/// What the bytes are of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one per capture, and it has to be `Copy` where there is no heap"
)]
pub enum Ports {
    /// Data lanes; those at and above `count` are empty.
    Lanes {
        /// Each lane's ports.
        lanes: [LanePorts; MAX_LANES],
        /// Data lanes in use.
        count: usize,
    },
    /// Merged bytes.
    Stream(StreamPorts),
}

/// The ports of a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PortMap {
    /// Byte or word clock: values count as they are just before it rises. `None`: each tick is a clock, as in the
    /// captures of embedded logic analyzers.
    pub clock: Option<Wire>,
    /// What the bytes are of.
    pub ports: Ports,
}

impl PortMap {
    /// Data lanes; 0 of a stream.
    pub fn lanes(&self) -> usize {
        match self.ports {
            Ports::Lanes { count, .. } => count.clamp(1, MAX_LANES),
            Ports::Stream(_) => 0,
        }
    }

    /// Bits of each lane at each clock; `None` of a stream, which has no lanes.
    pub fn bits_per_clock(&self) -> Option<usize> {
        match &self.ports {
            Ports::Lanes { lanes, .. } => lanes.first().map(|lane| lane.data.width()),
            Ports::Stream(_) => None,
        }
    }
}
