//! Reading: rows to changes, cell by cell where a cell differs from the one above it.

use super::cell;
use super::columns::{Column, columns, settle, take_radices};
use crate::format::changes::changes_chunk;
use crate::format::csv::{BOM, trim};
use crate::late::Late;
use crate::reader::Fused;
use crate::window::Window;
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk, ErrorKind, Layer, OpenOptions, Source};
use core::ops::Range;
use csi2_dphy::{Change, Level, Tick, Timebase};

/// Changes in a chunk; a row more may come.
const PIECE: usize = 16 << 10;
/// Rows and bytes by which widths and radices are decided where the file does not say.
const SAMPLE_ROWS: usize = 256;
const SAMPLE_BYTES: usize = 256 << 10;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let mut info = CaptureInfo::new(super::FORMAT.name, Layer::Pins, source.total_bytes());
    let mut window = Window::new(source, options);
    if window.fill(BOM.len())? && window.bytes().starts_with(BOM) {
        window.consume(BOM.len());
    }
    let Some(len) = window.fill_line()? else {
        return Err(window.truncated("row of names", 1));
    };
    let mut columns = columns(trim(window.bytes().get(..len).unwrap_or_default()));
    if !columns.iter().any(|column| matches!(column, Column::Bus(_))) {
        let detail = "expected a row with the names of wires, like `Sample in Buffer,...,rxdatahs[7:0]`";
        return Err(window.malformed(0, "row of names", detail));
    }
    window.consume(len);
    if let Some(len) = window.fill_line()?
        && take_radices(
            trim(window.bytes().get(..len).unwrap_or_default()),
            &mut columns,
            &mut info.notes,
        )
    {
        window.consume(len);
    }
    // Whatever of the first rows there is: a pipe may not have them yet, but does not end before they come.
    window.fill(SAMPLE_BYTES.min(options.record_limit()))?;
    let head = window.bytes().get(..SAMPLE_BYTES).unwrap_or(window.bytes());
    let whole = head.iter().rposition(|&byte| byte == b'\n').unwrap_or(head.len());
    let lines = head
        .get(..whole)
        .unwrap_or_default()
        .split(|&byte| byte == b'\n')
        .take(SAMPLE_ROWS);
    let rows: Vec<Vec<&[u8]>> = lines
        .map(|line| trim(line).split(|&byte| byte == b',').collect::<Vec<_>>())
        .filter(|row| row.len() >= columns.len())
        .collect();
    let channels = settle(&mut columns, &rows);
    let channels = channels.map_err(|detail| window.malformed(0, "row of names", detail))?;
    let given = options.sample_rate.filter(|&rate| rate > 0);
    info.timebase = given.map(Timebase::from_hertz);
    info.sample_rate = given.map(|rate| rate as f64);
    info.notes.push(match given {
        Some(_) => "a row is a sample".into(),
        None => "a row is a sample; no time: --samplerate HZ is the clock of the samples".into(),
    });
    let levels = vec![Level::Unknown; channels.len()];
    info.channels = channels;
    Ok(Box::new(Fused::new(Reader {
        window,
        info,
        before: vec![Vec::new(); columns.len()],
        line: Vec::new(),
        columns,
        levels,
        value: Vec::new(),
        changes: Vec::new(),
        row: 0,
        tick: 0,
        said: None,
        in_window: None,
        ended: false,
        late: Late::default(),
    })))
}

struct Reader {
    window: Window,
    info: CaptureInfo,
    columns: Vec<Column>,
    /// The cell of each column in the row before.
    before: Vec<Vec<u8>>,
    /// The row, while it is read.
    line: Vec<u8>,
    levels: Vec<Level>,
    /// Levels of a cell, while it is read.
    value: Vec<Level>,
    changes: Vec<Change>,
    /// Rows so far.
    row: u64,
    /// Tick of the next row.
    tick: Tick,
    /// Tick of the last change.
    said: Option<Tick>,
    /// Number in the window of the last row.
    in_window: Option<u64>,
    ended: bool,
    late: Late,
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.late.check()?;
        self.changes.clear();
        let offset = self.window.offset();
        let outcome = self.fill();
        if outcome.is_err() {
            self.close();
        }
        self.late.hold(outcome, self.changes.is_empty())?;
        Ok(changes_chunk(&self.changes, offset))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset()
    }
}

