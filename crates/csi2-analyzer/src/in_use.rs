//! Which virtual channels carry images: as many as there are exposures, where each has its own.

use crate::Span;
use crate::channel::{Change, ModeChange, Usual};
use crate::finding::Mode;
use csi2_packet::VirtualChannel;

/// A channel that is not in every round is gone when it is missing for more than this times its usual distance.
const PATIENCE: u16 = 3;

/// The channels of a round: each channel's next frame begins another one.
///
/// Channels of sensors that run at different rates take turns in being missing, which is no change.
#[derive(Debug)]
pub(crate) struct ChannelsInUse {
    /// Channels of this round so far, and where it began.
    round: u64,
    start: Span,
    usual: Usual,
    paces: [Pace; 16],
    /// A change that is none if a channel comes back that is only slow.
    held: Option<Change>,
}

/// How often a channel has a frame, in rounds.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Since its last; `None`: it had none.
    since: Option<u16>,
    /// Between its last two; `None`: it had one at most.
    distance: Option<u16>,
}

impl Pace {
    const fn new() -> Self {
        Self {
            since: None,
            distance: None,
        }
    }

    fn round(&mut self, present: bool) {
        let since = self.since.map(|since| since.saturating_add(1));
        if present {
            self.distance = since.or(self.distance);
            self.since = Some(0);
        } else {
            self.since = since;
        }
    }

    /// It may have been missed in many rounds, and come back.
    fn may_return(self) -> bool {
        match (self.since, self.distance) {
            (Some(_), None) => true,
            (Some(since), Some(distance)) => distance > 1 && since <= distance.saturating_mul(PATIENCE),
            (None, _) => false,
        }
    }
}

impl ChannelsInUse {
    pub(crate) const fn new() -> Self {
        Self {
            round: 0,
            start: Span {
                offset: 0,
                at: None,
                until: None,
                burst: 0,
                packet: 0,
            },
            usual: Usual::new(),
            paces: [Pace::new(); 16],
            held: None,
        }
    }

    /// A frame with an image is over that began at `span`.
    pub(crate) fn frame(&mut self, channel: VirtualChannel, span: Span) -> Option<ModeChange> {
        let bit = 1 << (channel.number() & 15);
        let mut change = None;
        if self.round & bit != 0 {
            change = self.close();
            self.round = 0;
        }
        if self.round == 0 {
            self.start = span;
        }
        self.round |= bit;
        change.map(|change| told(change.from, change.to, change.span))
    }

    /// The capture is over, perhaps within a round: what is missing from that may have been to come.
    pub(crate) fn finish(&mut self) -> Option<ModeChange> {
        self.welcome_back();
        if self.held.is_some() {
            return None;
        }
        let whole = self.usual.value().is_some_and(|usual| usual & !self.round == 0);
        if whole && let Some(change) = self.usual.take(self.round, self.start) {
            return Some(told(change.from, change.to, change.span));
        }
        let change = self.usual.finish()?;
        (change.from & !change.to == 0).then(|| told(change.from, change.to, change.span))
    }

    /// A round is over; the change that is certain by now.
    fn close(&mut self) -> Option<Change> {
        for (channel, pace) in self.paces.iter_mut().enumerate() {
            pace.round(self.round >> channel & 1 != 0);
        }
        self.welcome_back();
        let next = self.usual.take(self.round, self.start);
        let change = match (self.held.take(), next) {
            // Still another one: all of it is one change.
            (Some(held), Some(next)) => Change { to: next.to, ..held },
            (held, next) => held.or(next)?,
        };
        let missing = change.from & !change.to;
        let mut paces = (0..).zip(&self.paces);
        if paces.any(|(channel, pace)| missing >> channel & 1 != 0 && pace.may_return()) {
            self.held = Some(change);
            return None;
        }
        (change.from != change.to).then_some(change)
    }

    /// A channel of this round was only slow, if one of those is in it that a change was to have ended.
    fn welcome_back(&mut self) {
        if let Some(held) = self.held
            && held.from & !held.to & self.round != 0
        {
            self.held = None;
            self.usual = Usual::of(held.from);
        }
    }
}

fn told(from: u64, to: u64, span: Span) -> ModeChange {
    let mode = |set: u64| Mode::Channels((set & 0xFFFF) as u16);
    ModeChange {
        from: mode(from),
        to: mode(to),
        span,
    }
}
