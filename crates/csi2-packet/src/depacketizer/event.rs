//! What the receiver is told and what it says.

use core::fmt;
use core::ops::Deref;

use super::kept::Kept;
use crate::{ChecksumVerdict, ReceivedHeader, VcExtension};

/// What separates packets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// Bursts end where the caller says ([`Depacketizer::end_of_burst`](super::Depacketizer::end_of_burst)). After a
    /// packet, what is left of the burst is lane trail, another packet, or trailing data. An unusable header spoils the
    /// rest of the burst.
    Bursts,
    /// One endless row of packets (a file of concatenated packets). An unusable or implausible header starts a search
    /// for the next header that was seen before; see [`Depacketizer`](super::Depacketizer).
    Endless,
}

/// Parameters of a [`Depacketizer`](super::Depacketizer).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReceiverSettings {
    /// Header code.
    pub vcx: VcExtension,
    /// What separates packets.
    pub framing: Framing,
    /// Lanes (to 8) the bytes were merged from, so that trail bytes (each lane's inverted last bit) can be told from
    /// data; 0: no trail. Of no meaning in [`Framing::Endless`].
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
    /// A header that cannot be used: its ECC verdict is uncorrectable, or (endless framing) it was corrected to
    /// something implausible. What follows comes as [`PacketEvent::Skipped`].
    Unusable(ReceivedHeader),
    /// Bytes that belong to no packet because the header before them is unusable.
    Skipped(Piece<'a>),
    /// The unusable stretch is over: end of burst, or (endless framing) a known header was found or the input ended.
    Resync {
        /// Bytes skipped after the unusable header's four: the sum of the skipped pieces.
        skipped: u64,
    },
    /// Bytes after a packet that are neither trail nor header.
    Trailing(Piece<'a>),
}

/// One step of a byte layer: an event, or all input consumed, never neither.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step<'a> {
    /// Bytes of the input that are done with.
    pub consumed: usize,
    /// What happened.
    pub event: Option<PacketEvent<'a>>,
}

impl Step<'_> {
    pub(super) const fn silent(consumed: usize) -> Self {
        Self { consumed, event: None }
    }
}

/// Bytes of the stream, read as a slice. Lent from the caller's input, or up to eight kept by value, because bytes of
/// a later input had to tell what they are.
#[derive(Clone, Copy)]
pub struct Piece<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Lent(&'a [u8]),
    Kept(Kept),
}

impl<'a> Piece<'a> {
    pub(super) const fn kept(bytes: Kept) -> Self {
        Self(Source::Kept(bytes))
    }

    /// The bytes where they lie in the caller's input, for as long as that is lent; `None` for those kept by value.
    pub const fn lent(&self) -> Option<&'a [u8]> {
        match self.0 {
            Source::Lent(bytes) => Some(bytes),
            Source::Kept(_) => None,
        }
    }
}

impl<'a> From<&'a [u8]> for Piece<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(Source::Lent(bytes))
    }
}

impl Deref for Piece<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Source::Lent(bytes) => bytes,
            Source::Kept(bytes) => bytes.as_slice(),
        }
    }
}

impl PartialEq for Piece<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Piece<'_> {}

impl fmt::Debug for Piece<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
