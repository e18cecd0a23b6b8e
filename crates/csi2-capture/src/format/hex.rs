//! Hexadecimal text. The first line that holds anything tells which of two styles the file has:
//!
//! - two bytes or more: each line is a burst;
//! - one byte, or `@ADDRESS`: the file is a memory of bytes, as `$readmemh` loads it, and bytes run on from line to line.
//!   A burst ends at a line that holds nothing or a comment only, and where the address jumps. Such marks are
//!   looked for at the start of the file; where there are none, the capture is not framed.

use crate::format::text::{self, Comment, Cuts, LineKind, Lines, WordError, each_line, is_text};
use crate::output::OutputFile;
use crate::reader::Fused;
use crate::window::Window;
use crate::writer::whole_packet;
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Chunk, Confidence, CreateOptions,
    Layer, OpenOptions, Source, WireNote,
};
use csi2_dphy::{Observation, Tick};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "hex",
    description: "hexadecimal text, one packet a line, or one byte a line",
    extensions: &["hex", "txt"],
    layers: &[Layer::Packets],
    streams: true,
    sniff,
    open: Some(open),
    create: Some(create),
};

/// Bytes of a file that are searched for its style.
const LOOKAHEAD: usize = 256 * 1024;
/// Bytes of a burst in one chunk, where a line does not say.
const PIECE: usize = 64 * 1024;

/// What lines are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    /// Bursts.
    Bursts,
    /// Pieces of a memory of bytes.
    Memory {
        /// Whether blank lines and comments end bursts.
        framed: bool,
    },
}

fn sniff(head: &[u8]) -> Confidence {
    if !is_text(head) {
        return Confidence::No;
    }
    let mut found = false;
    for (line, _) in each_line(head) {
        for (_, word) in text::words(&line) {
            let word = word.strip_prefix(b"@").unwrap_or(word);
            if text::digits(word).any(|(_, digit)| digit.is_none()) {
                return Confidence::No;
            }
            found = true;
        }
    }
    if found { Confidence::Maybe } else { Confidence::No }
}

fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let info = CaptureInfo::new(FORMAT.name, Layer::Packets, source.total_bytes());
    let mut window = Window::new(source, options);
    window.fill(LOOKAHEAD)?;
    let style = Style::of(window.bytes());
    Ok(Box::new(Fused::new(Reader::new(window, info, style))))
}

impl Style {
    /// The style of a file by its start.
    fn of(head: &[u8]) -> Self {
        let mut lines = each_line(head);
        let first = lines.find_map(|(line, _)| {
            let bytes = text::words(&line)
                .map(|(_, word)| text::digits(word).count().div_ceil(2))
                .sum::<usize>();
            let address = text::words(&line)
                .next()
                .is_some_and(|(_, word)| word.starts_with(b"@"));
            (bytes > 0).then_some(address || bytes == 1)
        });
        match first {
            Some(true) => Self::memory(head),
            _ => Self::Bursts,
        }
    }

    /// A memory, and whether its start has marks between bursts: data on both sides of them, or our own before the first.
    pub(crate) fn memory(head: &[u8]) -> Self {
        let (mut data, mut mark) = (false, false);
        for (line, comment) in each_line(head) {
            if text::words(&line).next().is_some() {
                if mark {
                    return Self::Memory { framed: true };
                }
                data = true;
            } else {
                mark |= data || comment == Comment::Burst;
            }
        }
        Self::Memory { framed: false }
    }
}

/// Reads both styles.
pub(crate) struct Reader {
    lines: Lines,
    info: CaptureInfo,
    style: Style,
    /// Of the chunk.
    bytes: Vec<u8>,
    /// Offset in the file of its first digit.
    offset: u64,
    cuts: Cuts,
    /// Address of the next byte of a memory.
    address: u64,
}

impl Reader {
    pub(crate) fn new(window: Window, mut info: CaptureInfo, style: Style) -> Self {
        info.framed = style != Style::Memory { framed: false };
        Self {
            lines: Lines::new(window),
            info,
            style,
            bytes: Vec::new(),
            offset: 0,
            cuts: Cuts::new(),
            address: 0,
        }
    }

