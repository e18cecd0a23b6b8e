//! The file of an archive, and where in it reading is.

use crate::{CaptureError, ErrorKind, OpenOptions, Source};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use zip::result::ZipError;

/// Where the bytes of the ZIP are.
#[derive(Clone)]
pub(crate) enum Medium {
    File(Arc<File>),
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
                return Ok(Self::File(Arc::new(file)));
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

    /// Another reader of it, at its start. `place` goes with it.
    pub(crate) fn handle(&self, place: &Place) -> Tracked {
        let inner: Box<dyn Seekable> = match self {
            Self::File(file) => Box::new(Shared {
                file: Arc::clone(file),
                at: 0,
            }),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        };
        place.position.store(0, Ordering::Relaxed);
        Tracked {
            inner,
            position: Arc::clone(&place.position),
        }
    }

    /// Whether several handles can be used at a time.
    pub(crate) const fn is_shared(&self) -> bool {
        cfg!(any(unix, windows)) || matches!(self, Self::Memory(_))
    }
}

pub(crate) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// A reader of a file that others read elsewhere: opened again by its name, it might be another file by now.
struct Shared {
    file: Arc<File>,
    at: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = read_at(&self.file, buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
            SeekFrom::End(_) => (&*self.file).seek(to)?,
        };
        Ok(self.at)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// Of several handles, one is used at a time: see [`Medium::is_shared`].
#[cfg(not(any(unix, windows)))]
fn read_at(mut file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    file.read(buffer)
}

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

    /// Another place in the same file, at its start.
    pub(crate) fn apart(&self) -> Self {
        Self::new(self.name.clone())
    }

    /// An error at another byte than that where reading is.
    pub(crate) fn fail_at(&self, offset: u64, kind: ErrorKind) -> CaptureError {
        CaptureError::new(&self.name, offset, kind)
    }

    /// Goes on by some bytes, where no [`Tracked`] does.
    pub(crate) fn advance(&self, bytes: u64) {
        self.position.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Goes to another byte.
    pub(crate) fn go(&self, offset: u64) {
        self.position.store(offset, Ordering::Relaxed);
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
