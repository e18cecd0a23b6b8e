//! The parts of a CMP frame, from slices. All numbers are big-endian.
//!
//! Ref: wireshark/wireshark epan/dissectors/packet-asam-cmp.c, packet-tecmp.c
//! Ref: openDAQ/ASAM-CMP-Library include/asam_cmp/payload_type.h
//!
//! ```text
//! frame      | version 8 | reserved 8 | device 16 | message type 8 | stream 8 | sequence 16 | messages ...
//! message    | timestamp 64 | interface 32 | flags 8 | payload type 8 | length 16 | payload
//! CSI-2      | flags 16 | - 16 | frame 16 | line 16 | DT 8 | VC 8 | - 8 | ECC 8 | checksum 16 | word 16 | payload
//! ```

use nom::number::complete::{be_u8, be_u16, be_u32, be_u64};
use nom::{IResult, Parser};

/// EtherType of CMP and of TECMP before it.
pub(super) const ETHER_TYPE: u16 = 0x99FE;

/// Message type: captured data.
pub(super) const DATA: u8 = 1;
/// Payload type: CSI-2 over D-PHY.
pub(super) const CSI2: u8 = 0x0C;
/// Payload type 0: what follows is padding of the Ethernet frame.
pub(super) const PADDING: u8 = 0;

/// Bytes of the headers.
pub(super) const FRAME_HEADER: usize = 8;
pub(super) const MESSAGE_HEADER: usize = 16;
pub(super) const CSI2_HEADER: usize = 16;

type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// What an Ethernet frame holds.
pub(super) enum Carried<'a> {
    /// CMP: its header, and the messages.
    Cmp(FrameHeader, &'a [u8]),
    /// TECMP: the data type of the entries, and the frame from its first byte.
    Tecmp(Option<u16>, &'a [u8]),
    /// Something else.
    Other,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct FrameHeader {
    pub(super) device: u16,
    pub(super) message_type: u8,
    pub(super) stream: u8,
    pub(super) sequence: u16,
}

/// How much of a packet a message holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Segment {
    Whole,
    First,
    Middle,
    Last,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct MessageHeader {
    pub(super) timestamp: u64,
    pub(super) interface: u32,
    pub(super) segment: Segment,
    /// The capture module had no room: messages are missing.
    pub(super) overflow: bool,
    pub(super) payload_type: u8,
    pub(super) length: u16,
}

/// A packet as the capture module took it apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Csi2Header {
    pub(super) flags: u16,
    pub(super) data_type: u8,
    /// VC in bits 1..0, its extension in bits 3..2.
    pub(super) channel: u8,
    pub(super) ecc: u8,
    pub(super) checksum: u16,
    pub(super) word: u16,
}

/// Flags of [`Csi2Header`].
pub(super) const CHECKSUM_ERROR: u16 = 0x0001;
pub(super) const ECC_PRESENT: u16 = 0x0008;
pub(super) const CHECKSUM_PRESENT: u16 = 0x0040;

/// Looks into an Ethernet frame; tags of virtual LANs are passed over.
pub(super) fn carried(frame: &[u8]) -> Carried<'_> {
    let mut rest = frame.get(12..).unwrap_or_default();
    while let [0x81, 0x00, _, _, more @ ..] | [0x88, 0xA8, _, _, more @ ..] = rest {
        rest = more;
    }
    let Ok((body, ETHER_TYPE)) = be_u16::<_, ()>(rest) else {
        return Carried::Other;
    };
    match body {
        // The first byte is CMP's version, never 0; in TECMP it is the upper half of a device number, 0, or FF in old
        // ones.
        [] => Carried::Other,
        [0 | 0xFF, ..] => Carried::Tecmp(tecmp_data_type(body), body),
        _ => match frame_header(body) {
            Ok((messages, header)) => Carried::Cmp(header, messages),
            Err(_) => Carried::Other,
        },
    }
}

/// Data type of a TECMP frame that carries captured data.
fn tecmp_data_type(body: &[u8]) -> Option<u16> {
    const LOGGING: u8 = 3;
    match body {
        [_, _, _, _, _, LOGGING, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

fn frame_header(body: &[u8]) -> Parsed<'_, FrameHeader> {
    let fields = (be_u8, be_u8, be_u16, be_u8, be_u8, be_u16);
    fields
        .map(|(_, _, device, message_type, stream, sequence)| FrameHeader {
            device,
            message_type,
            stream,
            sequence,
        })
        .parse(body)
}

/// The next message of a frame: its header and what is there of its payload.
pub(super) fn message(messages: &[u8]) -> Parsed<'_, MessageHeader> {
    let fields = (be_u64, be_u32, be_u8, be_u8, be_u16);
    fields
        .map(|(timestamp, interface, flags, payload_type, length)| MessageHeader {
            timestamp,
            interface,
            segment: match flags >> 2 & 3 {
                0 => Segment::Whole,
                1 => Segment::First,
                2 => Segment::Middle,
                _ => Segment::Last,
            },
            overflow: flags & 0x20 != 0,
            payload_type,
            length,
        })
        .parse(messages)
}

pub(super) fn csi2(payload: &[u8]) -> Parsed<'_, Csi2Header> {
    let fields = (
        be_u16, be_u16, be_u16, be_u16, be_u8, be_u8, be_u8, be_u8, be_u16, be_u16,
    );
    fields
        .map(
            |(flags, _, _, _, data_type, channel, _, ecc, checksum, word)| Csi2Header {
                flags,
                data_type: data_type & 0x3F,
                channel: channel & 0x0F,
                ecc: ecc & 0x3F,
                checksum,
                word,
            },
        )
        .parse(payload)
}

/// One entry of a TECMP frame at `at`: when, its data, and where the next one begins.
pub(super) fn tecmp_entry(body: &[u8], at: usize) -> Option<(u64, std::ops::Range<usize>)> {
    let mut fields = (be_u32, be_u64, be_u16, be_u16);
    let parsed: Parsed<'_, _> = fields.parse(body.get(at..)?);
    let (rest, (_interface, timestamp, length, _flags)) = parsed.ok()?;
    let start = body.len() - rest.len();
    let end = start.checked_add(length.into()).filter(|end| *end <= body.len())?;
    // The two upper bits tell of the clock.
    Some((timestamp & (u64::MAX >> 2), start..end))
}

/// Bytes of a TECMP header.
pub(super) const TECMP_HEADER: usize = 12;

/// Data types of TECMP that are CSI-2, by name.
pub(super) fn tecmp_csi2(data_type: u16) -> Option<&'static str> {
    match data_type {
        0x0101 => Some("MIPI-CSI2 V"),
        0x0102 => Some("MIPI-CSI2 L"),
        _ => None,
    }
}
