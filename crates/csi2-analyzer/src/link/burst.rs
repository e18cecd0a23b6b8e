//! The burst that is being received: sources give it merged bytes, it gives events.

use super::descramble::{Descrambler, HeaderCode};
use super::ledger::{Flow, Ledger};
use super::line::Line;
use super::place::{Place, deal};
use super::whole::{Taken, Taker, Whole};
use super::{BurstInfo, LinkEvent, Received, Span, no_news};
use core::ops::Range;
use csi2_dphy::{MAX_LANES, SYNC, Scrambling, Tick};
use csi2_kernels::Backend;
use csi2_packet::{Depacketizer, Folded, Framing, PacketEvent, ReceiverSettings, VcExtension};

pub(super) use super::descramble::HEADER_BYTES;

/// Bytes that the depacketizer may keep by value.
const KEPT: usize = 8;

/// An event, not yet lent to the caller: what lies in the line buffer is named by its place there.
pub(super) struct Said<'c> {
    what: What<'c>,
    span: Span,
}

enum What<'c> {
    Event(LinkEvent<'c>),
    Payload(Bytes),
    Skipped(Bytes),
    Trailing(Bytes),
}

/// Bytes of an event.
enum Bytes {
    Line(Range<usize>),
    Kept([u8; KEPT], usize),
}

impl Bytes {
    fn kept(part: &[u8]) -> Self {
        let mut kept = [0; KEPT];
        kept.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        Self::Kept(kept, part.len().min(KEPT))
    }
}

impl<'c> What<'c> {
    /// `find` says where bytes lie.
    #[inline(always)]
    fn new(event: PacketEvent<'_>, find: impl Fn(&[u8]) -> Bytes) -> Self {
        let event = match event {
            PacketEvent::Payload(part) => return Self::Payload(find(part)),
            PacketEvent::Skipped(part) => return Self::Skipped(find(&part)),
            PacketEvent::Trailing(part) => return Self::Trailing(find(&part)),
            PacketEvent::Short(header) => PacketEvent::Short(header),
            PacketEvent::LongStart(header) => PacketEvent::LongStart(header),
            PacketEvent::LongEnd(verdict) => PacketEvent::LongEnd(verdict),
            PacketEvent::Truncated(missing) => PacketEvent::Truncated(missing),
            PacketEvent::Unusable(header) => PacketEvent::Unusable(header),
            PacketEvent::Resync { skipped } => PacketEvent::Resync { skipped },
        };
        Self::Event(LinkEvent::Packet(event))
    }
}

