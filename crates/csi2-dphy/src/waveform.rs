//! From bursts of lane bytes to sampled pins: LP-11, LP-01, LP-00, HS-ZERO, sync, data, trail, LP-11.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyDataDecoder.cpp`; antmicro/sdi-mipi-video-converter-fpga-design
//! `tests/`.

use crate::program::{ClockState, Content, Program};
use crate::wires::transpose;
use crate::{LaneBytes, MAX_LANES, TransmitTiming, UnitIntervals};

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
    /// Data lanes, 1 to 8; others are taken as the nearest.
    pub lanes: usize,
    /// Samples per UI. 1 (or 0): single-ended HS wires only, no clock, channel k = lane k.
    /// 2 and more: channels CLKP CLKN D0P D0N D1P D1N ..., clock edge in the middle of each bit.
    pub samples_per_ui: u32,
    /// Durations.
    pub timing: TransmitTiming,
    /// Clock between bursts.
    pub clocking: Clocking,
    /// Lateness of each lane, in UI.
    pub skew: [UnitIntervals; MAX_LANES],
}

/// Makes samples. One burst at a time, in pieces as large as the caller's buffer.
///
/// The lanes of a burst leave HS together: the trail of a lane with fewer bytes starts early. The first bit of a lane
/// that is not late meets a rising edge of the clock.
#[derive(Clone, Debug)]
pub struct Waveform {
    settings: WaveformSettings,
    program: Program,
    /// UI of the program that are made.
    ui: u64,
    /// Samples of the next UI that are made.
    sample: u32,
    /// UI of all programs before.
    before: u64,
    block: Block,
}

/// Channel names in bit order, with a clock lane.
const PAIRS: [&str; 18] = [
    "CLKP", "CLKN", "D0P", "D0N", "D1P", "D1N", "D2P", "D2N", "D3P", "D3N", "D4P", "D4N", "D5P", "D5N", "D6P", "D6N",
    "D7P", "D7N",
];

impl Waveform {
    /// A generator; the first thing it makes is what is started first. [`Waveform::idle`] makes LP-11.
    pub fn new(settings: WaveformSettings) -> Self {
        let settings = WaveformSettings {
            lanes: settings.lanes.clamp(1, MAX_LANES),
            samples_per_ui: settings.samples_per_ui.max(1),
            ..settings
        };
        Self {
            settings,
            program: Program::idle(0),
            ui: 0,
            sample: 0,
            before: 0,
            block: Block::default(),
        }
    }

    /// Starts a stop state of `ui` unit intervals on all lanes.
    pub fn idle(&mut self, ui: u64) {
        self.start(Program::idle(ui));
    }

    /// Starts a burst of lane bytes (sync byte not included): entry, sync, data, trail, exit.
    pub fn burst(&mut self, lanes: [usize; MAX_LANES]) {
        let bits = lanes.map(|bytes| (bytes as u64).saturating_mul(8));
        self.start(Program::new(&self.settings, self.clock_phase(), Content::Bytes, bits));
    }

    /// Starts a deskew burst: entry, sixteen ones, then `ui` unit intervals of 0101..., trail, exit.
    pub fn deskew(&mut self, ui: u64) {
        self.start(Program::new(
            &self.settings,
            self.clock_phase(),
            Content::Deskew,
            [ui; MAX_LANES],
        ));
    }

    /// Writes samples of what was started into `out`; returns bytes written, 0 when it is all made (or `out` is shorter
    /// than a sample). `lanes` are the same slices for the whole burst; bytes they lack are sent as 00.
    pub fn fill(&mut self, lanes: &LaneBytes<'_>, out: &mut [u8]) -> usize {
        match self.unit() {
            1 => self.fill_units(lanes, out.as_chunks_mut::<1>().0),
            2 => self.fill_units(lanes, out.as_chunks_mut::<2>().0),
            _ => self.fill_units(lanes, out.as_chunks_mut::<4>().0),
        }
    }

    /// Bytes per sample: 1, 2 or 4.
    pub fn unit(&self) -> usize {
        match self.channels() {
            0..=8 => 1,
            9..=16 => 2,
            _ => 4,
        }
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        if self.is_single_ended() {
            self.settings.lanes
        } else {
            2 + 2 * self.settings.lanes
        }
    }

