//! Reading a session: what it says about itself at once, then its samples piece by piece.
//!
//! Ref: DreamSourceLab/DSView libsigrok4DSL/session_driver.c

use super::blocks::Blocks;
use super::header::{Header, HeaderError};
use crate::format::archive::{Archive, Medium, Part, Place, SessionReader, read_text};
use crate::reader::Fused;
use crate::{CaptureError, CaptureInfo, CaptureReader, Channel, ErrorKind, Layer, OpenOptions, Source};
use csi2_dphy::Timebase;
use std::io::BufReader;
use zip::result::ZipError;

pub(super) fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let mut info = CaptureInfo::new(super::FORMAT.name, Layer::Pins, source.total_bytes());
    let (place, progress) = (Place::new(source.name.clone()), Place::new(source.name.clone()));
    let medium = Medium::new(source, options)?;
    let archive = Archive::new(BufReader::new(medium.handle(&place)));
    // Members lie channel after channel: of a cut file, there are not all channels of any block.
    let mut archive = archive.map_err(|error| place.error("ZIP directory, which is at the end of the file", error))?;
    let text = match archive.by_name("header") {
        Ok(member) => read_text(member, "header", &place)?,
        Err(ZipError::FileNotFound) => {
            let detail = "the ZIP has no member `header`: not a DSView session";
            return Err(place.malformed("session", detail.into()));
        }
        Err(other) => return Err(place.error("header", other)),
    };
    let header = Header::parse(&text).map_err(|error| match error {
        HeaderError::Malformed(detail) => place.malformed("header", detail),
        HeaderError::Unsupported(detail) => place.fail(ErrorKind::Unsupported { detail }),
    })?;
    let blocks = Blocks::new(
        (archive, medium),
        &header,
        place,
        progress.clone(),
        options.record_limit(),
    )?;

    let given = options.sample_rate.filter(|&rate| rate > 0);
    info.timebase = header
        .rate
        .map(|rate| rate.timebase())
        .or(given.map(Timebase::from_hertz));
    info.sample_rate = header.rate.map(|rate| rate.hertz()).or(given.map(|rate| rate as f64));
    let (unit, present) = (blocks.unit(), blocks.present());
    if let (Some(found), Some(saved)) = (&present, header.channels)
        && found.len() as u64 != saved
    {
        info.notes
            .push(format!("{saved} channels were saved, {} are in the file", found.len()));
    }
    let last = present.and_then(|channels| channels.last().copied());
    let wires = last.map_or(8 * unit, |last| last + 1);
    let name = |index: usize| match header.probes.get(&index) {
        Some(name) => Channel::new(name),
        None => Channel::new(format!("probe{index}")),
    };
    info.channels = (0..wires).map(name).collect();
    info.notes
        .extend(header.driver.map(|driver| format!("captured by {driver}")));
    let all = Part {
        members: Box::new(blocks),
        progress: progress.clone(),
    };
    let reader = SessionReader::new(info, unit, vec![all], progress);
    Ok(Box::new(Fused::new(reader)))
}
