//! Reading: the channels of an export side by side, merged by time.
//!
//! Ref: saleae/gitbook-docs getting-help/troubleshooting/technical-faq/binary-export-format-logic-2.md

use super::channel::{Channel, Grid, Step};
use super::directory::{self, Listing, MAX_CHANNELS};
use super::header::ChunkHeader;
use super::survey::survey;
use crate::format::changes::Changes;
use crate::format::seconds::{PICOSECONDS, Scale};
use crate::reader::{Channel as Wire, Fused};
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::Level;
use std::fs::File;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let listing = companions(&source)?;
    let mut info = CaptureInfo::new(super::FORMAT.name, Layer::Pins, None);
    info.total_bytes = source.total_bytes();
    let own = source.path.as_deref().and_then(directory::number);
    let mut streams = Vec::new();
    let mut mixed = false;
    let mut name = source.name.clone();
    let mut own_source = Some(source);
    for (number, path) in &listing.digital {
        let opened = match own_source.take() {
            Some(source) if own == Some(*number) => source,
            other => {
                own_source = other;
                open_file(path)?
            }
        };
        let survey = survey(path);
        mixed |= survey.mixed;
        if let Some((end, begin)) = survey.first_gap {
            let file = directory::file_name(*number);
            let gaps = survey.gaps;
            info.notes.push(format!(
                "{file}: {gaps} gaps without data, the first from {end} s to {begin} s"
            ));
        }
        streams.push(Stream::open(*number, opened, options)?);
    }
    if let Some(source) = own_source.filter(|_| listing.digital.is_empty()) {
        name = source
            .path
            .as_ref()
            .and_then(|path| path.file_stem())
            .map_or_else(|| "digital_0".to_string(), |stem| stem.to_string_lossy().into_owned());
        info.channels = vec![Wire::new(name)];
        streams.push(Stream::open(0, source, options)?);
    } else {
        let wires = listing.digital.last().map_or(0, |(last, _)| last.saturating_add(1));
        if wires > MAX_CHANNELS {
            let detail = format!("channel {}, up to {} are read", wires - 1, MAX_CHANNELS - 1);
            return Err(CaptureError::new(name, 0, ErrorKind::Unsupported { detail }));
        }
        info.channels = (0..wires).map(|n| Wire::new(format!("digital_{n}"))).collect();
        let sizes = listing
            .digital
            .iter()
            .map(|(_, path)| std::fs::metadata(path).map_or(0, |of| of.len()));
        info.total_bytes = Some(sizes.sum());
    }
    if !listing.analog.is_empty() {
        info.notes
            .push(format!("analog channels are left out: {}", listing.analog.join(", ")));
    }

    let hertz = one_rate(&streams).filter(|_| !mixed);
    let given = options.sample_rate.filter(|&rate| rate > 0);
    let mut grid = Grid {
        scale: Scale::new(given.or(hertz).unwrap_or(PICOSECONDS)),
        hertz: hertz.filter(|_| given.is_none()),
    };
    let begins = streams.iter().filter_map(|stream| stream.channel.first());
    let earliest = begins.filter_map(|header| grid.scale.nearest(header.begin)).min();
    grid.scale = grid.scale.starting(earliest.unwrap_or(0));
    info.timebase = Some(grid.scale.timebase());
    info.sample_rate = given.or(hertz).map(|rate| rate as f64);
    info.notes.extend(grid.scale.note());
    for stream in &mut streams {
        stream.channel.set_grid(grid);
    }
    let changes = Changes::new(info.channels.len());
    Ok(Box::new(Fused::new(SaleaeReader {
        info,
        streams,
        grid,
        changes,
        last: i64::MIN,
        begun: false,
    })))
}