impl<'c> Said<'c> {
    pub(super) fn new(event: LinkEvent<'c>, span: Span) -> Self {
        Self {
            what: What::Event(event),
            span,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// No burst.
    Between,
    /// In a burst.
    Open,
    /// The burst is over but has events left.
    Closing { end: Option<Tick> },
}

/// The burst being received.
pub(super) struct Burst {
    pub(super) line: Line,
    pub(super) ledger: Ledger,
    /// A burst that was taken at once.
    pub(super) whole: Whole,
    depacketizer: Depacketizer,
    /// Of checksums.
    backend: Backend,
    scrambled: Option<Descrambler>,
    vcx: VcExtension,
    phase: Phase,
    lanes: usize,
    /// Packets follow one another without end.
    runs_on: bool,
    /// The last eight bytes that the depacketizer got, the very last in the low bits.
    last: u64,
    /// Bytes of the last event that lie nowhere else.
    kept: [u8; KEPT],
}

impl Burst {
    /// `lanes` 0: bytes come merged.
    pub(super) fn new(
        vcx: VcExtension,
        framing: Framing,
        lanes: usize,
        scrambling: Option<&Scrambling>,
        backend: Backend,
    ) -> Self {
        let settings = ReceiverSettings {
            vcx,
            framing,
            trail_lanes: lanes as u8,
        };
        Self {
            line: Line::new(lanes > 0),
            ledger: Ledger::new(),
            whole: Whole::NOTHING,
            depacketizer: Depacketizer::with_checksum(settings, Folded::new(backend)),
            backend,
            scrambled: scrambling.map(|scrambling| Descrambler::new(scrambling, lanes)),
            vcx,
            phase: Phase::Between,
            lanes,
            runs_on: framing == Framing::Endless,
            last: 0,
            kept: [0; KEPT],
        }
    }

    /// From now on packets follow one another without end.
    pub(super) fn run_on(&mut self) {
        self.runs_on = true;
        let settings = ReceiverSettings {
            vcx: self.vcx,
            framing: Framing::Endless,
            trail_lanes: 0,
        };
        self.depacketizer = Depacketizer::with_checksum(settings, Folded::new(self.backend));
    }

    /// The next bursts are over so many lanes. Call between bursts only.
    pub(super) fn set_lanes(&mut self, lanes: usize) {
        if self.lanes == lanes {
            return;
        }
        self.lanes = lanes;
        self.depacketizer.set_trail_lanes(lanes as u8);
        if let Some(scrambled) = &mut self.scrambled {
            scrambled.set_lanes(lanes);
        }
    }

    /// A burst begins. Call between bursts only.
    pub(super) fn open<'c>(&mut self, info: BurstInfo, place: Place) -> Said<'c> {
        self.phase = Phase::Open;
        self.line.clear();
        if let Some(scrambled) = &mut self.scrambled {
            scrambled.restart();
        }
        Said::new(LinkEvent::BurstStart(info), self.ledger.open(place))
    }

    /// The empty line buffer, and what takes a burst that is written there. Call between bursts only.
    #[inline]
    pub(super) fn taker(&mut self) -> (&mut [u8], Taker<'_>) {
        let plain = self.scrambled.is_none() && !self.runs_on;
        self.line.clear();
        let taker = Taker::new(plain.then_some(&mut self.depacketizer), self.line.start());
        (self.line.room(usize::MAX), taker)
    }

    /// The first event of a burst that was [taken](Taker::take), of which `reached` bytes are the burst's. What follows is told
    /// by [`Burst::whole`].
    #[inline(always)]
    pub(super) fn tell<'c>(&mut self, taken: Taken, lanes: usize, place: Place, reached: u64) -> Said<'c> {
        let opened = self.whole.book(&mut self.ledger, taken, place, reached);
        Said::new(LinkEvent::BurstStart(no_news(lanes)), opened)
    }

    /// The burst ends after the bytes that were admitted, at `end` where the wires say so.
    pub(super) fn close(&mut self, end: Option<Tick>) {
        if self.is_open() {
            self.phase = Phase::Closing { end };
        }
    }

    /// The next event that the bytes at hand make.
    #[inline(always)]
    pub(super) fn turn<'c>(&mut self) -> Option<Said<'c>> {
        loop {
            let held = self.line.admitted().len();
            match self.phase {
                Phase::Between => return None,
                Phase::Open if held == 0 || (held < self.target() && !self.line.is_full()) => return None,
                Phase::Open | Phase::Closing { .. } if held > 0 => {
                    if let Some(said) = self.step() {
                        return Some(said);
                    }
                }
                Phase::Open => return None,
                Phase::Closing { end } => {
                    self.ledger.reach(self.depacketizer.position());
                    if let Some(event) = self.depacketizer.end_of_burst() {
                        return Some(self.book(event));
                    }
                    self.phase = Phase::Between;
                    return Some(Said::new(LinkEvent::BurstEnd, self.ledger.close(end)));
                }
            }
        }
    }

    /// The burst's next byte is at `offset` of the capture.
    pub(super) fn continues_at(&mut self, offset: u64, at: Option<Tick>) {
        let position = self.position();
        if let Place::Bytes(pieces) = &mut self.ledger.place {
            pieces.add(position, offset, at);
        }
    }

    /// A step over bytes of the capture itself: nothing is copied.
    pub(super) fn pass<'c>(&mut self, bytes: &'c [u8]) -> (usize, Option<Said<'c>>) {
        let step = self.depacketizer.push(bytes);
        let said = step.event.map(|event| {
            let span = self.ledger.note(&event, &self.depacketizer);
            Said::new(LinkEvent::Packet(event), span)
        });
        (step.consumed.min(bytes.len()), said)
    }

    /// The bytes that were only looked at make no sense behind the last packet.
    pub(super) fn trailing<'c>(&mut self) -> Said<'c> {
        let bytes = self.line.waiting();
        let place = self.line.place_of(bytes).unwrap_or_default();
        let span = self.ledger.trailing(self.depacketizer.position(), bytes.len());
        self.line.forget();
        Said {
            what: What::Trailing(Bytes::Line(place)),
            span,
        }
    }

    /// Whether a burst is under way.
    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether a packet of this burst is complete and no other has begun.
    pub(super) fn between_packets(&self) -> bool {
        self.depacketizer.between_packets() && self.line.admitted().is_empty()
    }

    /// What is admitted from here on was scrambled like a burst of its own.
    pub(super) fn reload(&mut self) {
        if let Some(scrambled) = &mut self.scrambled {
            let bytes = self.line.veiled();
            scrambled.apply(bytes);
            let unveiled = bytes.len();
            self.line.unveiled(unveiled);
            scrambled.restart();
        }
    }

    /// Bytes of the burst so far.
    pub(super) fn position(&self) -> u64 {
        self.depacketizer.position() + self.line.admitted().len() as u64
    }

    /// Bytes to admit before the next event: a whole header, the rest of a packet.
    pub(super) fn shortfall(&self) -> usize {
        self.target().saturating_sub(self.line.admitted().len())
    }

    /// Whether the search after an unusable header would end at these four bytes, if they came next.
    pub(super) fn would_resume_at(&self, wire: [u8; HEADER_BYTES]) -> bool {
        let mut probe = self.depacketizer.clone();
        let at = probe.position();
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            let step = probe.push(rest);
            match step.event {
                Some(PacketEvent::Resync { .. }) => return probe.packet_start() == at,
                Some(_) => rest = rest.get(step.consumed..).unwrap_or_default(),
                None => return false,
            }
        }
        false
    }

