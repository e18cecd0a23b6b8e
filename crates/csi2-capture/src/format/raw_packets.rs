//! Packets one after another, nothing between them: only the packets themselves tell where one ends.

use crate::output::OutputFile;
use crate::reader::Fused;
use crate::registry::is_text;
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
    // Nothing marks such a file: anything that is not text could be one.
    sniff: |head| match head.is_empty() || is_text(head) {
        true => Confidence::No,
        false => Confidence::Maybe,
    },
    open: Some(|source, options| Ok(Box::new(Fused::new(Reader::new(source, options))))),
    create: Some(create),
};

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
