//! pcapng: packets as records, with times, several links in one file, and room for comments.
//!
//! Ref: IETF draft-ietf-opsawg-pcapng
//! Ref: the-tcpdump-group/tcpdump-htdocs linktypes.html (USER0 to USER15)
//!
//! No link type exists for CSI-2, so a record of a USER link type is taken to be one packet as it was on the link:
//! header, payload, checksum. The blocks are read here and not by pcap-file, which refuses whole files for what does no
//! harm (an option list without an end mark, `if_tzone`, a comment that is not UTF-8) and takes ticks of any length
//! for nanoseconds. Its writers are used.

mod block;
mod write;

use crate::format::cmp::decoder::{Decoder, ETHERNET, Found};
use crate::format::link_type;
use crate::reader::Fused;
use crate::window::Window;
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, Chunk, Confidence, ErrorKind, Layer, OpenOptions,
    Source,
};
use block::{Interface, Packet};
use core::ops::Range;
use csi2_dphy::{Observation, Tick, Timebase};
use nom::number::Endianness;
pub(super) use write::{Blocks, failed};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "pcapng",
    description: "pcapng, one packet a record, link types USER0 to USER15",
    extensions: &["pcapng", "ntar"],
    layers: &[Layer::Packets],
    streams: true,
    sniff: |head| match head.starts_with(&block::SECTION.to_be_bytes()) {
        true => Confidence::Certain,
        false => Confidence::No,
    },
    open: Some(|source, options| open_as(FORMAT.name, source, options)),
    create: Some(write::create),
};

/// Interfaces of a section that are remembered: as many as [`Chunk::link`] can tell apart.
const MAX_INTERFACES: usize = 1 << 16;
/// Notes that are kept; a file may have any number of comments.
const MAX_NOTES: usize = 64;

/// Opens a file whose packets are recorded as `format` says.
pub(super) fn open_as(
    format: &'static str,
    source: Source,
    options: &OpenOptions,
) -> Result<Box<dyn CaptureReader>, CaptureError> {
    Ok(Box::new(Fused::new(Reader::new(format, source, options)?)))
}

/// Link type of the first interface, where the beginning of a file shows one.
pub(super) fn first_link_type(head: &[u8]) -> Option<u32> {
    let order = block::section_order(head.get(8..12)?)?;
    let mut rest = head;
    // The interfaces follow the section header, but comments may lie between.
    for _ in 0..8 {
        let (kind, len) = block::head(rest, order);
        let len = usize::try_from(len).ok().filter(|len| *len >= 12)?;
        if kind == block::INTERFACE {
            let interface = block::interface(block::body(rest, len.min(rest.len())), order).ok()?;
            return Some(interface.link_type);
        }
        rest = rest.get(len..)?;
    }
    None
}

struct Reader {
    window: Window,
    info: CaptureInfo,
    order: Endianness,
    /// Of the section being read.
    interfaces: Vec<Interface>,
    /// Bytes in front of the window that are in use: of the packet given last, or of the Ethernet frame at hand.
    used: usize,
    /// Of Ethernet interfaces.
    cmp: Decoder,
    /// Where in the window the Ethernet frame at hand is, and in the file.
    frame: Range<usize>,
    frame_at: u64,
    ended: bool,
}

/// A block that lies in front of the window.
#[derive(Clone, Copy)]
struct Block {
    kind: u32,
    /// Total length in bytes.
    len: usize,
}

impl Reader {
    /// Reads up to the first packet, so that the interfaces are known.
    fn new(format: &'static str, source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        let mut info = CaptureInfo::new(format, Layer::Packets, source.total_bytes());
        info.timebase = Some(Timebase::NANOSECONDS);
        info.framed = true;
        let mut reader = Self {
            window: Window::new(source, options),
            info,
            order: Endianness::Little,
            interfaces: Vec::new(),
            used: 0,
            cmp: Decoder::new(options),
            frame: 0..0,
            frame_at: 0,
            ended: false,
        };
        if !reader.window.fill(4)? {
            return Err(reader.window.truncated("pcapng section header", 28));
        }
        if block::kind(reader.window.bytes(), Endianness::Big) != block::SECTION {
            let found = hex(reader.window.bytes());
            let detail = format!("a file starts with 0a 0d 0d 0a, this one with {found}");
            return Err(reader.window.malformed(0, "pcapng section header", detail));
        }
        while let Some(block) = reader.next_block()? {
            if block::holds_packet(block.kind) {
                reader.require_link()?;
                break;
            }
            reader.describe(block)?;
            reader.window.consume(block.len);
        }
        Ok(reader)
    }

