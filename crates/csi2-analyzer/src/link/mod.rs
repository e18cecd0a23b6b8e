//! The link: from what a capture saw, at any layer, to packet events with spans.

mod bare;
mod boundary;
mod burst;
mod descramble;
mod framed;
mod lane_files;
mod ledger;
mod line;
mod marked;
mod merged;
mod pins;
mod place;
mod ports;
mod rows;
mod strobes;
mod sync;
mod ticks;
mod unframed;
mod whole;
mod window;

use crate::Limits;
use alloc::boxed::Box;
use burst::{Burst, Said};
use csi2_dphy::{
    LaneBytes, MAX_LANES, Observation, PinEvent, PinMap, PortMap, Sampling, Scrambling, SotVerdict, Tick, TimingMeter,
};
use csi2_kernels::Backend;
use csi2_packet::{Framing, PacketEvent, VcExtension};
use descramble::HeaderCode;
use framed::Framed;
use merged::Merged;
use pins::{Headers, Pins};
use ports::Ports;
use unframed::Unframed;

/// At which layer a capture enters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one per receiver, and handy as a value")]
pub enum Entry {
    /// Merged bytes. `framed`: burst boundaries are marked.
    Packets {
        /// See [`Input::starts`].
        framed: bool,
    },
    /// Bytes per lane. Unframed lanes either carry sync bytes (B8) before each burst or nothing between packets.
    Lanes {
        /// Lanes.
        count: usize,
        /// See [`Input::starts`].
        framed: bool,
    },
    /// Wires.
    Pins {
        /// Which is what.
        map: PinMap,
        /// When they are looked at.
        sampling: Sampling,
    },
    /// Wires that carry bytes of lanes, or merged ones.
    Ports(PortMap),
}

impl Entry {
    /// Wires, a bit at each clock edge or, without a clock lane, at each sample.
    pub fn pins(map: PinMap) -> Self {
        Self::Pins {
            map,
            sampling: Sampling::default(),
        }
    }
}

/// A piece of a capture, as it enters. Consumed from the front by [`Receiver::next`].
#[derive(Clone, Copy, Debug)]
pub struct Input<'c> {
    /// What was seen; shrinks as it is consumed.
    pub seen: Observation<'c>,
    /// Its first byte is the first of a burst (framed captures).
    pub starts: bool,
    /// Its last byte is the last of a burst (framed captures).
    pub ends: bool,
    /// Offset in the capture of the first byte not yet consumed (bytes for packet and lane files; samples say themselves).
    pub offset: u64,
    /// When.
    pub at: Option<Tick>,
}

/// Where something was. Rides on every event.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Span {
    /// Where it starts in the capture: a byte of packet and lane files, a sample (or tick) of pins.
    pub offset: u64,
    /// When it starts.
    pub at: Option<Tick>,
    /// When it ends, where known: of [`PacketEvent::LongEnd`], the end of the footer.
    pub until: Option<Tick>,
    /// Burst number from 0.
    pub burst: u64,
    /// Packet number from 0: of the packet this event belongs to, or the next one.
    pub packet: u64,
}

/// How a burst began.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BurstInfo {
    /// Lanes, 0 where the capture is of merged bytes.
    pub lanes: u8,
    /// Sync verdict per lane; `Clean` where the capture has no sync bytes.
    pub sync: [SotVerdict; csi2_dphy::MAX_LANES],
    /// Lateness per lane in bits, whole bytes in captures of lane bytes.
    pub skew: [u16; csi2_dphy::MAX_LANES],
}

/// What happened on the link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkEvent<'s> {
    /// A burst begins.
    BurstStart(BurstInfo),
    /// Something about a packet.
    Packet(PacketEvent<'s>),
    /// The burst is over.
    BurstEnd,
    /// Trouble or news from the lanes; never `BurstStart` or `BurstEnd`.
    Lane(PinEvent),
}

/// An event and where it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Received<'s> {
    /// What.
    pub event: LinkEvent<'s>,
    /// Where.
    pub span: Span,
}

/// Parameters of a [`Receiver`].
#[derive(Clone, Copy, Debug)]
pub struct ReceiverConfig {
    /// Layer.
    pub entry: Entry,
    /// Header code.
    pub vcx: VcExtension,
    /// Bounds.
    pub limits: Limits,
    /// Scrambling of lane bytes and wires; captures of packets have none left. Lanes without a seed are taken as they
    /// are: see [`Scrambling::covers`].
    pub scrambling: Option<Scrambling>,
    /// Merging, sampling and checksum kernels.
    pub backend: Backend,
}

