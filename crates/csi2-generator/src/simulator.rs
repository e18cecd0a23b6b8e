//! A sensor in one of its modes: rows when they are due, as packets.

mod embedded;
mod plan;
mod problem;
mod schedule;
mod window;

use crate::pattern::{Canvas, Pattern, Shot};
use alloc::{vec, vec::Vec};
use csi2_dphy::{Tick, Timebase};
use csi2_kernels::Backend;
use csi2_packet::{DataType, Folded, FrameSequencer, LineNumbering, PacketHeader, PayloadChecksum, VirtualChannel};
use csi2_pixel::Pack;
use csi2_sensors::{Bayer, Dol, DolMethod, EmbeddedMap, Exposure, LineInformation, MAX_EXPOSURES, Margin, Mode};
pub use problem::SimulateError;
use schedule::{Due, Part, Schedule};
pub use window::{Crop, Flip, Window};

/// Bytes of a header.
const HEADER: usize = 4;
/// Bytes of a footer.
const FOOTER: usize = 2;

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct SimulateSettings {
    /// Mode, with a pace.
    pub mode: Mode,
    /// Order of the colour filter, without flips.
    pub order: Bayer,
    /// What darkness reads as in samples of the mode.
    pub black: u16,
    /// What is seen.
    pub pattern: &'static Pattern,
    /// How many times less light each shorter exposure gets than the one before.
    pub ratio: u16,
    /// Of what is random in the pattern.
    pub seed: u64,
    /// Which of the pixels are sent, and in which order.
    pub window: Window,
    /// Channel of each exposure; exposures that share their FS and FE use the first.
    pub channels: [VirtualChannel; MAX_EXPOSURES],
    /// Optical black rows before those of the image.
    pub black_rows: u8,
    /// What they say they are.
    pub black_mark: BlackMark,
    /// Embedded rows.
    pub embedded: EmbeddedRows,
    /// Number of the first frame; 0: unnumbered. Exposures of a set have the same number.
    pub first_frame: u16,
    /// Frames, or sets of exposures.
    pub frames: u32,
}

/// How optical black rows are told from those of the image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlackMark {
    /// By a code of their own, where rows have one.
    Coded,
    /// Not at all: they have the exposure's code.
    AsImage,
    /// By a data type, and a code of their own where rows have one.
    Typed(DataType),
}

/// Embedded rows of a frame.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedRows {
    /// How many.
    pub rows: u8,
    /// Which registers tell what.
    pub map: EmbeddedMap,
    /// Integration time of the long exposure, in lines; shorter ones are divided by the ratio. `None`: half a frame length, or
    /// a little less, so that the others come out even.
    pub exposure: Option<u16>,
    /// Code of the analogue gain.
    pub gain: u16,
}

/// A burst, and when it is due.
#[derive(Clone, Copy, Debug)]
pub struct DueBurst<'a> {
    /// A packet; with LS before it and LE after it where the mode has them.
    pub bytes: &'a [u8],
    /// When it begins.
    pub at: Moment,
    /// It ends a frame, and no other is open.
    pub closes: bool,
}

/// A time from the beginning of the first frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moment {
    /// Pixel clocks.
    pub clocks: u64,
    /// Pixel clocks per second.
    pub rate: u64,
}

impl Moment {
    /// The nearest tick, which is never more than half a tick away.
    pub fn tick(self, timebase: Timebase) -> Tick {
        let Timebase { numerator, denominator } = timebase;
        let ticks = u128::from(self.clocks) * u128::from(denominator);
        let whole = u128::from(self.rate) * u128::from(numerator);
        Tick::try_from((ticks + whole / 2) / whole.max(1)).unwrap_or(Tick::MAX)
    }
}

