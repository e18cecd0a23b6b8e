//! Dumps as files.

use crate::input;
use csi2_analyzer::dump::Dump;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// A file and its length; a pipe is copied to a temporary file first.
pub(super) fn seekable(name: &str) -> io::Result<(File, u64)> {
    let mut file = if name == "-" {
        let mut copy = tempfile::tempfile()?;
        io::copy(&mut io::stdin().lock(), &mut copy)?;
        copy
    } else {
        input::open(name)?
    };
    if !file.metadata()?.is_file() {
        let mut copy = tempfile::tempfile()?;
        io::copy(&mut file, &mut copy)?;
        file = copy;
    }
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// The file from an offset on. What cannot be read is not there; why is kept.
pub(super) struct DumpFile<'a> {
    file: &'a mut File,
    offset: u64,
    length: u64,
    error: Option<io::Error>,
}

impl<'a> DumpFile<'a> {
    pub(super) fn new(file: &'a mut File, offset: u64, length: u64) -> Self {
        Self {
            file,
            offset,
            length: length.saturating_sub(offset),
            error: None,
        }
    }

    /// The first error, if there was one.
    pub(super) fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)
    }

    fn try_read(&mut self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.offset.saturating_add(at)))?;
        let mut done = 0;
        while let Some(rest @ [_, ..]) = out.get_mut(done..) {
            match self.file.read(rest) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

impl Dump for DumpFile<'_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&mut self, at: u64, out: &mut [u8]) -> usize {
        self.try_read(at, out).unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            0
        })
    }
}
