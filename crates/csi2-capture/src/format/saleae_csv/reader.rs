//! Reading: rows to changes.

use super::TIME;
use crate::format::changes::Changes;
use crate::format::csv::{self, BOM};
use crate::format::seconds::{PICOSECONDS, Scale};
use crate::reader::Fused;
use crate::window::Window;
use crate::{CaptureError, CaptureInfo, CaptureReader, Channel, Chunk, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::Level;

/// Channel numbers have 16 bits.
const MAX_CHANNELS: usize = 1 << 16;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let mut info = CaptureInfo::new(super::FORMAT.name, Layer::Pins, source.total_bytes());
    let mut window = Window::new(source, options);
    info.channels = heading(&mut window)?;
    let given = options.sample_rate.filter(|&rate| rate > 0);
    let mut scale = Scale::new(given.unwrap_or(PICOSECONDS));
    let line = window.fill_line()?.unwrap_or(0);
    let first = window.bytes().get(..line).unwrap_or_default();
    let time = first.split(|&byte| byte == b',').next().unwrap_or_default();
    scale = scale.starting(scale.parse(time).unwrap_or(0));
    info.timebase = Some(scale.timebase());
    info.sample_rate = given.map(|rate| rate as f64);
    info.notes.extend(scale.note());
    let wires = info.channels.len();
    Ok(Box::new(Fused::new(SaleaeCsvReader {
        window,
        info,
        scale,
        row: vec![Level::Unknown; wires],
        above: vec![Level::Unknown; wires],
        waiting: None,
        changes: Changes::new(wires),
    })))
}

/// Reads the first line.
fn heading(window: &mut Window) -> Result<Vec<Channel>, CaptureError> {
    let length = window.fill_line()?.unwrap_or(0);
    let line = window.bytes().get(..length).unwrap_or_default();
    let names = csv::fields(csv::trim(line.strip_prefix(BOM).unwrap_or(line)));
    let mut names = names.into_iter();
    if names.next().as_deref() != core::str::from_utf8(TIME).ok() {
        return Err(window.malformed(0, "heading", "expected `Time [s],` and the names of channels"));
    }
    let channels: Vec<Channel> = names.map(Channel::new).collect();
    if !(1..=MAX_CHANNELS).contains(&channels.len()) {
        let detail = format!("{} channels, 1 to {MAX_CHANNELS} are read", channels.len());
        return Err(window.error(ErrorKind::Unsupported { detail }));
    }
    window.consume(length);
    Ok(channels)
}

struct SaleaeCsvReader {
    window: Window,
    info: CaptureInfo,
    scale: Scale,
    /// Levels of the row that is being read.
    row: Vec<Level>,
    /// Levels of the row above and its time: it waits, as the row below may have the same.
    above: Vec<Level>,
    waiting: Option<i64>,
    changes: Changes,
}

impl CaptureReader for SaleaeCsvReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.changes.begin()?;
        let offset = self.window.offset();
        let outcome = self.fill();
        if outcome.is_err() {
            self.settle();
        }
        self.changes.chunk(offset, outcome)
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset()
    }
}

impl SaleaeCsvReader {
    /// Reads rows until a chunk is full or the file ends.
    fn fill(&mut self) -> Result<(), CaptureError> {
        while !self.changes.is_full() {
            let Some(length) = self.window.fill_line()? else {
                // Where no channel has data in the last row, it tells the end of the capture.
                if self.above.iter().any(|level| *level != Level::Unknown) {
                    self.settle();
                }
                return Ok(());
            };
            let line = self.window.bytes().get(..length).unwrap_or_default();
            let row = csv::trim(line);
            if !row.is_empty() {
                let time = match read_row(row, self.scale, &mut self.row) {
                    Ok(time) if self.waiting.is_none_or(|above| time >= above) => time,
                    Ok(_) => {
                        return Err(self
                            .window
                            .malformed(0, "row", "its time is before that of the row above"));
                    }
                    Err(RowError::Short) if !line.ends_with(b"\n") => {
                        return Err(self.window.truncated("row", length as u64 + 1));
                    }
                    Err(error) => return Err(self.bad(error)),
                };
                if self.waiting.is_some_and(|above| time > above) {
                    self.settle();
                }
                core::mem::swap(&mut self.row, &mut self.above);
                self.waiting = Some(time);
            }
            self.window.consume(length);
        }
        Ok(())
    }

    /// Gives the changes of the row that waits.
    fn settle(&mut self) {
        if let Some(time) = self.waiting {
            let at = self.scale.tick(time);
            for (channel, level) in self.above.iter().enumerate() {
                self.changes.set(at, channel, *level);
            }
        }
    }

    fn bad(&self, error: RowError) -> CaptureError {
        let (column, detail) = match error {
            RowError::Time => (0, "expected a time in seconds, as 0.000000125".to_string()),
            RowError::Value(column, found) => {
                let found = found.escape_ascii();
                (
                    column,
                    format!("column {}: expected 0, 1 or X, there is '{found}'", column + 1),
                )
            }
            RowError::Short => (
                0,
                format!("expected a time and {} levels, there are fewer", self.row.len()),
            ),
            RowError::Long(column) => (
                column,
                format!("expected a time and {} levels, there are more", self.row.len()),
            ),
        };
        self.window.malformed(column, "row", detail)
    }
}

enum RowError {
    Time,
    /// At which byte, and which.
    Value(usize, u8),
    Short,
    Long(usize),
}

/// A row: its time, and its levels into `levels`.
fn read_row(row: &[u8], scale: Scale, levels: &mut [Level]) -> Result<i64, RowError> {
    let comma = row.iter().position(|&byte| byte == b',').ok_or(RowError::Short)?;
    let time = scale
        .parse(row.get(..comma).unwrap_or_default())
        .ok_or(RowError::Time)?;
    let mut at = comma;
    for level in levels {
        *level = match row.get(at..).unwrap_or_default() {
            [] | [b','] => return Err(RowError::Short),
            [b',', b'0', ..] => Level::Low,
            [b',', b'1', ..] => Level::High,
            [b',', b'X' | b'x', ..] => Level::Unknown,
            [b',', other, ..] => return Err(RowError::Value(at + 1, *other)),
            [other, ..] => return Err(RowError::Value(at, *other)),
        };
        at += 2;
    }
    match at == row.len() {
        true => Ok(time),
        false => Err(RowError::Long(at)),
    }
}
