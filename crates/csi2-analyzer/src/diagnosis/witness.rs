//! Watches a link for the diagnosis: what the findings do not tell.

use super::arrangement::Puzzles;
use super::clue::Clues;
use super::rows::Rows;
use crate::{Finding, FindingCode, LinkEvent, Received, Severity, Span};
use csi2_dphy::MAX_LANES;
use csi2_packet::{DataType, EccVerdict, PacketEvent, ReceivedHeader, VirtualChannel};

/// Lanes that captures of merged bytes are taken to have had.
const USUAL_LANES: usize = 4;

/// Gathers evidence: each event of the receiver, and each finding of the analyzer after the event that caused it.
///
/// Its size is fixed.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    pub(super) clues: Clues,
    pub(super) headers: Headers,
    pub(super) puzzles: Puzzles,
    pub(super) constant: Constant,
    pub(super) rows: Rows,
    pub(super) marks: Marks,
    /// Greatest number of lanes of a burst; 0: merged bytes only.
    pub(super) lanes: usize,
    /// Bursts with lanes in sync, or merged ones.
    pub(super) bursts: u64,
    pub(super) worst: Option<Severity>,
    /// Gaps of the capture itself.
    pub(super) gaps: u64,
    burst: Beginning,
}

/// Headers by what the ECC says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Headers {
    pub(super) clean: u64,
    pub(super) corrected: u64,
    pub(super) lost: u64,
    /// First header of a burst that was not clean.
    pub(super) first_bad: Option<Span>,
    /// Data types of clean headers, and of corrected ones: one bit each, by channel.
    clean_types: [u64; 16],
    corrected_types: [u64; 16],
    /// Headers of which the first, the second, ... of four bytes was the corrected one.
    pub(super) corrected_bytes: [u64; 4],
}

impl Headers {
    fn take(&mut self, received: &ReceivedHeader, span: Span) {
        let header = received.header;
        let channel = usize::from(header.channel.number() & 15);
        let (count, types) = match received.ecc {
            EccVerdict::Clean => (&mut self.clean, self.clean_types.get_mut(channel)),
            EccVerdict::Corrected { bit } => {
                // Bits 24 and 25 are the channel extension.
                if let Some(byte) = self.corrected_bytes.get_mut(usize::from(bit / 8)) {
                    *byte += 1;
                }
                (&mut self.corrected, self.corrected_types.get_mut(channel))
            }
            EccVerdict::ParityBit { .. } => {
                self.corrected_bytes[3] += 1;
                (&mut self.corrected, self.clean_types.get_mut(channel))
            }
            EccVerdict::Uncorrectable { .. } => (&mut self.lost, None),
        };
        *count += 1;
        if let Some(types) = types {
            *types |= 1 << header.data_type.code();
        }
        if received.ecc != EccVerdict::Clean {
            self.first_bad = self.first_bad.or(Some(span));
        }
    }

    /// Headers of any verdict.
    pub(super) fn all(&self) -> u64 {
        self.clean + self.corrected + self.lost
    }

    /// Those that were not clean.
    pub(super) fn bad(&self) -> u64 {
        self.corrected + self.lost
    }

    /// Types of a channel that only corrected headers had: three wrong bits look like one.
    pub(super) fn odd_types(&self) -> impl Iterator<Item = (VirtualChannel, DataType)> {
        let types = self.clean_types.iter().zip(&self.corrected_types).zip(0_u8..);
        types.flat_map(|((clean, corrected), channel)| {
            let odd = corrected & !clean;
            let those = DataType::all().filter(move |of| odd >> of.code() & 1 == 1);
            those.map(move |of| (VirtualChannel::from_wire(channel & 3, channel >> 2), of))
        })
    }
}

/// Synchronisation packets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// By channel.
    frames: [u64; 16],
    /// Packet that began the second frame of each.
    second: [Option<u64>; 16],
    pub(super) frame_ends: u64,
    pub(super) line_starts: u64,
    pub(super) line_ends: u64,
    pub(super) first_line_mark: Option<Span>,
    /// Channels with an open frame, one bit each.
    open: u16,
    /// Frames of one channel that began while one of a lower channel was open, or the other way round, and were still
    /// open when that channel's next frame began.
    pub(super) overlaps: u64,
    pub(super) first_overlap: Option<Span>,
}

impl Marks {
    fn take(&mut self, received: &ReceivedHeader, span: Span) {
        let channel = usize::from(received.header.channel.number() & 15);
        match received.header.data_type {
            DataType::FRAME_START => {
                let first = self.open & ((1_u16 << channel) - 1) == 0;
                let behind = self.open >> channel >> 1 != 0;
                if first && behind {
                    self.overlaps += 1;
                    self.first_overlap = self.first_overlap.or(Some(span));
                }
                self.open |= 1 << channel;
                if let (Some(frames), Some(second)) = (self.frames.get_mut(channel), self.second.get_mut(channel)) {
                    *frames += 1;
                    if *frames == 2 {
                        *second = Some(span.packet);
                    }
                }
            }
            DataType::FRAME_END => {
                self.frame_ends += 1;
                self.open &= !(1 << channel);
            }
            DataType::LINE_START => self.line_starts += 1,
            DataType::LINE_END => self.line_ends += 1,
            _ => return,
        }
        if matches!(received.header.data_type, DataType::LINE_START | DataType::LINE_END) {
            self.first_line_mark = self.first_line_mark.or(Some(span));
        }
    }

    /// Frames that began.
    pub(super) fn frames(&self) -> u64 {
        self.frames.iter().sum()
    }

