//! From bursts of lane bytes to sampled pins: LP-11, LP-01, LP-00, HS-ZERO, sync, data, trail, LP-11.

use crate::{TransmitTiming, UnitIntervals};

/// What the clock lane does between bursts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Clocking {
    /// It never stops.
    Continuous,
    /// It returns to LP-11.
    Gated,
}

/// Parameters of a [`Waveform`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WaveformSettings {
    /// Data lanes.
    pub lanes: usize,
    /// Samples per UI. 1: single-ended HS wires only, no clock, channel k = lane k.
    /// 2 and more: channels CLKP CLKN D0P D0N D1P D1N ..., clock edge in the middle of each bit.
    pub samples_per_ui: u32,
    /// Durations.
    pub timing: TransmitTiming,
    /// Clock between bursts.
    pub clocking: Clocking,
    /// Lateness of each lane, in UI.
    pub skew: [UnitIntervals; crate::MAX_LANES],
}

/// Makes samples. One burst at a time, in pieces as large as the caller's buffer.
#[derive(Clone, Debug)]
pub struct Waveform {
    settings: WaveformSettings,
}

impl Waveform {
    /// A generator; the first thing it makes is LP-11.
    pub fn new(settings: WaveformSettings) -> Self {
        Self { settings }
    }
    /// Bytes per sample: 1, 2 or 4.
    pub fn unit(&self) -> usize {
        todo!()
    }
    /// Channel names in bit order, as (wire, lane) text pieces: "CLKP", "CLKN", "D0P", ...
    pub fn channel_name(&self, channel: usize) -> Option<&'static str> {
        let _ = channel;
        todo!()
    }
    /// Channels.
    pub fn channels(&self) -> usize {
        todo!()
    }
    /// Starts a stop state of `ui` unit intervals on all lanes.
    pub fn idle(&mut self, ui: u64) {
        let _ = ui;
        todo!()
    }
    /// Starts a burst of lane bytes (sync byte not included): entry, sync, data, trail, exit.
    pub fn burst(&mut self, lanes: [usize; crate::MAX_LANES]) {
        let _ = lanes;
        todo!()
    }
    /// Starts a deskew burst of `ui` unit intervals.
    pub fn deskew(&mut self, ui: u64) {
        let _ = ui;
        todo!()
    }
    /// Writes samples of what was started into `out`; returns bytes written, 0 when it is all made.
    /// `lanes` are the same slices for the whole burst.
    pub fn fill(&mut self, lanes: &crate::LaneBytes<'_>, out: &mut [u8]) -> usize {
        let _ = (lanes, out);
        todo!()
    }
}
