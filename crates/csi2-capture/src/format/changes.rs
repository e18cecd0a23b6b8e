//! What readers of value changes gather a chunk in.

use crate::late::Late;
use crate::{Burst, CaptureError, Chunk};
use csi2_dphy::{Change, Level, Observation, Tick};

/// Changes of a chunk, give or take those of one time stamp.
const CHUNK: usize = 8192;

/// Changes on their way to the caller. A level that a wire has already is no change; before its first one, a wire is
/// unknown.
#[derive(Debug)]
pub(crate) struct Changes {
    levels: Vec<Level>,
    done: Vec<Change>,
    late: Late,
}

impl Changes {
    /// At most 65536 wires.
    pub(crate) fn new(wires: usize) -> Self {
        Self {
            levels: vec![Level::Unknown; wires],
            done: Vec::with_capacity(CHUNK),
            late: Late::default(),
        }
    }

    /// Before a chunk is gathered: drops the changes given out.
    ///
    /// # Errors
    /// The one that waited until they were given.
    pub(crate) fn begin(&mut self) -> Result<(), CaptureError> {
        self.done.clear();
        self.late.check()
    }

    /// Times do not run back, and there is one call a wire and time.
    #[inline]
    pub(crate) fn set(&mut self, at: Tick, channel: usize, level: Level) {
        let Some(before) = self.levels.get_mut(channel) else {
            return;
        };
        if *before != level {
            *before = level;
            self.done.push(Change {
                at,
                channel: u16::try_from(channel).unwrap_or(u16::MAX),
                level,
            });
        }
    }

    /// Whether the chunk is to end with this time stamp.
    pub(crate) fn is_full(&self) -> bool {
        self.done.len() >= CHUNK
    }

    /// What was gathered; `None` for nothing. `outcome`: why no more could be read.
    ///
    /// # Errors
    /// That one where nothing comes before it; else it waits.
    pub(crate) fn chunk(
        &mut self,
        offset: u64,
        outcome: Result<(), CaptureError>,
    ) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.late.hold(outcome, self.done.is_empty())?;
        Ok(changes_chunk(&self.done, offset))
    }
}

/// Changes as a chunk, `None` where there are none.
pub(crate) fn changes_chunk(changes: &[Change], offset: u64) -> Option<Chunk<'_>> {
    (!changes.is_empty()).then_some(Chunk {
        seen: Observation::Changes(changes),
        burst: Burst::WITHIN,
        offset,
        at: None,
        link: 0,
        lost: 0,
    })
}