impl ReceiverConfig {
    /// Both header codes, default bounds, no scrambling, the best kernels of this CPU.
    pub fn new(entry: Entry) -> Self {
        Self {
            entry,
            vcx: VcExtension::Extended,
            limits: Limits::default(),
            scrambling: None,
            backend: Backend::detect(),
        }
    }
}

/// Link and depacketizer together: the one way in for every capture.
///
/// Each burst is a [`LinkEvent::BurstStart`], its packets, and a [`LinkEvent::BurstEnd`]. Where the capture does not say
/// where bursts end, packet lengths and the trail of the lanes do. A header that cannot be used, or was corrected to a
/// longer packet, costs its own burst and nothing after it, as far as the capture shows anything by which the next
/// burst is known: marks, low-power states, idle lanes and sync bytes, or headers seen before.
///
/// ```
/// use csi2_analyzer::{Entry, Input, LinkEvent, Receiver, ReceiverConfig};
/// use csi2_dphy::{LaneBytes, Observation};
/// use csi2_packet::PacketEvent;
///
/// let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Lanes { count: 2, framed: true }));
/// // Frame start 1, `00 01 00 1A`, with sync bytes and a trail of ones.
/// let mut lanes: [&[u8]; 8] = [&[]; 8];
/// lanes[0] = &[0xB8, 0x00, 0x00, 0xFF];
/// lanes[1] = &[0xB8, 0x01, 0x1A, 0xFF];
/// let seen = Observation::Lanes(LaneBytes { lanes, count: 2 });
/// let mut input = Input { seen, starts: true, ends: true, offset: 0, at: None };
/// let mut frame = None;
/// while let Some(received) = receiver.next(&mut input) {
///     if let LinkEvent::Packet(PacketEvent::Short(header)) = received.event {
///         frame = Some((header.header.word, received.span.offset));
///     }
/// }
/// assert_eq!(frame, Some((1, 1)));
/// ```
pub struct Receiver {
    config: ReceiverConfig,
    burst: Burst,
    source: Source,
}

/// Where merged bytes come from.
enum Source {
    Merged(Merged),
    Framed(Framed),
    Unframed(Unframed),
    Pins(Box<Pins>),
    Ports(Box<Ports>),
}

/// What a source did.
enum Advance<'c> {
    /// An event.
    Said(Said<'c>),
    /// Something that may make an event.
    Again,
    /// All input is consumed.
    Starved,
}

const NO_LANES: LaneBytes<'static> = LaneBytes {
    lanes: [&[]; MAX_LANES],
    count: 0,
};

impl Receiver {
    /// A receiver for one link.
    pub fn new(config: ReceiverConfig) -> Self {
        let (vcx, limits, backend) = (config.vcx, &config.limits, config.backend);
        let code = |lanes| HeaderCode::opening(vcx, config.scrambling.as_ref(), lanes);
        let (source, framing, lanes) = match config.entry {
            Entry::Packets { framed } => {
                let framing = if framed { Framing::Bursts } else { Framing::Endless };
                (Source::Merged(Merged::new(framed)), framing, 0)
            }
            Entry::Lanes { count, framed: true } => (
                Source::Framed(Framed::new(count, code(count), limits, backend)),
                Framing::Bursts,
                count.clamp(1, MAX_LANES),
            ),
            Entry::Lanes { count, framed: false } => (
                Source::Unframed(Unframed::new(count, code(count), limits, backend)),
                Framing::Bursts,
                count.clamp(1, MAX_LANES),
            ),
            Entry::Pins { map, sampling } => (
                Source::Pins(Box::new(Pins::new(
                    map,
                    sampling,
                    Headers {
                        vcx,
                        scrambling: config.scrambling,
                    },
                    limits,
                ))),
                Framing::Bursts,
                map.count.clamp(1, MAX_LANES),
            ),
            // A stream goes through the line buffer like a lane.
            Entry::Ports(map) if map.lanes() == 0 => (
                Source::Ports(Box::new(Ports::new(&map, HeaderCode::plain(vcx), limits, backend))),
                Framing::Bursts,
                1,
            ),
            Entry::Ports(map) => (
                Source::Ports(Box::new(Ports::new(&map, code(map.lanes()), limits, backend))),
                Framing::Bursts,
                map.lanes(),
            ),
        };
        let merged = match config.entry {
            Entry::Packets { .. } => true,
            Entry::Ports(map) => map.lanes() == 0,
            Entry::Lanes { .. } | Entry::Pins { .. } => false,
        };
        let scrambling = config.scrambling.as_ref().filter(|_| !merged);
        let mut burst = Burst::new(vcx, framing, lanes, scrambling, backend);
        if let Entry::Ports(map) = config.entry
            && Ports::is_endless(&map)
        {
            burst.run_on();
        }
        Self { config, burst, source }
    }

