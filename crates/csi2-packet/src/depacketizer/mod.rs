//! The incremental receiver: bytes of bursts in, packet events out, no buffer beyond eight bytes.

mod between;
mod event;
mod hunt;
mod kept;
mod known;
mod trail;
mod whole;

pub use event::{Framing, Missing, PacketEvent, Piece, ReceiverSettings, Step};
pub use whole::WholeBurst;

use kept::Kept;
use known::Known;
use trail::LaneTails;

use crate::{ChecksumVerdict, Folded, PacketHeader, PayloadChecksum, ReceivedHeader};

/// Incremental receiver. Each [`push`](Self::push) is one step: an event, or all input consumed, never neither. The
/// same bytes give the same events however they are cut into pieces, except that payload, skipped and trailing bytes
/// may come in other pieces. The header is copied, the payload is lent from the caller's slice.
///
/// # In [`Framing::Bursts`]
///
/// The first four bytes of a burst are a header. If it is unusable, nothing says where its packet ends:
/// [`Unusable`](PacketEvent::Unusable), then [`Skipped`](PacketEvent::Skipped) to the end of the burst, then
/// [`Resync`](PacketEvent::Resync). What follows a complete packet is, in this order of preference,
/// 1. lane trail, where [`trail_lanes`](ReceiverSettings::trail_lanes) says that there is any: four bytes that each
///    continue the inverse of the last bit of their lane, and all that match after them. An all-zero trail would also
///    make a valid frame start, and one of all ones a clean header of 65 535 bytes; they are taken as trail, also where
///    they are not the inverse: some transmitters hold one level whatever came before. The last byte of a lane may be cut short by the end of the burst,
///    so up to one byte per lane at the very end may be anything;
/// 2. a header that is clean, or in which only a check bit was hit, or that was corrected to one the stream lets expect;
/// 3. [`Trailing`](PacketEvent::Trailing) to the end of the burst.
///
/// # In [`Framing::Endless`]
///
/// A header follows each packet. One that is uncorrectable, or that was corrected to something implausible (a long
/// packet never seen before, although others were; after a checksum mismatch, when the packet's end is in doubt
/// itself, anything unexpected), is reported as unusable, and the bytes behind its first are searched for a clean
/// header that the stream lets expect: a long one equal to one of the last eight whose checksum matched, or the start
/// or end of a frame whose number continues. Runs of zeros never count. A header found within the four unusable bytes
/// themselves gives `Resync { skipped: 0 }`.
///
/// ```
/// use csi2_packet::{Depacketizer, Framing, PacketEvent, ReceiverSettings, VcExtension};
/// let settings = ReceiverSettings { vcx: VcExtension::Extended, framing: Framing::Bursts, trail_lanes: 1 };
/// let mut receiver: Depacketizer = Depacketizer::new(settings);
/// // A RAW8 line of three pixels, its checksum 0x9738 and, as its last bit is one, a trail of zeros.
/// let mut burst: &[u8] = &[0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCC, 0x38, 0x97, 0x00, 0x00, 0x00, 0x00];
/// let mut payload = Vec::new();
/// while !burst.is_empty() {
///     let step = receiver.push(burst);
///     burst = &burst[step.consumed..];
///     match step.event {
///         Some(PacketEvent::Payload(bytes)) => payload.extend_from_slice(bytes),
///         Some(event) => println!("{event:?}"),
///         None => {}
///     }
/// }
/// while let Some(event) = receiver.end_of_burst() {
///     println!("{event:?}");
/// }
/// assert_eq!(payload, [0xAA, 0xBB, 0xCC]);
/// ```
#[derive(Clone, Debug)]
pub struct Depacketizer<C: PayloadChecksum = Folded> {
    settings: ReceiverSettings,
    state: State,
    /// Bytes whose meaning is open: of a header, a footer, or of what follows a packet.
    kept: Kept,
    /// Of the current packet.
    checksum: C,
    current: Option<ReceivedHeader>,
    known: Known,
    tails: LaneTails,
    position: u64,
    start: u64,
    /// Whether the burst has a complete packet.
    complete: bool,
    /// Whether the last checksum did not match, so that the packet's length is in doubt.
    suspect: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// A header must come: the first of a burst, or any in endless framing.
    Header,
    /// Payload bytes are to come, at least one.
    Payload { left: u16 },
    /// The checksum is to come.
    Footer,
    /// After a packet of a burst.
    Between,
    /// In the lane trail; what is kept does not match it.
    Trail,
    /// In bytes that make no sense, to the end of the burst.
    Trailing,
    /// After an unusable header, to the end of the burst.
    Spoilt { skipped: u64 },
    /// After an unusable header, in search of one that is known. The first `own` bytes kept are the unusable header's.
    Hunt { skipped: u64, own: u8 },
    /// The end was reported; the next call starts a burst.
    Over,
}

