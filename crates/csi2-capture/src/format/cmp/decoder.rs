//! Ethernet frames in, packets out.

use super::message::{self, Carried, MessageHeader};
use super::reassembly::Reassembly;
use crate::{ErrorKind, OpenOptions};
use core::ops::Range;

/// Link type of Ethernet.
pub(crate) const ETHERNET: u32 = 1;

/// A packet that is complete, or of which no more will come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Found {
    /// Nanoseconds, by the module's clock.
    pub(crate) at: u64,
    /// Number of the device's interface, in the order in which they appear.
    pub(crate) link: u16,
    /// Frames and packets known to be lost since the last packet.
    pub(crate) lost: u64,
}

/// Ethernet frames in, packets out.
pub(crate) struct Decoder {
    /// Where in the current frame its messages are that are not done.
    messages: Range<usize>,
    current: Frame,
    reassembly: Reassembly,
    /// Sequence counter of each stream of each device.
    sequences: Vec<(u16, u8, u16)>,
    lost: u64,
    tecmp_offset: Option<usize>,
    packets: u64,
    frames: u64,
    /// Data type of the first TECMP frame with CSI-2 that was left out.
    tecmp: Option<&'static str>,
}

/// What the messages at hand are part of.
#[derive(Clone, Copy)]
enum Frame {
    Cmp { device: u16, stream: u8 },
    Tecmp,
}

impl Decoder {
    /// Streams whose sequence counter is followed.
    const MOST_STREAMS: usize = 256;

    pub(crate) fn new(options: &OpenOptions) -> Self {
        Self {
            messages: 0..0,
            current: Frame::Tecmp,
            reassembly: Reassembly::default(),
            sequences: Vec::new(),
            lost: 0,
            tecmp_offset: options.tecmp_offset,
            packets: 0,
            frames: 0,
            tecmp: None,
        }
    }

    /// Takes an Ethernet frame; [`Decoder::next`] gives its packets.
    pub(crate) fn frame(&mut self, frame: &[u8]) {
        self.frames += 1;
        self.messages = 0..0;
        match message::carried(frame) {
            Carried::Cmp(header, messages) => {
                self.follow(header.device, header.stream, header.sequence);
                if header.message_type == message::DATA {
                    self.current = Frame::Cmp {
                        device: header.device,
                        stream: header.stream,
                    };
                    self.messages = frame.len() - messages.len()..frame.len();
                }
            }
            Carried::Tecmp(data_type, body) => {
                let Some(name) = data_type.and_then(message::tecmp_csi2) else {
                    return;
                };
                if self.tecmp_offset.is_some() {
                    self.current = Frame::Tecmp;
                    let body = frame.len() - body.len();
                    self.messages = body + message::TECMP_HEADER..frame.len();
                } else {
                    self.tecmp.get_or_insert(name);
                }
            }
            Carried::Other => {}
        }
    }

    /// The next packet of the frame, which is given again; its bytes are [`Decoder::packet`].
    pub(crate) fn next(&mut self, frame: &[u8]) -> Option<Found> {
        let (at, link) = match self.current {
            Frame::Cmp { device, stream } => self.next_message(frame, device, stream)?,
            Frame::Tecmp => (self.next_entry(frame)?, 0),
        };
        self.packets += 1;
        Some(Found {
            at,
            link,
            lost: std::mem::take(&mut self.lost),
        })
    }

    /// At the end of the capture: a packet whose last segments never came.
    pub(crate) fn finish(&mut self) -> Option<Found> {
        let (at, link) = self.reassembly.abandon()?;
        self.packets += 1;
        Some(Found {
            at,
            link,
            lost: std::mem::take(&mut self.lost),
        })
    }

    /// The bytes of the last packet found.
    pub(crate) fn packet(&self) -> &[u8] {
        self.reassembly.packet()
    }

    /// Why frames gave no packet at all.
    pub(crate) fn nothing_found(&self) -> Option<ErrorKind> {
        if self.packets > 0 || self.frames == 0 {
            return None;
        }
        let detail = match self.tecmp {
            Some(name) => format!(
                "TECMP records of CSI-2 (data type \"{name}\"): their layout is not public. If the packets begin at a \
                 known byte of each record, --tecmp-offset BYTES reads them"
            ),
            None => format!(
                "{} Ethernet frames, none of them of ASAM CMP (EtherType 0x99FE) with CSI-2 payloads. Where the records are \
                 CSI-2 packets under a wrong link type, `editcap -T user0 IN OUT` gives them a right one",
                self.frames
            ),
        };
        Some(ErrorKind::Unsupported { detail })
    }

    fn next_message(&mut self, frame: &[u8], device: u16, stream: u8) -> Option<(u64, u16)> {
        loop {
            if let Some(ended) = self.reassembly.take_ended() {
                return Some(ended);
            }
            let rest = frame.get(self.messages.clone()).unwrap_or_default();
            let (payload, header) = match message::message(rest) {
                Ok(parsed) if parsed.1.payload_type != message::PADDING => parsed,
                _ => {
                    self.messages = 0..0;
                    return None;
                }
            };
            let MessageHeader {
                length,
                payload_type,
                overflow,
                ..
            } = header;
            let length = usize::from(length).min(payload.len());
            self.messages.start += message::MESSAGE_HEADER + length;
            self.lost += u64::from(overflow);
            if payload_type == message::CSI2 {
                let payload = payload.get(..length).unwrap_or_default();
                self.reassembly
                    .push((device, stream, header.interface), &header, payload);
            }
        }
    }

    fn next_entry(&mut self, frame: &[u8]) -> Option<u64> {
        let frame = frame.get(..self.messages.end).unwrap_or_default();
        let (at, data) = message::tecmp_entry(frame, self.messages.start)?;
        self.messages.start = data.end;
        let from = data.start.saturating_add(self.tecmp_offset?).min(data.end);
        self.reassembly.lend(frame.get(from..data.end).unwrap_or_default());
        Some(at)
    }

    /// Counts the frames that a stream's sequence counter misses.
    fn follow(&mut self, device: u16, stream: u8, sequence: u16) {
        let key = (device, stream);
        if let Some((_, _, last)) = self.sequences.iter_mut().find(|known| (known.0, known.1) == key) {
            let missing = sequence.wrapping_sub(*last).wrapping_sub(1);
            // Half the range back is a repeated or late frame.
            if missing < 1 << 15 {
                self.lost += u64::from(missing);
            }
            *last = sequence;
        } else if self.sequences.len() < Self::MOST_STREAMS {
            self.sequences.push((device, stream, sequence));
        }
    }
}
