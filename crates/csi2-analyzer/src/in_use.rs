//! Which virtual channels carry images: as many as there are exposures, where each has its own.

use crate::Span;
use crate::channel::{ModeChange, Usual};
use crate::finding::Mode;
use csi2_packet::VirtualChannel;

/// The channels of a round: each channel's next frame begins another one.
///
/// Channels of sensors that run at different rates take turns in being missing, which is no change.
#[derive(Debug)]
pub(crate) struct ChannelsInUse {
    /// Channels of this round so far, and where it began.
    round: u64,
    start: Span,
    usual: Usual,
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
        }
    }

    /// A frame with an image is over that began at `span`.
    pub(crate) fn frame(&mut self, channel: VirtualChannel, span: Span) -> Option<ModeChange> {
        let bit = 1 << (channel.number() & 15);
        let mut change = None;
        if self.round & bit != 0 {
            change = self.usual.take(self.round, self.start);
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
        let whole = self.usual.value().is_some_and(|usual| usual & !self.round == 0);
        if whole && let Some(change) = self.usual.take(self.round, self.start) {
            return Some(told(change.from, change.to, change.span));
        }
        let change = self.usual.finish()?;
        (change.from & !change.to == 0).then(|| told(change.from, change.to, change.span))
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