/// Makes the bursts of a simulated sensor, one after another, in one reused buffer.
///
/// Time is cut into slots of one row time. A frame begins with FS in a slot of its own; then come the embedded rows, the
/// optical black ones and those of the image, one a slot, and FE in the slot after. Where a set of exposures has one FS and FE,
/// the embedded rows are those of the long one, and black rows come first for all.
#[derive(Clone, Debug)]
pub struct Simulator {
    settings: SimulateSettings,
    schedule: Schedule,
    canvas: Canvas,
    rate: u64,
    line_length: u64,
    pack: Pack<u16>,
    /// Bytes of a row.
    word: u16,
    /// The first pixel of each row of the image, in the order of the filter.
    order: Bayer,
    backend: Backend,
    sequencers: [FrameSequencer; MAX_EXPOSURES],
    slot: u64,
    /// Frames begun and not ended.
    open: usize,
    /// A row of the canvas, and what is sent of one.
    whole: Vec<u16>,
    line: Vec<u16>,
    burst: Vec<u8>,
    /// LE of the row that is being made.
    end: Option<PacketHeader>,
}

impl Simulator {
    /// Before the first frame.
    ///
    /// # Errors
    /// [`SimulateError`] where the mode cannot be sent so.
    pub fn new(settings: SimulateSettings) -> Result<Self, SimulateError> {
        let plan = plan::plan(&settings)?;
        let numbering = match settings.mode.line_sync {
            true => LineNumbering::Counted,
            false => LineNumbering::None,
        };
        let sequencer = |channel| FrameSequencer::new(channel, settings.first_frame, numbering);
        let made = Self {
            schedule: plan.schedule,
            canvas: plan.canvas,
            rate: plan.pace.pixel_rate,
            line_length: plan.pace.line_length.into(),
            pack: plan.pack,
            word: plan.word,
            order: settings.window.order(&plan.canvas),
            backend: Backend::detect(),
            sequencers: settings.channels.map(sequencer),
            slot: 0,
            open: 0,
            whole: vec![0; plan.canvas.width],
            line: vec![0; plan.row],
            burst: Vec::new(),
            end: None,
            settings,
        };
        made.embedded_fits()?;
        Ok(made)
    }