    /// The last byte on lane `lane` as it was there; before the burst's first it is the sync byte.
    pub(super) fn last(&self, lane: usize) -> u8 {
        match &self.scrambled {
            Some(scrambled) => scrambled.last(lane),
            None => {
                let position = self.depacketizer.position();
                let (_, turn) = deal(position, self.lanes);
                let ahead = turn + if turn > lane { 0 } else { self.lanes };
                let after = ahead.saturating_sub(lane + 1);
                if position > after as u64 && after < MAX_LANES {
                    (self.last >> (8 * after)) as u8
                } else {
                    SYNC
                }
            }
        }
    }

    /// How the four bytes after those admitted are read, if they are a header.
    pub(super) fn header_code(&self) -> HeaderCode {
        let plain = HeaderCode::plain(self.vcx);
        self.scrambled
            .as_ref()
            .map_or(plain, |scrambled| scrambled.header_code(self.vcx))
    }

    /// Lends an event to the caller.
    #[inline(always)]
    pub(super) fn lend<'s, 'c: 's>(&'s mut self, said: Said<'c>) -> Received<'s> {
        let event = match said.what {
            What::Event(event) => event,
            What::Payload(bytes) => LinkEvent::Packet(PacketEvent::Payload(self.bytes(bytes))),
            What::Skipped(bytes) => LinkEvent::Packet(PacketEvent::Skipped(self.bytes(bytes).into())),
            What::Trailing(bytes) => LinkEvent::Packet(PacketEvent::Trailing(self.bytes(bytes).into())),
        };
        Received { event, span: said.span }
    }

    fn bytes(&mut self, bytes: Bytes) -> &[u8] {
        match bytes {
            Bytes::Line(place) => self.line.get(place),
            Bytes::Kept(kept, count) => {
                self.kept = kept;
                self.kept.get(..count).unwrap_or_default()
            }
        }
    }

    /// Bytes to gather before the depacketizer gets them, so that a line is one piece.
    fn target(&self) -> usize {
        match self.ledger.flow {
            Flow::Header => HEADER_BYTES,
            Flow::Packet { .. } => self.depacketizer.wanted().unwrap_or(1).clamp(1, 1 << 17) as usize,
            Flow::Lost => 1,
        }
    }

    /// A step over the line buffer.
    #[inline(always)]
    fn step<'c>(&mut self) -> Option<Said<'c>> {
        if self.scrambled.is_some() {
            return self.step_scrambled();
        }
        let bytes = self.line.admitted();
        let step = self.depacketizer.push(bytes);
        let consumed = step.consumed.min(bytes.len());
        self.last = last_of(self.last, bytes.get(..consumed).unwrap_or_default());
        let said = step
            .event
            .map(|event| say(&mut self.ledger, &self.depacketizer, &self.line, event));
        self.line.consume(consumed);
        said
    }

