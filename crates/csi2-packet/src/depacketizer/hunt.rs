//! Endless framing: which headers to believe, and the search for one after those that cannot be believed.

use super::{Depacketizer, Kept, PacketEvent, Piece, State, Step};
use crate::{EccVerdict, PacketHeader, PayloadChecksum, ReceivedHeader};

impl<C: PayloadChecksum> Depacketizer<C> {
    /// Whether a header where one must come is to be believed. A header of many wrong bits looks corrected half of the
    /// time, and its word count would swallow up to 65 535 bytes of good packets.
    pub(super) fn is_plausible(&self, received: &ReceivedHeader) -> bool {
        let doubtful = match received.ecc {
            EccVerdict::Uncorrectable { .. } => return false,
            EccVerdict::Clean => false,
            EccVerdict::Corrected { .. } => self.suspect || !received.header.data_type.is_short(),
            EccVerdict::ParityBit { .. } => self.suspect,
        };
        !doubtful || self.known.is_empty() || self.known.expects(received.header)
    }

    /// Starts the search behind the first byte of an unusable header.
    pub(super) fn start_hunt(&mut self, wire: [u8; 4]) {
        let [_, own @ ..] = wire;
        self.kept = Kept::of(&own);
        self.state = State::Hunt {
            skipped: 0,
            own: self.kept.count(),
        };
    }

    /// Searches; keeps at most three bytes whose fourth has not come.
    pub(super) fn hunt<'a>(&mut self, rest: &'a [u8], skipped: u64, own: u8) -> Step<'a> {
        if !self.kept.is_empty() {
            return self.hunt_in_kept(rest, skipped, own);
        }
        match rest.windows(PacketHeader::SIZE).position(|wire| self.resumes_at(wire)) {
            Some(0) => self.resync(skipped),
            Some(gone) => self.skip(rest, gone, skipped),
            None if rest.len() < PacketHeader::SIZE => Step::silent(self.kept.fill(rest, SHORT_OF_HEADER)),
            None => self.skip(rest, rest.len().saturating_sub(SHORT_OF_HEADER.into()), skipped),
        }
    }

    /// The part of the search that begins in bytes of earlier inputs.
    fn hunt_in_kept<'a>(&mut self, rest: &'a [u8], skipped: u64, own: u8) -> Step<'a> {
        let mut joined = self.kept;
        joined.fill(rest, self.kept.count() + SHORT_OF_HEADER);
        let headers = joined.as_slice().windows(PacketHeader::SIZE);
        let decidable = headers.len();
        match headers.map(|wire| self.resumes_at(wire)).position(|found| found) {
            Some(0) => self.resync(skipped),
            None if decidable == 0 => Step::silent(self.kept.fill(rest, SHORT_OF_HEADER)),
            found => {
                let gone = found.unwrap_or(decidable);
                Step {
                    consumed: 0,
                    event: self.skip_kept(gone, skipped, own),
                }
            }
        }
    }

    /// The input ended in a search: first what is kept, then the end of the search.
    pub(super) fn end_of_hunt(&mut self, skipped: u64, own: u8) -> Option<PacketEvent<'static>> {
        self.skip_kept(self.kept.len(), skipped, own)
            .or(Some(PacketEvent::Resync { skipped }))
    }

    fn skip<'a>(&mut self, rest: &'a [u8], gone: usize, skipped: u64) -> Step<'a> {
        let gone = rest.get(..gone).unwrap_or(rest);
        self.state = State::Hunt {
            skipped: skipped.saturating_add(gone.len() as u64),
            own: 0,
        };
        Step {
            consumed: gone.len(),
            event: Some(PacketEvent::Skipped(gone.into())),
        }
    }

    /// Lets the first `gone` kept bytes go. Those of the unusable header were reported with it.
    fn skip_kept(&mut self, gone: usize, skipped: u64, own: u8) -> Option<PacketEvent<'static>> {
        let mut piece = self.kept.take(gone);
        let reported = piece.take(own.into());
        self.state = State::Hunt {
            skipped: skipped.saturating_add(piece.len() as u64),
            own: own.saturating_sub(reported.count()),
        };
        (!piece.is_empty()).then(|| PacketEvent::Skipped(Piece::kept(piece)))
    }

    /// A known header begins at the next byte, or at those kept: it is read again as a header.
    fn resync<'a>(&mut self, skipped: u64) -> Step<'a> {
        self.state = State::Header;
        self.start = self.position.saturating_sub(self.kept.len() as u64);
        Step {
            consumed: 0,
            event: Some(PacketEvent::Resync { skipped }),
        }
    }

    /// Whether four bytes end a search. Four zeros are a clean frame start, but also what any dark image is full of.
    fn resumes_at(&self, wire: &[u8]) -> bool {
        let Some(&wire) = wire.first_chunk() else {
            return false;
        };
        let received = PacketHeader::receive(wire, self.settings.vcx);
        wire != [0; 4] && received.ecc == EccVerdict::Clean && self.known.expects(received.header)
    }
}

/// Kept bytes that are not yet a header.
const SHORT_OF_HEADER: u8 = PacketHeader::SIZE as u8 - 1;
