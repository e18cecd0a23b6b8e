//! The members of a session: as the directory of the ZIP lists them.

use crate::CaptureError;
use crate::format::archive::{Archive, Place, SampleMembers, read_text};
use std::io::{self, Read};
use zip::result::ZipError;

/// Gives the members of a ZIP.
pub(super) trait Members: SampleMembers {
    /// A small text member.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    fn text(&mut self, member: &'static str) -> Result<String, CaptureError>;

    /// Selects the members with samples: `BASE` alone, as older versions write, or `BASE-1`, `BASE-2`, ... by number.
    fn choose(&mut self, base: &str);
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
    place: Place,
    /// Indices of the members with samples, the next one last.
    left: Vec<usize>,
    /// What is missing, once the members before it are read.
    missing: Option<String>,
}

impl Directory {
    pub(super) fn new(archive: Archive, place: Place) -> Self {
        Self {
            archive,
            place,
            left: Vec::new(),
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
        self.left = found.iter().take(whole).map(|(_, index)| *index).rev().collect();
    }
}

impl SampleMembers for Directory {
    fn next_samples(&mut self) -> Result<Option<Box<dyn Read + '_>>, CaptureError> {
        let Some(index) = self.left.pop() else {
            return match self.missing.take() {
                None => Ok(None),
                Some(detail) => Err(self.place.malformed("session", detail)),
            };
        };
        match self.archive.by_index(index) {
            Ok(member) => Ok(Some(Box::new(member))),
            Err(error) => Err(self.place.error("logic samples", error)),
        }
    }

    fn broken(&mut self, error: io::Error) -> CaptureError {
        self.place.io("logic samples", error)
    }
}
