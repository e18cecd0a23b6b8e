//! Outputs that appear under their name only when whole, and standard output that may close early.

use crate::failure::Failure;
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file on its way: written beside its place, moved there by [`Output::finish`]. `-` is standard output. Devices and
/// pipes are written directly.
pub(crate) struct Output {
    name: String,
    target: Target,
}

enum Target {
    Standard(Stdout),
    Direct(BufWriter<File>),
    File(PathBuf, BufWriter<NamedTempFile>),
}

impl Output {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if name == "-" {
            return Ok(Self {
                name,
                target: Target::Standard(stdout()),
            });
        }
        let failed = |error| Failure::io(&name, error);
        // Renaming over a symbolic link would replace the link, and over a device the device.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match std::fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Err(failed(std::io::ErrorKind::IsADirectory.into())),
            Ok(found) if !found.is_file() => {
                let file = File::options().write(true).open(&path).map_err(failed)?;
                return Ok(Self {
                    name,
                    target: Target::Direct(BufWriter::with_capacity(1 << 18, file)),
                });
            }
            _ => {}
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // The name of the temporary file would say nothing.
        let file = temporary(directory).map_err(|error| {
            let (directory, kind) = (directory.display(), error.kind());
            Failure::file(&name, format!("no file can be made in {directory}: {kind}"))
        })?;
        Ok(Self {
            name,
            target: Target::File(path, BufWriter::with_capacity(1 << 18, file)),
        })
    }

    /// Runs a writer over the file.
    pub(crate) fn write(&mut self, body: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
        let result = match &mut self.target {
            Target::Standard(out) => body(out),
            Target::Direct(out) => body(out),
            Target::File(_, out) => body(out),
        };
        result.map_err(|error| Failure::io(&self.name, error))
    }

    /// Writes over the first bytes, as the last thing: a header that tells how much follows. Pipes have no way back.
    pub(crate) fn overwrite_start(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let result = match &mut self.target {
            Target::Standard(_) => Err(std::io::ErrorKind::NotSeekable.into()),
            Target::Direct(out) => out.seek(SeekFrom::Start(0)).and_then(|_| out.write_all(bytes)),
            Target::File(_, out) => out.seek(SeekFrom::Start(0)).and_then(|_| out.write_all(bytes)),
        };
        result.map_err(|error| Failure::io(&self.name, error))
    }

    /// Gives the file its name.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { name, target } = self;
        match target {
            Target::Standard(mut out) => out.flush().map_err(|error| Failure::io(&name, error)),
            Target::Direct(mut out) => out.flush().map_err(|error| Failure::io(&name, error)),
            Target::File(path, out) => {
                let file = out
                    .into_inner()
                    .map_err(|error| Failure::io(&name, error.into_error()))?;
                file.persist(&path).map_err(|error| Failure::io(&name, error.error))?;
                Ok(())
            }
        }
    }
}

/// Refuses an output that would take the place of an input, whatever names they are given by.
pub(crate) fn keep_inputs<'a>(output: &Path, inputs: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
    if output.as_os_str() == "-" {
        return Ok(());
    }
    let same = |input: &&str| *input != "-" && is_same_file(output, Path::new(input));
    match inputs.into_iter().find(same) {
        Some(_) => Err(Failure::usage(format!("{}: is the input too", output.display()))),
        None => Ok(()),
    }
}

/// Two names of one ordinary file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let (Ok(a), Ok(b)) = (std::fs::metadata(one), std::fs::metadata(other)) else {
        return false;
    };
    #[cfg(unix)]
    let alike = {
        use std::os::unix::fs::MetadataExt as _;
        (a.dev(), a.ino()) == (b.dev(), b.ino())
    };
    #[cfg(not(unix))]
    let alike = matches!((std::fs::canonicalize(one), std::fs::canonicalize(other)), (Ok(a), Ok(b)) if a == b);
    a.is_file() && b.is_file() && alike
}

/// What a file is made of.
pub(crate) type Body<'a> = &'a mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>;

/// Where whole files go, one after another.
pub(crate) trait Files {
    /// Writes one; `-` is standard output.
    fn write(&mut self, path: &Path, body: Body<'_>) -> Result<(), Failure>;
}

/// Writes files at once.
pub(crate) struct AtOnce;

impl Files for AtOnce {
    fn write(&mut self, path: &Path, body: Body<'_>) -> Result<(), Failure> {
        write_file(path, body)
    }
}

/// Writes a whole file at once.
pub(crate) fn write_file(path: &Path, body: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.write(body)?;
    output.finish()
}

/// A temporary file with the permissions of an ordinary one: it becomes the output.
fn temporary(directory: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".csi2-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

/// Standard output for data: bytes pass unchanged.
pub(crate) type Stdout = BufWriter<std::io::Stdout>;

/// Standard output for data.
pub(crate) fn stdout() -> Stdout {
    BufWriter::with_capacity(1 << 16, std::io::stdout())
}

/// Standard output for reports: colours stay only on a terminal, or with `--color always`.
pub(crate) fn styled() -> BufWriter<anstream::AutoStream<std::io::StdoutLock<'static>>> {
    BufWriter::with_capacity(1 << 16, anstream::stdout().lock())
}

/// An error of standard output: a closed pipe is a quiet end.
pub(crate) fn stdout_error(error: std::io::Error) -> Failure {
    Failure::io("standard output", error)
}
