//! Packets to the wire, at any layer.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use csi2_dphy::{
    LaneBytes, MAX_LANES, Observation, Samples, Tick, Timebase, TransmitTiming, Waveform, WaveformSettings, distribute,
    lane_length,
};

/// Most bytes of samples in a piece: a multiple of every unit.
const PIECE: usize = 64 << 10;
/// UI of an initial deskew burst.
const DESKEW: u64 = 1 << 15;
/// UI of the sync byte.
const SYNC: u64 = 8;

/// At which layer to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TransmitLayer {
    /// Packets.
    Packets,
    /// Bytes per lane, sync byte and trail not included.
    Lanes,
    /// Samples of the wires. The number of lanes is that of [`TransmitSettings`].
    Pins(WaveformSettings),
}

/// Parameters of a [`Transmitter`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransmitSettings {
    /// Layer.
    pub layer: TransmitLayer,
    /// Lanes, 1 to 8, also for the time a packet takes.
    pub lanes: usize,
    /// Bits per second a lane.
    pub rate: u64,
    /// Open with a deskew burst (pins).
    pub deskew: bool,
}

/// What comes out: an observation for a capture writer.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// What: a whole burst of packets or lane bytes, or samples, at most 64 KiB of them.
    pub seen: Observation<'a>,
    /// First of its burst. Samples show bursts themselves: never set.
    pub starts: bool,
    /// Last of its burst. Samples: never set.
    pub ends: bool,
    /// When: the first data bit of the burst, or the first sample.
    pub at: Tick,
}

/// Sends bursts one after another, with the line protocol's gaps between them.
#[derive(Clone, Debug)]
pub struct Transmitter {
    rate: u64,
    deskew: bool,
    timing: TransmitTiming,
    count: usize,
    lanes: [Vec<u8>; MAX_LANES],
    output: Output,
}

#[derive(Clone, Debug)]
enum Output {
    /// `elapsed`: UI since the start, at the end of the last burst.
    Bytes {
        split: bool,
        elapsed: u64,
    },
    Pins(Box<Pins>),
}

#[derive(Clone, Debug)]
struct Pins {
    waveform: Waveform,
    samples_per_ui: u32,
    /// Index of the next sample.
    next: u64,
    buffer: Vec<u8>,
}

impl Transmitter {
    /// At time 0, lanes stopped.
    pub fn new(settings: TransmitSettings) -> Self {
        let count = settings.lanes.clamp(1, MAX_LANES);
        let (timing, output) = match settings.layer {
            TransmitLayer::Pins(waveform) => {
                let pins = Pins {
                    waveform: Waveform::new(WaveformSettings {
                        lanes: count,
                        ..waveform
                    }),
                    samples_per_ui: waveform.samples_per_ui.max(1),
                    next: 0,
                    buffer: vec![0; PIECE],
                };
                (waveform.timing, Output::Pins(Box::new(pins)))
            }
            layer => {
                let split = matches!(layer, TransmitLayer::Lanes);
                (
                    TransmitTiming::for_rate(settings.rate),
                    Output::Bytes { split, elapsed: 0 },
                )
            }
        };
        Self {
            rate: settings.rate.max(1),
            deskew: settings.deskew,
            timing,
            count,
            lanes: Default::default(),
            output,
        }
    }