    /// Gathers the bytes of the next chunk; how it lies in its burst, `None` at the end. Bytes before a bad line are given
    /// first.
    fn gather(&mut self) -> Result<Option<Burst>, CaptureError> {
        self.cuts.check()?;
        self.bytes.clear();
        let ends = self.gather_bytes();
        let burst = self.cuts.chunk(ends, self.bytes.is_empty())?;
        Ok(burst.map(|burst| if self.info.framed { burst } else { Burst::WITHIN }))
    }

    /// Whether the bytes end a burst.
    fn gather_bytes(&mut self) -> Result<bool, CaptureError> {
        loop {
            let Some(kind) = self.lines.load()? else {
                return Ok(true);
            };
            let held = !self.bytes.is_empty();
            match (kind, self.style) {
                // The line before was a burst.
                (_, Style::Bursts) if held => return Ok(true),
                // The address jumps: the line is for the next burst.
                (LineKind::Data, Style::Memory { framed: true }) if held && self.jumps()? => return Ok(true),
                // More of the burst than one chunk takes.
                (LineKind::Data, Style::Memory { .. }) if self.bytes.len() >= PIECE => return Ok(false),
                // A line that is a burst, or the next of one.
                (LineKind::Data, _) => self.read_line()?,
                // A mark ends the burst; marks may follow one another.
                (_, Style::Memory { framed: true }) if held => return Ok(true),
                // Nothing between bursts, or between the lines of an unframed memory.
                (LineKind::Blank | LineKind::Comment, _) => {}
            }
            self.lines.advance();
        }
    }

    /// Whether the loaded line starts with an address that does not follow.
    fn jumps(&self) -> Result<bool, CaptureError> {
        match self.lines.words().next() {
            Some((column, [b'@', address @ ..])) => {
                let address = text::value(address).map_err(|error| bad(&self.lines, column + 1, &error))?;
                Ok(address != self.address)
            }
            _ => Ok(false),
        }
    }

    /// Appends the bytes of the loaded line, all or none.
    fn read_line(&mut self) -> Result<(), CaptureError> {
        let before = self.bytes.len();
        let outcome = self.append_line();
        if outcome.is_err() {
            self.bytes.truncate(before);
        }
        outcome
    }

    fn append_line(&mut self) -> Result<(), CaptureError> {
        let Self {
            lines, bytes, address, ..
        } = self;
        for (column, word) in lines.words() {
            let before = bytes.len();
            match (self.style, word) {
                (Style::Memory { .. }, [b'@', digits @ ..]) => {
                    *address = text::value(digits).map_err(|error| bad(lines, column + 1, &error))?;
                }
                (Style::Memory { .. }, _) => {
                    text::push_bytes(word, bytes).map_err(|error| bad(lines, column, &error))?;
                    if bytes.len() > before + 1 {
                        let digits = text::digits(word).count();
                        let detail = format!("a word of {digits} digits in a memory of bytes");
                        return Err(lines.malformed(column, "hexadecimal text", &detail));
                    }
                    *address = address.wrapping_add((bytes.len() - before) as u64);
                }
                (Style::Bursts, _) => {
                    text::push_bytes(word, bytes).map_err(|error| bad(lines, column, &error))?;
                }
            }
            if before == 0 && !bytes.is_empty() {
                self.offset = lines.offset(column);
            }
        }
        Ok(())
    }
}

fn bad(lines: &Lines, column: usize, error: &WordError) -> CaptureError {
    lines.malformed(column + error.column, "hexadecimal text", &error.detail)
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let burst = self.gather()?;
        Ok(burst.map(|burst| Chunk {
            seen: Observation::Merged(&self.bytes),
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
    line: Vec<u8>,
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    Ok(Box::new(Writer {
        file: OutputFile::create(&options.path)?,
        line: Vec::new(),
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
        let bytes = whole_packet(seen, burst, self.file.name(), self.file.offset())?;
        self.line.clear();
        text::push_hex(bytes, &mut self.line);
        if let Some(comment) = note.comment {
            self.line.extend_from_slice(b" # ");
            self.line.extend_from_slice(text::one_line(comment).as_bytes());
        }
        self.line.push(b'\n');
        self.file.put(&self.line)
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.file.finish()
    }
}
