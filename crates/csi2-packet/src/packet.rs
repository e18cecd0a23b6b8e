//! Whole packets in a slice.

use crate::{ChecksumVerdict, EncodeError, LenError, PacketHeader, ReceivedHeader, SpaceError, VcExtension};

/// A short packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ShortPacket {
    /// Its header, which is all of it.
    pub received: ReceivedHeader,
}

/// A long packet, borrowed from the caller's slice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LongPacket<'a> {
    /// Header.
    pub received: ReceivedHeader,
    /// Payload.
    pub payload: &'a [u8],
    /// Footer as received.
    pub footer: u16,
}

/// A packet in a slice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packet<'a> {
    /// Data types 0x00 to 0x0F.
    Short(ShortPacket),
    /// Data types 0x10 to 0x3F.
    Long(LongPacket<'a>),
}

impl<'a> Packet<'a> {
    /// Reads the packet at the start of `bytes`; returns it and its length. An uncorrectable header is a short
    /// packet of four bytes: nothing says how long it was.
    ///
    /// # Errors
    /// [`LenError`] when the slice ends inside it.
    pub fn parse(bytes: &'a [u8], vcx: VcExtension) -> Result<(Self, usize), LenError> {
        let _ = (bytes, vcx);
        todo!()
    }
}

impl ShortPacket {
    /// Writes a short packet.
    ///
    /// # Errors
    /// [`EncodeError`] when the data type is a long one or `out` is too small.
    pub fn emit(header: PacketHeader, out: &mut [u8]) -> Result<usize, EncodeError> {
        let _ = (header, out);
        todo!()
    }
}

impl LongPacket<'_> {
    /// Compares footer and payload.
    pub fn checksum(&self) -> ChecksumVerdict {
        todo!()
    }

    /// Writes header, payload and footer; the word count comes from the payload. Returns bytes written.
    ///
    /// # Errors
    /// [`EncodeError`] when the data type is a short one, the payload too long or `out` too small.
    pub fn emit(header: PacketHeader, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        let _ = (
            header,
            payload,
            out,
            SpaceError {
                required: 0,
                available: 0,
            },
        );
        todo!()
    }
}