impl Reader {
    /// Reads rows until a chunk is full or the file ends.
    fn fill(&mut self) -> Result<(), CaptureError> {
        while self.changes.len() < PIECE {
            let Some(len) = self.window.fill_line()? else {
                self.close();
                return Ok(());
            };
            let mut line = std::mem::take(&mut self.line);
            line.clear();
            line.extend_from_slice(self.window.bytes().get(..len).unwrap_or_default());
            let (changes, first) = (self.changes.len(), self.levels.first().copied());
            let outcome = self.row(&line);
            self.line = line;
            if let Err(error) = outcome {
                // Half a row says nothing.
                self.changes.truncate(changes);
                self.levels.truncate(1);
                self.levels.fill(first.unwrap_or(Level::Unknown));
                return Err(error);
            }
            self.said = self.changes.last().map(|change| change.at).or(self.said);
            self.window.consume(len);
        }
        Ok(())
    }

    /// The last row is a sample though nothing changed at it: one wire takes its level again.
    fn close(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if let (Some(at), Some(&level)) = (self.tick.checked_sub(1), self.levels.first())
            && self.said.is_none_or(|said| said < at)
        {
            self.changes.push(Change { at, channel: 0, level });
        }
    }

    fn row(&mut self, line: &[u8]) -> Result<(), CaptureError> {
        let (cut, len) = (!line.ends_with(b"\n"), line.len());
        let line = trim(line);
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let found = line.split(|&byte| byte == b',').count();
        let wanted = self.columns.len();
        if found < wanted && cut {
            let available = len as u64;
            let kind = ErrorKind::Truncated {
                what: "row",
                // At least a digit and a separator for each cell.
                required: available + 2 * (wanted - found) as u64,
                available,
            };
            return Err(self.window.error(kind));
        }
        // A separator at the end of a row makes no cell.
        let extra = found.saturating_sub(wanted);
        if found < wanted || extra > 1 || (extra == 1 && !line.ends_with(b",")) {
            let detail = format!(
                "{found} cells, where there are {wanted} names (row {} of samples)",
                self.row + 1
            );
            return Err(self.window.malformed(0, "row", detail));
        }
        let at = self.start_row(line)?;
        let mut start = 0;
        for (index, cell) in line.split(|&byte| byte == b',').take(wanted).enumerate() {
            let place = start..start + cell.len();
            start = place.end + 1;
            let Some(Column::Bus(bus)) = self.columns.get(index) else {
                continue;
            };
            let Some(before) = self.before.get_mut(index).filter(|before| before.as_slice() != cell) else {
                continue;
            };
            self.value.clear();
            self.value.resize(bus.bits, Level::Unknown);
            if let Err(wrong) = cell::read(cell, bus.radix, &mut self.value) {
                let detail = format!("{}: {wrong}", bus.name());
                return Err(self.window.malformed(place.start, "value", detail));
            }
            before.clear();
            before.extend_from_slice(cell);
            let known = self.levels.iter_mut().enumerate().skip(bus.first);
            for ((channel, known), level) in known.zip(&self.value) {
                if *known != *level {
                    *known = *level;
                    let (channel, level) = (u16::try_from(channel).unwrap_or(u16::MAX), *level);
                    self.changes.push(Change { at, channel, level });
                }
            }
        }
        self.row += 1;
        self.tick = at.saturating_add(1);
        Ok(())
    }

    /// The tick of a row. Where it begins a window, the wires are unknown for a tick before.
    fn start_row(&mut self, line: &[u8]) -> Result<Tick, CaptureError> {
        let window = self.columns.iter().position(|column| *column == Column::Window);
        let Some((place, cell)) = window.and_then(|index| nth(line, index)) else {
            return Ok(self.tick);
        };
        let number = std::str::from_utf8(cell).ok().and_then(|cell| cell.trim().parse().ok());
        let Some(number) = number else {
            let shown: String = String::from_utf8_lossy(cell).chars().take(40).collect();
            let detail = format!("`{shown}` is no sample number");
            return Err(self.window.malformed(place.start, "sample in window", detail));
        };
        let restarts = self.in_window.is_some_and(|before| number <= before);
        self.in_window = Some(number);
        if restarts {
            for (channel, level) in (0..=u16::MAX).zip(&mut self.levels) {
                if *level != Level::Unknown {
                    *level = Level::Unknown;
                    self.changes.push(Change {
                        at: self.tick,
                        channel,
                        level: Level::Unknown,
                    });
                }
            }
            self.before.iter_mut().for_each(Vec::clear);
            self.tick = self.tick.saturating_add(1);
        }
        Ok(self.tick)
    }
}

/// A cell and where it is in its line.
fn nth(line: &[u8], index: usize) -> Option<(Range<usize>, &[u8])> {
    let start: usize = line
        .split(|&byte| byte == b',')
        .take(index)
        .map(|cell| cell.len() + 1)
        .sum();
    let cell = line.split(|&byte| byte == b',').nth(index)?;
    Some((start..start + cell.len(), cell))
}
