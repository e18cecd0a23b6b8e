//! Reading a session: what it says about itself at once, then its samples piece by piece.
//!
//! Ref: sigrokproject/libsigrok src/session_driver.c

use super::members::{Directory, Members};
use super::metadata::{Metadata, MetadataError};
use super::walk::Walk;
use crate::format::archive::{Archive, Medium, Place, SessionReader, threads};
use crate::reader::Fused;
use crate::{CaptureError, CaptureInfo, CaptureReader, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::Timebase;
use std::io::BufReader;
use zip::result::ZipError;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let total_bytes = source.total_bytes();
    let place = Place::new(source.name.clone());
    let medium = Medium::new(source, options)?;
    let mut members: Box<dyn Members> = match Archive::new(BufReader::new(medium.handle(&place))) {
        Ok(archive) => Box::new(Directory::new(archive, medium, place.clone())),
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
    let reader = SessionReader::new(info, metadata.unit, members.parts(threads()), place);
    Ok(Box::new(Fused::new(reader)))
}
