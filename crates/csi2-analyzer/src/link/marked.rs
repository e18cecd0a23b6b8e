//! Lane files with sync bytes: each burst opens with a sync byte on every lane and ends in a trail.

use super::boundary::{FEW_LANES, Next, Reach, Search, next, proof, reach};
use super::burst::{Burst, HEADER_BYTES};
use super::lane_files::Files;
use super::ledger::Flow;
use super::place::Place;
use super::rows::Rows;
use super::sync::{First, Opening, Sync, first_of, is_clean, is_idle, sync_verdict, trouble};
use super::{Advance, no_news};
use csi2_dphy::{LaneBytes, MAX_LANES, PinEvent};

/// Bytes merged at once where no header says how many.
const STRIDE: usize = 32 << 10;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Between bursts.
    Gap {
        /// All bytes so far were idle.
        clean: bool,
        /// Idle rows so far.
        run: usize,
    },
    /// In a burst.
    Data,
    /// After a packet, in bytes that are neither trail nor header.
    Tail,
}

/// The mode's state.
pub(super) struct Marked {
    state: State,
    /// Packets there were when a header was found behind one.
    followed: Option<u64>,
}

impl Marked {
    /// Before a burst.
    pub(super) fn between() -> Self {
        Self {
            state: State::Gap { clean: true, run: 0 },
            followed: None,
        }
    }

    /// Within something whose beginning was not seen.
    pub(super) fn adrift() -> Self {
        Self {
            state: State::Gap { clean: false, run: 0 },
            followed: None,
        }
    }

