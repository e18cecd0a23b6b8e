//! The books of a link: numbers of bursts and packets, and where each packet was.

use super::Span;
use super::place::{Pieces, Place};
use csi2_dphy::Tick;
use csi2_packet::{ChecksumVerdict, Depacketizer, EccVerdict, Missing, PacketEvent};

/// What the next bytes of a burst are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flow {
    /// A header, or what follows the last packet.
    Header,
    /// The rest of a long packet. Where the ECC corrected its header, its length may be wrong.
    Packet { corrected: bool },
    /// Nothing that has a meaning: the header before was unusable.
    Lost,
}

/// Numbers and places.
pub(super) struct Ledger {
    pub(super) place: Place,
    pub(super) flow: Flow,
    /// The packet that is open, or was last.
    packet: Span,
    bursts: u64,
    packets: u64,
    /// Bytes of the burst seen so far.
    reached: u64,
    /// Bytes of the burst up to the end of its last packet without an error: surely no others.
    sound: u64,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            place: Place::Bytes(Pieces::default()),
            flow: Flow::Header,
            packet: Span::default(),
            bursts: 0,
            packets: 0,
            reached: 0,
            sound: 0,
        }
    }

    /// A burst begins.
    #[inline(always)]
    pub(super) fn open(&mut self, place: Place) -> Span {
        let (offset, at) = place.locate(0);
        self.place = place;
        self.flow = Flow::Header;
        self.reached = 0;
        self.sound = 0;
        self.span(offset, at)
    }

    /// So many bytes of the burst were seen.
    #[inline(always)]
    pub(super) fn reach(&mut self, position: u64) {
        self.reached = self.reached.max(position);
    }

    /// `bytes` behind the last packet, which ended at `position`, and behind others of the kind.
    pub(super) fn trailing(&mut self, position: u64, bytes: usize) -> Span {
        let start = self.reached.max(position);
        self.reached = start.saturating_add(bytes as u64);
        let (offset, at) = self.place.locate(start);
        Span {
            offset,
            at,
            until: None,
            ..self.packet
        }
    }

    /// The burst ends where `end` says, or after its last byte.
    #[inline(always)]
    pub(super) fn close(&mut self, end: Option<Tick>) -> Span {
        let (offset, at) = match end {
            Some(at) => (at, end),
            None => self.place.locate(self.reached),
        };
        let span = self.span(offset, at);
        self.bursts += 1;
        span
    }

    /// Bytes of the burst that are surely those of packets.
    pub(super) fn sound(&self) -> u64 {
        self.sound
    }

    /// Packets so far.
    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Something outside packets.
    #[inline(always)]
    pub(super) fn span(&self, offset: u64, at: Option<Tick>) -> Span {
        Span {
            offset,
            at,
            until: None,
            burst: self.bursts,
            packet: self.packets,
        }
    }

    /// Books an event that `depacketizer` has just made.
    #[inline(always)]
    pub(super) fn note(&mut self, event: &PacketEvent<'_>, depacketizer: &Depacketizer) -> Span {
        let position = depacketizer.position();
        let ends = |ledger: &Self| Span {
            until: ledger.place.end(position),
            ..ledger.packet
        };
        match event {
            PacketEvent::Payload(_) => self.packet,
            PacketEvent::Short(header) => {
                self.begin(depacketizer.packet_start());
                self.flow = Flow::Header;
                if header.ecc == EccVerdict::Clean {
                    self.sound = position;
                }
                ends(self)
            }
            PacketEvent::LongStart(header) => {
                self.begin(depacketizer.packet_start());
                self.flow = Flow::Packet {
                    corrected: matches!(header.ecc, EccVerdict::Corrected { .. }),
                };
                self.packet
            }
            PacketEvent::LongEnd(verdict) => {
                self.flow = Flow::Header;
                if *verdict == ChecksumVerdict::Match {
                    self.sound = position;
                }
                ends(self)
            }
            PacketEvent::Unusable(_) => {
                self.begin(depacketizer.packet_start());
                self.flow = Flow::Lost;
                self.packet
            }
            PacketEvent::Skipped(_) => {
                self.flow = Flow::Lost;
                self.packet
            }
            PacketEvent::Resync { .. } => {
                self.flow = Flow::Header;
                self.packet
            }
            PacketEvent::Truncated(Missing::Footer { .. } | Missing::Payload { .. }) => {
                self.flow = Flow::Header;
                ends(self)
            }
            // No packet had begun: four bytes make one.
            PacketEvent::Truncated(Missing::Header { .. }) => {
                self.flow = Flow::Header;
                let (offset, at) = self.place.locate(depacketizer.packet_start());
                self.span(offset, at)
            }
            PacketEvent::Trailing(bytes) => {
                self.flow = Flow::Header;
                let (offset, at) = self.place.locate(position.saturating_sub(bytes.len() as u64));
                Span {
                    offset,
                    at,
                    until: None,
                    ..self.packet
                }
            }
        }
    }

    /// Books the packet of a burst that was opened at `opened`: its first, of `bytes` bytes and without an error. When it ends.
    #[inline(always)]
    pub(super) fn good_packet(&mut self, opened: Span, bytes: u64) -> Option<Tick> {
        self.packet = opened;
        self.packets += 1;
        self.sound = bytes;
        self.place.end(bytes)
    }

    /// A packet begins, or what was taken for one.
    fn begin(&mut self, position: u64) {
        let (offset, at) = self.place.locate(position);
        self.packet = self.span(offset, at);
        self.packets += 1;
    }
}
