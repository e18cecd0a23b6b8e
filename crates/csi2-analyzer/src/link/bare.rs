//! Lane files without sync bytes or trail: packets back to back, each distributed from lane 0 anew, and each scrambled
//! like a burst of its own.

use super::burst::{Burst, HEADER_BYTES};
use super::lane_files::Files;
use super::ledger::Flow;
use super::place::{Pieces, Place};
use super::sync::is_clean;
use super::{Advance, no_news};
use csi2_dphy::{LaneBytes, MAX_LANES};

/// Packets lost in a row that are followed where each leaves some lanes a byte ahead.
const MOST_LOST: usize = 4;

/// The mode's state.
pub(super) struct Bare;

impl Bare {
    pub(super) fn advance<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
    ) -> Advance<'c> {
        if !burst.is_open() {
            if files.window.is_empty(lanes) {
                return Advance::Starved;
            }
            let [first, ..] = files.window.positions();
            let place = Place::Bytes(Pieces::new(first, files.at));
            return Advance::Said(burst.open(no_news(files.window.count()), place));
        }
        let merged = match burst.ledger.flow {
            Flow::Header => {
                if burst.line.admitted().is_empty() {
                    self.begin(files, burst);
                }
                files.merge(burst, lanes, burst.shortfall())
            }
            Flow::Packet { .. } => files.merge(burst, lanes, burst.shortfall()),
            Flow::Lost => self.hunt(files, burst, lanes, complete),
        };
        if merged > 0 {
            return Advance::Again;
        }
        if complete {
            files.window.drop_all(lanes);
            burst.close(None);
            return Advance::Again;
        }
        files.keep(burst, lanes).unwrap_or_else(|trouble| trouble)
    }

    /// The next byte is the first of a packet.
    fn begin(&mut self, files: &mut Files, burst: &mut Burst) {
        let [first, ..] = files.window.positions();
        burst.continues_at(first, files.at);
        burst.reload();
        files.merged = 0;
    }

    /// Where the lost packet ended is not known, nor with it the bytes of each lane at which the next begins: tries every
    /// length, and for each that of several such packets, until a header is found with which the depacketizer would go on.
    fn hunt(&mut self, files: &mut Files, burst: &mut Burst, lanes: &mut LaneBytes<'_>, complete: bool) -> usize {
        let rows = files.window.rows(lanes);
        let phase = files.phase();
        let resumes = |skip: &[usize; MAX_LANES]| {
            let wire = rows.after(skip).header(0);
            wire.filter(|wire| is_clean(Some(*wire), files.code) && burst.would_resume_at(files.code.bytes(*wire)))
        };
        let mut length = 0;
        // Bytes behind a length, so that it can be judged; at the end of the capture there are no more.
        let behind = if complete {
            0
        } else {
            MOST_LOST * rows.count() + HEADER_BYTES
        };
        while rows.available(phase) > length + behind {
            let share = rows.share(phase, length);
            let ahead = (phase + length) % rows.count();
            for more in 0..if ahead > 0 { MOST_LOST } else { 1 } {
                let mut skip = share;
                skip.iter_mut().take(ahead).for_each(|skip| *skip += more);
                if resumes(&skip).is_none() {
                    continue;
                }
                let merged = files.merge(burst, lanes, length);
                if merged == length {
                    let mut rest = [0; MAX_LANES];
                    rest.iter_mut().take(ahead).for_each(|rest| *rest = more);
                    files.pass(burst, lanes, &rest);
                    self.begin(files, burst);
                    return merged + files.merge(burst, lanes, HEADER_BYTES);
                }
                return merged;
            }
            length += 1;
        }
        let bytes = if complete { usize::MAX } else { length };
        files.merge(burst, lanes, bytes)
    }
}
