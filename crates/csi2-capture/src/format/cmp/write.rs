//! CMP, written: pcapng with Ethernet frames of at most 1500 bytes, long packets in segments.
//!
//! Ref: wireshark/wireshark epan/dissectors/packet-asam-cmp.c
//! Ref: openDAQ/ASAM-CMP-Library include/asam_cmp/payload_type.h

use super::message::{
    CHECKSUM_ERROR, CHECKSUM_PRESENT, CSI2, CSI2_HEADER, DATA, ECC_PRESENT, ETHER_TYPE, FRAME_HEADER, MESSAGE_HEADER,
    Segment,
};
use crate::format::pcapng::Blocks;
use crate::writer::{nanoseconds, whole_packet};
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, ErrorKind, WireNote};
use csi2_dphy::{Observation, Tick, Timebase};
use csi2_packet::{EccVerdict, PacketHeader, VcExtension, checksum};

/// Payload of an Ethernet frame that every network takes.
const MTU: usize = 1500;
/// Destination: broadcast. Source: a locally administered address.
const ADDRESSES: [u8; 12] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01];
/// Bytes of the Ethernet header.
const ETHERNET_HEADER: usize = 14;
const VERSION: u8 = 1;
const DEVICE: u16 = 1;
/// Frame and line counters are made here.
const COUNTERS_MADE: u16 = 0x0030;

struct Writer {
    blocks: Blocks,
    timebase: Timebase,
    sequence: u16,
    frame_counter: u16,
    line_counter: u16,
    frame: Vec<u8>,
    /// Bytes behind packets.
    left_out: u64,
}

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    Ok(Box::new(Writer {
        blocks: Blocks::create(options, super::decoder::ETHERNET, "ASAM CMP, MIPI CSI-2 packets")?,
        timebase: options.timebase,
        sequence: 0,
        frame_counter: 0,
        line_counter: 0,
        frame: Vec::with_capacity(ETHERNET_HEADER + MTU),
        left_out: 0,
    }))
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        at: Option<Tick>,
        note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let (name, offset) = (self.blocks.name().to_owned(), self.blocks.offset());
        let packet = whole_packet(seen, burst, &name, offset)?;
        let Some((wire, body)) = packet.split_first_chunk::<4>() else {
            let detail = format!(
                "a packet of {} bytes has no whole header, which CMP takes apart",
                packet.len()
            );
            return Err(CaptureError::new(name, offset, ErrorKind::Unsupported { detail }));
        };
        let at = at.map_or(0, |at| nanoseconds(self.timebase, at));
        let (head, payload) = self.take_apart(*wire, body);
        let mut rest = payload;
        let mut first = true;
        loop {
            let header = if first { &head[..] } else { &[] };
            let room = MTU - FRAME_HEADER - MESSAGE_HEADER - header.len();
            let (piece, more) = rest.split_at(rest.len().min(room));
            let segment = match (first, more.is_empty()) {
                (true, true) => Segment::Whole,
                (true, false) => Segment::First,
                (false, false) => Segment::Middle,
                (false, true) => Segment::Last,
            };
            self.message(at, segment, header, piece);
            self.blocks.packet(at, &self.frame, note)?;
            rest = more;
            first = false;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    fn left_out(&self) -> u64 {
        self.left_out
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.blocks.finish()
    }
}

impl Writer {
    /// The CSI-2 header of a message, and the payload behind it. Bytes behind a packet have no place in CMP.
    fn take_apart<'p>(&mut self, wire: [u8; 4], body: &'p [u8]) -> ([u8; CSI2_HEADER], &'p [u8]) {
        const FRAME_START: u8 = 0;
        let [identifier, low, high, ecc] = wire;
        let mut flags = ECC_PRESENT | COUNTERS_MADE;
        let received = PacketHeader::receive(wire, VcExtension::Extended);
        flags |= match received.ecc {
            EccVerdict::Clean => 0,
            EccVerdict::Corrected { .. } | EccVerdict::ParityBit { .. } => 0x0002,
            EccVerdict::Uncorrectable { .. } => 0x0004,
        };
        let data_type = identifier & 0x3F;
        let word = u16::from_le_bytes([low, high]);
        // A corrected header says how long the packet was. One that cannot be corrected does so only where that fits.
        let long = !received.header.data_type.is_short();
        let announced = usize::from(received.header.word);
        let unknown = matches!(received.ecc, EccVerdict::Uncorrectable { .. }) && body.len() != announced + 2;
        let payload = match (unknown, long) {
            (true, _) => body,
            (false, true) => body.get(..body.len().min(announced)).unwrap_or_default(),
            (false, false) => &[],
        };
        let (mut footer, mut behind) = (0, body.get(payload.len()..).unwrap_or_default());
        if let Some(([low, high], rest)) = behind.split_first_chunk().filter(|_| long) {
            behind = rest;
            footer = u16::from_le_bytes([*low, *high]);
            flags |= CHECKSUM_PRESENT;
            if footer != checksum(payload) {
                flags |= CHECKSUM_ERROR;
            }
        }
        self.left_out += behind.len() as u64;
        if long || unknown {
            self.line_counter = self.line_counter.wrapping_add(1);
        } else if data_type == FRAME_START {
            self.frame_counter = self.frame_counter.wrapping_add(1);
            self.line_counter = 0;
        }
        let mut head = [0; CSI2_HEADER];
        let fields = [
            flags.to_be_bytes(),
            [0, 0],
            self.frame_counter.to_be_bytes(),
            self.line_counter.to_be_bytes(),
            [data_type, identifier >> 6 | ecc >> 6 << 2],
            [0, ecc & 0x3F],
            footer.to_be_bytes(),
            word.to_be_bytes(),
        ];
        for (to, field) in head.chunks_exact_mut(2).zip(fields) {
            to.copy_from_slice(&field);
        }
        (head, payload)
    }

    /// One Ethernet frame with one message.
    fn message(&mut self, at: u64, segment: Segment, header: &[u8], piece: &[u8]) {
        let segment: u8 = match segment {
            Segment::Whole => 0,
            Segment::First => 1,
            Segment::Middle => 2,
            Segment::Last => 3,
        };
        // At most the MTU.
        let length = (header.len() + piece.len()) as u16;
        self.frame.clear();
        self.frame.extend_from_slice(&ADDRESSES);
        self.frame.extend_from_slice(&ETHER_TYPE.to_be_bytes());
        self.frame.extend_from_slice(&[VERSION, 0]);
        self.frame.extend_from_slice(&DEVICE.to_be_bytes());
        self.frame.extend_from_slice(&[DATA, 0]);
        self.frame.extend_from_slice(&self.sequence.to_be_bytes());
        self.frame.extend_from_slice(&at.to_be_bytes());
        self.frame.extend_from_slice(&0u32.to_be_bytes());
        self.frame.extend_from_slice(&[segment << 2, CSI2]);
        self.frame.extend_from_slice(&length.to_be_bytes());
        self.frame.extend_from_slice(header);
        self.frame.extend_from_slice(piece);
        // The shortest Ethernet frame, without its check sequence.
        self.frame.resize(self.frame.len().max(60), 0);
        self.sequence = self.sequence.wrapping_add(1);
    }
}
