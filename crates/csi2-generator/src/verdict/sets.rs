//! A set that should stay as it is: the data types of a frame, the channels of a round.
//!
//! Two alike in a row that are not as usual are the new usual; a single one is an exception and says nothing. At the end, what
//! came last is new where the usual was there twice and this exception was not there before.

/// A set, as bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual {
    pub(super) set: Option<u64>,
    seen: u8,
    rival: Option<u64>,
    exception: Option<u64>,
}

impl Usual {
    /// Known well.
    pub(super) fn of(set: u64) -> Self {
        Self {
            set: Some(set),
            seen: 2,
            ..Self::default()
        }
    }

    /// The next; gives what was and what is, where that changed.
    pub(super) fn take(&mut self, set: u64) -> Option<(u64, u64)> {
        let Some(usual) = self.set else {
            self.set = Some(set);
            self.seen = 1;
            return None;
        };
        if usual == set {
            self.seen = self.seen.saturating_add(1);
            self.exception = self.rival.take().or(self.exception);
            return None;
        }
        if self.rival == Some(set) {
            *self = Self::of(set);
            return Some((usual, set));
        }
        self.rival = Some(set);
        None
    }

    /// The end.
    pub(super) fn finish(&mut self) -> Option<(u64, u64)> {
        let (usual, rival) = self.set.zip(self.rival.take())?;
        (self.seen > 1 && self.exception != Some(rival)).then_some((usual, rival))
    }

    /// The last was not as usual.
    pub(super) fn is_open(&self) -> bool {
        self.rival.is_some()
    }
}