    /// Frames of the busiest channel.
    pub(super) fn most_frames(&self) -> u64 {
        self.frames.iter().copied().max().unwrap_or(0)
    }

    /// Whether a finding is of the first frame of its channel, or of any where it has none.
    fn is_early(&self, finding: &Finding) -> bool {
        let of = finding
            .channel
            .and_then(|channel| self.second.get(usize::from(channel.number())));
        let second = match of {
            Some(second) => *second,
            None => self.second.iter().copied().flatten().min(),
        };
        second.is_none_or(|second| finding.span.packet < second)
    }
}

/// Lanes that bring the same byte always, in bursts whose first header was not clean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constant {
    /// Bits that were ever 1, and those that always were, by lane.
    ever: [u8; MAX_LANES],
    always: [u8; MAX_LANES],
    pub(super) bytes: u64,
}

impl Default for Constant {
    fn default() -> Self {
        Self {
            ever: [0; MAX_LANES],
            always: [0xFF; MAX_LANES],
            bytes: 0,
        }
    }
}

impl Constant {
    fn take(&mut self, burst: &[u8], lanes: usize) {
        for (at, byte) in burst.iter().enumerate() {
            let lane = at % lanes.max(1);
            if let (Some(ever), Some(always)) = (self.ever.get_mut(lane), self.always.get_mut(lane)) {
                *ever |= byte;
                *always &= byte;
            }
        }
        self.bytes += burst.len() as u64;
    }

    /// What lane `lane` always brings.
    pub(super) fn byte(&self, lane: usize) -> Option<u8> {
        let (ever, always) = (self.ever.get(lane)?, self.always.get(lane)?);
        (ever == always).then_some(*ever)
    }
}

/// The first bytes of a burst.
#[derive(Clone, Copy, Debug)]
struct Beginning {
    bytes: [u8; Self::SIZE],
    have: usize,
    lanes: usize,
    /// The first header was not clean; nothing but its packet has come since.
    doubtful: bool,
    headers: u32,
}

impl Default for Beginning {
    fn default() -> Self {
        Self {
            bytes: [0; Self::SIZE],
            have: 0,
            lanes: 0,
            doubtful: false,
            headers: 0,
        }
    }
}

impl Beginning {
    const SIZE: usize = 64;

    fn put(&mut self, bytes: &[u8]) {
        for (place, byte) in self.bytes.iter_mut().skip(self.have).zip(bytes) {
            *place = *byte;
            self.have += 1;
        }
    }
}

impl Witness {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event.
    pub fn push(&mut self, received: &Received<'_>) {
        let span = received.span;
        match &received.event {
            LinkEvent::BurstStart(info) => {
                self.settle();
                self.bursts += 1;
                self.lanes = self.lanes.max(usize::from(info.lanes));
                self.burst = Beginning {
                    lanes: usize::from(info.lanes),
                    ..Beginning::default()
                };
            }
            LinkEvent::BurstEnd => self.settle(),
            LinkEvent::Lane(_) => {}
            LinkEvent::Packet(event) => self.packet(event, span),
        }
    }

    /// Takes a finding, right after the event that caused it.
    pub fn finding(&mut self, finding: &Finding) {
        self.worst = self.worst.max(Some(finding.severity));
        // News are no clues, but for a first frame that explains trouble in it.
        if finding.severity == Severity::Info && finding.code != FindingCode::LineCountChange {
            return;
        }
        self.gaps += u64::from(finding.code == FindingCode::CaptureLoss);
        self.clues.take(finding, self.marks.is_early(finding));
    }

    fn packet(&mut self, event: &PacketEvent<'_>, span: Span) {
        match event {
            PacketEvent::Short(received) => {
                self.header(received, span);
                self.marks.take(received, span);
                self.rows.mark(received);
            }
            PacketEvent::LongStart(received) => {
                self.header(received, span);
                self.rows.start(received, span);
            }
            PacketEvent::Unusable(received) => self.header(received, span),
            PacketEvent::Payload(bytes) => {
                self.follow(bytes);
                self.rows.bytes(bytes);
            }
            PacketEvent::Skipped(bytes) => self.follow(bytes),
            PacketEvent::LongEnd(verdict) => self.rows.end(*verdict),
            PacketEvent::Truncated(_) => self.rows.cut(),
            PacketEvent::Resync { .. } | PacketEvent::Trailing(_) => {}
        }
    }

    fn header(&mut self, received: &ReceivedHeader, span: Span) {
        self.headers.take(received, span);
        self.burst.headers += 1;
        if self.burst.headers == 1 && received.ecc != EccVerdict::Clean {
            self.burst.doubtful = true;
            self.burst.put(&received.wire);
        } else {
            self.settle();
        }
    }

    /// Bytes behind the first header of a burst.
    fn follow(&mut self, bytes: &[u8]) {
        if self.burst.doubtful {
            self.burst.put(bytes);
        }
    }

    /// The beginning of the burst is all there.
    fn settle(&mut self) {
        if !core::mem::take(&mut self.burst.doubtful) {
            return;
        }
        let lanes = if self.burst.lanes == 0 {
            USUAL_LANES
        } else {
            self.burst.lanes
        };
        let bytes = self.burst.bytes.get(..self.burst.have).unwrap_or_default();
        self.constant.take(bytes, lanes);
        self.puzzles.keep(bytes);
    }

    /// Lanes of the link, or those that merged bytes are taken to have come from.
    pub(super) fn lanes_or_usual(&self) -> usize {
        if self.lanes == 0 { USUAL_LANES } else { self.lanes }
    }
}
