//! Pins to pins: what was seen is copied; changes become samples where the output is sampled.

use super::ConvertArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::report::text;
use crate::session::{CONTINUE, Session, Visitor};
use crate::transmit::{self, Target};
use csi2_capture::{Burst, CaptureError, CaptureWriter, CreateOptions, WireNote};
use csi2_dphy::{Change, Level, Observation, Samples, Timebase};
use std::path::Path;

/// Changes looked at to find the grid they lie on.
const PREFIX: usize = 1 << 16;
/// Bytes of samples in a piece.
const PIECE: usize = 64 << 10;
/// A grid finer than this is an accident of rounding, and its file would be enormous.
const FINEST: f64 = 2e11;

/// Sees wires and what happens on them.
pub(super) trait Annotate: Visitor {
    /// A bit is so many ticks long, as far as known.
    fn bit(&mut self, unit_interval: Option<f64>);
    /// Wires; their events follow.
    fn see(&mut self, seen: &Observation<'_>) -> Result<(), Failure>;
}

/// Copies the wires of the session to `path`; returns why the capture broke off, where it did. `annotator` sees what
/// happens on them, but for the end.
pub(super) fn copy(
    session: &mut Session,
    args: &ConvertArgs,
    target: Target,
    path: &Path,
    mut annotator: Option<&mut dyn Annotate>,
    console: &Console,
) -> Result<Option<CaptureError>, Failure> {
    let sampled = target.format.name != "vcd";
    let timebase = match session.clock().timebase {
        Some(timebase) => timebase,
        // Headerless samples to headerless samples need no time.
        None if target.format.name == "samples" => Timebase::from_hertz(1),
        None => {
            return Err(Failure::usage(format!(
                "{}: the capture does not say its sample rate: give --samplerate",
                session.name()
            )));
        }
    };
    let channels = names(session);
    let name = session.name().to_owned();
    let options = args.link.create_options(target.layer, timebase, 0, channels);
    let mut copy = Copy {
        target,
        sampler: None,
        prefix: Vec::new(),
        writer: None,
        timebase,
        rate: args.read.samplerate,
        options: CreateOptions {
            path: path.to_owned(),
            ..options
        },
        name,
    };
    console.progress_start(session.info().total_bytes);
    let broken = session.chunks(console, &mut |chunk, receiver, clock| {
        if let Some(annotator) = &mut annotator {
            annotator.see(&chunk.seen)?;
            let mut input = Session::input(chunk);
            loop {
                annotator.bit(receiver.unit_interval());
                let Some(received) = receiver.next(&mut input) else {
                    break;
                };
                if annotator.event(&received, clock)?.is_break() {
                    break;
                }
            }
        }
        match chunk.seen {
            Observation::Changes(changes) if sampled => copy.changes(changes)?,
            seen => copy.seen(&seen)?,
        }
        CONTINUE
    })?;
    copy.finish(console)?;
    Ok(broken)
}

/// Names of the wires to write: those of the capture. A headerless one has none, there the map gives them.
fn names(session: &Session) -> Vec<String> {
    let info = session.info();
    let mut names: Vec<String> = info.channels.iter().map(|channel| channel.name.clone()).collect();
    let Some(pins) = session.pins().filter(|_| info.format == "samples") else {
        return names;
    };
    let clock = pins.clock.iter().map(|clock| ("CLK".to_owned(), clock));
    let lanes = pins.lanes.iter().take(pins.count).enumerate();
    for (lane, wires) in clock.chain(lanes.map(|(lane, wires)| (format!("D{lane}"), wires))) {
        let legs = [("P", wires.p), ("N", wires.n)];
        for (leg, wire) in legs.into_iter().filter_map(|(leg, wire)| Some((leg, wire?))) {
            // An inverted wire would not be what its name says.
            if let Some(name) = names.get_mut(usize::from(wire.channel)).filter(|_| !wire.invert) {
                *name = format!("{lane}{leg}");
            }
        }
    }
    names
}

struct Copy {
    target: Target,
    sampler: Option<Sampler>,
    /// Changes before the grid is decided.
    prefix: Vec<Change>,
    /// Made when the timebase is decided.
    writer: Option<Box<dyn CaptureWriter>>,
    timebase: Timebase,
    rate: Option<u64>,
    options: CreateOptions,
    name: String,
}

impl Copy {
    fn seen(&mut self, seen: &Observation<'_>) -> Result<(), Failure> {
        let writer = self.writer()?;
        Ok(writer.write(seen, Burst::WITHIN, None, WireNote::default())?)
    }

