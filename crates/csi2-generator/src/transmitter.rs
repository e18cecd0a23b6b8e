//! Packets to the wire, at any layer.

mod faulty;
mod pins;
mod settings;

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::fault::WireFault;
use csi2_dphy::{
    EscapeCommand, LaneBytes, MAX_LANES, Observation, Scrambler, Tick, Timebase, TransmitTiming, WaveformSettings,
    distribute, lane_length,
};
pub(crate) use faulty::flaws;
use pins::Pins;
pub use settings::{TransmitLayer, TransmitSettings};

/// UI of the sync byte.
const SYNC: u64 = 8;

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
    settings: TransmitSettings,
    rate: u64,
    timing: TransmitTiming,
    count: usize,
    /// Deskew burst that is still to be sent.
    initial_deskew: Option<u64>,
    periodic_deskew: Option<u64>,
    ulps: Option<u64>,
    pause: Option<u64>,
    /// A frame has ended, and nothing was sent since.
    between_frames: bool,
    /// Of each lane at the beginning of a burst.
    keystreams: Option<[Scrambler; MAX_LANES]>,
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

impl Transmitter {
    /// At time 0, lanes stopped.
    pub fn new(settings: TransmitSettings) -> Self {
        let count = settings.lanes.clamp(1, MAX_LANES);
        let bytes = |split| {
            let timing = TransmitTiming::for_rate(settings.rate);
            (timing, Output::Bytes { split, elapsed: 0 })
        };
        let (timing, output) = match settings.layer {
            TransmitLayer::Packets => bytes(false),
            TransmitLayer::Lanes => bytes(true),
            TransmitLayer::Pins(waveform) => {
                let pins = Pins::new(WaveformSettings {
                    lanes: count,
                    ..waveform
                });
                (waveform.timing, Output::Pins(Box::new(pins)))
            }
        };
        Self {
            settings,
            rate: settings.rate.max(1),
            timing,
            count,
            initial_deskew: settings.initial_deskew,
            periodic_deskew: settings.periodic_deskew,
            ulps: settings.ulps,
            pause: settings.pause,
            between_frames: false,
            keystreams: settings
                .scrambling
                .map(|scrambling| core::array::from_fn(|lane| scrambling.keystream(lane))),
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
        self.burst_with(bytes, &[], out)
    }

    /// The same, with faults of the lanes, as far as they [show](WireFault::shows) at the layer of the transmitter.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn burst_with<E>(
        &mut self,
        bytes: &[u8],
        faults: &[WireFault],
        out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.open(out)?;
        self.before_burst(faults, out)?;
        let (entry, gap) = (self.entry(), self.gap());
        let exit = u64::from(self.timing.hs_trail) + u64::from(self.timing.hs_exit);
        match &mut self.output {
            Output::Bytes { split, elapsed } => {
                let at = nanoseconds(self.rate, elapsed.saturating_add(entry));
                let data = 8 * lane_length(bytes.len(), self.count, 0) as u64;
                *elapsed = elapsed.saturating_add(entry + data + exit + gap);
                let seen = if *split {
                    spread(bytes, &mut self.lanes, self.count, self.keystreams);
                    faulty::lane_bytes(&mut self.lanes, self.count, faults);
                    Observation::Lanes(lanes_of(&self.lanes, self.count))
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
                spread(bytes, &mut self.lanes, self.count, self.keystreams);
                faulty::swap(&mut self.lanes, self.count, faults);
                let flaws = faulty::flaws(faults, self.count);
                pins.burst(&lanes_of(&self.lanes, self.count), &flaws, out)?;
                pins.idle(gap, out)
            }
        }
    }

    /// The last burst was the end of a frame, and no other frame is open: the time for a periodic deskew burst now, and for
    /// ULPS if another burst comes.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn frame_end<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.between_frames = true;
        let gap = self.gap();
        match (&mut self.output, self.periodic_deskew) {
            (Output::Pins(pins), Some(ui)) => {
                pins.deskew(ui, out)?;
                pins.idle(gap, out)
            }
            _ => Ok(()),
        }
    }

