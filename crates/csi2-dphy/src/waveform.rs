//! From bursts of lane bytes to sampled pins: LP-11, LP-01, LP-00, HS-ZERO, sync, data, trail, LP-11. And escapes: LP-11,
//! LP-10, LP-00, LP-01, LP-00, command, Mark-1, LP-11.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyDataDecoder.cpp`, `scopeprotocols/DPhyEscapeModeDecoder.cpp`;
//! antmicro/sdi-mipi-video-converter-fpga-design `tests/`.

mod pace;

use crate::program::{Content, Escape, EscapeHead, Program};
use crate::wires::transpose;
use crate::{EscapeCommand, LaneBytes, LaneFlaw, LineState, MAX_LANES, TransmitTiming, UnitInterval, UnitIntervals};
use pace::Pace;

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
    /// Samples per UI, at least 1. Sample k shows the wires in the middle of its time, (k + 1/2) / `samples_per_ui`.
    pub samples_per_ui: UnitInterval,
    /// Wires that are shown.
    pub wires: Wires,
    /// Durations.
    pub timing: TransmitTiming,
    /// Clock between bursts.
    pub clocking: Clocking,
    /// Lateness of each lane, in UI.
    pub skew: [UnitIntervals; MAX_LANES],
}

/// Which wires a capture of a link shows, in the order CLKP CLKN D0P D0N D1P D1N ...
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wires {
    /// The clock lane, with an edge in the middle of each bit. Never with fewer than two samples per UI, which cannot
    /// show its edges.
    pub clock: bool,
    /// Both wires of each pair, which show LP states; else the P wires alone.
    pub low_power: bool,
}

impl Wires {
    /// All wires of the link.
    pub const ALL: Self = Self {
        clock: true,
        low_power: true,
    };
    /// One wire per data lane: channel k is lane k.
    pub const HS: Self = Self {
        clock: false,
        low_power: false,
    };
}

impl WaveformSettings {
    /// A continuous clock and no skew. From two samples per UI up all wires, below those of HS.
    pub fn new(lanes: usize, samples_per_ui: UnitInterval, timing: TransmitTiming) -> Self {
        Self {
            lanes,
            samples_per_ui,
            wires: if shows_clock(samples_per_ui) {
                Wires::ALL
            } else {
                Wires::HS
            },
            timing,
            clocking: Clocking::Continuous,
            skew: [0; MAX_LANES],
        }
    }
}