    fn writer(&mut self) -> Result<&mut Box<dyn CaptureWriter>, Failure> {
        match &mut self.writer {
            Some(writer) => Ok(writer),
            empty => Ok(empty.insert(csi2_capture::create(self.target.format.name, &self.options)?)),
        }
    }

    fn changes(&mut self, changes: &[Change]) -> Result<(), Failure> {
        if self.sampler.is_some() {
            return self.sample(changes);
        }
        self.prefix.extend_from_slice(changes);
        if self.prefix.len() < PREFIX {
            return Ok(());
        }
        self.decide()
    }

    /// Finds the grid and samples what waited for it.
    fn decide(&mut self) -> Result<(), Failure> {
        let wires = self.options.channels.len();
        if wires > 64 {
            return Err(Failure::usage(format!(
                "{}: {wires} wires, a sampled format holds 64: write vcd instead",
                self.name
            )));
        }
        let grid = Grid::new(&self.prefix, self.timebase, self.rate);
        let hertz = grid.timebase.hertz();
        if hertz > FINEST {
            return Err(Failure::usage(format!(
                "{}: its changes lie on no grid coarser than {}: give --samplerate",
                self.name,
                text::rate(hertz, "Hz")
            )));
        }
        self.options.timebase = grid.timebase;
        self.sampler = Some(Sampler::new(grid, wires.div_ceil(8).max(1)));
        let prefix = std::mem::take(&mut self.prefix);
        self.sample(&prefix)
    }

    fn sample(&mut self, changes: &[Change]) -> Result<(), Failure> {
        let Some(mut sampler) = self.sampler.take() else {
            return Ok(());
        };
        let result = changes
            .iter()
            .try_for_each(|change| sampler.change(*change, &mut |samples| self.seen(&samples)));
        self.sampler = Some(sampler);
        result
    }

    fn finish(mut self, console: &Console) -> Result<(), Failure> {
        if self.sampler.is_none() && !self.prefix.is_empty() {
            self.decide()?;
        }
        if let Some(mut sampler) = self.sampler.take() {
            sampler.finish(&mut |samples| self.seen(&samples))?;
            if sampler.moved > 0 {
                console.warning(&format!(
                    "{}: {} between samples at {} moved to the nearest",
                    self.name,
                    text::count(sampler.moved, "change"),
                    text::rate(sampler.grid.timebase.hertz(), "Hz")
                ));
            }
        }
        self.writer()?;
        match self.writer {
            Some(writer) => Ok(writer.finish()?),
            None => Ok(()),
        }
    }
}

/// Ticks to sample numbers: times `multiply`, by `divide`.
#[derive(Clone, Copy, Debug)]
struct Grid {
    multiply: u128,
    divide: u128,
    timebase: Timebase,
}

impl Grid {
    /// As told, else the coarsest grid that these changes lie on.
    fn new(changes: &[Change], ticks: Timebase, rate: Option<u64>) -> Self {
        match rate {
            Some(rate) => Self {
                multiply: u128::from(ticks.numerator) * u128::from(rate),
                divide: u128::from(ticks.denominator),
                timebase: Timebase::from_hertz(rate),
            },
            None => {
                let step = changes.iter().fold(0, |step, change| gcd(step, change.at)).max(1);
                Self {
                    multiply: 1,
                    divide: u128::from(step),
                    timebase: reduced(ticks.numerator.saturating_mul(step), ticks.denominator),
                }
            }
        }
    }

