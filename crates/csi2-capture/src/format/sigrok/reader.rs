//! Reading a session: what it says about itself at once, then its samples piece by piece.
//!
//! Ref: sigrokproject/libsigrok src/session_driver.c

use super::inflate::{Piece, Pieces};
use super::members::{Archive, Directory, Members};
use super::metadata::{Metadata, MetadataError};
use super::place::{Medium, Place};
use super::walk::Walk;
use crate::format::samples::samples_chunk;
use crate::reader::Fused;
use crate::{CaptureError, CaptureInfo, CaptureReader, Chunk, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::{Tick, Timebase};
use std::io::BufReader;
use zip::result::ZipError;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let total_bytes = source.total_bytes();
    let place = Place::new(source.name.clone());
    let medium = Medium::new(source, options)?;
    let mut members: Box<dyn Members> = match Archive::new(BufReader::new(medium.handle(&place)?)) {
        Ok(archive) => Box::new(Directory::new(archive, place.clone())),
        Err(error @ ZipError::InvalidArchive(_)) => {
            let trouble = place.error("ZIP directory", error);
            Box::new(Walk::new(&medium, &place, trouble)?)
        }
        Err(error) => return Err(place.error("ZIP directory", error)),
    };
    match members.text("version")?.trim() {
        "1" | "2" => {}
        other => {
            let detail = format!("session version `{other}`: versions 1 and 2 are read");
            return Err(place.fail(ErrorKind::Unsupported { detail }));
        }
    }
    let metadata = members.text("metadata")?;
    let metadata = Metadata::parse(&metadata).map_err(|error| match error {
        MetadataError::Malformed(detail) => place.malformed("metadata", detail),
        MetadataError::Unsupported(detail) => place.fail(ErrorKind::Unsupported { detail }),
    })?;
    members.choose(&metadata.capture_file);

    let mut info = CaptureInfo::new(super::FORMAT.name, Layer::Pins, total_bytes);
    let given = options.sample_rate.filter(|&rate| rate > 0);
    info.timebase = match (metadata.rate, given) {
        (Some(rate), _) => Some(rate.timebase()),
        (None, Some(rate)) => Some(Timebase::from_hertz(rate)),
        (None, None) => None,
    };
    info.sample_rate = metadata.rate.map(|rate| rate.hertz()).or(given.map(|rate| rate as f64));
    info.channels = metadata.channels;
    info.notes
        .extend(metadata.writer.map(|version| format!("written by sigrok {version}")));
    Ok(Box::new(Fused::new(SigrokReader {
        info,
        unit: metadata.unit,
        samples: Samples::Waiting(members),
        place,
        piece: Piece::default(),
        next: 0,
    })))
}

enum Samples {
    /// No thread yet: a caller may want no more than the information.
    Waiting(Box<dyn Members>),
    Running(Pieces),
    Done,
}

struct SigrokReader {
    info: CaptureInfo,
    unit: usize,
    samples: Samples,
    place: Place,
    piece: Piece,
    next: Tick,
}

impl CaptureReader for SigrokReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let mut pieces = match core::mem::replace(&mut self.samples, Samples::Done) {
            Samples::Waiting(members) => Pieces::start(members, self.unit, self.place.clone())?,
            Samples::Running(pieces) => pieces,
            Samples::Done => return Ok(None),
        };
        let Some(piece) = pieces.next(&mut self.piece)? else {
            return Ok(None);
        };
        self.samples = Samples::Running(pieces);
        self.piece = piece;
        let first = self.next;
        let bytes = self.piece.bytes();
        self.next += (bytes.len() / self.unit) as u64;
        Ok(Some(samples_chunk(first, self.unit, bytes)))
    }

    fn bytes_read(&self) -> u64 {
        self.piece.position
    }
}
