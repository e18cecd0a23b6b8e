//! The D-PHY lane model: what travels on the wires below CSI-2 packets.
//!
//! This crate knows wires, line states, bursts and bytes. It does not know what a packet is, so the
//! same model would serve DSI. The way in is [`Observation`] -> [`PinReceiver`] -> [`LaneMerger`];
//! the way out is [`distribute`] -> [`Waveform`].
//!
//! Four bytes onto the pins of a lane, and back:
//!
//! ```
//! use csi2_dphy::{
//!     LaneBytes, LaneMerger, LanePins, PinEvent, PinMap, PinReceiver, PinSettings, Samples,
//!     TransmitTiming, UnitInterval, Waveform, WaveformSettings, Wire,
//! };
//!
//! let sent = [0x00, 0x01, 0x00, 0x1A];
//! let lanes = LaneBytes { lanes: [&sent, &[], &[], &[], &[], &[], &[], &[]], count: 1 };
//! let timing = TransmitTiming::for_rate(400_000_000);
//! let mut waveform = Waveform::new(WaveformSettings::new(1, UnitInterval::whole(4), timing));
//! let mut pins = [0; 4096];
//! waveform.idle(100);
//! let mut made = waveform.fill(&lanes, &mut pins);
//! waveform.burst([4, 0, 0, 0, 0, 0, 0, 0]);
//! made += waveform.fill(&lanes, &mut pins[made..]);
//!
//! let wire = |channel| Some(Wire { channel, invert: false });
//! let mut map = PinMap { count: 1, ..PinMap::default() };
//! map.clock = Some(LanePins { p: wire(0), n: wire(1), ..LanePins::default() });
//! map.lanes[0] = LanePins { p: wire(2), n: wire(3), ..LanePins::default() };
//! let mut receiver = PinReceiver::new(map, PinSettings::default());
//! let mut merger: LaneMerger = LaneMerger::new(1);
//!
//! let mut seen = Samples { first: 0, unit: waveform.unit(), bytes: &pins[..made] };
//! let (taken, event) = receiver.samples(&seen, &mut merger);
//! assert!(matches!(event, Some(PinEvent::BurstStart { .. })));
//! seen.first += taken as u64;
//! seen.bytes = &seen.bytes[taken * seen.unit..];
//! let (_, event) = receiver.samples(&seen, &mut merger);
//! assert!(matches!(event, Some(PinEvent::BurstEnd { .. })));
//!
//! let mut bytes = [0; 64];
//! let count = merger.drain(&mut bytes);
//! // Trail bytes follow: only the packet layer knows where a packet ends.
//! assert_eq!(bytes[..count][..4], sent);
//! ```
#![no_std]

mod burst;
mod clock;
mod distribute;
mod escape;
mod eye;
mod grid;
mod lane;
mod line;
mod lines;
mod lp;
mod merge;
mod observation;
mod pins;
mod ports;
mod program;
mod receiver;
mod recover;
mod rows;
mod scramble;
mod sot;
mod strand;
mod timing;
mod trail;
mod waveform;
mod wires;

pub use distribute::{distribute, lane_length};
pub use escape::EscapeCommand;
pub use eye::{Eye, EyeView};
pub use lane::{LaneEvent, LaneReceiver};
pub use line::LineState;
pub use lp::LowPowerEvent;
pub use merge::{LaneMerger, MergeError};
pub use observation::{Change, LaneBytes, Level, Observation, Samples, Tick, Timebase};
pub use pins::{DeskewKind, Lane, LanePins, PinEvent, PinMap, PinSettings, Sampling, UnitInterval, Wire};
pub use ports::{
    Bus, LanePorts, MAX_LANE_BITS, MAX_STREAM_BITS, PortBytes, PortEvent, PortMap, PortReceiver, Ports, StreamPorts,
};
pub use program::{BitSlip, LaneFlaw, TrailLevel};
pub use receiver::{BurstLength, BurstTaken, PinReceiver};
pub use recover::estimate_unit_interval;
pub use scramble::{
    MergedScrambler, ScrambleForm, Scrambler, Scrambling, ScramblingError, ScramblingPreset, SeedsMissing,
};
pub use sot::{SYNC, SotVerdict};
pub use timing::{
    Durations, TIMING, TimingBound, TimingLanes, TimingMeter, TimingParameter, TimingRow, TransmitTiming, UnitIntervals,
};
pub use waveform::{Clocking, Waveform, WaveformSettings, Wires};

/// The most data lanes of a link.
pub const MAX_LANES: usize = 8;
