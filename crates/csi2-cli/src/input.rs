//! Inputs that are read whole.

use std::fs::File;
use std::io;

/// Opens a file that must end before anything can be done with it.
///
/// # Errors
/// When the operating system refuses, and for devices: they may never end.
pub(crate) fn open(name: &str) -> io::Result<File> {
    let file = File::open(name)?;
    if is_device(&file.metadata()?) {
        return Err(io::Error::other(
            "a device may have no end, but is needed whole: copy what is wanted of it to a file, or pipe it in as -",
        ));
    }
    Ok(file)
}

/// Whether a second look finds the same as the first: not so of standard input, pipes and devices.
pub(crate) fn may_be_read_again(name: &str) -> bool {
    name != "-" && std::fs::metadata(name).is_ok_and(|metadata| metadata.is_file())
}

/// Neither a file, a directory nor a pipe.
#[cfg(unix)]
pub(crate) fn is_device(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
pub(crate) fn is_device(_: &std::fs::Metadata) -> bool {
    false
}
