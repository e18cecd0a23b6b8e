//! The incremental receiver: bytes of bursts in, packet events out, tens of bytes of state.

use crate::{ChecksumVerdict, PayloadChecksum, ReceivedHeader, Sliced, VcExtension};

/// What separates packets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// Bursts end where the caller says ([`Depacketizer::end_of_burst`]). After a packet, what is left of the burst is
    /// lane trail, another packet, or trailing data. An unusable header spoils the rest of the burst.
    Bursts,
    /// One endless row of packets (a file of concatenated packets). An unusable or implausible header starts a search for
    /// the next header that was seen before; see the README of the module.
    Endless,
}

/// Parameters of a [`Depacketizer`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReceiverSettings {
    /// Header code.
    pub vcx: VcExtension,
    /// What separates packets.
    pub framing: Framing,
    /// Lanes the bytes were merged from, so that trail bytes (each lane's inverted last bit) can be told from data; 0: no trail.
    pub trail_lanes: u8,
}

/// What was missing when a burst ended inside a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// The header: `have` of 4 bytes came.
    Header {
        /// Bytes that came.
        have: u8,
    },
    /// Payload bytes (and the footer).
    Payload {
        /// Payload bytes that did not come.
        bytes: u32,
    },
    /// The footer: `have` of 2 bytes came.
    Footer {
        /// Bytes that came.
        have: u8,
    },
}

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PacketEvent<'a> {
    /// A short packet.
    Short(ReceivedHeader),
    /// A long packet begins.
    LongStart(ReceivedHeader),
    /// A piece of its payload.
    Payload(&'a [u8]),
    /// Its footer came.
    LongEnd(ChecksumVerdict),
    /// The burst ended inside the packet.
    Truncated(Missing),
    /// A header that cannot be used. What follows in the burst comes as [`PacketEvent::Skipped`].
    Unusable(ReceivedHeader),
    /// Bytes that belong to no packet because the header before them is unusable.
    Skipped(&'a [u8]),
    /// The unusable stretch is over: end of burst, or (endless framing) a known header was found.
    Resync {
        /// Bytes skipped.
        skipped: u64,
    },
    /// Bytes after a packet that are neither trail nor header.
    Trailing(&'a [u8]),
}

/// One step of a byte layer: an event, or all input consumed, never neither.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step<'a> {
    /// Bytes of the input that are done with.
    pub consumed: usize,
    /// What happened.
    pub event: Option<PacketEvent<'a>>,
}

/// Incremental receiver. The same bytes give the same events however they are cut into pieces, except that payload,
/// skipped and trailing bytes may come in other pieces.
#[derive(Clone, Debug)]
pub struct Depacketizer<C: PayloadChecksum = Sliced> {
    settings: ReceiverSettings,
    checksum: C,
}

impl<C: PayloadChecksum> Depacketizer<C> {
    /// A receiver at the start of a burst.
    pub fn new(settings: ReceiverSettings) -> Self {
        Self {
            settings,
            checksum: C::new(),
        }
    }
    /// Takes bytes.
    pub fn push<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let _ = (bytes, &self.settings, &self.checksum);
        todo!()
    }
    /// The burst is over. Call until `None`; the receiver is then at the start of the next burst.
    pub fn end_of_burst(&mut self) -> Option<PacketEvent<'static>> {
        todo!()
    }
    /// Whether the receiver stands between packets: at least one packet of this burst is complete and no other has begun.
    pub fn between_packets(&self) -> bool {
        todo!()
    }
    /// Offset of the current (or last) packet's first byte from the start of the burst.
    pub fn packet_start(&self) -> u64 {
        todo!()
    }
    /// Bytes of this burst taken so far.
    pub fn position(&self) -> u64 {
        todo!()
    }
    /// Bytes that the current packet still needs before it ends, where its header says so.
    pub fn wanted(&self) -> Option<u64> {
        todo!()
    }
}