    /// Sends one burst (one packet, or several), then stops the lanes for a little longer than the line protocol asks.
    /// Pieces of samples are at most 64 KiB.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn burst<E>(&mut self, bytes: &[u8], out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.open(out)?;
        let (entry, gap) = (self.entry(), self.gap());
        let exit = u64::from(self.timing.hs_trail) + u64::from(self.timing.hs_exit);
        match &mut self.output {
            Output::Bytes { split, elapsed } => {
                let at = nanoseconds(self.rate, elapsed.saturating_add(entry));
                let data = 8 * lane_length(bytes.len(), self.count, 0) as u64;
                *elapsed = elapsed.saturating_add(entry + data + exit + gap);
                let seen = if *split {
                    Observation::Lanes(spread(bytes, &mut self.lanes, self.count))
                } else {
                    Observation::Merged(bytes)
                };
                out(Piece {
                    seen,
                    starts: true,
                    ends: true,
                    at,
                })
            }
            Output::Pins(pins) => {
                let lanes = spread(bytes, &mut self.lanes, self.count);
                pins.waveform.burst(lanes.lanes.map(<[u8]>::len));
                pins.pump(&lanes, out)?;
                pins.idle(gap, out)
            }
        }
    }

    /// Keeps the lanes stopped until `at` (ticks), rounded up to whole UI: gaps of a real capture, vertical blanking. Does
    /// nothing when `at` has passed.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn wait_until<E>(&mut self, at: Tick, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.open(out)?;
        match &mut self.output {
            Output::Bytes { elapsed, .. } => {
                *elapsed = (*elapsed).max(unit_intervals(self.rate, at));
                Ok(())
            }
            Output::Pins(pins) => {
                let samples = at.saturating_sub(pins.next);
                pins.idle(samples.div_ceil(u64::from(pins.samples_per_ui)), out)
            }
        }
    }

    /// The last stop state.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn finish<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.open(out)?;
        let gap = self.gap();
        match &mut self.output {
            Output::Bytes { .. } => Ok(()),
            Output::Pins(pins) => pins.idle(gap, out),
        }
    }

    /// Length of a tick of the pieces: a sample for pins, a nanosecond else.
    pub fn timebase(&self) -> Timebase {
        match &self.output {
            Output::Bytes { .. } => Timebase::NANOSECONDS,
            Output::Pins(pins) => Timebase::from_hertz(self.rate.saturating_mul(u64::from(pins.samples_per_ui))),
        }
    }

    /// Names of the wires (pins), in bit order.
    pub fn channels(&self) -> Vec<String> {
        match &self.output {
            Output::Bytes { .. } => Vec::new(),
            Output::Pins(pins) => (0..pins.waveform.channels())
                .filter_map(|channel| pins.waveform.channel_name(channel))
                .map(String::from)
                .collect(),
        }
    }

    /// The time all bursts so far have taken.
    pub fn now(&self) -> Tick {
        match &self.output {
            Output::Bytes { elapsed, .. } => nanoseconds(self.rate, *elapsed),
            Output::Pins(pins) => pins.next,
        }
    }

    /// Before anything else: a stop state, and the deskew burst where it is wanted.
    fn open<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let gap = self.gap();
        let deskew = core::mem::take(&mut self.deskew);
        let Output::Pins(pins) = &mut self.output else {
            return Ok(());
        };
        if pins.next == 0 {
            pins.idle(gap, out)?;
        }
        if deskew {
            pins.waveform.deskew(DESKEW);
            pins.pump(&NO_BYTES, out)?;
            pins.idle(gap, out)?;
        }
        Ok(())
    }

    /// From the stop state to the first data bit, in UI.
    fn entry(&self) -> u64 {
        let timing = &self.timing;
        u64::from(timing.lpx) + u64::from(timing.hs_prepare) + u64::from(timing.hs_zero) + SYNC
    }

    /// Stop state between bursts, beyond T_HS-EXIT, in UI.
    fn gap(&self) -> u64 {
        u64::from(self.timing.hs_exit) + u64::from(self.timing.lpx)
    }
}

impl Pins {
    /// All samples of what the waveform has been told.
    fn pump<E>(&mut self, lanes: &LaneBytes<'_>, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let unit = self.waveform.unit();
        loop {
            let filled = self.waveform.fill(lanes, &mut self.buffer);
            let Some(bytes @ [_, ..]) = self.buffer.get(..filled) else {
                return Ok(());
            };
            let first = self.next;
            self.next += (filled / unit) as u64;
            out(Piece {
                seen: Observation::Samples(Samples { first, unit, bytes }),
                starts: false,
                ends: false,
                at: first,
            })?;
        }
    }

    fn idle<E>(&mut self, ui: u64, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        if ui == 0 {
            return Ok(());
        }
        self.waveform.idle(ui);
        self.pump(&NO_BYTES, out)
    }
}

const NO_BYTES: LaneBytes<'_> = LaneBytes {
    lanes: [&[]; MAX_LANES],
    count: 0,
};

/// `bytes` over the first `count` buffers.
fn spread<'a>(bytes: &[u8], buffers: &'a mut [Vec<u8>; MAX_LANES], count: usize) -> LaneBytes<'a> {
    for (lane, buffer) in buffers.iter_mut().enumerate() {
        let length = if lane < count {
            lane_length(bytes.len(), count, lane)
        } else {
            0
        };
        buffer.resize(length, 0);
    }
    let mut slices = buffers.each_mut().map(Vec::as_mut_slice);
    distribute(bytes, &mut slices[..count]);
    LaneBytes {
        lanes: slices.map(|slice| &*slice),
        count,
    }
}

const NANOSECONDS: u128 = 1_000_000_000;

fn nanoseconds(rate: u64, unit_intervals: u64) -> Tick {
    let exact = u128::from(unit_intervals) * NANOSECONDS / u128::from(rate);
    Tick::try_from(exact).unwrap_or(Tick::MAX)
}

fn unit_intervals(rate: u64, nanoseconds: Tick) -> u64 {
    let exact = (u128::from(nanoseconds) * u128::from(rate)).div_ceil(NANOSECONDS);
    u64::try_from(exact).unwrap_or(u64::MAX)
}