    /// Channel names in bit order: "CLKP", "CLKN", "D0P", ...; single-ended "D0P", "D1P", ...
    pub fn channel_name(&self, channel: usize) -> Option<&'static str> {
        let index = if self.is_single_ended() {
            2 + 2 * channel
        } else {
            channel
        };
        PAIRS.get(index).filter(|_| channel < self.channels()).copied()
    }

    /// Unit intervals of what was started that are not yet made.
    pub fn remaining(&self) -> u64 {
        self.program.length - self.ui
    }

    fn is_single_ended(&self) -> bool {
        self.settings.samples_per_ui == 1
    }

    /// Whether the next UI has a rising edge of a continuous clock.
    fn clock_phase(&self) -> u64 {
        self.before.wrapping_add(self.ui) & 1
    }

    fn start(&mut self, program: Program) {
        self.before = self.before.wrapping_add(self.ui);
        self.program = program;
        self.ui = 0;
        self.sample = 0;
        self.block = Block::default();
    }

    fn fill_units<const UNIT: usize>(&mut self, lanes: &LaneBytes<'_>, out: &mut [[u8; UNIT]]) -> usize {
        let samples = self.settings.samples_per_ui;
        let middle = samples / 2;
        let mut written = 0;
        while self.ui < self.program.length {
            if !self.block.holds(self.ui) {
                self.block = self.make_block(lanes);
            }
            let [early, late] = self.block.words(self.ui).map(unit_bytes::<UNIT>);
            let wanted = (samples - self.sample) as usize;
            let room = out.get_mut(written..).unwrap_or_default();
            let made = wanted.min(room.len());
            for (index, unit) in (self.sample..).zip(room.iter_mut().take(made)) {
                *unit = if index < middle { early } else { late };
            }
            written += made;
            if made < wanted {
                self.sample += made as u32;
                break;
            }
            self.sample = 0;
            self.ui += 1;
        }
        written * UNIT
    }

    /// The wires of the next eight UI.
    fn make_block(&self, lanes: &LaneBytes<'_>) -> Block {
        let mut p = [0; MAX_LANES];
        let mut n = [0; MAX_LANES];
        let pairs = p.iter_mut().zip(&mut n).zip(&self.program.lanes).zip(&lanes.lanes);
        for (((p, n), lane), bytes) in pairs.take(self.settings.lanes) {
            (*p, *n) = lane.levels(self.program.content, bytes, self.ui);
        }
        let p = transpose(u64::from_le_bytes(p)).to_le_bytes();
        let mut block = Block {
            start: self.ui,
            early: p.map(u32::from),
            late: p.map(u32::from),
            made: true,
        };
        if self.is_single_ended() {
            return block;
        }
        let n = transpose(u64::from_le_bytes(n)).to_le_bytes();
        let rows = block.early.iter_mut().zip(&mut block.late).zip(p.into_iter().zip(n));
        for (ui, ((early, late), (p, n))) in (self.ui..).zip(rows) {
            let data = spread(p) << 2 | spread(n) << 3;
            let clock = match self.settings.clocking {
                Clocking::Continuous => ClockState::Toggling {
                    high: self.before.wrapping_add(ui) & 1 == 0,
                },
                Clocking::Gated => self.program.clock.at(ui),
            };
            let (before, after) = clock.levels();
            *early = data | before;
            *late = data | after;
        }
        block
    }
}

/// Every other bit.
fn spread(bits: u8) -> u32 {
    let bits = u32::from(bits);
    let bits = (bits | bits << 4) & 0x0F0F;
    let bits = (bits | bits << 2) & 0x3333;
    (bits | bits << 1) & 0x5555
}

fn unit_bytes<const UNIT: usize>(word: u32) -> [u8; UNIT] {
    core::array::from_fn(|index| (word >> (8 * index)) as u8)
}

/// Eight UI of wires: before and after the middle of the bit.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    start: u64,
    early: [u32; 8],
    late: [u32; 8],
    made: bool,
}

impl Block {
    fn holds(&self, ui: u64) -> bool {
        self.made && ui - self.start < 8
    }

    fn words(&self, ui: u64) -> [u32; 2] {
        let index = ((ui - self.start) & 7) as usize;
        [self.early[index], self.late[index]]
    }
}
