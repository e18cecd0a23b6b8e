//! Lanes as text: a line for each byte clock, a column for each lane.
//!
//! ```text
//! # lane 0, lane 1
//! B8 B8
//! 00 01
//! 00 1A
//! -
//! ```
//!
//! A line with `-` alone, or an empty one, ends a burst. `--` or `..` stands for a lane without a byte. The sync bytes
//! are part of the burst, as is the trail where it was recorded.

use crate::format::lanes::{wire_byte, wire_rows};
use crate::format::text::{self, Cuts, LineKind, Lines, WordError, each_line, is_text};
use crate::output::OutputFile;
use crate::reader::Fused;
use crate::window::Window;
use crate::writer::{lane_count, whole_lanes};
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Chunk, Confidence, CreateOptions,
    ErrorKind, Layer, OpenOptions, WireNote,
};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation, Tick, lane_length};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "lanes-text",
    description: "hexadecimal text, one column a lane, one line a byte clock",
    extensions: &["lanes", "txt"],
    layers: &[Layer::Lanes],
    streams: true,
    sniff,
    open: Some(|source, options| {
        let info = CaptureInfo::new(FORMAT.name, Layer::Lanes, source.total_bytes());
        let window = Window::new(source, options);
        Ok(Box::new(Fused::new(Reader::new(
            window,
            info,
            Columns::Lanes,
            options,
        )?)))
    }),
    create: Some(create),
};

/// Rows in one chunk.
const PIECE: usize = 64 * 1024;

/// Rows of one width throughout, and either sync bytes on all of several lanes first, or an end mark.
fn sniff(head: &[u8]) -> Confidence {
    if !is_text(head) {
        return Confidence::No;
    }
    let (mut width, mut synced, mut marked) = (0, false, false);
    let whole = head.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    for (line, _) in each_line(head.get(..whole).unwrap_or_default()) {
        let row: Vec<&[u8]> = text::words(&line).map(|(_, word)| word).collect();
        match row.as_slice() {
            [] => continue,
            [b"-"] => marked = true,
            row if row.iter().all(|word| is_cell(word)) && (width == 0 || width == row.len()) => {
                synced |= width == 0 && row.len() > 1 && row.iter().all(|word| word.eq_ignore_ascii_case(b"b8"));
                width = row.len();
            }
            _ => return Confidence::No,
        }
    }
    match (1..=MAX_LANES).contains(&width) && (synced || marked) {
        true => Confidence::Certain,
        false => Confidence::No,
    }
}

