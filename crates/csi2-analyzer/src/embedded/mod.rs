//! Embedded rows: what a sensor says of each frame, in packets of type 0x12.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/md_parser_smia.cpp; MIPI-Alliance/ccs-tools ccs-regs.asc; Sony
//! IMX219PQH5-C data sheet, embedded data section.
//!
//! ```text
//! 0A                      the two-byte tagged format
//! AA hh  A5 ll            address, high and low byte
//! 5A vv                   value of the register there; the address goes up by one
//! 55 xx                   no value; the address goes up by one
//! 07 07                   the end; padding follows
//! ```
//!
//! In rows of RAW10, RAW12 and RAW14 images a 0x55 lies wherever packed samples have their low bits.

mod frame;
mod row;
mod tags;
#[cfg(test)]
mod tests;

pub(crate) use row::Ways;

pub use frame::{EmbeddedFrame, RegisterSet, RowReport};
pub use row::{EmbeddedRow, Registers, RowProblem};
pub use tags::Register;

use crate::{LinkEvent, Received, Span};
use alloc::vec::Vec;
use csi2_packet::{ChecksumVerdict, DataType, PacketEvent, VirtualChannel};
use csi2_sensors::Container;

/// Puts embedded rows together frame by frame. Push an event, then poll until `None`; what was not polled by the next push
/// is gone. Frames without embedded rows are not told.
#[derive(Debug)]
pub struct EmbeddedReader {
    channels: [Channel; 16],
    packet: Option<Arriving>,
    /// Payload of the embedded packet that is arriving.
    payload: Vec<u8>,
    ready: Vec<EmbeddedFrame>,
}

#[derive(Debug, Default)]
struct Channel {
    /// Number and packet of the FS in force.
    opening: Option<(u16, u64)>,
    frame: Option<EmbeddedFrame>,
    /// How the last sound row lay.
    container: Option<Container>,
    /// After the last register of the frame.
    address: u16,
}

#[derive(Clone, Copy, Debug)]
struct Arriving {
    channel: VirtualChannel,
    word: u16,
    span: Span,
}

impl EmbeddedReader {
    /// With no open frame.
    pub fn new() -> Self {
        Self {
            channels: Default::default(),
            packet: None,
            payload: Vec::new(),
            ready: Vec::new(),
        }
    }

    /// Takes an event.
    pub fn push(&mut self, received: &Received<'_>) {
        self.ready.clear();
        let LinkEvent::Packet(event) = received.event else {
            return;
        };
        match event {
            PacketEvent::Short(of) if of.header.data_type == DataType::FRAME_START => {
                let at = index(of.header.channel);
                self.close(at);
                self.channels[at].opening = Some((of.header.word, received.span.packet));
            }
            PacketEvent::Short(of) if of.header.data_type == DataType::FRAME_END => {
                self.close(index(of.header.channel));
            }
            PacketEvent::LongStart(of) => {
                let header = of.header;
                self.payload.clear();
                self.packet = (header.data_type == DataType::EMBEDDED).then_some(Arriving {
                    channel: header.channel,
                    word: header.word,
                    span: received.span,
                });
            }
            PacketEvent::Payload(piece) => {
                if let Some(packet) = self.packet {
                    let room = usize::from(packet.word).saturating_sub(self.payload.len());
                    self.payload.extend(piece.iter().take(room));
                }
            }
            PacketEvent::LongEnd(verdict) => self.row(verdict == ChecksumVerdict::Match, received.span),
            PacketEvent::Truncated(_) => self.row(false, received.span),
            _ => {}
        }
    }

    /// End of the capture: open frames come out as far as they came.
    pub fn finish(&mut self) {
        self.ready.clear();
        self.packet = None;
        (0..self.channels.len()).for_each(|at| self.close(at));
    }

    /// What the rows of a frame said, right after the event that ended it.
    pub fn poll(&mut self) -> Option<EmbeddedFrame> {
        self.ready.pop()
    }

    /// A packet is over.
    fn row(&mut self, good: bool, end: Span) {
        let Some(packet) = self.packet.take() else { return };
        let channel = &mut self.channels[index(packet.channel)];
        let opening = channel.opening;
        let frame = channel.frame.get_or_insert_with(|| EmbeddedFrame {
            channel: packet.channel,
            number: opening.map(|(number, _)| number),
            first_packet: opening.map_or(packet.span.packet, |(_, first)| first),
            registers: RegisterSet::default(),
            rows: Vec::new(),
            rows_left_out: 0,
        });
        if frame.rows.len() >= EmbeddedFrame::MAX_ROWS {
            frame.rows_left_out = frame.rows_left_out.saturating_add(1);
            return;
        }
        let row = EmbeddedRow::parse(&self.payload, channel.container).continuing(channel.address);
        let mut registers = row.registers();
        for register in registers.by_ref() {
            frame.registers.insert(register.address, register.value, good);
        }
        if row.is_tagged() {
            channel.address = registers.address();
        }
        if good && row.problem().is_none() {
            channel.container = Some(row.container());
        }
        frame.rows.push(RowReport {
            span: Span {
                until: end.until,
                ..packet.span
            },
            bytes: u32::try_from(self.payload.len()).unwrap_or(u32::MAX),
            good,
            container: row.container(),
            problem: row.problem(),
        });
    }

    fn close(&mut self, at: usize) {
        let channel = &mut self.channels[at];
        channel.opening = None;
        channel.address = 0;
        self.ready.extend(channel.frame.take());
    }
}

impl Default for EmbeddedReader {
    fn default() -> Self {
        Self::new()
    }
}

fn index(channel: VirtualChannel) -> usize {
    usize::from(channel.number() & 15)
}