    /// Brings the next block into the window. Blocks without a meaning here are passed over, whatever their size.
    fn next_block(&mut self) -> Result<Option<Block>, CaptureError> {
        loop {
            if !self.window.fill(8)? {
                return match self.window.bytes() {
                    [] => Ok(None),
                    _ => Err(self.window.truncated("pcapng block header", 8)),
                };
            }
            if block::kind(self.window.bytes(), Endianness::Big) == block::SECTION {
                self.order = self.section_order()?;
            }
            let (kind, len) = block::head(self.window.bytes(), self.order);
            if len < 12 || len % 4 != 0 {
                let detail = format!("length {len} is not a multiple of 4 from 12 up");
                return Err(self.window.malformed(4, "pcapng block header", detail));
            }
            if !block::is_known(kind) {
                if !self.window.skip(u64::from(len))? {
                    return Err(self.window.truncated("pcapng block", u64::from(len)));
                }
                continue;
            }
            let bytes = self.window.bound("pcapng block", u64::from(len))?;
            if !self.window.fill(bytes)? {
                return Err(self.window.truncated("pcapng block", u64::from(len)));
            }
            let again = block::trailer(self.window.bytes(), bytes, self.order);
            if again != len {
                let detail = format!("length {len} at the start of the block, {again} at its end");
                return Err(self.window.malformed(bytes - 4, "pcapng block", detail));
            }
            return Ok(Some(Block { kind, len: bytes }));
        }
    }

    /// The byte order of the section that starts in front of the window.
    fn section_order(&mut self) -> Result<Endianness, CaptureError> {
        if !self.window.fill(12)? {
            return Err(self.window.truncated("pcapng section header", 28));
        }
        let magic = self.window.bytes().get(8..12).unwrap_or_default();
        match block::section_order(magic) {
            Some(order) => Ok(order),
            None => {
                let detail = format!("byte order is told by 1a 2b 3c 4d or 4d 3c 2b 1a, found {}", hex(magic));
                Err(self.window.malformed(8, "pcapng section header", detail))
            }
        }
    }

