//! Durations of the D-PHY line protocol: those a transmitter keeps, the limits, and what a capture shows.

mod durations;
mod follow;
mod limits;
mod meter;
mod transmit;

pub use durations::Durations;
pub use limits::{TIMING, TimingBound, TimingLanes, TimingParameter, TimingRow};
pub use meter::TimingMeter;
pub use transmit::{TransmitTiming, UnitIntervals};
