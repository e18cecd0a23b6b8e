//! Bursts that were taken at once, one good packet each: what they say, event by event.

use super::ledger::Ledger;
use super::line::Line;
use super::place::Place;
use super::{BurstInfo, LinkEvent, Received, Span};
use core::ops::Range;
use csi2_dphy::{MAX_LANES, SotVerdict, Tick};
use csi2_packet::{ChecksumVerdict, PacketEvent, ReceivedHeader};

/// What is said next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Next {
    Nothing,
    Start,
    Header,
    Payload,
    Footer,
    End,
}

/// A burst of one good packet.
pub(super) struct Whole {
    next: Next,
    info: BurstInfo,
    header: Option<ReceivedHeader>,
    /// Of a long packet: where in the line buffer its payload is.
    payload: Option<Range<usize>>,
    opened: Span,
    packet: Span,
    /// When the packet ends.
    until: Option<Tick>,
    closed: Span,
}

impl Whole {
    /// All was said.
    pub(super) const NOTHING: Self = Self {
        next: Next::Nothing,
        info: BurstInfo {
            lanes: 0,
            sync: [SotVerdict::Clean; MAX_LANES],
            skew: [0; MAX_LANES],
        },
        header: None,
        payload: None,
        opened: NOWHERE,
        packet: NOWHERE,
        until: None,
        closed: NOWHERE,
    };

    /// Books a burst at `place`: a packet of `bytes` bytes, and trail up to `reached` that counts. `payload`: see above.
    pub(super) fn book(
        &mut self,
        ledger: &mut Ledger,
        info: BurstInfo,
        place: Place,
        header: ReceivedHeader,
        payload: Option<Range<usize>>,
        [bytes, reached]: [u64; 2],
    ) {
        self.next = Next::Start;
        self.info = info;
        self.header = Some(header);
        self.payload = payload;
        self.opened = ledger.open(place);
        (self.packet, self.until) = ledger.good_packet(bytes);
        ledger.reach(reached);
        self.closed = ledger.close(None);
    }

    /// Whether there is something to say.
    #[inline(always)]
    pub(super) fn is_told(&self) -> bool {
        self.next == Next::Nothing
    }

    /// The next event. `line`: where the payload lies.
    #[inline(always)]
    pub(super) fn tell<'s>(&mut self, line: &'s Line) -> Option<Received<'s>> {
        let ends = |packet: Span| Span {
            until: self.until,
            ..packet
        };
        let (event, span, next) = match self.next {
            Next::Nothing => return None,
            Next::Start => (LinkEvent::BurstStart(self.info), self.opened, Next::Header),
            Next::Header => match (self.header?, &self.payload) {
                (header, None) => (
                    LinkEvent::Packet(PacketEvent::Short(header)),
                    ends(self.packet),
                    Next::End,
                ),
                (header, Some(payload)) => (
                    LinkEvent::Packet(PacketEvent::LongStart(header)),
                    self.packet,
                    if payload.is_empty() {
                        Next::Footer
                    } else {
                        Next::Payload
                    },
                ),
            },
            Next::Payload => (
                LinkEvent::Packet(PacketEvent::Payload(line.get(self.payload.clone()?))),
                self.packet,
                Next::Footer,
            ),
            Next::Footer => (
                LinkEvent::Packet(PacketEvent::LongEnd(ChecksumVerdict::Match)),
                ends(self.packet),
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
