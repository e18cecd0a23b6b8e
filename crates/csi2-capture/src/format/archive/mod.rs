//! Captures that are ZIP files: what their formats share.

mod inflate;
mod piece;
mod pieces;
mod place;
mod reader;
#[cfg(test)]
mod tests;

pub(crate) use piece::Piece;
pub(crate) use pieces::Pieces;
pub(crate) use place::{Medium, Place, Tracked};
pub(crate) use reader::SessionReader;

use crate::format::frequency::Frequency;
use crate::format::samples::{MAX_UNIT, refused};
use crate::output::OutputFile;
use crate::{CaptureError, CreateOptions, ErrorKind};
use std::io::{self, BufReader, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// What a ZIP starts with that has members.
pub(crate) const SIGNATURE: &[u8] = b"PK\x03\x04";
/// Where in the header of a member the length of its name is, and the name.
const NAME_LENGTH: usize = 26;
const NAME: usize = 30;
/// Text members are a few hundred bytes.
const TEXT_LIMIT: u64 = 1 << 20;

pub(crate) type Archive = ZipArchive<BufReader<Tracked>>;

/// Members with samples, one after another.
pub(crate) trait SampleMembers: Send {
    /// The next member with samples, `None` after the last.
    ///
    /// # Errors
    /// Where it cannot be opened, or the samples do not go on although the capture does.
    fn next_samples(&mut self) -> Result<Option<Box<dyn Read + '_>>, CaptureError>;

    /// What it means that the member given last cannot be read on.
    fn broken(&mut self, error: io::Error) -> CaptureError;

    /// What is wrong, once the members are over: where reading was then, the thread of the last one knows.
    fn lacking(&mut self) -> Option<ErrorKind> {
        None
    }
}

/// What a thread inflates: all members, or every n-th one.
pub(crate) struct Part {
    pub(crate) members: Box<dyn SampleMembers>,
    /// Goes on by what `members` read of the file.
    pub(crate) progress: Place,
}

/// Threads that inflate side by side; the decoder takes what they make one after another.
pub(crate) fn threads() -> usize {
    const MOST: usize = 4;
    crate::in_turn::threads(MOST)
}

/// The name of the first member, by the first bytes of a file. `None` where it is no ZIP.
pub(crate) fn first_name(head: &[u8]) -> Option<&[u8]> {
    let length = head
        .get(NAME_LENGTH..)?
        .first_chunk()
        .copied()
        .map(u16::from_le_bytes)?;
    let name = head.get(NAME..)?;
    let name = name.get(..usize::from(length)).unwrap_or(name);
    head.starts_with(SIGNATURE).then_some(name)
}

/// The sample rate of a session to write.
///
/// # Errors
/// Where it has none, or more channels than fit a sample.
pub(crate) fn sample_rate(file: &OutputFile, options: &CreateOptions) -> Result<Frequency, CaptureError> {
    let count = options.channels.len();
    if count > MAX_UNIT * 8 {
        let detail = format!("{count} channels, a session has up to {} here", MAX_UNIT * 8);
        return Err(refused(file, detail));
    }
    let rate = Frequency::of(options.timebase);
    rate.ok_or_else(|| refused(file, "a session needs a sample rate of at least 1 Hz".into()))
}

/// The text of a member, which is small.
pub(crate) fn read_text(member: impl Read, name: &'static str, place: &Place) -> Result<String, CaptureError> {
    let mut bytes = Vec::new();
    let read = member.take(TEXT_LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| place.io(name, error))?;
    if bytes.len() as u64 > TEXT_LIMIT {
        return Err(place.fail(ErrorKind::TooLarge {
            what: name,
            size: bytes.len() as u64,
            limit: TEXT_LIMIT,
        }));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// An archive that cannot be written.
pub(crate) fn write_error(name: &str, error: ZipError) -> CaptureError {
    let kind = match error {
        ZipError::Io(error) => ErrorKind::Io(error),
        other => ErrorKind::Io(io::Error::other(other.to_string())),
    };
    CaptureError::new(name, 0, kind)
}