    pub(super) fn advance<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
    ) -> Advance<'c> {
        match (self.state, burst.ledger.flow) {
            (State::Gap { clean, run }, _) => self.gap(files, burst, lanes, complete, clean, run),
            (State::Data, Flow::Header) if burst.between_packets() => self.after_packet(files, burst, lanes, complete),
            (State::Data, Flow::Header) => {
                let merged = files.merge(burst, lanes, burst.shortfall());
                self.go_on(files, burst, lanes, complete, merged)
            }
            // On few lanes, payload may look like a boundary. A good header is then the better witness.
            (State::Data, Flow::Packet { corrected: false }) if files.window.count() <= FEW_LANES => {
                let merged = files.merge(burst, lanes, burst.shortfall());
                self.go_on(files, burst, lanes, complete, merged)
            }
            (State::Data, Flow::Packet { .. }) => {
                let search = Search::Packet {
                    ends: burst.shortfall(),
                };
                self.search(files, burst, lanes, complete, search)
            }
            (State::Data, Flow::Lost) => self.search(files, burst, lanes, complete, Search::Lost { most: STRIDE }),
            (State::Tail, _) => self.tail(files, burst, lanes, complete),
        }
    }

    /// Merges up to the next boundary.
    fn search<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
        search: Search,
    ) -> Advance<'c> {
        let rows = files.window.rows(lanes);
        let Reach { bytes, boundary } = reach(&rows, files.phase(), search, complete, files.code);
        let merged = files.merge(burst, lanes, bytes);
        if boundary && merged == bytes {
            return self.end(burst, true);
        }
        self.go_on(files, burst, lanes, complete, merged)
    }

    /// After merging: more will come, or has to.
    fn go_on<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
        merged: usize,
    ) -> Advance<'c> {
        if merged > 0 {
            return Advance::Again;
        }
        if complete {
            files.window.drop_all(lanes);
            return self.end(burst, true);
        }
        self.wait(files, burst, lanes)
    }

    fn end<'c>(&mut self, burst: &mut Burst, clean: bool) -> Advance<'c> {
        burst.close(None);
        self.state = State::Gap { clean, run: 0 };
        Advance::Again
    }

    fn wait<'c>(&mut self, files: &mut Files, burst: &mut Burst, lanes: &mut LaneBytes<'_>) -> Advance<'c> {
        files.keep(burst, lanes).unwrap_or_else(|trouble| {
            self.state = State::Gap { clean: false, run: 0 };
            trouble
        })
    }

    /// Decides what follows a packet.
    fn after_packet<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
    ) -> Advance<'c> {
        let packets = burst.ledger.packets();
        if self.followed == Some(packets) {
            // The depacketizer has the header found, but waits for what comes behind it.
            let merged = files.merge(burst, lanes, 1);
            return self.go_on(files, burst, lanes, complete, merged);
        }
        let rows = files.window.rows(lanes);
        let phase = files.phase();
        let byte = |index| rows.byte(phase, index);
        match next(
            byte,
            phase,
            rows.count(),
            |lane| burst.last(lane),
            true,
            complete,
            burst.header_code(),
        ) {
            Next::More => self.wait(files, burst, lanes),
            Next::Packet => {
                self.followed = Some(packets);
                let merged = files.merge(burst, lanes, HEADER_BYTES);
                self.go_on(files, burst, lanes, complete, merged)
            }
            Next::Trail => {
                // Lanes that had one byte less began their trail one byte early.
                let mut early = [0; MAX_LANES];
                for (lane, early) in early.iter_mut().enumerate().skip(phase).take(rows.count() - phase) {
                    *early = usize::from(phase > 0 && rows.lane(lane).first().is_some_and(|byte| is_idle(*byte)));
                }
                files.window.take(lanes, &early);
                self.end(burst, true)
            }
            Next::Other => {
                let synced = |lane: &&[u8]| lane.first().is_some_and(|byte| sync_verdict(*byte).is_some());
                if rows.lanes().iter().all(synced) {
                    return self.end(burst, true);
                }
                self.state = State::Tail;
                Advance::Again
            }
        }
    }

    /// Hands on what makes no sense after a packet, until the lanes rest.
    fn tail<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
    ) -> Advance<'c> {
        let rows = files.window.rows(lanes);
        let phase = files.phase();
        let reach = reach(&rows, phase, Search::Lost { most: STRIDE }, complete, files.code);
        let count = rows.count();
        let lead = rows.lead(phase);
        let aligned = rows.after(&rows.share(phase, lead));
        let idle = |row: usize| {
            aligned
                .lanes()
                .iter()
                .all(|lane| lane.get(row).is_some_and(|byte| is_idle(*byte)))
        };
        let rests = (0..reach.bytes.saturating_sub(lead) / count).find(|row| idle(*row));
        let bytes = rests.map_or(reach.bytes, |row| lead + row * count);
        let merged = files.look(burst, lanes, bytes);
        if merged == bytes && (reach.boundary || rests.is_some()) {
            let clean = rests.is_none();
            self.state = State::Gap { clean, run: 0 };
            if merged == 0 {
                return self.end(burst, clean);
            }
            let strange = burst.trailing();
            burst.close(None);
            return Advance::Said(strange);
        }
        if merged > 0 {
            return Advance::Said(burst.trailing());
        }
        self.go_on(files, burst, lanes, complete, merged)
    }

    /// Looks for the next burst.
    fn gap<'c>(
        &mut self,
        files: &mut Files,
        burst: &mut Burst,
        lanes: &mut LaneBytes<'_>,
        complete: bool,
        clean: bool,
        run: usize,
    ) -> Advance<'c> {
        let rows = files.window.rows(lanes);
        let count = rows.count();
        let rest = rows
            .lanes()
            .iter()
            .map(|lane| lane.iter().take_while(|byte| rests(**byte)).count())
            .min();
        let rest = rest.unwrap_or(0);
        if rest > 0 {
            files.window.take(lanes, &[rest; MAX_LANES]);
            self.state = State::Gap {
                clean,
                run: run.saturating_add(rest),
            };
            return Advance::Again;
        }
        let look = files.max_skew.saturating_add(1);
        let mut firsts = [First::None; MAX_LANES];
        for (first, lane) in firsts.iter_mut().zip(rows.lanes()) {
            *first = first_of(lane, look);
            if *first == First::None && lane.len() < look && !complete {
                return self.wait(files, burst, lanes);
            }
        }
        let found = Sync::new(&firsts, count, files.max_skew);
        if let Ok(sync) = found
            && (sync.has_clean(count) || (clean && count == 1))
        {
            let header = rows.after(&sync.skip).header(0);
            let proven = clean || run >= proof(count) || (run > 0 && is_clean(header, files.code));
            if !proven && header.is_none() && !complete {
                return self.wait(files, burst, lanes);
            }
            let latest = sync.skip.iter().take(count).copied().max().unwrap_or(0);
            if rows.depth() < latest && !complete {
                return self.wait(files, burst, lanes);
            }
            if let Some(lane) = late_by_a_burst(&rows, &sync, latest) {
                files.window.take(lanes, &[latest.saturating_sub(1); MAX_LANES]);
                return files.trouble(burst, |at| PinEvent::AlignError { lane, at });
            }
            if proven {
                files.window.take(lanes, &sync.skip);
                files.merged = 0;
                self.state = State::Data;
                self.followed = None;
                let mut info = no_news(count);
                (info.sync, info.skew) = (sync.verdicts, sync.skew);
                let place = Place::Lanes {
                    first: files.window.positions(),
                    lanes: count,
                    at: files.at,
                };
                return Advance::Said(burst.open(info, place));
            }
        }
        self.state = State::Gap { clean: false, run: 0 };
        if clean && let Some(news) = found.err().and_then(|lane| trouble(&firsts, count, lane)) {
            return files.trouble(burst, |at| match news {
                Opening::NoSync { lane } => PinEvent::SotSyncError { lane, at },
                Opening::Misaligned { lane } => PinEvent::AlignError { lane, at },
                _ => PinEvent::AlignError { lane: 0, at },
            });
        }
        // A burst that is lost, or nothing known: on to the next row at rest.
        let at_rest = |row: &usize| {
            rows.lanes()
                .iter()
                .all(|lane| lane.get(*row).is_some_and(|byte| rests(*byte)))
        };
        let strange = (1..rows.depth()).find(at_rest).unwrap_or(rows.depth());
        if strange == 0 {
            if complete {
                files.window.drop_all(lanes);
                return Advance::Starved;
            }
            return self.wait(files, burst, lanes);
        }
        files.window.take(lanes, &[strange; MAX_LANES]);
        Advance::Again
    }
}

/// A line at rest between bursts, with at most one wrong bit.
const fn rests(byte: u8) -> bool {
    matches!(byte.count_ones(), 0 | 1 | 7 | 8)
}

/// The lane that had no sync byte of its own, if the sync bytes found are some of one short burst and some of the next:
/// then all lanes have one in the last row.
fn late_by_a_burst(rows: &Rows<'_>, sync: &Sync, latest: usize) -> Option<u8> {
    let row = latest.checked_sub(1)?;
    let at = |lane: &&[u8], row: usize| lane.get(row).copied();
    let all = rows.lanes().iter().all(|lane| {
        at(lane, row).and_then(sync_verdict).is_some()
            && row.checked_sub(1).is_none_or(|row| at(lane, row).is_some_and(is_idle))
    });
    let late = sync.skip.iter().take(rows.count()).position(|skip| *skip == latest)?;
    let skewed = sync.skip.iter().take(rows.count()).any(|skip| *skip != latest);
    (all && skewed).then_some(late as u8)
}
