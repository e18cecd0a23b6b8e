//! Frames from lines.
//!
//! A frame opens with FS, or, where that was lost, with its first line; it ends with FE, with the next FS, or with the
//! capture. Where lines are numbered (LS), the number says the row. Else rows come in order of arrival, and a line is
//! known to be lost only where its header was unusable or its burst was. A frame with fewer rows than the last complete
//! one is filled up to that height, and the rows at its end are named as lost although others may have been. That is not
//! so where its rows have another length: then the mode has changed, as it has with the second frame of another height.

mod buffers;
mod filter;
mod frame;
mod numbers;
mod owned;
mod plane;
mod stream;

pub use filter::StreamFilter;
pub use frame::{AssemblerSettings, Frame, Keep, Pixels};
pub use owned::OwnedFrame;
pub(crate) use owned::{Cells, Cut};

use crate::{LinkEvent, Received, Span};
use alloc::vec::Vec;
use buffers::Buffers;
use csi2_dphy::PinEvent;
use csi2_packet::{ChecksumVerdict, DataType, EccVerdict, PacketEvent, ReceivedHeader, VirtualChannel};
use stream::{Opening, Phase, Stream};

/// Puts lines into frames. Push an event, then poll until `None`; what was not polled by the next push is gone.
/// Buffers are reused: no allocation per packet.
///
/// Rows of large frames are still on their way to memory when a push returns ([`csi2_kernels::Posted`]): an assembler stays on its
/// thread. An [`OwnedFrame`] may go to others.
#[derive(Debug)]
pub struct FrameAssembler {
    settings: AssemblerSettings,
    channels: [Channel; 16],
    /// Every stream seen; at most `max_open_streams` of them hold memory.
    streams: Vec<Stream>,
    /// The long packet that is arriving.
    packet: Option<Arriving>,
    /// Its payload, where it comes in pieces.
    line: Vec<u8>,
    /// The unusable header whose burst is being skipped.
    unusable: Option<ReceivedHeader>,
    /// Finished streams, and how many of them were polled.
    ready: Vec<usize>,
    polled: usize,
    /// Errors of lanes in the burst that was lost last.
    lost_burst: u16,
    /// Lines that had no stream to go to.
    refused: u64,
    /// Of frames that were taken and given back.
    spare: Vec<Buffers>,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    frame: Option<Opening>,
    /// LS in force.
    line_number: Option<u16>,
    /// Highest number of a line of a type that is not assembled, in this frame.
    foreign: u16,
    /// LS was seen in this frame.
    line_sync: bool,
    /// The stream of the last line.
    active: Option<usize>,
    /// Bytes lost before the first line of the frame.
    lost_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Arriving {
    received: ReceivedHeader,
    span: Span,
    /// `None`: a doubtful header, of a stream that was never seen; its checksum will tell.
    stream: Option<usize>,
    /// Payload is in its row already.
    stored: bool,
}

impl FrameAssembler {
    /// With no open frame.
    pub fn new(settings: AssemblerSettings) -> Self {
        Self {
            settings,
            channels: [Channel::IDLE; 16],
            streams: Vec::new(),
            packet: None,
            line: Vec::new(),
            unusable: None,
            ready: Vec::new(),
            polled: 0,
            lost_burst: 0,
            refused: 0,
            spare: Vec::new(),
        }
    }

