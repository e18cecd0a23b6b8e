//! The beginning of a capture, looked at before the link is decided: lanes that are named but never driven are no lanes.

use csi2_capture::{CaptureError, CaptureReader};
use csi2_dphy::{Change, Level, Observation, PinMap};

/// Changes looked at. A capture in which all lanes are driven is decided at its first time stamp.
const LIMIT: usize = 1 << 20;

/// Changes taken from the reader early; they come again before the rest.
#[derive(Debug, Default)]
pub(super) struct Prelude {
    pub(super) changes: Vec<Change>,
    pub(super) link: u16,
    /// The reader ended early.
    pub(super) broken: Option<CaptureError>,
}

impl Prelude {
    /// Reads until every data lane of `pins` is driven, or enough; returns how many lanes the link has.
    ///
    /// Only for captures of changes: in samples nothing tells a wire that is not driven from one that is low.
    pub(super) fn read(reader: &mut dyn CaptureReader, pins: &PinMap) -> (Self, usize) {
        let mut prelude = Self::default();
        let mut driven = [false; csi2_dphy::MAX_LANES];
        let mut seen = 0;
        while prelude.changes.len() < LIMIT && !driven.iter().take(pins.count).all(|driven| *driven) {
            match reader.next_chunk() {
                Ok(Some(chunk)) => {
                    let Observation::Changes(changes) = chunk.seen else {
                        break;
                    };
                    prelude.changes.extend_from_slice(changes);
                    prelude.link = chunk.link;
                }
                Ok(None) => break,
                Err(error) => {
                    prelude.broken = Some(error);
                    break;
                }
            }
            let news = prelude.changes.get(seen..).unwrap_or_default();
            for change in news.iter().filter(|change| change.level != Level::Unknown) {
                for (lane, driven) in pins.lanes.iter().take(pins.count).zip(&mut driven) {
                    *driven |= lane.p.is_some_and(|wire| wire.channel == change.channel);
                }
            }
            seen = prelude.changes.len();
        }
        let lanes = driven.iter().take(pins.count).rposition(|driven| *driven);
        (prelude, lanes.map_or(pins.count, |last| last + 1))
    }
}