/// Whether each half of a UI has a sample.
fn shows_clock(samples_per_ui: UnitInterval) -> bool {
    samples_per_ui.numerator / 2 >= samples_per_ui.denominator.max(1)
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
    pace: Pace,
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
    /// UI of the clock pattern of an initial deskew burst.
    pub const INITIAL_DESKEW: u64 = 1 << 15;
    /// UI of the clock pattern of a periodic deskew burst.
    pub const PERIODIC_DESKEW: u64 = 1 << 10;

    /// A generator; the first thing it makes is what is started first. [`Waveform::idle`] makes LP-11.
    pub fn new(settings: WaveformSettings) -> Self {
        let settings = WaveformSettings {
            lanes: settings.lanes.clamp(1, MAX_LANES),
            wires: Wires {
                clock: settings.wires.clock && shows_clock(settings.samples_per_ui),
                ..settings.wires
            },
            ..settings
        };
        Self {
            settings,
            pace: Pace::new(settings.samples_per_ui),
            program: Program::idle(&settings, 0, 0),
            ui: 0,
            sample: 0,
            before: 0,
            block: Block::default(),
        }
    }

    /// Starts a stop state of `ui` unit intervals on all lanes.
    pub fn idle(&mut self, ui: u64) {
        self.start(Program::idle(&self.settings, self.clock_phase(), ui));
    }

    /// Starts a burst of lane bytes (sync byte not included): entry, sync, data, trail, exit.
    pub fn burst(&mut self, lanes: [usize; MAX_LANES]) {
        self.burst_with(lanes, &[LaneFlaw::default(); MAX_LANES]);
    }

    /// The same, with lanes that do not do what they should.
    pub fn burst_with(&mut self, lanes: [usize; MAX_LANES], flaws: &[LaneFlaw; MAX_LANES]) {
        let bits = lanes.map(|bytes| (bytes as u64).saturating_mul(8));
        let phase = self.clock_phase();
        self.start(Program::burst(&self.settings, phase, Content::Bytes, bits, flaws));
    }

    /// Starts a deskew burst: entry, sixteen ones, then `ui` unit intervals of 0101..., trail, exit.
    pub fn deskew(&mut self, ui: u64) {
        self.start(Program::burst(
            &self.settings,
            self.clock_phase(),
            Content::Deskew,
            [ui; MAX_LANES],
            &[LaneFlaw::default(); MAX_LANES],
        ));
    }

    /// Starts an escape of some data lanes, lane 0 in the lowest position of `lanes`: entry, command, Mark-1, exit. After
    /// LPDT come `bytes` bytes, those of the slices that [`Waveform::fill`] is given, bit 0 first. Of ULPS, the lanes come
    /// back at once.
    pub fn escape(&mut self, lanes: u8, command: EscapeCommand, bytes: usize) {
        if command == EscapeCommand::Ulps {
            return self.ulps(lanes, false, 0);
        }
        let bytes = if command == EscapeCommand::LowPowerData {
            bytes
        } else {
            0
        };
        self.start_escape(&Escape {
            head: EscapeHead::Command(command.bits()),
            bytes,
            lanes,
            clock: false,
            stay: 0,
            mark: self.settings.timing.lpx.into(),
        });
    }

    /// Starts an ultra-low-power state of `ui` unit intervals, at least T_LPX: that is the time in LP-00, from the end of
    /// the command to Mark-1, which lasts T_WAKEUP. Where the clock lane takes part, it goes to LP-00 and comes back at
    /// the same time as the data lanes; a continuous clock stops before, and runs again at the end.
    pub fn ulps(&mut self, lanes: u8, clock: bool, ui: u64) {
        self.start_escape(&Escape {
            head: EscapeHead::Command(EscapeCommand::Ulps.bits()),
            bytes: 0,
            lanes,
            clock: clock && self.settings.wires.clock,
            stay: ui,
            mark: self.settings.timing.wakeup.into(),
        });
    }

    /// Starts a turnaround as far as it can be seen from one side: LP-10, LP-00, LP-10, LP-00 for 4 T_LPX, then the other
    /// side's LP-10 and LP-11.
    pub fn turnaround(&mut self, lanes: u8) {
        let lpx = u64::from(self.settings.timing.lpx);
        self.start_escape(&Escape {
            head: EscapeHead::Turnaround,
            bytes: 0,
            lanes,
            clock: false,
            stay: 4 * lpx,
            mark: lpx,
        });
    }

    /// Starts low-power states of T_LPX each on some data lanes, in any order, then the stop state. Of more than 64, the
    /// first.
    pub fn line_states(&mut self, lanes: u8, states: &[LineState]) {
        self.start(Program::states(&self.settings, self.clock_phase(), lanes, states));
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
        (usize::from(self.settings.wires.clock) + self.settings.lanes) * self.per_lane()
    }

    /// Channel names in bit order: "CLKP", "CLKN", "D0P", ..., of those wires that are shown.
    pub fn channel_name(&self, channel: usize) -> Option<&'static str> {
        let wires = self.settings.wires;
        let first = if wires.clock { 0 } else { 2 };
        let index = first + channel * 2 / self.per_lane();
        PAIRS.get(index).filter(|_| channel < self.channels()).copied()
    }

    /// Unit intervals of what was started that are not yet made.
    pub fn remaining(&self) -> u64 {
        self.program.length - self.ui
    }

    /// Wires of a lane.
    fn per_lane(&self) -> usize {
        if self.settings.wires.low_power { 2 } else { 1 }
    }

    /// Whether the next UI has a rising edge of a continuous clock.
    fn clock_phase(&self) -> u64 {
        self.before.wrapping_add(self.ui) & 1
    }

    fn start_escape(&mut self, escape: &Escape) {
        self.start(Program::escape(&self.settings, self.clock_phase(), escape));
    }

    fn start(&mut self, program: Program) {
        self.before = self.before.wrapping_add(self.ui);
        self.program = program;
        self.ui = 0;
        self.sample = 0;
        self.block = Block::default();
    }

    fn fill_units<const UNIT: usize>(&mut self, lanes: &LaneBytes<'_>, out: &mut [[u8; UNIT]]) -> usize {
        let mut written = 0;
        while self.ui < self.program.length {
            if !self.block.holds(self.ui) {
                self.block = self.make_block(lanes);
            }
            let room = out.get_mut(written..).unwrap_or_default();
            // A whole block at once, where nothing cuts it.
            let block = self.sample == 0 && self.ui == self.block.start && self.remaining() >= 8;
            if let Some((samples, middle)) = self.pace.alike().filter(|_| block)
                && room.len() / 8 >= samples
            {
                for (ui, [early, late]) in room.chunks_exact_mut(samples).zip(self.block.rows::<UNIT>()) {
                    let (before, after) = ui.split_at_mut(middle);
                    before.fill(early);
                    after.fill(late);
                }
                written += 8 * samples;
                self.ui += 8;
                continue;
            }
            let [early, late] = self.block.words(self.ui).map(unit_bytes::<UNIT>);
            let from = self.sample as usize;
            let wanted = self.pace.samples() as usize - from;
            let early_ones = (self.pace.middle() as usize).saturating_sub(from);
            let made = wanted.min(room.len());
            for (index, unit) in room.iter_mut().take(made).enumerate() {
                *unit = if index < early_ones { early } else { late };
            }
            written += made;
            if made < wanted {
                self.sample += made as u32;
                break;
            }
            self.sample = 0;
            self.ui += 1;
            self.pace.advance();
        }
        written * UNIT
    }

    /// The wires of the next eight UI.
    fn make_block(&self, lanes: &LaneBytes<'_>) -> Block {
        let mut p = [0; MAX_LANES];
        let mut n = [0; MAX_LANES];
        let pairs = p.iter_mut().zip(&mut n).zip(&self.program.lanes).zip(&lanes.lanes);
        for (((p, n), lane), bytes) in pairs.take(self.settings.lanes) {
            (*p, *n) = lane.levels(bytes, self.ui);
        }
        let p = transpose(u64::from_le_bytes(p)).to_le_bytes();
        let n = transpose(u64::from_le_bytes(n)).to_le_bytes();
        let Wires { clock, low_power } = self.settings.wires;
        let first = usize::from(clock) * self.per_lane();
        let shown = if low_power { 3 } else { 1 };
        let mut block = Block {
            start: self.ui,
            made: true,
            ..Block::default()
        };
        let rows = block.early.iter_mut().zip(&mut block.late).zip(p.into_iter().zip(n));
        for (ui, ((early, late), (p, n))) in (self.ui..).zip(rows) {
            let data = if low_power {
                spread(p) | spread(n) << 1
            } else {
                u32::from(p)
            };
            let (before, after) = if clock { self.program.clock.levels(ui) } else { (0, 0) };
            *early = data << first | before & shown;
            *late = data << first | after & shown;
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

    fn rows<const UNIT: usize>(&self) -> impl Iterator<Item = [[u8; UNIT]; 2]> {
        let pairs = self.early.into_iter().zip(self.late);
        pairs.map(|(early, late)| [early, late].map(unit_bytes))
    }

    fn words(&self, ui: u64) -> [u32; 2] {
        let index = ((ui - self.start) & 7) as usize;
        [self.early[index], self.late[index]]
    }
}
