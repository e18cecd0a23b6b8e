//! Reading: rows to samples.

use super::heading::Heading;
use crate::format::csv;
use crate::format::samples::samples_chunk;
use crate::late::Late;
use crate::reader::Fused;
use crate::window::Window;
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk, Layer, OpenOptions, Source};
use csi2_dphy::{Tick, Timebase};

/// Bytes of samples in a chunk.
const CHUNK: usize = 64 * 1024;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let mut info = CaptureInfo::new(super::FORMAT.name, Layer::Pins, source.total_bytes());
    let mut window = Window::new(source, options);
    let heading = Heading::read(&mut window)?;
    let given = options.sample_rate.filter(|&rate| rate > 0);
    info.timebase = heading
        .rate
        .map(|rate| rate.timebase())
        .or(given.map(Timebase::from_hertz));
    info.sample_rate = heading.rate.map(|rate| rate.hertz()).or(given.map(|rate| rate as f64));
    info.channels = heading.channels;
    info.notes = heading.notes;
    let columns = info.channels.len();
    Ok(Box::new(Fused::new(SigrokCsvReader {
        window,
        info,
        columns,
        samples: Vec::with_capacity(CHUNK),
        next: 0,
        late: Late::default(),
    })))
}

struct SigrokCsvReader {
    window: Window,
    info: CaptureInfo,
    columns: usize,
    samples: Vec<u8>,
    next: Tick,
    late: Late,
}

impl CaptureReader for SigrokCsvReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.late.check()?;
        self.samples.clear();
        let outcome = self.fill();
        self.late.hold(outcome, self.samples.is_empty())?;
        if self.samples.is_empty() {
            return Ok(None);
        }
        let (first, unit) = (self.next, self.unit());
        self.next += (self.samples.len() / unit) as u64;
        Ok(Some(samples_chunk(first, unit, &self.samples)))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset()
    }
}

impl SigrokCsvReader {
    fn unit(&self) -> usize {
        self.columns.div_ceil(8).max(1)
    }

    /// Reads rows until a chunk is full or the file ends.
    fn fill(&mut self) -> Result<(), CaptureError> {
        let unit = self.unit();
        while self.samples.len() < CHUNK {
            let Some(length) = self.window.fill_line()? else {
                return Ok(());
            };
            let line = self.window.bytes().get(..length).unwrap_or_default();
            let row = csv::trim(line);
            // There is an empty line between frames.
            if !(row.is_empty() || row.starts_with(b";")) {
                match read_row(row, self.columns) {
                    Ok(sample) => {
                        let sample = sample.to_le_bytes();
                        self.samples.extend_from_slice(sample.get(..unit).unwrap_or_default());
                    }
                    Err(at) if at == row.len() && !line.ends_with(b"\n") => {
                        return Err(self
                            .window
                            .truncated("row", (2 * self.columns).saturating_sub(1) as u64));
                    }
                    Err(at) => return Err(self.bad(row, at)),
                }
            }
            self.window.consume(length);
        }
        Ok(())
    }

    fn bad(&self, row: &[u8], at: usize) -> CaptureError {
        let found = match row.get(at) {
            Some(byte) => format!("there is '{}'", byte.escape_ascii()),
            None => "it ends".into(),
        };
        let columns = self.columns;
        let detail = format!(
            "column {}: expected {columns} levels 0 or 1 with commas between, {found}",
            at + 1
        );
        self.window.malformed(at, "row", detail)
    }
}

/// A row as a sample, or at which byte it is none.
fn read_row(row: &[u8], columns: usize) -> Result<u64, usize> {
    let mut sample = 0;
    for (column, pair) in row.chunks(2).enumerate() {
        let at = 2 * column;
        let bit = match pair.first() {
            Some(b'0') => 0,
            Some(b'1') => 1,
            _ => return Err(at),
        };
        if column >= columns || column >= u64::BITS as usize {
            return Err(at);
        }
        sample |= bit << column;
        match pair.get(1) {
            None | Some(b',') => {}
            Some(_) => return Err(at + 1),
        }
    }
    // No comma is left over, and no column missing.
    match row.len() + 1 == 2 * columns {
        true => Ok(sample),
        false => Err(row.len()),
    }
}
