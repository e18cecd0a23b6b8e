//! Captures of merged bytes: packets, one after another or burst by burst. Nothing is copied.

use super::burst::Burst;
use super::place::{Pieces, Place};
use super::{Advance, Input, no_news};
use csi2_dphy::{Observation, Tick};

/// Source of merged bytes.
pub(super) struct Merged {
    framed: bool,
    /// When the burst began.
    at: Option<Tick>,
}

impl Merged {
    pub(super) fn new(framed: bool) -> Self {
        Self { framed, at: None }
    }

    /// Takes the next step. `last`: the capture is over.
    pub(super) fn advance<'c>(&mut self, burst: &mut Burst, input: &mut Input<'c>, last: bool) -> Advance<'c> {
        let Observation::Merged(bytes) = input.seen else {
            return Advance::Starved;
        };
        if burst.is_open() {
            if last || (self.framed && input.starts) {
                burst.close(None);
                return Advance::Again;
            }
        } else if !bytes.is_empty() || (self.framed && input.starts) {
            input.starts = false;
            self.at = input.at;
            return Advance::Said(burst.open(no_news(0), Place::Bytes(Pieces::new(input.offset, input.at))));
        }
        if bytes.is_empty() {
            if self.framed && input.ends {
                input.ends = false;
                burst.close(None);
                return Advance::Again;
            }
            return Advance::Starved;
        }
        let at = if self.framed { self.at } else { input.at };
        burst.continues_at(input.offset, at);
        let (consumed, said) = burst.pass(bytes);
        input.seen = Observation::Merged(bytes.get(consumed..).unwrap_or_default());
        input.offset = input.offset.saturating_add(consumed as u64);
        said.map_or(Advance::Again, Advance::Said)
    }
}
