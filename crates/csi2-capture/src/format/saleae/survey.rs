//! The chunks of a file, looked at before it is read: times are on one grid only where all rates are one, and gaps are
//! worth telling.

use super::header::{ChunkHeader, FileHeader, Version};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// What the chunks of a file have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Survey {
    /// A chunk has another rate than the first.
    pub(super) mixed: bool,
    /// Chunks that do not begin where the one before ends.
    pub(super) gaps: u64,
    /// The first of these gaps, in seconds.
    pub(super) first_gap: Option<(f64, f64)>,
}

/// Goes from header to header, as far as there are any; what is wrong with them is for the reader to say.
pub(super) fn survey(path: &Path) -> Survey {
    let mut survey = Survey::default();
    let Ok(file) = File::open(path) else {
        return survey;
    };
    let mut file = BufReader::new(file);
    let (mut common, mut chunks) = ([0; FileHeader::COMMON_BYTES], [0; 8]);
    if file.read_exact(&mut common).is_err()
        || Version::parse(&common) != Ok(Version::V1)
        || file.read_exact(&mut chunks).is_err()
    {
        return survey;
    }
    let mut before: Option<ChunkHeader> = None;
    for _ in 0..u64::from_le_bytes(chunks) {
        let mut bytes = [0; ChunkHeader::BYTES];
        if file.read_exact(&mut bytes).is_err() {
            break;
        }
        let header = ChunkHeader::parse(Version::V1, &bytes);
        if let Some(before) = before {
            survey.mixed |= header.rate != before.rate;
            // A sample lies between the last of one chunk and the first of the next.
            if header.begin - before.end > 1.5 / header.rate.max(1.0) {
                survey.gaps += 1;
                survey.first_gap = survey.first_gap.or(Some((before.end, header.begin)));
            }
        }
        before = Some(header);
        let Some(skip) = header.count.checked_mul(8).and_then(|skip| i64::try_from(skip).ok()) else {
            break;
        };
        if file.seek_relative(skip).is_err() {
            break;
        }
    }
    survey
}
