//! The D-PHY lane model: what travels on the wires below CSI-2 packets.
//!
//! This crate knows wires, line states, bursts and bytes. It does not know what a packet is, so the
//! same model would serve DSI. The way in is [`Observation`] -> [`PinReceiver`] -> [`LaneMerger`];
//! the way out is [`distribute`] -> [`Waveform`].
#![no_std]

mod distribute;
mod lane;
mod line;
mod merge;
mod observation;
mod pins;
mod sot;
mod timing;
mod waveform;

pub use distribute::{distribute, lane_length};
pub use lane::{LaneEvent, LaneReceiver};
pub use line::LineState;
pub use merge::{LaneMerger, MergeError};
pub use observation::{Change, LaneBytes, Level, Observation, Samples, Tick, Timebase};
pub use pins::{LanePins, PinEvent, PinMap, PinReceiver, PinSettings, Wire};
pub use sot::{SYNC, SotVerdict};
pub use timing::{TransmitTiming, UnitIntervals};
pub use waveform::{Clocking, Waveform, WaveformSettings};

/// The most data lanes of a link.
pub const MAX_LANES: usize = 8;