    /// Takes an event. A payload piece that is a whole line is unpacked straight from the event into its row.
    pub fn push(&mut self, received: &Received<'_>) {
        self.release();
        let span = received.span;
        match received.event {
            LinkEvent::Packet(PacketEvent::Payload(piece)) => self.payload(piece),
            LinkEvent::Packet(PacketEvent::LongStart(header)) => self.long_start(header, span),
            LinkEvent::Packet(PacketEvent::LongEnd(ChecksumVerdict::Match)) => self.long_end(true),
            LinkEvent::Packet(PacketEvent::LongEnd(_) | PacketEvent::Truncated(_)) => self.long_end(false),
            LinkEvent::Packet(PacketEvent::Short(header)) => self.short(&header, span),
            LinkEvent::Packet(PacketEvent::Unusable(header)) => self.unusable = Some(header),
            LinkEvent::Packet(PacketEvent::Resync { skipped }) => {
                if let Some(header) = self.unusable.take() {
                    self.gap(&header, skipped);
                }
            }
            LinkEvent::Packet(PacketEvent::Skipped(_) | PacketEvent::Trailing(_)) => {}
            LinkEvent::BurstStart(_) => self.lost_burst = 0,
            LinkEvent::BurstEnd => {}
            LinkEvent::Lane(PinEvent::SotSyncError { lane, .. }) => self.burst_error(lane & 7),
            LinkEvent::Lane(PinEvent::AlignError { lane, .. }) => self.burst_error(8 | lane & 7),
            LinkEvent::Lane(_) => {}
        }
    }

    /// The capture has a gap here: open frames come out incomplete, though nobody knows which rows they lack.
    pub fn capture_loss(&mut self) {
        self.release();
        let open = self.streams.iter_mut().filter(|stream| stream.phase == Phase::Open);
        open.for_each(Stream::tear);
    }

    /// End of the capture: open frames come out incomplete.
    pub fn finish(&mut self) {
        self.release();
        self.packet = None;
        for channel in 0..self.channels.len() {
            self.close(channel, None);
        }
    }

    /// The next finished frame.
    pub fn poll(&mut self) -> Option<Frame<'_>> {
        let at = *self.ready.get(self.polled)?;
        self.polled += 1;
        self.streams.get(at).map(Stream::frame)
    }

    /// As [`FrameAssembler::poll`], but the frame is the caller's, and may go to another thread. Nothing is copied; frames that
    /// follow need memory of their own, or that of one which comes back by [`FrameAssembler::give_back`].
    pub fn take(&mut self) -> Option<OwnedFrame> {
        let at = *self.ready.get(self.polled)?;
        self.polled += 1;
        self.streams.get_mut(at).map(Stream::take)
    }

    /// Frames to come may be put together in the memory of this one.
    pub fn give_back(&mut self, frame: OwnedFrame) {
        if self.spare.len() < self.settings.limits.max_open_streams
            && let Some(buffers) = frame.into_buffers()
        {
            self.spare.push(buffers);
        }
    }

    /// How often a limit has left something out: frames that were cut, and lines for which no stream was free.
    pub fn limit_hits(&self) -> u64 {
        self.streams
            .iter()
            .fold(self.refused, |hits, of| hits.saturating_add(of.limit_hits))
    }

    fn short(&mut self, received: &ReceivedHeader, span: Span) {
        let header = received.header;
        let at = index(header.channel);
        let number = header.word;
        match header.data_type {
            DataType::FRAME_START => {
                self.close(at, None);
                let frame = Some(Opening {
                    number: Some(number),
                    packet: span.packet,
                    at: span.at,
                });
                self.channels[at] = Channel { frame, ..Channel::IDLE };
            }
            DataType::FRAME_END => self.close(at, Some(number)),
            DataType::LINE_START => {
                self.channels[at].line_number = Some(number);
                self.channels[at].line_sync = true;
            }
            DataType::LINE_END => self.channels[at].line_number = None,
            _ => {}
        }
    }

    fn long_start(&mut self, received: ReceivedHeader, span: Span) {
        let header = received.header;
        self.packet = None;
        let channel = &mut self.channels[index(header.channel)];
        if !self.settings.streams.contains(header.channel, header.data_type) {
            if !matches!(header.data_type, DataType::NULL | DataType::BLANKING) {
                channel.foreign = channel.foreign.max(channel.line_number.take().unwrap_or(0));
            }
            return;
        }
        self.line.clear();
        let known = || {
            self.find(header.channel, header.data_type)
                .is_some_and(|at| self.streams[at].is_known())
        };
        let doubtful = matches!(received.ecc, EccVerdict::Corrected { .. })
            && !known()
            && self.streams.iter().any(|of| of.phase == Phase::Open);
        let stream = if doubtful {
            None
        } else {
            match self.begin_line(&received, span) {
                Some(at) => Some(at),
                None => return,
            }
        };
        self.packet = Some(Arriving {
            received,
            span,
            stream,
            stored: false,
        });
    }