    /// The next burst; `None` after the end of the last frame.
    pub fn next_burst(&mut self) -> Option<DueBurst<'_>> {
        let sets = u64::from(self.settings.frames);
        while self.slot < self.schedule.end(sets) {
            let slot = self.slot;
            self.slot += 1;
            if let Some(due) = self.schedule.at(slot, sets) {
                let closes = self.make(due);
                return Some(DueBurst {
                    bytes: &self.burst,
                    at: Moment {
                        clocks: slot.saturating_mul(self.line_length),
                        rate: self.rate,
                    },
                    closes,
                });
            }
        }
        None
    }

    /// Order of the colour filter as sent.
    pub fn order(&self) -> Bayer {
        self.order
    }

    /// Width and height of each picture, without line information.
    pub fn size(&self) -> (usize, usize) {
        self.settings.window.size(&self.canvas)
    }

    /// Bytes of the longest burst.
    pub fn longest_burst(&self) -> usize {
        let sync = if self.settings.mode.line_sync { 2 * HEADER } else { 0 };
        HEADER + usize::from(self.word) + FOOTER + sync
    }

    /// Row times between the last burst of a frame, or set, and the first of the next; 0 where they overlap.
    pub fn blanking(&self) -> u64 {
        self.schedule.blanking()
    }

    /// Makes the burst of a row. Whether it closes the last frame that is open.
    fn make(&mut self, due: Due) -> bool {
        let index = self.stream(due.exposure);
        match due.part {
            Part::Start => {
                let header = self.sequencers[index].frame_start();
                self.short(header);
                self.open += 1;
            }
            Part::End => {
                let header = self.sequencers[index].frame_end();
                self.short(header);
                self.open = self.open.saturating_sub(1);
                return self.open == 0;
            }
            Part::Embedded(row) => {
                let start = self.begin(index, DataType::EMBEDDED);
                self.embedded(due, row);
                self.seal(start);
            }
            Part::Black => {
                let data_type = match self.settings.black_mark {
                    BlackMark::Typed(data_type) => data_type,
                    BlackMark::Coded | BlackMark::AsImage => self.data_type(due.exposure),
                };
                self.line.fill(self.canvas.black);
                self.identify(due, self.settings.black_mark != BlackMark::AsImage);
                self.row(index, data_type);
            }
            Part::Blanking => {
                self.line.fill(self.canvas.black);
                self.identify(due, false);
                self.row(index, self.data_type(due.exposure));
            }
            Part::Image(y) => {
                self.line.fill(self.canvas.black);
                if let Some(y) = y.checked_sub(self.margin().top.into()) {
                    self.draw(due, y.into());
                }
                self.identify(due, false);
                self.row(index, self.data_type(due.exposure));
            }
        }
        false
    }

    /// Which FS and FE, and which channel, an exposure has.
    fn stream(&self, exposure: Exposure) -> usize {
        match self.settings.mode.dol.map(|dol| dol.method) {
            Some(DolMethod::VirtualChannel(_)) => exposure.index(),
            _ => 0,
        }
    }

    fn data_type(&self, exposure: Exposure) -> DataType {
        match self.settings.mode.dol.map(|dol| dol.method) {
            Some(DolMethod::DataType(types)) => types[exposure.index()],
            _ => self.settings.mode.data_type,
        }
    }

    /// The row's pixels behind those of line information and the margin.
    fn draw(&mut self, due: Due, y: usize) {
        let window = self.settings.window;
        let shot = Shot {
            frame: due.set as u32,
            exposure: due.exposure,
        };
        let from = window.row(&self.canvas, y);
        self.settings.pattern.row(&self.canvas, from, shot, &mut self.whole);
        let dol = self.settings.mode.dol;
        let first = dol.map_or(0, |dol| {
            usize::from(dol.information_pixels()) + usize::from(dol.margin.left)
        });
        let width = window.size(&self.canvas).0;
        let pixels = self.line.get_mut(first..).unwrap_or_default();
        let count = width.min(pixels.len());
        window.pixels(&self.whole, pixels.get_mut(..count).unwrap_or_default());
    }

    fn margin(&self) -> Margin {
        self.settings.mode.dol.map_or(Margin::NONE, |dol| dol.margin)
    }

    /// The code goes to all pixels of line information: only the first is known to hold it.
    fn identify(&mut self, due: Due, black: bool) {
        let Some(Dol {
            method: DolMethod::LineInformation { pixels, placement },
            ..
        }) = self.settings.mode.dol
        else {
            return;
        };
        let row = LineInformation {
            exposure: due.exposure,
            parity: due.set % 2 == 1,
            black,
        };
        let sample = placement.sample(row.code(), self.canvas.bits);
        self.line
            .iter_mut()
            .take(pixels.into())
            .for_each(|pixel| *pixel = sample);
    }

    fn short(&mut self, header: PacketHeader) {
        self.burst.clear();
        self.burst.extend_from_slice(&header.encode());
    }

    /// The row in `line`.
    fn row(&mut self, index: usize, data_type: DataType) {
        let start = self.begin(index, data_type);
        self.burst.resize(start + usize::from(self.word), 0);
        let payload = self.burst.get_mut(start..).unwrap_or_default();
        (self.pack)(self.backend, &self.line, payload);
        self.seal(start);
    }

    /// Header of a long packet, after LS. Where its payload starts.
    fn begin(&mut self, index: usize, data_type: DataType) -> usize {
        let (start, line, end) = self.sequencers[index].line(data_type, self.word);
        self.end = end;
        self.burst.clear();
        for header in start.into_iter().chain([line]) {
            self.burst.extend_from_slice(&header.encode());
        }
        self.burst.len()
    }

    /// Footer of a long packet, then LE.
    fn seal(&mut self, start: usize) {
        let sum = Folded::new(self.backend).of(self.burst.get(start..).unwrap_or_default());
        self.burst.extend_from_slice(&sum.to_le_bytes());
        if let Some(end) = self.end.take() {
            self.burst.extend_from_slice(&end.encode());
        }
    }
}
