//! The members of a session: as the directory of the ZIP lists them.

use crate::format::archive::{Archive, Medium, Part, Place, SampleMembers, Tracked, read_text};
use crate::{CaptureError, ErrorKind};
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use zip::ZipReadOptions;
use zip::read::ZipArchiveMetadata;
use zip::result::ZipError;

/// The members of a ZIP.
pub(super) trait Members {
    /// A small text member.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    fn text(&mut self, member: &'static str) -> Result<String, CaptureError>;

    /// Selects the members with samples: `BASE` alone, as older versions write, or `BASE-1`, `BASE-2`, ... by number.
    fn choose(&mut self, base: &str);

    /// Those that are selected, shared out to at most so many threads.
    fn parts(self: Box<Self>, threads: usize) -> Vec<Part>;
}

/// The number of a member with samples, 0 for `BASE` alone.
pub(super) fn number(name: &[u8], base: &str) -> Option<u64> {
    let rest = name.strip_prefix(base.as_bytes())?;
    match core::str::from_utf8(rest).ok()?.strip_prefix('-') {
        None if rest.is_empty() => Some(0),
        None => None,
        Some(number) => number.parse().ok(),
    }
}

/// There is no such text member.
pub(super) fn no_text(member: &str, place: &Place) -> CaptureError {
    let detail = format!("the ZIP has no member `{member}`: not a sigrok session");
    place.malformed("session", detail)
}

/// A whole ZIP.
pub(super) struct Directory {
    archive: Archive,
    medium: Medium,
    place: Place,
    /// Indices of the members with samples.
    chosen: Vec<usize>,
    /// What is missing, once these are read.
    missing: Option<String>,
}

impl Directory {
    pub(super) fn new(archive: Archive, medium: Medium, place: Place) -> Self {
        Self {
            archive,
            medium,
            place,
            chosen: Vec::new(),
            missing: None,
        }
    }
}

impl Members for Directory {
    fn text(&mut self, member: &'static str) -> Result<String, CaptureError> {
        match self.archive.by_name(member) {
            Ok(file) => read_text(file, member, &self.place),
            Err(ZipError::FileNotFound) => Err(no_text(member, &self.place)),
            Err(other) => Err(self.place.error(member, other)),
        }
    }

    fn choose(&mut self, base: &str) {
        let names = self.archive.file_names_raw().enumerate();
        let mut found: Vec<(u64, usize)> = names
            .filter_map(|(index, name)| Some((number(name, base)?, index)))
            .collect();
        found.sort_unstable();
        let first = found.first().map_or(0, |(number, _)| (*number).min(1));
        let gap = (first..).zip(&found).find(|(wanted, (number, _))| wanted != number);
        let whole = gap.map_or(found.len(), |(wanted, _)| usize::try_from(wanted - first).unwrap_or(0));
        self.missing = match gap {
            Some((wanted, _)) => Some(format!(
                "the ZIP has no member `{base}-{wanted}` but later ones: samples are lost"
            )),
            None if found.is_empty() => Some(format!("the ZIP has no member `{base}-1`: there are no samples")),
            None => None,
        };
        self.chosen = found.iter().take(whole).map(|(_, index)| *index).collect();
    }

    fn parts(self: Box<Self>, threads: usize) -> Vec<Part> {
        let most = if self.medium.is_shared() { threads } else { 1 };
        let count = self.chosen.len().min(most).max(1);
        let part = |number| {
            let place = self.place.apart();
            let mut left: Vec<usize> = self.chosen.iter().copied().skip(number).step_by(count).collect();
            left.reverse();
            Part {
                progress: place.clone(),
                members: Box::new(Chosen {
                    directory: self.archive.metadata(),
                    stream: BufReader::new(self.medium.handle(&place)),
                    place,
                    left,
                    missing: self.missing.clone(),
                }),
            }
        };
        (0..count).map(part).collect()
    }
}

/// Members with samples, read through a handle of their own.
struct Chosen {
    directory: Arc<ZipArchiveMetadata>,
    stream: BufReader<Tracked>,
    place: Place,
    /// Their indices, the next one last.
    left: Vec<usize>,
    missing: Option<String>,
}

impl SampleMembers for Chosen {
    fn next_samples(&mut self) -> Result<Option<Box<dyn Read + '_>>, CaptureError> {
        let Some(index) = self.left.pop() else {
            return Ok(None);
        };
        let member = self.directory.entry(index);
        match member.and_then(|member| member.with_reader(&mut self.stream, ZipReadOptions::new())) {
            Ok(member) => Ok(Some(Box::new(member))),
            Err(error) => Err(self.place.error("logic samples", error)),
        }
    }

    fn broken(&mut self, error: io::Error) -> CaptureError {
        self.place.io("logic samples", error)
    }

    fn lacking(&mut self) -> Option<ErrorKind> {
        let detail = self.missing.take()?;
        Some(ErrorKind::Malformed {
            what: "session",
            detail,
        })
    }
}
