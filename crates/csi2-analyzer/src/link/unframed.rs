//! Files of lane bytes in which nothing marks bursts from outside: with sync bytes, or packet after packet.

use super::bare::Bare;
use super::boundary::{Search, reach};
use super::burst::Burst;
use super::descramble::HeaderCode;
use super::lane_files::Files;
use super::marked::Marked;
use super::sync::{Opening, is_clean, is_idle, opening};
use super::window::Window;
use super::{Advance, Input, consumed, lengths};
use crate::Limits;
use csi2_dphy::{LaneBytes, Observation};
use csi2_kernels::Backend;

/// More idle rows than this at the start mean that the capture began before the burst did.
const REST: usize = 16;
/// Rows that are searched for a burst when the file starts in the middle of something.
const SEARCH: usize = 64 << 10;

enum Mode {
    /// Not known yet.
    Probe { started: bool },
    /// Bursts open with sync bytes.
    Marked(Marked),
    /// No sync bytes, no trail.
    Bare(Bare),
}

/// Source of bytes of unmarked lane files.
pub(super) struct Unframed {
    files: Files,
    mode: Mode,
}

impl Unframed {
    pub(super) fn new(lanes: usize, code: HeaderCode, limits: &Limits, backend: Backend) -> Self {
        let files = Files {
            window: Window::new(lanes, limits.max_lane_lag_bytes),
            code,
            max_skew: limits.max_skew_bytes,
            backend,
            at: None,
            merged: 0,
        };
        Self {
            files,
            mode: Mode::Probe { started: false },
        }
    }

    /// Takes the next step. `last`: the capture is over.
    pub(super) fn advance<'c>(&mut self, burst: &mut Burst, input: &mut Input<'c>, last: bool) -> Advance<'c> {
        let Observation::Lanes(lanes) = &mut input.seen else {
            return Advance::Starved;
        };
        let before = lengths(lanes);
        if let Mode::Probe { started: false } = self.mode {
            self.files.window.start_at(input.offset);
            self.mode = Mode::Probe { started: true };
        }
        self.files.at = input.at;
        self.files.window.refill(lanes);
        let complete = last && self.files.window.shows_all(lanes);
        let advance = match &mut self.mode {
            Mode::Probe { .. } => self.probe(burst, lanes, complete),
            Mode::Marked(marked) => marked.advance(&mut self.files, burst, lanes, complete),
            Mode::Bare(bare) => bare.advance(&mut self.files, burst, lanes, complete),
        };
        input.offset = input.offset.saturating_add(consumed(&before, lanes));
        advance
    }

    fn probe<'c>(&mut self, burst: &mut Burst, lanes: &mut LaneBytes<'_>, complete: bool) -> Advance<'c> {
        let files = &mut self.files;
        let rows = files.window.rows(lanes);
        let idle = |lane: &&[u8]| lane.iter().take_while(|byte| is_idle(**byte)).count();
        let rest = rows.lanes().iter().map(idle).min().unwrap_or(0);
        let found = if rest > REST {
            Some(Marked::between())
        } else {
            match opening(&rows, files.max_skew, complete, files.code) {
                Opening::More => None,
                Opening::Data if is_clean(rows.header(0), files.code) => {
                    burst.run_on();
                    self.mode = Mode::Bare(Bare);
                    return Advance::Again;
                }
                // Neither sync bytes nor a header: the file may start within a burst.
                Opening::Data => {
                    let within = reach(&rows, 0, Search::Packet { ends: usize::MAX }, complete, files.code);
                    if within.boundary {
                        Some(Marked::adrift())
                    } else if complete || rows.depth() >= SEARCH {
                        burst.run_on();
                        self.mode = Mode::Bare(Bare);
                        return Advance::Again;
                    } else {
                        None
                    }
                }
                _ => Some(Marked::between()),
            }
        };
        match found {
            Some(marked) => {
                self.mode = Mode::Marked(marked);
                Advance::Again
            }
            None if complete => Advance::Starved,
            None => files.keep(burst, lanes).unwrap_or_else(|trouble| trouble),
        }
    }
}
