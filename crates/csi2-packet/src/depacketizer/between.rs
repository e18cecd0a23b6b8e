//! Bursts: what comes after a packet.

use super::{Depacketizer, HEADER, PacketEvent, Piece, State, Step};
use crate::{EccVerdict, PacketHeader, PayloadChecksum, ReceivedHeader};

impl<C: PayloadChecksum> Depacketizer<C> {
    /// Decides what follows a packet of a burst: trail, packet, or neither.
    pub(super) fn bytes_between<'a>(&mut self, rest: &[u8]) -> Step<'a> {
        // Nearly always it is trail, and here.
        if self.kept.is_empty() {
            let trail = self.tails.matching(self.position, rest);
            if trail >= PacketHeader::SIZE {
                self.state = State::Trail;
                return Step::silent(trail);
            }
        }
        let before = self.kept.len();
        let consumed = self.kept.fill(rest, HEADER);
        let Some(wire) = self.kept.first() else {
            return Step::silent(consumed);
        };
        let at = self.position.saturating_sub(before as u64);
        let trail = self.tails.matching(at, &wire);
        let lanes = usize::from(self.tails.lanes());
        let strange = wire.len() - trail;
        if strange == 0 {
            self.kept.clear();
            self.state = State::Trail;
            return Step::silent(consumed);
        }
        if lanes > 0 && matches!(wire, [0x00, 0x00, 0x00, 0x00] | [0xFF, 0xFF, 0xFF, 0xFF]) {
            self.tails.hold(wire[0]);
            self.kept.clear();
            self.state = State::Trail;
            return Step::silent(consumed);
        }
        // A whole trail byte on each lane and then at most a cut one: if the burst ends here, this was trail.
        if trail >= lanes && strange <= lanes && consumed == rest.len() {
            return Step::silent(consumed);
        }
        let received = PacketHeader::receive(wire, self.settings.vcx);
        // A whole trail byte on each lane and undefined bits: a header all but one bit of which looks like that is none.
        let worn = trail >= lanes && strange <= lanes && received.ecc != EccVerdict::Clean;
        if self.may_follow(&received) && (!worn || self.known.expects(received.header)) {
            self.kept.clear();
            self.start = at;
            return Step {
                consumed,
                event: Some(self.begin(received)),
            };
        }
        self.kept.take(trail);
        if strange <= lanes {
            self.state = State::Trail;
            return Step::silent(consumed);
        }
        Step {
            consumed,
            event: Some(self.trailing()),
        }
    }

    /// Passes over the trail, as long as what does not match it can be the last, cut byte of each lane.
    pub(super) fn trail_bytes<'a>(&mut self, rest: &[u8]) -> Step<'a> {
        let trail = if self.kept.is_empty() {
            self.tails.matching(self.position, rest)
        } else {
            0
        };
        let strange = rest.get(trail..).unwrap_or_default();
        let kept = self.kept.fill(strange, self.tails.lanes());
        Step {
            consumed: trail + kept,
            event: (kept < strange.len()).then(|| self.trailing()),
        }
    }

    /// What is kept of too few bytes to decide: no trail, and too many for the last bytes of the lanes.
    pub(super) fn end_between(&mut self) -> Option<PacketEvent<'static>> {
        if self.kept.is_empty() {
            return None;
        }
        let at = self.position.saturating_sub(self.kept.len() as u64);
        let trail = self.tails.matching(at, self.kept.as_slice());
        self.kept.take(trail);
        let bytes = self.kept.as_slice();
        let constant = self.tails.lanes() > 0
            && (bytes.iter().all(|byte| *byte == 0x00) || bytes.iter().all(|byte| *byte == 0xFF));
        (!constant && self.kept.count() > self.tails.lanes()).then(|| self.trailing())
    }

    fn trailing(&mut self) -> PacketEvent<'static> {
        self.state = State::Trailing;
        let strange = self.kept;
        self.kept.clear();
        PacketEvent::Trailing(Piece::kept(strange))
    }

    /// Whether a header may open another packet of a burst. Anything can stand here, and half of all headers can be
    /// "corrected", so a correction alone proves nothing.
    fn may_follow(&self, received: &ReceivedHeader) -> bool {
        match received.ecc {
            EccVerdict::Clean | EccVerdict::ParityBit { .. } => true,
            EccVerdict::Corrected { .. } => self.known.expects(received.header),
            EccVerdict::Uncorrectable { .. } => false,
        }
    }
}