    /// Takes each sample of wires by itself: what tests compare with.
    #[doc(hidden)]
    pub fn take_samples_singly(&mut self) {
        if let Source::Pins(pins) = &mut self.source {
            pins.take_samples_singly();
        }
    }

    /// The next event of `input`, which shrinks; `None` when all of it is consumed. Events borrow from the input where
    /// the bytes need no merging, else from the receiver's own line buffer. An observation of another layer than the
    /// configured one is dropped.
    pub fn next<'s, 'c: 's>(&'s mut self, input: &mut Input<'c>) -> Option<Received<'s>> {
        self.advance(input, false)
    }

    /// End of the capture. Call until `None`.
    pub fn finish(&mut self) -> Option<Received<'_>> {
        let seen = match self.config.entry {
            Entry::Packets { .. } => Observation::Merged(&[]),
            Entry::Lanes { .. } => Observation::Lanes(NO_LANES),
            Entry::Pins { .. } | Entry::Ports(_) => Observation::Changes(&[]),
        };
        self.advance(
            &mut Input {
                seen,
                starts: false,
                ends: false,
                offset: 0,
                at: None,
            },
            true,
        )
    }

    /// Lanes, 0 where the capture is of merged bytes.
    pub fn lanes(&self) -> usize {
        match self.config.entry {
            Entry::Packets { .. } => 0,
            Entry::Lanes { count, .. } => count.clamp(1, MAX_LANES),
            Entry::Pins { map, .. } => map.count.clamp(1, MAX_LANES),
            Entry::Ports(map) => map.lanes(),
        }
    }

    /// Whether the wires of the capture show low-power states; `false` where there are no wires.
    pub fn sees_lp(&self) -> bool {
        match &self.source {
            Source::Pins(pins) => pins.sees_lp(),
            _ => false,
        }
    }

    /// Whether the clock lane stops between bursts (gated) or goes on (continuous), where the capture shows it.
    pub fn clock_pauses(&self) -> Option<bool> {
        match &self.source {
            Source::Pins(pins) => pins.clock_pauses(),
            _ => None,
        }
    }

    /// Durations of the line protocol so far, where the capture is of wires.
    pub fn timing(&self) -> Option<&TimingMeter> {
        match &self.source {
            Source::Pins(pins) => Some(pins.timing()),
            _ => None,
        }
    }

    /// Mean UI in ticks, where the capture has a clock; else as assumed.
    pub fn unit_interval(&self) -> Option<f64> {
        match &self.source {
            Source::Pins(pins) => pins.unit_interval(),
            Source::Ports(ports) => ports.unit_interval(),
            _ => None,
        }
    }

    // Most events are of a burst that was taken at once: those need little.
    #[inline]
    fn advance<'s, 'c: 's>(&'s mut self, input: &mut Input<'c>, last: bool) -> Option<Received<'s>> {
        if !self.burst.whole.is_told() {
            return self.burst.whole.tell(&self.burst.line);
        }
        self.receive(input, last)
    }

    #[inline(never)]
    fn receive<'s, 'c: 's>(&'s mut self, input: &mut Input<'c>, last: bool) -> Option<Received<'s>> {
        loop {
            if let Some(said) = self.burst.turn() {
                return Some(self.burst.lend(said));
            }
            let advance = match &mut self.source {
                Source::Merged(source) => source.advance(&mut self.burst, input, last),
                Source::Framed(source) => source.advance(&mut self.burst, input, last),
                Source::Unframed(source) => source.advance(&mut self.burst, input, last),
                Source::Pins(source) => source.advance(&mut self.burst, input, last),
                Source::Ports(source) => source.advance(&mut self.burst, input, last),
            };
            match advance {
                Advance::Said(said) => return Some(self.burst.lend(said)),
                Advance::Again => {}
                Advance::Starved => return None,
            }
        }
    }
}

/// A burst that began well.
const fn no_news(lanes: usize) -> BurstInfo {
    BurstInfo {
        lanes: lanes as u8,
        sync: [SotVerdict::Clean; MAX_LANES],
        skew: [0; MAX_LANES],
    }
}

/// Unread bytes of each lane.
fn lengths(lanes: &LaneBytes<'_>) -> [usize; MAX_LANES] {
    lanes.lanes.map(|lane| lane.len())
}

/// Bytes taken of the lane of which most were.
fn consumed(before: &[usize; MAX_LANES], after: &LaneBytes<'_>) -> u64 {
    let taken = before.iter().zip(&after.lanes);
    let taken = taken.map(|(before, after)| before.saturating_sub(after.len()));
    taken.max().unwrap_or(0) as u64
}
