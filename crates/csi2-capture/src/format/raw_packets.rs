//! Packets one after another, nothing between them: only the packets themselves tell where one ends.

use crate::format::text::is_text;
use crate::output::OutputFile;
use crate::reader::Fused;
use crate::window::Window;
use crate::writer::merged;
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Chunk, Confidence, CreateOptions,
    Layer, OpenOptions, Source, WireNote,
};
use csi2_dphy::{Observation, Tick};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "packets",
    description: "raw packets, one after another",
    extensions: &["bin", "csi2", "raw", "pkt"],
    layers: &[Layer::Packets],
    streams: true,
    // Nothing marks such a file: anything that is neither text nor certainly something else could be one.
    sniff: |head| match head.is_empty() || is_text(head) || is_foreign(head) {
        true => Confidence::No,
        false => Confidence::Maybe,
    },
    open: Some(|source, options| Ok(Box::new(Fused::new(Reader::new(source, options))))),
    create: Some(create),
};

/// How files begin that hold no packets but may be given by mistake. None is a header with a correct ECC.
const FOREIGN: &[&[u8]] = &[
    b"\x7FELF",
    b"\x89PNG",
    b"\xFF\xD8\xFF",
    b"\x1F\x8B\x08",
    b"\xFD7zXZ",
    b"\x28\xB5\x2F\xFD",
    b"BZh",
    b"%PDF",
    b"\x93NUMPY",
    b"\x89HDF",
    b"PK\x03\x04",
];

fn is_foreign(head: &[u8]) -> bool {
    FOREIGN.iter().any(|magic| head.starts_with(magic))
}

struct Reader {
    window: Window,
    info: CaptureInfo,
    /// Bytes in front of the window that the last chunk still borrowed.
    used: usize,
}

impl Reader {
    fn new(source: Source, options: &OpenOptions) -> Self {
        Self {
            info: CaptureInfo::new(FORMAT.name, Layer::Packets, source.total_bytes()),
            window: Window::new(source, options),
            used: 0,
        }
    }
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.window.consume(std::mem::take(&mut self.used));
        if !self.window.fill(1)? {
            return Ok(None);
        }
        let bytes = self.window.bytes();
        self.used = bytes.len();
        Ok(Some(Chunk {
            seen: Observation::Merged(bytes),
            burst: Burst::WITHIN,
            offset: self.window.offset(),
            at: None,
            link: 0,
            lost: 0,
        }))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset() + self.used as u64
    }
}

struct Writer {
    file: OutputFile,
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let file = OutputFile::create(&options.path)?;
    Ok(Box::new(Writer { file }))
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _burst: Burst,
        _at: Option<Tick>,
        _note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let bytes = merged(seen, self.file.name(), self.file.offset())?;
        self.file.put(bytes)
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.file.finish()
    }
}
