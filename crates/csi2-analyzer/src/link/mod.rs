//! The link: from what a capture saw, at any layer, to packet events with spans.

use crate::Limits;
use csi2_dphy::{Observation, PinEvent, PinMap, SotVerdict, Tick};
use csi2_packet::{PacketEvent, VcExtension};

/// At which layer a capture enters.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    Pins(PinMap),
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
    /// Sync verdict per lane (pins).
    pub sync: [SotVerdict; csi2_dphy::MAX_LANES],
    /// Lateness per lane in bits (pins).
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceiverConfig {
    /// Layer.
    pub entry: Entry,
    /// Header code.
    pub vcx: VcExtension,
    /// Bounds.
    pub limits: Limits,
}

/// Link and depacketizer together: the one way in for every capture.
pub struct Receiver {
    config: ReceiverConfig,
}

impl Receiver {
    /// A receiver for one link.
    pub fn new(config: ReceiverConfig) -> Self {
        Self { config }
    }

    /// The next event of `input`, which shrinks; `None` when all of it is consumed. Events borrow from the input where
    /// the bytes need no merging, else from the receiver's own line buffer.
    pub fn next<'s, 'c: 's>(&'s mut self, input: &mut Input<'c>) -> Option<Received<'s>> {
        let _ = (input, &self.config);
        todo!()
    }

    /// End of the capture. Call until `None`.
    pub fn finish(&mut self) -> Option<Received<'_>> {
        todo!()
    }

    /// Mean UI in ticks, where the capture has a clock.
    pub fn unit_interval(&self) -> Option<f64> {
        todo!()
    }
}