    /// The nearest sample, and whether the tick lies exactly there.
    fn index(&self, at: u64) -> (u64, bool) {
        let scaled = u128::from(at).saturating_mul(self.multiply);
        let index = scaled.saturating_add(self.divide / 2) / self.divide;
        let exact = scaled.is_multiple_of(self.divide);
        (u64::try_from(index).unwrap_or(u64::MAX), exact)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn reduced(numerator: u64, denominator: u64) -> Timebase {
    let common = gcd(numerator, denominator).max(1);
    Timebase {
        numerator: numerator / common,
        denominator: denominator / common,
    }
}

type Emit<'a> = dyn FnMut(Observation<'_>) -> Result<(), Failure> + 'a;

/// Makes samples of changes.
struct Sampler {
    grid: Grid,
    unit: usize,
    levels: u64,
    /// Sample that comes next, and those before it that are not handed on yet.
    next: u64,
    buffer: Vec<u8>,
    /// Changes that lay between samples.
    moved: u64,
}

impl Sampler {
    fn new(grid: Grid, unit: usize) -> Self {
        Self {
            grid,
            unit,
            levels: 0,
            next: 0,
            buffer: Vec::with_capacity(PIECE),
            moved: 0,
        }
    }

    fn change(&mut self, change: Change, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let (index, exact) = self.grid.index(change.at);
        self.moved += u64::from(!exact);
        let pause = index.saturating_sub(self.next);
        if pause > transmit::LONGEST_PAUSE {
            return Err(Failure::usage(format!(
                "a change comes {pause} samples after the one before, too many to be written: give a lower \
                 --samplerate, or write vcd",
            )));
        }
        self.fill(index, emit)?;
        let bit = 1_u64.checked_shl(u32::from(change.channel)).unwrap_or(0);
        match change.level {
            Level::High => self.levels |= bit,
            Level::Low | Level::Unknown => self.levels &= !bit,
        }
        Ok(())
    }

    /// The sample of the last change.
    fn finish(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        self.fill(self.next.saturating_add(1), emit)?;
        self.hand_on(emit)
    }

    /// The levels as they are, up to sample `end`.
    fn fill(&mut self, end: u64, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let bytes = self.levels.to_le_bytes();
        let unit = bytes.get(..self.unit).unwrap_or(&bytes);
        while self.next < end {
            if self.buffer.len() + self.unit > PIECE {
                self.hand_on(emit)?;
            }
            let room = ((PIECE - self.buffer.len()) / self.unit) as u64;
            let count = room.min(end - self.next);
            for _ in 0..count {
                self.buffer.extend_from_slice(unit);
            }
            self.next += count;
        }
        Ok(())
    }

    fn hand_on(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let count = (self.buffer.len() / self.unit) as u64;
        if count > 0 {
            emit(Observation::Samples(Samples {
                first: self.next - count,
                unit: self.unit,
                bytes: &self.buffer,
            }))?;
        }
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: u64, channel: u16, level: Level) -> Change {
        Change { at, channel, level }
    }

    #[test]
    fn the_coarsest_grid() {
        let changes = [0, 500, 1250, 3000].map(|at| change(at, 0, Level::High));
        let ps = Timebase {
            numerator: 1,
            denominator: 1_000_000_000_000,
        };
        let grid = Grid::new(&changes, ps, None);
        assert_eq!(grid.timebase.hertz(), 4e9);
        assert_eq!(grid.index(1250), (5, true));
        assert_eq!(grid.index(1251), (5, false));
        let told = Grid::new(&changes, ps, Some(1_000_000_000));
        assert_eq!((told.index(3000), told.index(1250)), ((3, true), (1, false)));
    }

    #[test]
    fn levels_hold_between_changes() {
        let grid = Grid::new(&[], Timebase::NANOSECONDS, None);
        let mut sampler = Sampler::new(grid, 1);
        let mut bytes: Vec<u8> = Vec::new();
        let mut emit = |seen: Observation<'_>| {
            let Observation::Samples(samples) = seen else {
                panic!("samples")
            };
            assert_eq!(samples.first, bytes.len() as u64);
            bytes.extend(samples.bytes);
            Ok(())
        };
        for (at, channel, level) in [
            (0, 0, Level::High),
            (2, 1, Level::High),
            (2, 0, Level::Low),
            (5, 1, Level::Unknown),
        ] {
            sampler.change(change(at, channel, level), &mut emit).expect("no error");
        }
        sampler.finish(&mut emit).expect("no error");
        assert_eq!(bytes, [1, 1, 2, 2, 2, 0]);
    }
}
