//! Bursts that are taken at once, one good packet each: nearly all of them. What they say is said event by event, behind that
//! of their beginning.

use super::descramble::HEADER_BYTES;
use super::ledger::Ledger;
use super::line::Line;
use super::place::Place;
use super::{LinkEvent, Received, Span};
use core::ops::Range;
use csi2_dphy::Tick;
use csi2_packet::{ChecksumVerdict, Depacketizer, PacketEvent, ReceivedHeader};

/// Takes a burst from the beginning of the line buffer.
pub(super) struct Taker<'b> {
    depacketizer: Option<&'b mut Depacketizer>,
    start: usize,
}

/// A burst that was one good packet.
pub(super) struct Taken {
    header: ReceivedHeader,
    /// Of a long packet: where it is in the line buffer.
    payload: Option<Range<usize>>,
    /// Bytes of it.
    packet: u64,
}

impl<'b> Taker<'b> {
    /// `depacketizer`: none where bytes are not what they are on the wire, or bursts have no end. `start`: where the line buffer
    /// begins.
    pub(super) fn new(depacketizer: Option<&'b mut Depacketizer>, start: usize) -> Self {
        Self { depacketizer, start }
    }

    /// `bytes`, if they are one good packet and trail: it is then to be [booked](Whole::book).
    #[inline(always)]
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<Taken> {
        let whole = self.depacketizer.as_mut()?.take_burst(bytes)?;
        let first = self.start + HEADER_BYTES;
        Some(Taken {
            header: whole.header,
            payload: whole.payload.map(|payload| first..first + payload.len()),
            packet: whole.packet as u64,
        })
    }
}

/// What is said next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Next {
    Nothing,
    Header,
    Payload,
    Footer,
    End,
}

/// A burst of one good packet.
pub(super) struct Whole {
    next: Next,
    header: Option<ReceivedHeader>,
    /// Of a long packet: where in the line buffer its payload is.
    payload: Option<Range<usize>>,
    /// Where it begins, and its packet with it.
    opened: Span,
    /// When the packet ends.
    until: Option<Tick>,
    closed: Span,
}

impl Whole {
    /// All was said.
    pub(super) const NOTHING: Self = Self {
        next: Next::Nothing,
        header: None,
        payload: None,
        opened: NOWHERE,
        until: None,
        closed: NOWHERE,
    };

    /// Books a burst at `place`, of which `reached` bytes count, trail among them. Returns where it begins.
    #[inline(always)]
    pub(super) fn book(&mut self, ledger: &mut Ledger, taken: Taken, place: Place, reached: u64) -> Span {
        let opened = ledger.open(place);
        self.next = Next::Header;
        self.header = Some(taken.header);
        self.payload = taken.payload;
        self.opened = opened;
        self.until = ledger.good_packet(opened, taken.packet);
        ledger.reach(taken.packet.max(reached));
        self.closed = ledger.close(None);
        opened
    }

    /// Whether all was said.
    #[inline(always)]
    pub(super) fn is_told(&self) -> bool {
        self.next == Next::Nothing
    }

    /// The next event. `line`: where the payload lies.
    #[inline(always)]
    pub(super) fn tell<'s>(&mut self, line: &'s Line) -> Option<Received<'s>> {
        let ends = Span {
            until: self.until,
            ..self.opened
        };
        let (event, span, next) = match self.next {
            Next::Nothing => return None,
            Next::Header => match (self.header?, &self.payload) {
                (header, None) => (LinkEvent::Packet(PacketEvent::Short(header)), ends, Next::End),
                (header, Some(payload)) => (
                    LinkEvent::Packet(PacketEvent::LongStart(header)),
                    self.opened,
                    if payload.is_empty() {
                        Next::Footer
                    } else {
                        Next::Payload
                    },
                ),
            },
            Next::Payload => (
                LinkEvent::Packet(PacketEvent::Payload(line.get(self.payload.clone()?))),
                self.opened,
                Next::Footer,
            ),
            Next::Footer => (
                LinkEvent::Packet(PacketEvent::LongEnd(ChecksumVerdict::Match)),
                ends,
                Next::End,
            ),
            Next::End => (LinkEvent::BurstEnd, self.closed, Next::Nothing),
        };
        self.next = next;
        Some(Received { event, span })
    }
}

const NOWHERE: Span = Span {
    offset: 0,
    at: None,
    until: None,
    burst: 0,
    packet: 0,
};