    /// Takes in a block that holds no packet.
    fn describe(&mut self, block: Block) -> Result<(), CaptureError> {
        let body = block::body(self.window.bytes(), block.len);
        match block.kind {
            block::SECTION => {
                let section = block::section(body, self.order).map_err(|needed| self.short(block, needed))?;
                if section.major != 1 {
                    let detail = format!("version {} is unknown; this reads version 1", section.major);
                    return Err(self.window.malformed(12, "pcapng section header", detail));
                }
                self.interfaces.clear();
                section.notes.into_iter().for_each(|note| self.note(note));
            }
            block::INTERFACE => {
                let interface = block::interface(body, self.order).map_err(|needed| self.short(block, needed))?;
                let index = self.interfaces.len();
                if index >= MAX_INTERFACES {
                    return Err(self.window.error(ErrorKind::TooLarge {
                        what: "pcapng interface list",
                        size: index as u64 + 1,
                        limit: MAX_INTERFACES as u64,
                    }));
                }
                let mut note = format!("interface {index}");
                if let Some(name) = &interface.name {
                    note.push_str(&format!(" \"{name}\""));
                }
                if let Some(description) = &interface.description {
                    note.push_str(&format!(": {description}"));
                }
                if !is_read(interface.link_type) {
                    let link = link_type::describe(interface.link_type);
                    note.push_str(&format!(" ({link}: its packets are skipped)"));
                }
                self.note(note);
                self.interfaces.push(Interface {
                    name: None,
                    description: None,
                    ..interface
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// What is in the packet block in front of the window, `None` where it is of another protocol.
    fn packet(&self, block: Block) -> Result<Option<Carried>, CaptureError> {
        let body = block::body(self.window.bytes(), block.len);
        let index =
            block::packet_interface(block.kind, body, self.order).map_err(|needed| self.short(block, needed))?;
        let found = usize::try_from(index).ok().and_then(|index| self.interfaces.get(index));
        let Some(interface) = found else {
            let count = self.interfaces.len();
            let detail = format!("packet of interface {index}, but the section describes {count}");
            return Err(self.window.malformed(8, "pcapng packet", detail));
        };
        if !is_read(interface.link_type) {
            return Ok(None);
        }
        let packet =
            block::packet(block.kind, body, self.order, interface).map_err(|needed| self.short(block, needed))?;
        Ok(Some(match interface.link_type {
            ETHERNET => Carried::Frame(packet.data),
            _ => {
                let at = packet.ticks.and_then(|ticks| interface.nanoseconds(ticks));
                Carried::Packet(packet, at)
            }
        }))
    }

    /// A body that is too short for what it says it holds.
    fn short(&self, block: Block, needed: u64) -> CaptureError {
        let held = block.len.saturating_sub(12);
        let detail = format!("{needed} bytes needed, the block holds {held}");
        self.window.malformed(8, block::name(block.kind), detail)
    }

    /// Where packets follow, at least one of the interfaces described so far has to be a link.
    fn require_link(&self) -> Result<(), CaptureError> {
        let mut types: Vec<u32> = self.interfaces.iter().map(|interface| interface.link_type).collect();
        if types.is_empty() || types.iter().any(|&kind| is_read(kind)) {
            return Ok(());
        }
        types.sort_unstable();
        types.dedup();
        Err(self.window.error(link_type::refused(&types)))
    }

    fn note(&mut self, note: String) {
        if self.info.notes.len() < MAX_NOTES {
            self.info.notes.push(note);
        }
    }
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let record = loop {
            let frame = self.window.bytes().get(self.frame.clone()).unwrap_or_default();
            if let Some(found) = self.cmp.next(frame) {
                break Record::Cmp(found);
            }
            self.frame = 0..0;
            self.window.consume(std::mem::take(&mut self.used));
            if self.ended {
                if let Some(found) = self.cmp.finish() {
                    break Record::Cmp(found);
                }
                return match self.cmp.nothing_found() {
                    Some(kind) => Err(self.window.error(kind)),
                    None => Ok(None),
                };
            }
            let Some(block) = self.next_block()? else {
                self.ended = true;
                continue;
            };
            if block::holds_packet(block.kind) {
                let found = self.packet(block)?;
                self.used = block.len;
                match found {
                    Some(Carried::Packet(packet, at)) => break Record::Packet(packet, at),
                    Some(Carried::Frame(frame)) => {
                        self.frame_at = self.window.offset().saturating_add(frame.start as u64);
                        self.cmp
                            .frame(self.window.bytes().get(frame.clone()).unwrap_or_default());
                        self.frame = frame;
                    }
                    None => {}
                }
            } else {
                self.describe(block)?;
                self.used = block.len;
            }
        };
        Ok(Some(match record {
            Record::Cmp(found) => Chunk {
                seen: Observation::Merged(self.cmp.packet()),
                burst: Burst::WHOLE,
                offset: self.frame_at,
                at: Some(found.at),
                link: found.link,
                lost: found.lost,
            },
            Record::Packet(packet, at) => {
                let offset = self.window.offset().saturating_add(packet.data.start as u64);
                let bytes = self.window.bytes().get(packet.data).unwrap_or_default();
                Chunk {
                    seen: Observation::Merged(bytes),
                    burst: Burst::WHOLE,
                    offset,
                    at,
                    link: packet.link,
                    lost: packet.dropped,
                }
            }
        }))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset().saturating_add(self.used as u64)
    }
}

/// What was found.
enum Record {
    /// In an Ethernet frame.
    Cmp(Found),
    /// In a record of its own, with its time.
    Packet(Packet, Option<Tick>),
}

/// What a record carries.
enum Carried {
    /// A packet, and its time.
    Packet(Packet, Option<Tick>),
    /// An Ethernet frame, from here to there in its block.
    Frame(Range<usize>),
}

/// Whether records of this type are looked at.
fn is_read(link_type: u32) -> bool {
    link_type::is_user(link_type) || link_type == ETHERNET
}

/// The first four bytes, for messages.
fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}