    /// The same, where the bytes are scrambled.
    fn step_scrambled<'c>(&mut self) -> Option<Said<'c>> {
        if self.line.plain().is_empty()
            && let Some(said) = self.unveil()
        {
            return Some(said);
        }
        let bytes = self.line.plain();
        let step = self.depacketizer.push(bytes);
        let consumed = step.consumed.min(bytes.len());
        let said = step
            .event
            .map(|event| say(&mut self.ledger, &self.depacketizer, &self.line, event));
        self.line.consume(consumed);
        said.map(|said| self.as_received(said))
    }

    /// Takes the scrambling off the bytes at hand, as far as it is known what they are. An event where that takes to know
    /// that they are a header.
    fn unveil<'c>(&mut self) -> Option<Said<'c>> {
        let target = if self.ledger.flow == Flow::Lost {
            usize::MAX
        } else {
            self.target()
        };
        let scrambled = self.scrambled.as_mut()?;
        let bytes = self.line.veiled();
        if self.runs_on || !self.depacketizer.between_packets() {
            let (piece, _) = bytes.split_at_mut(target.min(bytes.len()));
            scrambled.apply(piece);
            let unveiled = piece.len();
            self.line.unveiled(unveiled);
            return None;
        }
        if !scrambled.is_resting() {
            if let Some((wire, _)) = bytes.split_first_chunk_mut()
                && !scrambled.is_trail(*wire)
                && let Some((header, depacketizer)) =
                    follows(&self.depacketizer, scrambled.header_code(self.vcx).bytes(*wire))
            {
                scrambled.apply(wire);
                self.line.unveiled(HEADER_BYTES);
                self.line.consume(HEADER_BYTES);
                self.depacketizer = depacketizer;
                return Some(self.book(header));
            }
            scrambled.rest(bytes.get(..HEADER_BYTES).unwrap_or(bytes));
        }
        scrambled.apply_behind(bytes);
        let unveiled = bytes.len();
        self.line.unveiled(unveiled);
        None
    }

    /// An event that the depacketizer has just made and that needs no bytes of the line buffer.
    fn book<'c>(&mut self, event: PacketEvent<'static>) -> Said<'c> {
        let span = self.ledger.note(&event, &self.depacketizer);
        let what = What::new(event, Bytes::kept);
        self.as_received(Said { what, span })
    }

    /// What is behind the last packet as it was on the wire, not as the depacketizer got it.
    fn as_received<'c>(&mut self, mut said: Said<'c>) -> Said<'c> {
        if let (Some(scrambled), What::Trailing(bytes)) = (&self.scrambled, &mut said.what) {
            let bytes = match bytes {
                Bytes::Line(place) => self.line.get_mut(place.clone()),
                Bytes::Kept(kept, count) => kept.get_mut(..*count).unwrap_or_default(),
            };
            let start = self.depacketizer.position().saturating_sub(bytes.len() as u64);
            scrambled.undo_behind(start, bytes);
        }
        said
    }
}

/// Books an event that `depacketizer` has just made of bytes of `line`.
#[inline(always)]
fn say<'c>(ledger: &mut Ledger, depacketizer: &Depacketizer, line: &Line, event: PacketEvent<'_>) -> Said<'c> {
    let find = |part: &[u8]| match line.place_of(part) {
        Some(place) => Bytes::Line(place),
        None => Bytes::kept(part),
    };
    Said {
        span: ledger.note(&event, depacketizer),
        what: What::new(event, find),
    }
}

/// The last eight bytes, where `last` are those before `bytes`.
fn last_of(last: u64, bytes: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(end) => u64::from_be_bytes(*end),
        None => bytes.iter().fold(last, |last, byte| last << 8 | u64::from(*byte)),
    }
}

/// The event of a header behind a packet, if `depacketizer` takes it for one, and the depacketizer after it.
fn follows(depacketizer: &Depacketizer, header: [u8; HEADER_BYTES]) -> Option<(PacketEvent<'static>, Depacketizer)> {
    let mut after = depacketizer.clone();
    let [a, b, c, d] = header;
    // Without a byte behind it, the depacketizer would wait whether the burst ends here.
    let bytes = [a, b, c, d, 0x00];
    let step = after.push(&bytes);
    let event = match step.event {
        Some(PacketEvent::Short(header)) => PacketEvent::Short(header),
        Some(PacketEvent::LongStart(header)) => PacketEvent::LongStart(header),
        _ => return None,
    };
    (step.consumed == HEADER_BYTES).then_some((event, after))
}