/// The other files of the export, where the source is one of several.
fn companions(source: &Source) -> Result<Listing, CaptureError> {
    let Some(path) = source.path.as_deref().filter(|path| directory::number(path).is_some()) else {
        return Ok(Listing::default());
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let listed = directory::list(parent.unwrap_or(".".as_ref()));
    listed.map_err(|error| CaptureError::new(&source.name, 0, ErrorKind::Io(error)))
}

fn open_file(path: &std::path::Path) -> Result<Source, CaptureError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| CaptureError::new(&name, 0, ErrorKind::Io(error)))?;
    Ok(Source {
        name,
        stream: Box::new(file),
        path: Some(path.to_path_buf()),
    })
}

/// The rate that all channels tell.
fn one_rate(streams: &[Stream]) -> Option<u64> {
    let mut rates = streams
        .iter()
        .filter_map(|stream| stream.channel.first())
        .map(ChunkHeader::hertz);
    let first = rates.next()??;
    rates.all(|rate| rate == Some(first)).then_some(first)
}

/// A channel and its step that comes next.
struct Stream {
    wire: usize,
    channel: Channel,
    next: Option<Step>,
    /// The step is the end of the last chunk. Where nothing comes later, it is the end of the capture and no change.
    ends: bool,
}

impl Stream {
    fn open(wire: usize, source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        Ok(Self {
            wire,
            channel: Channel::open(source, options)?,
            next: None,
            ends: false,
        })
    }

    /// Time of the next step before the end.
    fn goes_on(&self) -> Option<i64> {
        self.next.filter(|_| !self.ends).map(|(at, _)| at)
    }

    /// When the data of this channel ended, where those of others go on until `next`: a sample lies between.
    fn ended(&self, next: i64) -> Option<i64> {
        let ended = self.next.filter(|_| self.ends).map(|(at, _)| at)?;
        (ended.saturating_add(1) < next).then_some(ended)
    }

    /// Goes beyond `now`; the level there, where there is a step at that time.
    fn pass(&mut self, now: i64, next: i64, error: &mut Option<CaptureError>) -> Option<Level> {
        if self.ended(next).is_some_and(|ended| ended <= now) {
            self.next = None;
            return Some(Level::Unknown);
        }
        let mut level = None;
        while let Some((_, to)) = self.next.filter(|(at, _)| !self.ends && *at == now) {
            level = Some(to);
            self.advance(error);
        }
        level
    }

    fn advance(&mut self, error: &mut Option<CaptureError>) {
        self.next = match self.channel.next() {
            Ok(Some(step)) => Some(step),
            Ok(None) => {
                self.ends = true;
                self.channel.end().map(|end| (end, Level::Unknown))
            }
            Err(found) => {
                error.get_or_insert(found);
                None
            }
        };
    }
}

struct SaleaeReader {
    info: CaptureInfo,
    streams: Vec<Stream>,
    grid: Grid,
    changes: Changes,
    /// Time of the last stamp.
    last: i64,
    /// Each stream has its first step.
    begun: bool,
}

impl CaptureReader for SaleaeReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.changes.begin()?;
        let offset = self.bytes_read();
        let mut error = None;
        if !core::mem::replace(&mut self.begun, true) {
            for stream in &mut self.streams {
                stream.advance(&mut error);
            }
        }
        while error.is_none() && !self.changes.is_full() {
            let Some(next) = self.streams.iter().filter_map(Stream::goes_on).min() else {
                break;
            };
            let ended = self.streams.iter().filter_map(|stream| stream.ended(next)).min();
            let now = ended.map_or(next, |ended| ended.max(self.last.saturating_add(1)).min(next));
            self.last = now;
            let at = self.grid.scale.tick(now);
            for stream in &mut self.streams {
                if let Some(level) = stream.pass(now, next, &mut error) {
                    self.changes.set(at, stream.wire, level);
                }
            }
        }
        self.changes.chunk(offset, error.map_or(Ok(()), Err))
    }

    fn bytes_read(&self) -> u64 {
        self.streams.iter().map(|stream| stream.channel.bytes_read()).sum()
    }
}
