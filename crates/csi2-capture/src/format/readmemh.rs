//! Memory files for `$readmemh`: packets as a memory of bytes, or lanes as a memory of words with a byte of each lane,
//! lane 0 in the least significant. One word a line, a comment before each burst.
//!
//! Ref: IEEE Std 1364-2005 clause 17 (`$readmemh`)
//!
//! ```verilog
//! reg [8*LANES-1:0] memory [0:WORDS-1];
//! initial $readmemh("capture.mem", memory);
//! ```

use crate::format::hex::{self, Style};
use crate::format::lanes::{wire_byte, wire_rows};
use crate::format::lanes_text::{self, Columns};
use crate::format::text::{self, BURST};
use crate::output::OutputFile;
use crate::reader::Fused;
use crate::window::Window;
use crate::writer::{lane_count, nanoseconds, whole_lanes, whole_packet};
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Confidence, CreateOptions,
    ErrorKind, Layer, OpenOptions, Source, WireNote,
};
use csi2_dphy::{MAX_LANES, Observation, Tick, Timebase};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "readmemh",
    description: "Verilog memory file, one byte or one byte of each lane a word",
    extensions: &["mem"],
    layers: &[Layer::Packets, Layer::Lanes],
    streams: true,
    sniff: |head| match head.starts_with(TITLE.as_bytes()) {
        true => Confidence::Certain,
        false => Confidence::No,
    },
    open: Some(open),
    create: Some(create),
};

/// How our files start.
const TITLE: &str = "// csi2 memory file";
/// What follows in files of lanes.
const LANES: &str = ": one byte of each of the lanes a word, lane 0 lowest";
/// Bytes of a file that are searched for its style.
const LOOKAHEAD: usize = 256 * 1024;

/// Words of one byte are packets. Wider words are lanes where the file is ours or the caller gives the lane count.
fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let total_bytes = source.total_bytes();
    let mut window = Window::new(source, options);
    window.fill(LOOKAHEAD)?;
    let head = window.bytes();
    let ours = head
        .strip_prefix(TITLE.as_bytes())
        .is_some_and(|rest| rest.starts_with(LANES.as_bytes()));
    let lanes = first_word(head).div_ceil(2);
    let info = |layer| CaptureInfo::new(FORMAT.name, layer, total_bytes);
    if ours || lanes > 1 && options.lanes == Some(lanes) {
        let reader = lanes_text::Reader::new(window, info(Layer::Lanes), Columns::Word, options)?;
        return Ok(Box::new(Fused::new(reader)));
    }
    if lanes > MAX_LANES {
        let detail =
            format!("words of {lanes} bytes, where a word holds one byte, or one of each of up to {MAX_LANES} lanes");
        return Err(window.error(ErrorKind::Malformed {
            what: "memory file",
            detail,
        }));
    }
    if lanes > 1 {
        let detail = format!(
            "words of {lanes} bytes; where a word holds a byte of each of {lanes} lanes, lane 0 lowest, say --lanes {lanes}"
        );
        return Err(window.error(ErrorKind::Missing { detail }));
    }
    let style = Style::memory(head);
    Ok(Box::new(Fused::new(hex::Reader::new(
        window,
        info(Layer::Packets),
        style,
    ))))
}

/// Digits of the first word that is not an address; 0 where there is none.
fn first_word(head: &[u8]) -> usize {
    let mut lines = text::each_line(head);
    let width = lines.find_map(|(line, _)| {
        let mut data = text::words(&line).filter(|(_, word)| !word.starts_with(b"@"));
        data.next().map(|(_, word)| text::digits(word).count())
    });
    width.unwrap_or(0)
}

struct Writer {
    file: OutputFile,
    layer: Layer,
    lanes: usize,
    timebase: Timebase,
    /// Where the number of words is to be filled in.
    count_at: u64,
    words: u64,
    bursts: u64,
    /// Of one burst.
    lines: Vec<u8>,
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let (lanes, title) = match options.layer {
        Layer::Lanes => (lane_count(options)?, format!("{TITLE}{LANES}")),
        _ => (1, format!("{TITLE}: packets, one byte a word")),
    };
    let mut file = OutputFile::create(&options.path)?;
    file.put(format!("{title}\n// words: ").as_bytes())?;
    let count_at = file.offset();
    // The number comes when it is known. A pipe cannot go back: there it stays blank, and the last line has it.
    file.put(format!("{:COUNT$}\n", "").as_bytes())?;
    Ok(Box::new(Writer {
        file,
        layer: options.layer,
        lanes,
        timebase: options.timebase,
        count_at,
        words: 0,
        bursts: 0,
        lines: Vec::new(),
    }))
}

/// Room for any number of words.
const COUNT: usize = 20;

impl Writer {
    /// The comment before a burst.
    fn announce(&mut self, words: usize, unit: &str, at: Option<Tick>, note: WireNote<'_>) {
        let mut line = format!("{BURST}{}, {words} {unit}", self.bursts);
        if let Some(at) = at {
            line.push_str(&format!(", t={} ns", nanoseconds(self.timebase, at)));
        }
        if let Some(comment) = note.comment {
            line.push_str(&format!(", {}", text::one_line(comment)));
        }
        line.push('\n');
        self.lines.clear();
        self.lines.extend_from_slice(line.as_bytes());
        self.bursts += 1;
        self.words += words as u64;
    }
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        at: Option<Tick>,
        note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        match self.layer {
            Layer::Lanes => {
                let lanes = whole_lanes(seen, burst, self.lanes, self.file.name(), self.file.offset())?;
                let rows = wire_rows(lanes);
                self.announce(rows, "words", at, note);
                for row in 0..rows {
                    for lane in lanes.iter().rev() {
                        text::push_hex(&[wire_byte(lane, row)], &mut self.lines);
                    }
                    self.lines.push(b'\n');
                }
            }
            _ => {
                let bytes = whole_packet(seen, burst, self.file.name(), self.file.offset())?;
                self.announce(bytes.len(), "bytes", at, note);
                for byte in bytes {
                    text::push_hex(std::slice::from_ref(byte), &mut self.lines);
                    self.lines.push(b'\n');
                }
            }
        }
        self.file.put(&self.lines)
    }

    fn finish(mut self: Box<Self>) -> Result<(), CaptureError> {
        let words = self.words;
        self.file.put(format!("// end, {words} words\n").as_bytes())?;
        let count = format!("{words:<COUNT$}");
        self.file.patch(self.count_at, count.as_bytes())?;
        self.file.finish()
    }
}