    /// Sends an escape over some data lanes, lane 0 in the lowest position of `lanes` (pins; does nothing else). `bytes`
    /// are those of LPDT; other commands have none.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn escape<E>(
        &mut self,
        lanes: u8,
        command: EscapeCommand,
        bytes: &[u8],
        out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.low_power(out, |pins, out| pins.escape(lanes, command, bytes, out))
    }

    /// Sends some data lanes, and perhaps the clock lane, to the ultra-low-power state for `ui` unit intervals (pins; does
    /// nothing else).
    ///
    /// # Errors
    /// What `out` returns.
    pub fn ulps<E>(
        &mut self,
        lanes: u8,
        clock: bool,
        ui: u64,
        out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.low_power(out, |pins, out| pins.ulps(lanes, clock, ui, out))
    }

    /// Asks the other side for a turnaround, which hands the lanes back at once (pins; does nothing else).
    ///
    /// # Errors
    /// What `out` returns.
    pub fn turnaround<E>(&mut self, lanes: u8, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.low_power(out, |pins, out| pins.turnaround(lanes, out))
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
            Output::Pins(pins) => pins.wait_until(at, out),
        }
    }

    /// The last stop state.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn finish<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.between_frames = false;
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
            Output::Pins(pins) => pins.timebase(self.rate),
        }
    }

    /// Names of the wires (pins), in bit order.
    pub fn channels(&self) -> Vec<String> {
        match &self.output {
            Output::Bytes { .. } => Vec::new(),
            Output::Pins(pins) => pins.channels().map(String::from).collect(),
        }
    }

    /// The time all bursts so far have taken.
    pub fn now(&self) -> Tick {
        match &self.output {
            Output::Bytes { elapsed, .. } => nanoseconds(self.rate, *elapsed),
            Output::Pins(pins) => pins.next(),
        }
    }

    /// What a burst takes before its first data bit; a bit or two more where it has to meet an edge of the clock.
    pub fn lead(&self) -> Tick {
        match &self.output {
            Output::Bytes { .. } => nanoseconds(self.rate, self.entry()),
            Output::Pins(pins) => pins.samples(self.entry() + pins.clock_entry()),
        }
    }

    /// Bytes of each lane's trail that come to a receiver as data, until it sees the lane stop. None where it cannot see
    /// that, but has to tell the trail by itself.
    pub fn trail_bytes(&self) -> usize {
        match &self.output {
            Output::Pins(pins) if pins.shows_stop() => self.timing.hs_trail as usize / 8,
            Output::Pins(_) | Output::Bytes { .. } => 0,
        }
    }

    /// Sends what only wires show, then a stop state.
    fn low_power<E>(
        &mut self,
        out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
        send: impl FnOnce(&mut Pins, &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.start(out)?;
        let gap = self.gap();
        match &mut self.output {
            Output::Bytes { .. } => Ok(()),
            Output::Pins(pins) => {
                send(pins, out)?;
                pins.idle(gap, out)
            }
        }
    }

    /// Before anything else: a stop state.
    fn start<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let gap = self.gap();
        match &mut self.output {
            Output::Pins(pins) if pins.next() == 0 => pins.idle(gap, out),
            _ => Ok(()),
        }
    }

    /// Before a burst: the first deskew burst, or ULPS since the last frame, where they are wanted.
    fn open<E>(&mut self, out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        self.start(out)?;
        let gap = self.gap();
        let deskew = self.initial_deskew.take();
        let between_frames = core::mem::take(&mut self.between_frames);
        let ulps = self.ulps.filter(|_| between_frames);
        let Output::Pins(pins) = &mut self.output else {
            return Ok(());
        };
        if let Some(ui) = ulps {
            pins.sleep(ui, out)?;
            pins.idle(gap, out)?;
        }
        if let Some(ui) = deskew {
            pins.deskew(ui, out)?;
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
        let usual = u64::from(self.timing.hs_exit) + u64::from(self.timing.lpx);
        self.pause.unwrap_or(usual)
    }
}

/// `bytes` over the first `count` buffers, scrambled where there are keystreams.
fn spread(bytes: &[u8], buffers: &mut [Vec<u8>; MAX_LANES], count: usize, keystreams: Option<[Scrambler; MAX_LANES]>) {
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
    for (slice, mut keystream) in slices.iter_mut().zip(keystreams.into_iter().flatten()) {
        keystream.apply(slice);
    }
}

fn lanes_of(buffers: &[Vec<u8>; MAX_LANES], count: usize) -> LaneBytes<'_> {
    LaneBytes {
        lanes: buffers.each_ref().map(Vec::as_slice),
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
