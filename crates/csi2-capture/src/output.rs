//! A file that appears under its name only when it is complete.

use crate::{CaptureError, ErrorKind};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const BUFFER: usize = 256 * 1024;

/// An output file: a hidden temporary file in the directory of the final one, renamed by [`OutputFile::finish`] and
/// removed when dropped before. `-` is standard output. Devices and pipes are written directly.
pub(crate) struct OutputFile {
    sink: Sink,
    name: String,
    written: u64,
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    Direct(BufWriter<File>),
    Renamed {
        file: BufWriter<File>,
        temporary: Temporary,
        path: PathBuf,
    },
}

/// The name of a temporary file, removed with it.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove; before it there is nobody left to tell.
        let _ = fs::remove_file(&self.0);
    }
}

impl OutputFile {
    /// Starts a file that will be called `path`.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(crate) fn create(path: &Path) -> Result<Self, CaptureError> {
        let name = path.display().to_string();
        let sink = Sink::create(path).map_err(|error| CaptureError::new(&name, 0, ErrorKind::Io(error)))?;
        Ok(Self { sink, name, written: 0 })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When the operating system refuses; at the offset in the output.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), CaptureError> {
        let offset = self.written;
        self.write_all(bytes).map_err(|error| self.error(offset, error))
    }

    /// Appends text, and empties it for the next.
    ///
    /// # Errors
    /// As [`OutputFile::put`].
    pub(crate) fn put_text(&mut self, text: &mut String) -> Result<(), CaptureError> {
        self.put(text.as_bytes())?;
        text.clear();
        Ok(())
    }

    /// Overwrites bytes written before; `false` where the output cannot go back, and nothing was done.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(crate) fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<bool, CaptureError> {
        let Sink::Renamed { file, .. } = &mut self.sink else {
            return Ok(false);
        };
        let outcome = file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| file.write_all(bytes))
            .and_then(|()| file.seek(SeekFrom::End(0)));
        outcome.map(|_| true).map_err(|error| self.error(offset, error))
    }

    /// Hands all bytes to the operating system, so that [`OutputFile::finish`] has only the name left to give.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(crate) fn settle(&mut self) -> Result<(), CaptureError> {
        let offset = self.written;
        self.flush().map_err(|error| self.error(offset, error))
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(crate) fn finish(mut self) -> Result<(), CaptureError> {
        self.settle()?;
        if let Sink::Renamed { temporary, path, .. } = &self.sink {
            fs::rename(&temporary.0, path).map_err(|error| self.error(0, error))?;
        }
        Ok(())
    }

    /// Name of the output for messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes written so far.
    pub(crate) fn offset(&self) -> u64 {
        self.written
    }

    /// An input/output error at an offset of this output.
    pub(crate) fn error(&self, offset: u64, error: io::Error) -> CaptureError {
        CaptureError::new(&self.name, offset, ErrorKind::Io(error))
    }

    fn writer(&mut self) -> &mut dyn Write {
        match &mut self.sink {
            Sink::Stdout(out) => out,
            Sink::Direct(file) | Sink::Renamed { file, .. } => file,
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.writer().write(bytes)?;
        self.written += n as u64;
        Ok(n)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer().write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }
}

impl Sink {
    fn create(path: &Path) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout(BufWriter::with_capacity(BUFFER, io::stdout())));
        }
        // Renaming over a symbolic link would replace the link, and over a device the device.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => {
                let file = OpenOptions::new().write(true).open(&path)?;
                return Ok(Self::Direct(BufWriter::with_capacity(BUFFER, file)));
            }
            _ => {}
        }
        let (file, temporary) = Temporary::beside(&path)?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Self::Renamed { file, temporary, path })
    }
}

impl Temporary {
    /// A new file in the directory of `path`: only there is a rename sure to be one step.
    fn beside(path: &Path) -> io::Result<(File, Self)> {
        let create = |hidden: &Path| OpenOptions::new().read(true).write(true).create_new(true).open(hidden);
        let (file, hidden) = hidden_beside(path, create)?;
        Ok((file, Self(hidden)))
    }
}

/// Creates something that is not there yet, under a hidden name in the directory of `path`. Returns the name, too.
pub(crate) fn hidden_beside<T>(path: &Path, create: impl Fn(&Path) -> io::Result<T>) -> io::Result<(T, PathBuf)> {
    let name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidFilename)?
        .to_string_lossy();
    let process = std::process::id();
    let mut tries = 0;
    loop {
        let hidden = path.with_file_name(format!(".{name}.{process}-{tries}.part"));
        match create(&hidden) {
            Ok(made) => return Ok((made, hidden)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < 1000 => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn appears_only_when_finished() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.bin");
        let mut file = OutputFile::create(&path).unwrap();
        file.put(b"one").unwrap();
        file.settle().unwrap();
        assert!(!path.exists());
        file.put(b" two").unwrap();
        assert!(file.patch(0, b"O").unwrap());
        file.put(b"!").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"One two!");
        assert_eq!(names(directory.path()), ["a.bin"]);
    }

    #[test]
    fn dropped_before_it_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.bin");
        fs::write(&path, b"old").unwrap();
        let mut file = OutputFile::create(&path).unwrap();
        file.put(b"new").unwrap();
        assert_eq!(names(directory.path()).len(), 2);
        drop(file);
        assert_eq!(names(directory.path()), ["a.bin"]);
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("a.bin"), directory.path().join("link"));
        fs::write(&path, b"old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut file = OutputFile::create(&link).unwrap();
        file.put(b"new").unwrap();
        file.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");

        let mut null = OutputFile::create(Path::new("/dev/null")).unwrap();
        null.put(b"gone").unwrap();
        null.finish().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_directory_and_a_missing_directory_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        assert!(OutputFile::create(directory.path()).is_err());
        assert!(OutputFile::create(&directory.path().join("no/such/file")).is_err());
    }
}
