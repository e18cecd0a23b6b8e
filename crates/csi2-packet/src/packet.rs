//! Whole packets in a slice.
//!
//! Ref: gatecat/CSI2Rx verilog_cores/csi/rx_packet_handler.v; torvalds/linux include/media/mipi-csi2.h.
//!
//! | packet | bytes | | |
//! |---|---|---|---|
//! | short | header (4) | | |
//! | long | header (4) | payload (word count) | checksum (2), LSB first |

use crate::{
    ChecksumVerdict, EncodeError, Folded, LenError, PacketHeader, PayloadChecksum, ReceivedHeader, SpaceError,
    VcExtension, checksum,
};

/// Bytes of a footer.
const FOOTER: usize = 2;

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
    /// ```
    /// use csi2_packet::{ChecksumVerdict, Packet, VcExtension};
    /// let bytes = [0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCC, 0x38, 0x97, 0x00];
    /// let (Packet::Long(line), 9) = Packet::parse(&bytes, VcExtension::Extended)? else { panic!() };
    /// assert_eq!((line.payload, line.checksum()), (&[0xAA, 0xBB, 0xCC][..], ChecksumVerdict::Match));
    /// # Ok::<(), csi2_packet::LenError>(())
    /// ```
    ///
    /// # Errors
    /// [`LenError`] when the slice ends inside it.
    pub fn parse(bytes: &'a [u8], vcx: VcExtension) -> Result<(Self, usize), LenError> {
        let missing = |what, required, offset| LenError {
            what,
            required,
            available: bytes.len().saturating_sub(offset),
            offset,
        };
        let (&wire, rest) = bytes
            .split_first_chunk()
            .ok_or(missing("packet header", PacketHeader::SIZE, 0))?;
        let received = PacketHeader::receive(wire, vcx);
        if !received.is_usable() || received.header.data_type.is_short() {
            return Ok((Self::Short(ShortPacket { received }), PacketHeader::SIZE));
        }
        let count = usize::from(received.header.word);
        let (payload, rest) = rest
            .split_at_checked(count)
            .ok_or(missing("payload", count, PacketHeader::SIZE))?;
        let &footer = rest
            .first_chunk()
            .ok_or(missing("checksum", FOOTER, PacketHeader::SIZE + count))?;
        let packet = LongPacket {
            received,
            payload,
            footer: u16::from_le_bytes(footer),
        };
        Ok((Self::Long(packet), received.header.packet_len()))
    }

    /// Its header.
    pub const fn received(&self) -> &ReceivedHeader {
        match self {
            Self::Short(packet) => &packet.received,
            Self::Long(packet) => &packet.received,
        }
    }
}

impl ShortPacket {
    /// Writes a short packet.
    ///
    /// # Errors
    /// [`EncodeError`] when the data type is a long one or `out` is too small.
    pub fn emit(header: PacketHeader, out: &mut [u8]) -> Result<usize, EncodeError> {
        if !header.data_type.is_short() {
            return Err(wrong_kind(header));
        }
        let available = out.len();
        let Some(out) = out.first_chunk_mut() else {
            return Err(no_room(PacketHeader::SIZE, available));
        };
        *out = header.encode();
        Ok(PacketHeader::SIZE)
    }
}

impl LongPacket<'_> {
    /// Compares footer and payload.
    pub fn checksum(&self) -> ChecksumVerdict {
        ChecksumVerdict::of(self.footer, checksum(self.payload))
    }

    /// Writes header, payload and footer; the word count comes from the payload, whatever `header` says. Returns bytes
    /// written.
    ///
    /// # Errors
    /// [`EncodeError`] when the data type is a short one, the payload too long or `out` too small.
    pub fn emit(header: PacketHeader, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        Self::emit_with(&mut Folded::default(), header, payload, out)
    }

    /// As [`LongPacket::emit`], with a checksum of the caller's: firmware names one that links little code, or brings its
    /// hardware's.
    ///
    /// # Errors
    /// As [`LongPacket::emit`].
    pub fn emit_with<C: PayloadChecksum>(
        checksum: &mut C,
        header: PacketHeader,
        payload: &[u8],
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        if header.data_type.is_short() {
            return Err(wrong_kind(header));
        }
        let length = payload.len();
        let word = u16::try_from(length).map_err(|_| EncodeError::PayloadTooLong { length })?;
        let header = PacketHeader { word, ..header };
        let required = header.packet_len();
        let available = out.len();
        let Some((head, rest)) = out.split_first_chunk_mut() else {
            return Err(no_room(required, available));
        };
        let Some((body, rest)) = rest.split_at_mut_checked(length) else {
            return Err(no_room(required, available));
        };
        let Some(footer) = rest.first_chunk_mut() else {
            return Err(no_room(required, available));
        };
        *head = header.encode();
        body.copy_from_slice(payload);
        *footer = checksum.of(payload).to_le_bytes();
        Ok(required)
    }
}

fn wrong_kind(header: PacketHeader) -> EncodeError {
    EncodeError::WrongKind {
        data_type: header.data_type.code(),
    }
}

fn no_room(required: usize, available: usize) -> EncodeError {
    EncodeError::Space(SpaceError { required, available })
}
