//! What ports did, and the few events of one clock until they are asked for.

use super::MAX_STREAM_BITS;
use crate::{MAX_LANES, Tick};

/// Bytes of one clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PortBytes {
    /// When.
    pub at: Tick,
    /// Of a lane from `stride * lane` on.
    bytes: [u8; MAX_STREAM_BITS / 8],
    counts: [u8; MAX_LANES],
    stride: u8,
}

impl PortBytes {
    pub(super) fn lanes(at: Tick) -> Self {
        Self {
            at,
            bytes: [0; MAX_STREAM_BITS / 8],
            counts: [0; MAX_LANES],
            stride: 4,
        }
    }

    pub(super) fn stream(at: Tick) -> Self {
        Self {
            stride: (MAX_STREAM_BITS / 8) as u8,
            ..Self::lanes(at)
        }
    }

    pub(super) fn push(&mut self, lane: usize, byte: u8) {
        let Some(count) = self.counts.get_mut(lane).filter(|count| **count < self.stride) else {
            return;
        };
        if let Some(slot) = self
            .bytes
            .get_mut(lane * usize::from(self.stride) + usize::from(*count))
        {
            *slot = byte;
            *count += 1;
        }
    }

    /// Bytes of a lane, in order; those of a stream are lane 0's.
    pub fn lane(&self, lane: usize) -> &[u8] {
        let first = lane.saturating_mul(usize::from(self.stride));
        let count = self.counts.get(lane).copied().unwrap_or(0);
        self.bytes
            .get(first..first.saturating_add(usize::from(count)))
            .unwrap_or_default()
    }

    /// Whether no lane has any.
    pub fn is_empty(&self) -> bool {
        self.counts == [0; MAX_LANES]
    }
}

/// What happened at the ports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PortEvent {
    /// The first lane begins a burst; a stream begins a packet.
    BurstStart {
        /// When.
        at: Tick,
    },
    /// All lanes of the burst have begun. Before, nothing is known of it: [`PortEvent::AlignError`] may come instead.
    Aligned {
        /// Lateness per lane against the earliest, in bits.
        skew: [u16; MAX_LANES],
    },
    /// Bytes of the burst.
    Bytes(PortBytes),
    /// The burst is over.
    BurstEnd {
        /// The clock of a stream's last byte, the one after that of the lanes'.
        at: Tick,
    },
    /// A lane is late beyond the limit or missing: the burst is lost, its bytes so far mean nothing, and no end follows.
    AlignError {
        /// Which lane.
        lane: u8,
        /// When.
        at: Tick,
    },
}

/// Events of a clock, in the order in which they are told.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending {
    /// Of the burst before.
    verdict_before: Option<PortEvent>,
    end_before: Option<Tick>,
    start: Option<Tick>,
    bytes: Option<PortBytes>,
    verdict: Option<PortEvent>,
    end: Option<Tick>,
    full: bool,
}

impl Pending {
    pub(super) fn start(&mut self, at: Tick) {
        (self.verdict_before, self.end_before) = (self.verdict.take(), self.end.take());
        self.start = Some(at);
        self.full = true;
    }

    pub(super) fn bytes(&mut self, bytes: PortBytes) {
        if !bytes.is_empty() {
            self.bytes = Some(bytes);
            self.full = true;
        }
    }

    pub(super) fn verdict(&mut self, verdict: PortEvent) {
        self.verdict = Some(verdict);
        self.full = true;
    }

    pub(super) fn end(&mut self, at: Tick) {
        self.end = Some(at);
        self.full = true;
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn poll(&mut self) -> Option<PortEvent> {
        if !self.full {
            return None;
        }
        let next = self.verdict_before.take();
        let next = next.or_else(|| self.end_before.take().map(|at| PortEvent::BurstEnd { at }));
        let next = next.or_else(|| self.start.take().map(|at| PortEvent::BurstStart { at }));
        let next = next.or_else(|| self.bytes.take().map(PortEvent::Bytes));
        let next = next.or_else(|| self.verdict.take());
        let next = next.or_else(|| self.end.take().map(|at| PortEvent::BurstEnd { at }));
        self.full = next.is_some();
        next
    }
}
