//! One binary file a lane, `NAME.lane0`, `NAME.lane1` and so on: the bytes that the lane sent in its bursts, sync bytes
//! and trail included, burst after burst. Nothing marks where a burst starts.

use crate::output::OutputFile;
use crate::reader::{Fused, companion};
use crate::window::Window;
use crate::writer::{lane_count, whole_lanes};
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Chunk, Confidence, CreateOptions,
    ErrorKind, Layer, OpenOptions, Source, WireNote,
};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation, SYNC, Tick};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "lanes",
    description: "one binary file a lane, NAME.lane0, NAME.lane1, ...",
    extensions: &["lane0", "lane1", "lane2", "lane3", "lane4", "lane5", "lane6", "lane7"],
    layers: &[Layer::Lanes],
    streams: false,
    // Any bytes may be those of a lane: only the name tells.
    sniff: |_| Confidence::No,
    open: Some(|source, options| Ok(Box::new(Fused::new(Reader::new(source, options)?)))),
    create: Some(create),
};

/// Bytes of a lane in one chunk.
const PIECE: usize = 64 * 1024;

/// Byte clocks of a burst in which every lane sends its sync byte, its data and at least one byte of trail.
pub(crate) fn wire_rows(lanes: &[&[u8]]) -> usize {
    let longest = lanes.iter().map(|lane| lane.len()).max().unwrap_or(0);
    longest.saturating_add(2)
}

/// What a lane sends in a byte clock of a burst, from 0: the sync byte, its data, then trail without end.
pub(crate) fn wire_byte(data: &[u8], clock: usize) -> u8 {
    match clock.checked_sub(1) {
        None => SYNC,
        Some(index) => data.get(index).copied().unwrap_or_else(|| trail(data)),
    }
}

/// The byte that follows the data of a lane: the inverse of the last bit sent, held.
fn trail(data: &[u8]) -> u8 {
    let last = data.last().copied().unwrap_or(SYNC);
    if last & 0x80 == 0 { 0xFF } else { 0x00 }
}

struct Reader {
    lanes: Vec<Window>,
    info: CaptureInfo,
    /// Bytes in front of each window that the last chunk still borrowed.
    used: [usize; MAX_LANES],
}

impl Reader {
    fn new(source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        let Some((base, given)) = source.path.as_deref().map(split) else {
            return Self::from_stream(source, options);
        };
        let count = match options.lanes {
            Some(lanes @ 1..=MAX_LANES) => lanes,
            Some(lanes) => {
                let detail = format!("a link has 1 to {MAX_LANES} lanes, not {lanes}");
                return Err(CaptureError::new(source.name, 0, ErrorKind::Unsupported { detail }));
            }
            None => present(&base, given, &source.name)?,
        };
        let mut sources = Vec::new();
        let mut total = 0u64;
        let mut own = Some(source);
        for lane in 0..count {
            // The file that the caller opened is read on, not opened again: it may be a pipe.
            let source = match own.take_if(|_| lane == given) {
                Some(source) => source,
                None => file(companion(&base, lane))?,
            };
            total = total.saturating_add(source.total_bytes().unwrap_or(0));
            sources.push(source);
        }
        Ok(Self::from_sources(sources, Some(total), options))
    }

    /// A stream without a name is one lane.
    fn from_stream(source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        if let Some(lanes) = options.lanes.filter(|&lanes| lanes != 1) {
            let detail = format!("{lanes} lanes are {lanes} files, NAME.lane0 and so on; a stream holds one lane");
            return Err(CaptureError::new(source.name, 0, ErrorKind::Unsupported { detail }));
        }
        Ok(Self::from_sources(vec![source], None, options))
    }

    fn from_sources(sources: Vec<Source>, total_bytes: Option<u64>, options: &OpenOptions) -> Self {
        let mut info = CaptureInfo::new(FORMAT.name, Layer::Lanes, total_bytes);
        info.lanes = Some(sources.len());
        Self {
            lanes: sources.into_iter().map(|source| Window::new(source, options)).collect(),
            info,
            used: [0; MAX_LANES],
        }
    }

    /// Byte clocks read: the lanes run in step until the shorter ones end.
    fn position(&self) -> u64 {
        let read = self.lanes.iter().zip(self.used);
        read.map(|(window, used)| window.offset() + used as u64)
            .max()
            .unwrap_or(0)
    }
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let offset = self.position();
        for (lane, used) in self.lanes.iter_mut().zip(&mut self.used) {
            lane.consume(std::mem::take(used));
            lane.fill(PIECE)?;
        }
        let mut lanes = [&[][..]; MAX_LANES];
        for ((window, bytes), used) in self.lanes.iter().zip(&mut lanes).zip(&mut self.used) {
            let held = window.bytes();
            *bytes = held.get(..PIECE).unwrap_or(held);
            *used = bytes.len();
        }
        let count = self.lanes.len();
        Ok(self.used.iter().any(|&used| used > 0).then_some(Chunk {
            seen: Observation::Lanes(LaneBytes { lanes, count }),
            burst: Burst::WITHIN,
            offset,
            at: None,
            link: 0,
            lost: 0,
        }))
    }

    fn bytes_read(&self) -> u64 {
        let read = self.lanes.iter().zip(self.used);
        read.map(|(window, used)| window.offset() + used as u64).sum()
    }
}

