//! The file of an archive, and where in it reading is.

use crate::{CaptureError, ErrorKind, OpenOptions, Source};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use zip::result::ZipError;

/// Where the bytes of the ZIP are.
pub(crate) enum Medium {
    File(File),
    /// What came through a pipe.
    Memory(Bytes),
}

impl Medium {
    /// The file, again from its start; from a pipe what fits in memory.
    pub(crate) fn new(source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        let fail = |kind| CaptureError::new(&source.name, 0, kind);
        if let Some(path) = &source.path {
            let file = File::open(path).map_err(|error| fail(ErrorKind::Io(error)))?;
            if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
                return Ok(Self::File(file));
            }
        }
        let limit = options.record_limit() as u64;
        let mut bytes = Vec::new();
        let mut stream = source.stream.take(limit.saturating_add(1));
        stream
            .read_to_end(&mut bytes)
            .map_err(|error| fail(ErrorKind::Io(error)))?;
        if bytes.len() as u64 > limit {
            let detail = format!(
                "a ZIP ends with its directory: from a pipe only {limit} bytes are kept, give the file by name"
            );
            return Err(fail(ErrorKind::Unsupported { detail }));
        }
        Ok(Self::Memory(bytes.into()))
    }

    /// Opens it at its start. Handles share their place in the file: one is used at a time.
    pub(crate) fn handle(&self, place: &Place) -> Result<Tracked, CaptureError> {
        let inner: Box<dyn Seekable> = match self {
            Self::File(file) => Box::new(file.try_clone().map_err(|error| place.fail(ErrorKind::Io(error)))?),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        };
        let mut handle = Tracked {
            inner,
            position: Arc::clone(&place.position),
        };
        handle.rewind().map_err(|error| place.fail(ErrorKind::Io(error)))?;
        Ok(handle)
    }
}

pub(crate) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// Tells other threads where in the file reading is.
pub(crate) struct Tracked {
    inner: Box<dyn Seekable>,
    position: Arc<AtomicU64>,
}

impl Read for Tracked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.position.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Tracked {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = self.inner.seek(to)?;
        self.position.store(position, Ordering::Relaxed);
        Ok(position)
    }
}

/// Where reading is, for errors.
#[derive(Clone)]
pub(crate) struct Place {
    name: String,
    position: Arc<AtomicU64>,
}

impl Place {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            position: Arc::default(),
        }
    }

    /// An error at another byte than that where reading is.
    pub(crate) fn fail_at(&self, offset: u64, kind: ErrorKind) -> CaptureError {
        CaptureError::new(&self.name, offset, kind)
    }

    /// Goes on by some bytes, where no [`Tracked`] does.
    pub(crate) fn advance(&self, bytes: u64) {
        self.position.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn offset(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    pub(crate) fn fail(&self, kind: ErrorKind) -> CaptureError {
        CaptureError::new(&self.name, self.offset(), kind)
    }

    pub(crate) fn malformed(&self, what: &'static str, detail: String) -> CaptureError {
        self.fail(ErrorKind::Malformed { what, detail })
    }

    pub(crate) fn error(&self, what: &'static str, error: ZipError) -> CaptureError {
        match error {
            ZipError::Io(error) => self.io(what, error),
            ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
                let detail = format!("{what}: {error}; members are stored or plain deflate");
                self.fail(ErrorKind::Unsupported { detail })
            }
            other => self.malformed(what, other.to_string()),
        }
    }

    /// Bad compressed data comes as an error of the reader, with these kinds.
    pub(crate) fn io(&self, what: &'static str, error: io::Error) -> CaptureError {
        use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput | Other | UnexpectedEof => self.malformed(what, error.to_string()),
            _ => self.fail(ErrorKind::Io(error)),
        }
    }
}