    fn payload(&mut self, piece: &[u8]) {
        let Some(packet) = &mut self.packet else { return };
        let word = packet.received.header.word;
        if !packet.stored
            && self.line.is_empty()
            && piece.len() == usize::from(word)
            && let Some(at) = packet.stream.filter(|&at| self.streams[at].takes_directly(word))
        {
            packet.stored = true;
            self.streams[at].store(piece, true, self.settings.backend);
            return;
        }
        let room = usize::from(word).saturating_sub(self.line.len());
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// The packet is over; `good`: whole, with the right checksum.
    fn long_end(&mut self, good: bool) {
        let Some(packet) = self.packet.take() else { return };
        let stream = match packet.stream {
            Some(at) => at,
            None if good => match self.begin_line(&packet.received, packet.span) {
                Some(at) => at,
                None => return,
            },
            // Three wrong bits in a header look like one: no new stream, but a line of another one.
            None => {
                let lost = self.line.len() as u64;
                self.gap(&packet.received, lost);
                return;
            }
        };
        let of = &mut self.streams[stream];
        if !packet.stored {
            of.store(&self.line, good, self.settings.backend);
        } else if !good {
            of.spoil_last();
        }
    }

    /// The stream of a line that is to come, its frame open and the rows lost before it left out.
    fn begin_line(&mut self, received: &ReceivedHeader, span: Span) -> Option<usize> {
        let header = received.header;
        let at = self.find(header.channel, header.data_type).unwrap_or_else(|| {
            let codec = self.settings.codecs.of(header.data_type);
            let limit = self.settings.limits.max_frame_bytes;
            self.streams.push(Stream::new(
                header.channel,
                header.data_type,
                codec,
                self.settings.keep,
                limit,
            ));
            self.streams.len() - 1
        });
        let mut lost_bytes = 0;
        if self.streams[at].phase != Phase::Open {
            let open = self.streams.iter().filter(|of| of.phase == Phase::Open).count();
            if open >= self.settings.limits.max_open_streams {
                self.refused += 1;
                return None;
            }
            self.borrow_memory(at);
            let channel = &mut self.channels[index(header.channel)];
            let implicit = Opening {
                number: None,
                packet: span.packet,
                at: span.at,
            };
            lost_bytes = core::mem::take(&mut channel.lost_bytes);
            self.streams[at].open(channel.frame.unwrap_or(implicit), header.word);
        }
        let channel = &mut self.channels[index(header.channel)];
        channel.active = Some(at);
        let (number, foreign) = (channel.line_number.take(), channel.foreign);
        let stream = &mut self.streams[at];
        if lost_bytes > 0 {
            stream.lose_bytes(lost_bytes);
        }
        stream.seek(number, foreign, header.word);
        Some(at)
    }

    /// `bytes` bytes after an unusable header are lost, and with them the header: perhaps lines.
    fn gap(&mut self, received: &ReceivedHeader, bytes: u64) {
        const HEADER: u64 = 4;
        let header = received.header;
        // Without any it was a short packet.
        let bytes = if bytes > 0 { bytes.saturating_add(HEADER) } else { 0 };
        let lines = self.settings.streams.contains(header.channel, header.data_type);
        if !lines
            && matches!(
                header.data_type,
                DataType::EMBEDDED | DataType::NULL | DataType::BLANKING
            )
        {
            return;
        }
        let channel = index(header.channel);
        let open = |at: &usize| self.streams.get(*at).is_some_and(|of| of.phase == Phase::Open);
        // The header is wrong somewhere, most likely not in channel and type; else the line before tells.
        let stream = self
            .find(header.channel, header.data_type)
            .filter(open)
            .or(self.channels[channel].active.filter(open))
            .or_else(|| self.only_stream());
        if let Some(at) = stream {
            let of = &mut self.streams[at];
            of.lose_bytes(bytes);
            return;
        }
        // No line yet: the first one of a frame was hit.
        let framed = |at: &usize| self.channels[*at].frame.is_some();
        let mut all = (0..self.channels.len()).filter(framed);
        let only = all.next().filter(|_| all.next().is_none());
        if let Some(at) = Some(channel).filter(framed).or(only) {
            let lost = &mut self.channels[at].lost_bytes;
            *lost = lost.saturating_add(bytes);
        }
    }

    /// A lane's error lost a burst. Several errors of one burst count once.
    fn burst_error(&mut self, bit: u8) {
        let bit = 1 << bit;
        let another = self.lost_burst == 0 || self.lost_burst & bit != 0;
        self.lost_burst = if another { bit } else { self.lost_burst | bit };
        if !another {
            return;
        }
        // With LS and LE around lines, two bursts of three are no lines, and numbers tell.
        if let Some(at) = self.only_stream()
            && !self.channels[index(self.streams[at].channel)].line_sync
        {
            let suspects = &mut self.streams[at].suspects;
            *suspects = suspects.saturating_add(1);
        }
    }

    fn close(&mut self, channel: usize, end: Option<u16>) {
        if self
            .packet
            .is_some_and(|packet| index(packet.received.header.channel) == channel)
        {
            self.packet = None;
        }
        self.channels[channel] = Channel::IDLE;
        for (at, stream) in self.streams.iter_mut().enumerate() {
            if index(stream.channel) == channel && stream.phase == Phase::Open {
                stream.close(end);
                if stream.phase == Phase::Ready {
                    self.ready.push(at);
                }
            }
        }
    }

    /// Frames lent at the last poll come back.
    fn release(&mut self) {
        if self.ready.is_empty() {
            return;
        }
        for at in self.ready.drain(..) {
            self.streams[at].phase = Phase::Idle;
        }
        self.polled = 0;
    }

    /// Lets a stream without memory have that of an idle one, where enough streams hold some.
    fn borrow_memory(&mut self, at: usize) {
        if !self.streams[at].buffers.hold_memory()
            && let Some(buffers) = self.spare.pop()
        {
            self.streams[at].buffers = buffers;
            return;
        }
        let holders = self.streams.iter().filter(|of| of.buffers.hold_memory()).count();
        if self.streams[at].buffers.hold_memory() || holders < self.settings.limits.max_open_streams {
            return;
        }
        let lender = self
            .streams
            .iter_mut()
            .find(|of| of.phase == Phase::Idle && of.buffers.hold_memory());
        if let Some(lender) = lender {
            self.streams[at].buffers = core::mem::take(&mut lender.buffers);
        }
    }

    fn find(&self, channel: VirtualChannel, data_type: DataType) -> Option<usize> {
        self.streams
            .iter()
            .position(|of| of.channel == channel && of.data_type == data_type)
    }

    /// The stream with an open frame, if there is exactly one.
    fn only_stream(&self) -> Option<usize> {
        let mut open = self
            .streams
            .iter()
            .enumerate()
            .filter(|(_, of)| of.phase == Phase::Open);
        open.next().filter(|_| open.next().is_none()).map(|(at, _)| at)
    }
}

impl Channel {
    const IDLE: Self = Self {
        frame: None,
        line_number: None,
        foreign: 0,
        line_sync: false,
        active: None,
        lost_bytes: 0,
    };
}

fn index(channel: VirtualChannel) -> usize {
    usize::from(channel.number() & 15)
}