fn is_cell(word: &[u8]) -> bool {
    is_gap(word) || matches!(word, [high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

fn is_gap(word: &[u8]) -> bool {
    matches!(word, b"--" | b"..")
}

/// How the bytes of a row are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Columns {
    /// A word for each lane, lane 0 first.
    Lanes,
    /// One word for all, lane 0 last; only comments and blank lines end bursts.
    Word,
}

pub(crate) struct Reader {
    lines: Lines,
    info: CaptureInfo,
    columns: Columns,
    /// 0 before the first row.
    count: usize,
    /// Bytes of the chunk.
    lanes: [Vec<u8>; MAX_LANES],
    /// Rows of the chunk.
    rows: usize,
    /// Offset in the file of its first row.
    offset: u64,
    cuts: Cuts,
    /// Bytes of a row, while it is read.
    row: Vec<Option<u8>>,
    /// Bytes of its word, where it has but one, while it is read.
    word: Vec<u8>,
}

/// What the loaded line is to a reader of rows.
enum Row {
    Bytes,
    BurstEnd,
    Nothing,
}

impl Reader {
    /// Reads up to the first row, which tells the number of lanes.
    pub(crate) fn new(
        window: Window,
        mut info: CaptureInfo,
        columns: Columns,
        options: &OpenOptions,
    ) -> Result<Self, CaptureError> {
        info.framed = true;
        let mut reader = Self {
            lines: Lines::new(window),
            info,
            columns,
            count: 0,
            lanes: Default::default(),
            rows: 0,
            offset: 0,
            cuts: Cuts::new(),
            row: Vec::new(),
            word: Vec::new(),
        };
        while let Some(row) = reader.load()? {
            if let Row::Bytes = row {
                break;
            }
            reader.lines.advance();
        }
        reader.count = reader.row.len();
        match (options.lanes, reader.count) {
            (Some(expected), found) if found != 0 && expected != found => {
                let detail = format!("a row of {found} lanes, where {expected} were asked for");
                Err(reader.lines.error(ErrorKind::Unsupported { detail }))
            }
            (_, 0) => Ok(reader),
            (_, found) => {
                reader.info.lanes = Some(found);
                Ok(reader)
            }
        }
    }

    /// Loads a line, and its bytes where it has some. `None` at the end of the file.
    fn load(&mut self) -> Result<Option<Row>, CaptureError> {
        let Some(kind) = self.lines.load()? else {
            return Ok(None);
        };
        self.row.clear();
        let row = match (kind, self.columns) {
            (LineKind::Blank, _) | (LineKind::Comment, Columns::Word) => Row::BurstEnd,
            (LineKind::Comment, Columns::Lanes) => Row::Nothing,
            (LineKind::Data, Columns::Lanes) if self.lines.words().all(|(_, word)| word == b"-") => Row::BurstEnd,
            (LineKind::Data, _) => {
                let (mut row, mut word) = (std::mem::take(&mut self.row), std::mem::take(&mut self.word));
                let outcome = self.read_row(&mut row, &mut word);
                (self.row, self.word) = (row, word);
                outcome?;
                if self.row.is_empty() { Row::Nothing } else { Row::Bytes }
            }
        };
        Ok(Some(row))
    }

    fn read_row(&self, row: &mut Vec<Option<u8>>, bytes: &mut Vec<u8>) -> Result<(), CaptureError> {
        match self.columns {
            Columns::Lanes => {
                for (column, word) in self.lines.words() {
                    match word {
                        word if is_gap(word) => row.push(None),
                        word => row.push(Some(self.byte(column, word)?)),
                    }
                }
            }
            Columns::Word => {
                bytes.clear();
                for (column, word) in self.lines.words().filter(|(_, word)| !word.starts_with(b"@")) {
                    if !bytes.is_empty() {
                        return Err(self.bad(column, "a second word, where a line has one"));
                    }
                    text::push_bytes(word, bytes).map_err(|error| self.bad_word(column, &error))?;
                }
                row.extend(bytes.iter().rev().copied().map(Some));
            }
        }
        let expected = if self.count == 0 {
            row.len().min(MAX_LANES)
        } else {
            self.count
        };
        if row.is_empty() || row.len() == expected {
            return Ok(());
        }
        let found = row.len();
        Err(self.bad(0, &format!("a row of {found} lanes, where there are {expected}")))
    }

    fn byte(&self, column: usize, word: &[u8]) -> Result<u8, CaptureError> {
        let value = text::value(word).map_err(|error| self.bad_word(column, &error))?;
        match (word.len(), u8::try_from(value)) {
            (2, Ok(byte)) => Ok(byte),
            (digits, _) => Err(self.bad(column, &format!("{digits} characters, where a byte has two digits"))),
        }
    }

    fn bad_word(&self, column: usize, error: &WordError) -> CaptureError {
        self.bad(column + error.column, &error.detail)
    }

    fn bad(&self, column: usize, detail: &str) -> CaptureError {
        self.lines.malformed(column, "lanes as text", detail)
    }

    /// Gathers the rows of the next chunk; how it lies in its burst, `None` at the end. Rows before a bad one are given
    /// first.
    fn gather(&mut self) -> Result<Option<Burst>, CaptureError> {
        self.cuts.check()?;
        self.lanes.iter_mut().for_each(Vec::clear);
        self.rows = 0;
        let ends = self.gather_rows();
        self.cuts.chunk(ends, self.rows == 0)
    }

    /// Whether the rows end a burst.
    fn gather_rows(&mut self) -> Result<bool, CaptureError> {
        loop {
            match self.load()? {
                None => return Ok(true),
                // More of the burst than one chunk takes: the row is for the next.
                Some(Row::Bytes) if self.rows == PIECE => return Ok(false),
                Some(Row::Bytes) => {
                    if self.rows == 0 {
                        let column = self.lines.words().next().map_or(0, |(column, _)| column);
                        self.offset = self.lines.offset(column);
                    }
                    self.rows += 1;
                    for (lane, byte) in self.lanes.iter_mut().zip(&self.row) {
                        lane.extend(*byte);
                    }
                }
                // Marks may follow one another.
                Some(Row::BurstEnd) if self.rows > 0 => return Ok(true),
                Some(Row::BurstEnd | Row::Nothing) => {}
            }
            self.lines.advance();
        }
    }
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let burst = self.gather()?;
        Ok(burst.map(|burst| Chunk {
            seen: Observation::Lanes(LaneBytes {
                lanes: self.lanes.each_ref().map(Vec::as_slice),
                count: self.count,
            }),
            burst,
            offset: self.offset,
            at: None,
            link: 0,
            lost: 0,
        }))
    }

    fn bytes_read(&self) -> u64 {
        self.lines.bytes_read()
    }
}

struct Writer {
    file: OutputFile,
    lanes: usize,
    /// Of one burst.
    lines: Vec<u8>,
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    Ok(Box::new(Writer {
        lanes: lane_count(options)?,
        file: OutputFile::create(&options.path)?,
        lines: Vec::new(),
    }))
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        _at: Option<Tick>,
        note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let lanes = whole_lanes(seen, burst, self.lanes, self.file.name(), self.file.offset())?;
        self.lines.clear();
        if let Some(comment) = note.comment {
            self.lines
                .extend_from_slice(format!("# {}\n", text::one_line(comment)).as_bytes());
        }
        let total = lanes.iter().map(|lane| lane.len()).sum();
        let mut lengths = lanes.iter().enumerate();
        let whole = lengths.all(|(index, lane)| lane.len() == lane_length(total, lanes.len(), index));
        for row in 0..wire_rows(lanes) {
            for (index, lane) in lanes.iter().enumerate() {
                if index > 0 {
                    self.lines.push(b' ');
                }
                // A lane that is missing, or stopped early, is not to look as if it had only sent its trail.
                if whole || (row <= lane.len() && !lane.is_empty()) {
                    text::push_hex(&[wire_byte(lane, row)], &mut self.lines);
                } else {
                    self.lines.extend_from_slice(b"--");
                }
            }
            self.lines.push(b'\n');
        }
        self.lines.extend_from_slice(b"-\n");
        self.file.put(&self.lines)
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.file.finish()
    }
}