/// The common name, and which lane the file is of; a file without the suffix is taken for lane 0.
fn split(path: &Path) -> (PathBuf, usize) {
    let text = path.to_string_lossy();
    let digits = text
        .rsplit_once(".lane")
        .map(|(_, digits)| digits)
        .filter(|digits| digits.len() == 1);
    match digits.and_then(|digit| digit.parse::<usize>().ok()) {
        Some(lane) if lane < MAX_LANES => (path.with_extension(""), lane),
        _ => (path.to_path_buf(), 0),
    }
}

/// How many files of lanes there are, without a gap.
fn present(base: &Path, given: usize, name: &str) -> Result<usize, CaptureError> {
    let there = |lane: usize| lane == given || companion(base, lane).exists();
    let count = (0..MAX_LANES).take_while(|&lane| there(lane)).count();
    match (count..MAX_LANES).find(|&lane| there(lane)) {
        None => Ok(count),
        Some(beyond) => {
            let (missing, found) = (companion(base, count), companion(base, beyond));
            let detail = format!("{} is missing, but {} is there", missing.display(), found.display());
            Err(CaptureError::new(name, 0, ErrorKind::Missing { detail }))
        }
    }
}

fn file(path: PathBuf) -> Result<Source, CaptureError> {
    let name = path.display().to_string();
    let file = File::open(&path).map_err(|error| CaptureError::new(&name, 0, ErrorKind::Io(error)))?;
    Ok(Source {
        name,
        stream: Box::new(file),
        path: Some(path),
    })
}

struct Writer {
    base: PathBuf,
    files: Vec<OutputFile>,
    /// Bytes of one lane in one burst.
    line: Vec<u8>,
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let lanes = lane_count(options)?;
    if options.path.as_os_str() == "-" {
        let detail = "lanes are written as a file each, which standard output cannot hold; lanes-text can".into();
        return Err(CaptureError::new("-", 0, ErrorKind::Unsupported { detail }));
    }
    let (base, _) = split(&options.path);
    let files: Result<_, _> = (0..lanes)
        .map(|lane| OutputFile::create(&companion(&base, lane)))
        .collect();
    Ok(Box::new(Writer {
        base,
        files: files?,
        line: Vec::new(),
    }))
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        _at: Option<Tick>,
        _note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let (name, offset) = self.files.first().map_or(("", 0), |file| (file.name(), file.offset()));
        let lanes = whole_lanes(seen, burst, self.files.len(), name, offset)?;
        let rows = wire_rows(lanes);
        for (file, data) in self.files.iter_mut().zip(lanes) {
            self.line.clear();
            self.line.push(SYNC);
            self.line.extend_from_slice(data);
            self.line.resize(rows, trail(data));
            file.put(&self.line)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), CaptureError> {
        // All bytes first, then all names: a full disk leaves none of the names.
        self.files.iter_mut().try_for_each(OutputFile::settle)?;
        let lanes = self.files.len();
        self.files.into_iter().try_for_each(OutputFile::finish)?;
        // The capture that was replaced may have had more lanes: left behind, they would be read as this one's.
        for lane in lanes..MAX_LANES {
            let stale = companion(&self.base, lane);
            match std::fs::remove_file(&stale) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(CaptureError::new(stale.display().to_string(), 0, ErrorKind::Io(error)));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_lane_names_the_capture() {
        assert_eq!(split(Path::new("x.lane03")), ("x.lane03".into(), 0));
        assert_eq!(split(Path::new("d.lane1/x.lane3")), ("d.lane1/x".into(), 3));
        assert_eq!(split(Path::new("x.y.lane0")), ("x.y".into(), 0));
        assert_eq!(split(Path::new("d.lane1/x")), ("d.lane1/x".into(), 0));
        assert_eq!(split(Path::new("x.lane8")), ("x.lane8".into(), 0));
        assert_eq!(companion(Path::new("x.y"), 2), Path::new("x.y.lane2"));
    }

    #[test]
    fn lanes_end_together_on_inverted_levels() {
        // A five-byte burst on two lanes: lane 0 has one byte more, its last bit sent is 1.
        let lanes: [&[u8]; 2] = [&[0x01, 0x02, 0x83], &[0x04, 0x05]];
        let rows: Vec<[u8; 2]> = (0..wire_rows(&lanes))
            .map(|row| lanes.map(|lane| wire_byte(lane, row)))
            .collect();
        let expected = [[0xB8, 0xB8], [0x01, 0x04], [0x02, 0x05], [0x83, 0xFF], [0x00, 0xFF]];
        assert_eq!(rows, expected);
        // A lane without data: the last bit of the sync byte is 1.
        assert_eq!(wire_byte(&[], 1), 0x00);
    }
}