impl<C: PayloadChecksum> Depacketizer<C> {
    /// A receiver at the start of a burst, with the default checksum of its kind.
    pub fn new(settings: ReceiverSettings) -> Self
    where
        C: Default,
    {
        Self::with_checksum(settings, C::default())
    }

    /// A receiver at the start of a burst, with a checksum of the caller's: firmware names one that links little code, or
    /// brings its hardware's.
    pub fn with_checksum(settings: ReceiverSettings, checksum: C) -> Self {
        Self {
            settings,
            state: State::Header,
            kept: Kept::NONE,
            checksum,
            current: None,
            known: Known::NOTHING,
            tails: LaneTails::new(settings.trail_lanes),
            position: 0,
            start: 0,
            complete: false,
            suspect: false,
        }
    }

    /// Lanes whose trail follows packets, from the next burst on.
    pub fn set_trail_lanes(&mut self, lanes: u8) {
        self.settings.trail_lanes = lanes;
        if self.position == 0 {
            self.tails = LaneTails::new(lanes);
        }
    }

    /// Takes bytes: returns the next event and how many bytes led to it. Push the rest again.
    pub fn push<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        if bytes.is_empty() {
            return Step::silent(0);
        }
        if let State::Over = self.state {
            self.restart();
        }
        // Of a packet's own states each step says something or takes all, so it goes to the caller as it is made: to copy it
        // on the way, right after its fields were written one by one, costs half as much again as all the rest.
        match self.state {
            State::Header => self.header_bytes(bytes),
            State::Payload { left } => self.payload_bytes(bytes, left),
            State::Footer => self.footer_bytes(bytes),
            _ => self.other_bytes(bytes),
        }
    }

    /// The burst is over. Call until `None`; the receiver is then at the start of the next burst. Until then
    /// [`packet_start`](Self::packet_start) and [`position`](Self::position) are those of the burst that ended.
    pub fn end_of_burst(&mut self) -> Option<PacketEvent<'static>> {
        let have = self.kept.count();
        let event = match self.state {
            State::Header if have > 0 => Some(PacketEvent::Truncated(Missing::Header { have })),
            State::Payload { left } => Some(PacketEvent::Truncated(Missing::Payload { bytes: left.into() })),
            State::Footer => Some(PacketEvent::Truncated(Missing::Footer { have })),
            State::Between => self.end_between(),
            State::Spoilt { skipped } => Some(PacketEvent::Resync { skipped }),
            State::Hunt { skipped, own } => self.end_of_hunt(skipped, own),
            State::Header | State::Trail | State::Trailing | State::Over => None,
        };
        match event {
            // The bytes a hunt still held: its end is yet to be told.
            Some(PacketEvent::Skipped(_)) => {}
            Some(_) => self.state = State::Over,
            None => self.restart(),
        }
        event
    }

    /// Whether the receiver stands between packets: at least one packet of this burst is complete and no other has begun.
    pub fn between_packets(&self) -> bool {
        match self.state {
            State::Between | State::Trail | State::Trailing => true,
            State::Header => self.complete && self.kept.is_empty(),
            _ => false,
        }
    }
    /// Offset of the current (or last) packet's first byte from the start of the burst.
    pub fn packet_start(&self) -> u64 {
        self.start
    }
    /// Bytes of this burst taken so far.
    pub fn position(&self) -> u64 {
        self.position
    }
    /// Bytes that the current packet still needs before it ends, where its header says so.
    pub fn wanted(&self) -> Option<u64> {
        match self.state {
            State::Payload { left } => Some(u64::from(left) + FOOTER as u64),
            State::Footer => Some(FOOTER.saturating_sub(self.kept.count()).into()),
            _ => None,
        }
    }
    /// Checksum of the current (or last) long packet.
    pub const fn checksum(&self) -> &C {
        &self.checksum
    }
    /// Header of the current (or last) packet of this burst, usable or not.
    pub fn header(&self) -> Option<&ReceivedHeader> {
        self.current.as_ref()
    }

    /// Collects the four bytes of a header that must come.
    fn header_bytes<'a>(&mut self, bytes: &[u8]) -> Step<'a> {
        if self.kept.is_empty() {
            self.start = self.position;
        }
        let (consumed, wire) = self.kept.gather(bytes);
        self.advance(consumed);
        let Some(wire) = wire else {
            return Step::silent(consumed);
        };
        let received = PacketHeader::receive(wire, self.settings.vcx);
        let believed = match self.settings.framing {
            Framing::Bursts => received.is_usable(),
            Framing::Endless => self.is_plausible(&received),
        };
        Step {
            consumed,
            event: Some(if believed {
                self.begin(received)
            } else {
                self.unusable(received)
            }),
        }
    }

    fn payload_bytes<'a>(&mut self, bytes: &'a [u8], left: u16) -> Step<'a> {
        let (payload, _) = bytes.split_at_checked(left.into()).unwrap_or((bytes, &[]));
        self.checksum.update(payload);
        self.tails.note(self.position, payload);
        self.advance(payload.len());
        // At most `left` of them.
        self.state = match left - payload.len() as u16 {
            0 => State::Footer,
            left => State::Payload { left },
        };
        Step {
            consumed: payload.len(),
            event: Some(PacketEvent::Payload(payload)),
        }
    }

    fn footer_bytes<'a>(&mut self, bytes: &[u8]) -> Step<'a> {
        let (consumed, footer) = self.kept.gather(bytes);
        self.tails
            .note(self.position, bytes.get(..consumed).unwrap_or_default());
        self.advance(consumed);
        let Some(footer) = footer else {
            return Step::silent(consumed);
        };
        let verdict = ChecksumVerdict::of(u16::from_le_bytes(footer), self.checksum.value());
        self.suspect = verdict != ChecksumVerdict::Match;
        if let (false, Some(received)) = (self.suspect, &self.current) {
            self.known.note_long(received.header);
        }
        self.complete();
        Step {
            consumed,
            event: Some(PacketEvent::LongEnd(verdict)),
        }
    }

    /// Bytes that are no part of a packet, or not yet known to be.
    #[inline(never)]
    fn other_bytes<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let mut rest = bytes;
        // Each turn consumes, says something, or moves to a state that does.
        while !rest.is_empty() {
            let step = match self.state {
                State::Between => self.bytes_between(rest),
                State::Trail => self.trail_bytes(rest),
                State::Trailing => Step {
                    consumed: rest.len(),
                    event: Some(PacketEvent::Trailing(rest.into())),
                },
                State::Spoilt { skipped } => {
                    self.state = State::Spoilt {
                        skipped: skipped.saturating_add(rest.len() as u64),
                    };
                    Step {
                        consumed: rest.len(),
                        event: Some(PacketEvent::Skipped(rest.into())),
                    }
                }
                State::Hunt { skipped, own } => self.hunt(rest, skipped, own),
                // The states above lead to these with an event, and that ends the step.
                State::Header | State::Payload { .. } | State::Footer | State::Over => break,
            };
            self.advance(step.consumed);
            rest = rest.get(step.consumed..).unwrap_or_default();
            if step.event.is_some() {
                return Step {
                    consumed: bytes.len() - rest.len(),
                    event: step.event,
                };
            }
        }
        Step::silent(bytes.len() - rest.len())
    }

    /// A packet begins with a usable header.
    fn begin(&mut self, received: ReceivedHeader) -> PacketEvent<'static> {
        self.current = Some(received);
        // What is expected stands where it should.
        self.suspect = self.suspect && !self.known.expects(received.header);
        self.tails.note(self.start, &received.wire);
        if received.header.data_type.is_short() {
            self.known.note_short(received.header);
            self.complete();
            return PacketEvent::Short(received);
        }
        self.checksum.restart();
        // A long packet without payload still has its checksum.
        self.state = match received.header.word {
            0 => State::Footer,
            left => State::Payload { left },
        };
        PacketEvent::LongStart(received)
    }

    /// A header that nothing can begin with.
    #[cold]
    fn unusable(&mut self, received: ReceivedHeader) -> PacketEvent<'static> {
        self.current = Some(received);
        match self.settings.framing {
            Framing::Bursts => self.state = State::Spoilt { skipped: 0 },
            Framing::Endless => self.start_hunt(received.wire),
        }
        PacketEvent::Unusable(received)
    }

    fn complete(&mut self) {
        self.complete = true;
        self.state = match self.settings.framing {
            Framing::Bursts => State::Between,
            Framing::Endless => State::Header,
        };
    }

    /// So many bytes more are done with.
    fn advance(&mut self, bytes: usize) {
        self.position = self.position.saturating_add(bytes as u64);
    }

    fn restart(&mut self) {
        self.state = State::Header;
        self.kept.clear();
        self.current = None;
        self.tails = LaneTails::new(self.settings.trail_lanes);
        self.position = 0;
        self.start = 0;
        self.complete = false;
        self.suspect = false;
    }
}

/// Bytes of a header.
const HEADER: u8 = PacketHeader::SIZE as u8;
/// Bytes of a footer.
const FOOTER: u8 = 2;
