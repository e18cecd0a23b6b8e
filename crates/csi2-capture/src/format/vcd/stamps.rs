//! What the time stamps of a dump amount to: one change a wire and stamp, and none that changes nothing.

use csi2_dphy::{Change, Level, Tick};

/// Level of a wire that was not spoken of.
const UNSAID: u8 = u8::MAX;

/// Gathers changes. A time stamp holds one of a wire at most: pulses of no width, which simulators dump where a signal
/// settles in several steps, are left out.
#[derive(Debug)]
pub(super) struct Stamps {
    /// Levels before the stamp that is open, as [`Level`] in a byte.
    levels: Vec<u8>,
    /// Where each wire's latest change is in `changes`; stale unless that change is of this wire and of the open stamp.
    latest: Vec<u32>,
    now: Tick,
    changes: Vec<Change>,
    /// Where in `changes` the open stamp starts.
    open: usize,
    /// A wire changed twice within the open stamp.
    settling: bool,
    /// Changes before `open` that are the first of their wire.
    firsts: Vec<u32>,
    /// A wire changed twice within the stamp that spoke of it first: what it was before decides in which place it stands.
    unsure: bool,
    /// The last that was said of a wire that nobody asks for.
    passed: Option<Change>,
}

impl Stamps {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            levels: vec![UNSAID; channels],
            latest: vec![0; channels],
            now: 0,
            changes: Vec::new(),
            open: 0,
            settling: false,
            firsts: Vec::new(),
            unsure: false,
            passed: None,
        }
    }

    /// Forgets all, as if there had been nothing yet.
    pub(super) fn restart(&mut self) {
        self.levels.fill(UNSAID);
        self.now = 0;
        self.changes.clear();
        self.open = 0;
        self.settling = false;
        self.firsts.clear();
        self.unsure = false;
        self.passed = None;
    }

    /// Wires that there are.
    pub(super) fn channels(&self) -> usize {
        self.levels.len()
    }

    pub(super) fn now(&self) -> Tick {
        self.now
    }

    /// The changes of stamps that are over.
    pub(super) fn done(&self) -> &[Change] {
        self.changes.get(..self.open).unwrap_or_default()
    }

    /// Drops them.
    pub(super) fn clear(&mut self) {
        self.changes.drain(..self.open);
        self.open = 0;
        self.index_open();
        self.firsts.clear();
        self.unsure = false;
    }

    /// A time stamp: not before the open one.
    pub(super) fn begin(&mut self, time: Tick) {
        if time > self.now {
            self.end();
            self.now = time;
        }
    }

    #[inline]
    pub(super) fn change(&mut self, channel: u16, level: Level) {
        let index = usize::from(channel);
        let (Some(latest), Some(&before)) = (self.latest.get_mut(index), self.levels.get(index)) else {
            return;
        };
        let earlier = self.changes.get_mut(self.open..).and_then(|stamp| {
            let place = (*latest as usize).checked_sub(self.open)?;
            stamp.get_mut(place).filter(|earlier| earlier.channel == channel)
        });
        if let Some(earlier) = earlier {
            earlier.level = level;
            self.settling = true;
            self.unsure |= before == UNSAID;
        } else if before != level as u8 {
            // Far below 2^32: a stamp has at most one change for each of 65536 wires.
            *latest = self.changes.len() as u32;
            self.changes.push(Change {
                at: self.now,
                channel,
                level,
            });
        }
    }

    /// Something of a wire that nobody asks for: it counts as long as nothing comes after it.
    pub(super) fn pass(&mut self, channel: u16, level: Level) {
        let at = self.now;
        self.passed = Some(Change { at, channel, level });
    }

    /// Tells what was passed before `end`, where that is later than all that was told: it shows how far the dump goes. The
    /// stamp of `end` is the open one, or none is.
    pub(super) fn tell_passed(&mut self, end: Tick) {
        if let Some(passed) = self.passed.take_if(|passed| passed.at < end)
            && self.done().last().is_none_or(|last| last.at < passed.at)
        {
            self.changes.insert(self.open, passed);
            self.open += 1;
            self.index_open();
        }
    }

    /// Ends the open stamp: takes over its levels, and drops changes that led back.
    pub(super) fn end(&mut self) {
        let levels = &mut self.levels;
        if core::mem::take(&mut self.settling) {
            let stamp = self.changes.get_mut(self.open..).unwrap_or_default();
            let mut kept = 0;
            for place in 0..stamp.len() {
                let leads_back =
                    |change: &Change| levels.get(usize::from(change.channel)) == Some(&(change.level as u8));
                if !stamp.get(place).is_some_and(leads_back) {
                    stamp.swap(kept, place);
                    kept += 1;
                }
            }
            self.changes.truncate(self.open + kept);
        }
        for (place, change) in (self.open..).zip(self.changes.get(self.open..).unwrap_or_default()) {
            if let Some(level) = levels.get_mut(usize::from(change.channel)) {
                if *level == UNSAID {
                    self.firsts.push(place as u32);
                }
                *level = change.level as u8;
            }
        }
        self.open = self.changes.len();
    }

    /// Goes on with what was gathered from nothing by `later`, out of the text that follows and begins with a time stamp:
    /// what this would have become with that text. `false`, and nothing is done, where that cannot be told.
    pub(super) fn append(&mut self, later: &Self, first: Tick) -> bool {
        if later.unsure || first <= self.now {
            return false;
        }
        self.end();
        let known = |change: &Change| self.levels.get(usize::from(change.channel)) == Some(&(change.level as u8));
        let is_first = |change: &Change| later.levels.get(usize::from(change.channel)) == Some(&UNSAID);
        // First changes to a level that the wire had: none. There are few.
        let mut from = 0;
        for &place in &later.firsts {
            let place = place as usize;
            let Some(change) = later.changes.get(place) else {
                continue;
            };
            if known(change) {
                self.changes
                    .extend_from_slice(later.changes.get(from..place).unwrap_or_default());
                from = place + 1;
            }
        }
        self.changes
            .extend_from_slice(later.changes.get(from..later.open).unwrap_or_default());
        self.open = self.changes.len();
        let open = later.changes.get(later.open..).unwrap_or_default();
        self.changes
            .extend(open.iter().filter(|change| !(is_first(change) && known(change))));
        for &place in &later.firsts {
            if let Some(change) = later.changes.get(place as usize) {
                let index = usize::from(change.channel);
                if let (Some(level), Some(&after)) = (self.levels.get_mut(index), later.levels.get(index)) {
                    *level = after;
                }
            }
        }
        self.now = later.now;
        self.settling = later.settling;
        self.passed = later.passed.or(self.passed);
        self.index_open();
        true
    }

    /// Where the changes of the open stamp are.
    fn index_open(&mut self) {
        for (place, change) in (self.open..).zip(self.changes.get(self.open..).unwrap_or_default()) {
            if let Some(latest) = self.latest.get_mut(usize::from(change.channel)) {
                *latest = place as u32;
            }
        }
    }
}
