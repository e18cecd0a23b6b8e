//! Packets from messages: segments are joined, and what the capture module took apart is put together.
//!
//! Ref: wireshark/wireshark epan/dissectors/packet-asam-cmp.c
//! Ref: openDAQ/ASAM-CMP-Library include/asam_cmp/payload_type.h

use super::message::{self, CHECKSUM_ERROR, CHECKSUM_PRESENT, Csi2Header, ECC_PRESENT, MessageHeader, Segment};
use csi2_packet::{DataType, EccVerdict, PacketHeader, VcExtension, VirtualChannel, checksum};
use std::collections::HashMap;

/// Device, stream and interface: segments of one packet share them.
pub(super) type Key = (u16, u8, u32);

/// Packets that are open at once; the oldest gives way.
const MOST_OPEN: usize = 64;
/// Interfaces that are told apart; those beyond share the last number.
const MOST_LINKS: usize = 1 << 16;
/// Header, payload and footer of the longest packet.
const LONGEST: usize = 4 + 65_535 + 2;

/// Joins segments.
#[derive(Default)]
pub(super) struct Reassembly {
    open: Vec<Open>,
    /// Packets of which no more will come, and which have not been asked for.
    ended: Vec<Open>,
    /// The packet asked for last.
    packet: Vec<u8>,
    /// Buffers of packets done with.
    spare: Vec<Vec<u8>>,
    /// Numbers of the interfaces, by device and interface.
    links: HashMap<(u16, u32), u16>,
}

/// A packet of which some segments are there.
struct Open {
    key: Key,
    at: u64,
    header: Csi2Header,
    /// Payload bytes that the header announces, where it can be used, corrected.
    announced: usize,
    long: bool,
    /// Header and payload so far.
    bytes: Vec<u8>,
}

impl Reassembly {
    /// Takes a message's payload.
    pub(super) fn push(&mut self, key: Key, header: &MessageHeader, payload: &[u8]) {
        let open = self.open.iter().position(|open| open.key == key);
        match (header.segment, open) {
            // A packet in one piece; whatever was open has lost its end.
            (Segment::Whole, open) => {
                self.end(open);
                if let Some(packet) = Open::new(key, header.timestamp, payload, &mut self.spare) {
                    self.ended.push(packet.complete());
                }
            }
            // The first piece likewise.
            (Segment::First, open) => {
                self.end(open);
                if self.open.len() >= MOST_OPEN {
                    self.end(Some(0));
                }
                self.open
                    .extend(Open::new(key, header.timestamp, payload, &mut self.spare));
            }
            // More of what is open.
            (Segment::Middle, Some(index)) => {
                if let Some(open) = self.open.get_mut(index) {
                    open.add(payload);
                }
            }
            (Segment::Last, Some(index)) => {
                let mut open = self.open.remove(index);
                open.add(payload);
                self.ended.push(open.complete());
            }
            // The beginning was lost, and with it the header: nothing can be made of the rest.
            (Segment::Middle | Segment::Last, None) => {}
        }
    }

    /// When and on which link the next packet was of which no more will come.
    pub(super) fn take_ended(&mut self) -> Option<(u64, u16)> {
        if self.ended.is_empty() {
            return None;
        }
        let ended = self.ended.remove(0);
        let done = std::mem::replace(&mut self.packet, ended.bytes);
        if self.spare.len() < MOST_OPEN {
            self.spare.push(done);
        }
        let (device, _, interface) = ended.key;
        Some((ended.at, self.link(device, interface)))
    }

    /// The same for one that is still open, at the end of the capture.
    pub(super) fn abandon(&mut self) -> Option<(u64, u16)> {
        if self.ended.is_empty() {
            self.end((!self.open.is_empty()).then_some(0));
        }
        self.take_ended()
    }

    /// Makes bytes the packet asked for last.
    pub(super) fn lend(&mut self, bytes: &[u8]) {
        self.packet.clear();
        self.packet.extend_from_slice(bytes);
    }

    pub(super) fn packet(&self) -> &[u8] {
        &self.packet
    }

    /// No more will come of an open packet: what is there is kept, without a footer.
    fn end(&mut self, index: Option<usize>) {
        if let Some(index) = index {
            let open = self.open.remove(index);
            self.ended.push(open);
        }
    }

    fn link(&mut self, device: u16, interface: u32) -> u16 {
        let next = u16::try_from(self.links.len()).unwrap_or(u16::MAX);
        if self.links.len() < MOST_LINKS {
            return *self.links.entry((device, interface)).or_insert(next);
        }
        self.links.get(&(device, interface)).copied().unwrap_or(u16::MAX)
    }
}

impl Open {
    /// `None` where the payload is too short for its own header.
    fn new(key: Key, at: u64, payload: &[u8], spare: &mut Vec<Vec<u8>>) -> Option<Self> {
        let (data, header) = message::csi2(payload).ok()?;
        let wire = wire_header(&header);
        let received = PacketHeader::receive(wire, VcExtension::Extended);
        let usable = !matches!(received.ecc, EccVerdict::Uncorrectable { .. });
        let long = is_long(header.data_type) || !received.header.data_type.is_short();
        let mut bytes = spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(&wire);
        let mut open = Self {
            key,
            at,
            header,
            announced: usize::from(received.header.word),
            long,
            bytes,
        };
        if long || !usable {
            open.add(data);
        }
        Some(open)
    }

    fn add(&mut self, data: &[u8]) {
        let room = LONGEST.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
    }

    /// Adds the footer of a long packet whose payload is all there.
    fn complete(mut self) -> Self {
        let payload = self.bytes.get(4..).unwrap_or_default();
        // A module may have its own mind about the ECC.
        let told = self.header.flags & (CHECKSUM_PRESENT | CHECKSUM_ERROR) != 0;
        let whole = payload.len() == self.announced || told && payload.len() == usize::from(self.header.word);
        if self.long && whole {
            let footer = match self.header.flags {
                flags if flags & CHECKSUM_PRESENT != 0 => self.header.checksum,
                flags if flags & CHECKSUM_ERROR != 0 => !checksum(payload),
                _ => checksum(payload),
            };
            self.bytes.extend_from_slice(&footer.to_le_bytes());
        }
        self
    }
}

/// The four header bytes as they were on the link. Where the module tells no ECC, the right one.
fn wire_header(header: &Csi2Header) -> [u8; 4] {
    let [low, high] = header.word.to_le_bytes();
    let (channel, extension) = (header.channel & 3, header.channel >> 2);
    if header.flags & ECC_PRESENT != 0 {
        return [channel << 6 | header.data_type, low, high, extension << 6 | header.ecc];
    }
    PacketHeader {
        channel: VirtualChannel::from_wire(channel, extension),
        data_type: DataType::from_bits(header.data_type),
        word: header.word,
    }
    .encode()
}

fn is_long(data_type: u8) -> bool {
    !DataType::from_bits(data_type).is_short()
}
