//! Scrambling: taken off packets, while what is around them came as it is.
//!
//! Header, payload and footer are scrambled, the trail is not. What a byte behind a packet is can only be told from both
//! sides: as a header it must be clean without the keystream, as trail it must be the inverse of the last bit that was
//! on its lane, which is the scrambled one. The depacketizer knows trail by the last bits of the packet as it got it, so
//! it is given what comes behind the last packet in that polarity.

use csi2_dphy::{MAX_LANES, MergedScrambler, SYNC, Scrambling};
use csi2_packet::{PacketHeader, ReceivedHeader, VcExtension};

/// Bytes of a header.
pub(super) const HEADER_BYTES: usize = 4;

/// How the four bytes of a header are read: by its code, and without what scrambling added to them.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeaderCode {
    vcx: VcExtension,
    key: [u8; HEADER_BYTES],
}

impl HeaderCode {
    /// Headers that are not scrambled.
    pub(super) const fn plain(vcx: VcExtension) -> Self {
        Self {
            vcx,
            key: [0; HEADER_BYTES],
        }
    }

    /// The first header of a burst over so many lanes.
    pub(super) fn opening(vcx: VcExtension, scrambling: Option<&Scrambling>, lanes: usize) -> Self {
        let code = Self::plain(vcx);
        scrambling.map_or(code, |scrambling| code.with_key(scrambling.merged(lanes).ahead()))
    }

    fn with_key(self, key: &[u8]) -> Self {
        Self {
            key: key.first_chunk().copied().unwrap_or_default(),
            ..self
        }
    }

    /// The bytes of a header without scrambling.
    pub(super) fn bytes(self, wire: [u8; HEADER_BYTES]) -> [u8; HEADER_BYTES] {
        let mut bytes = wire;
        for (byte, key) in bytes.iter_mut().zip(self.key) {
            *byte ^= key;
        }
        bytes
    }

    /// Reads a header.
    pub(super) fn receive(self, wire: [u8; HEADER_BYTES]) -> ReceivedHeader {
        PacketHeader::receive(self.bytes(wire), self.vcx)
    }
}

/// The scrambling of the burst that is being received.
pub(super) struct Descrambler {
    scrambling: Scrambling,
    /// At the first byte of a burst.
    fresh: MergedScrambler,
    key: MergedScrambler,
    lanes: usize,
    /// Lane of the next byte.
    turn: usize,
    /// Last byte of each lane in packets, as it was on the wire.
    last: [u8; MAX_LANES],
    /// Lanes whose last bit the keystream inverted, a bit each.
    inverted: u8,
    /// After the last packet: lanes whose level is given to the depacketizer inverted.
    resting: Option<u8>,
}

impl Descrambler {
    /// `lanes` from 1.
    pub(super) fn new(scrambling: &Scrambling, lanes: usize) -> Self {
        let fresh = scrambling.merged(lanes);
        Self {
            scrambling: *scrambling,
            key: fresh.clone(),
            fresh,
            lanes: lanes.clamp(1, MAX_LANES),
            turn: 0,
            last: [SYNC; MAX_LANES],
            inverted: 0,
            resting: None,
        }
    }

    /// The next bursts are over so many lanes, from 1.
    pub(super) fn set_lanes(&mut self, lanes: usize) {
        *self = Self::new(&self.scrambling, lanes);
    }

    /// A burst begins: all registers are loaded anew.
    pub(super) fn restart(&mut self) {
        self.key.clone_from(&self.fresh);
        self.turn = 0;
        self.last = [SYNC; MAX_LANES];
        self.inverted = 0;
        self.resting = None;
    }

    /// Takes the scrambling off bytes of a packet.
    pub(super) fn apply(&mut self, bytes: &mut [u8]) {
        let hidden = bytes.len().saturating_sub(self.lanes);
        let lane = |index: usize| (self.turn + index) % self.lanes;
        for (index, byte) in bytes.iter().enumerate().skip(hidden) {
            if let Some(last) = self.last.get_mut(lane(index)) {
                *last = *byte;
            }
        }
        self.key.apply(bytes);
        for (index, byte) in bytes.iter().enumerate().skip(hidden) {
            let lane = lane(index);
            let inverted = (byte ^ self.last(lane)) >> 7;
            self.inverted = self.inverted & !(1 << lane) | inverted << lane;
        }
        self.turn = lane(bytes.len());
    }

    /// Gives bytes behind the last packet the polarity of the packet's last bits.
    pub(super) fn apply_behind(&mut self, bytes: &mut [u8]) {
        flip(bytes, self.turn, self.lanes, self.resting.unwrap_or(0));
        self.turn = (self.turn + bytes.len()) % self.lanes;
    }

    /// Gives bytes behind the last packet, the first at `position` of the burst, back their own polarity.
    pub(super) fn undo_behind(&self, position: u64, bytes: &mut [u8]) {
        let turn = (position % self.lanes as u64) as usize;
        flip(bytes, turn, self.lanes, self.resting.unwrap_or(0));
    }

    /// Whether the burst's last packet is over.
    pub(super) fn is_resting(&self) -> bool {
        self.resting.is_some()
    }

    /// No more packets come in this burst; `bytes`, as they are on the wire, are next.
    pub(super) fn rest(&mut self, bytes: &[u8]) {
        // Some transmitters hold one level on all lanes whatever came before: the depacketizer knows that, too.
        let held = bytes.iter().all(|byte| *byte == 0x00) || bytes.iter().all(|byte| *byte == 0xFF);
        let as_it_is = held && self.trail(bytes) < bytes.len();
        self.resting = Some(if as_it_is { 0 } else { self.inverted });
    }

    /// Whether the four bytes after a packet are trail, but for at most one byte of each lane, which the end of the
    /// burst may have cut short. No scrambled header looks like that, but for one in 65 000.
    pub(super) fn is_trail(&self, wire: [u8; HEADER_BYTES]) -> bool {
        let trail = self.trail(&wire);
        let held = matches!(wire, [0x00, 0x00, 0x00, 0x00] | [0xFF, 0xFF, 0xFF, 0xFF]);
        held || trail == HEADER_BYTES || (trail >= self.lanes && HEADER_BYTES - trail <= self.lanes)
    }

    /// How many of the next bytes continue the inverse of the last bit of their lane.
    fn trail(&self, bytes: &[u8]) -> usize {
        let level = |index: usize| {
            if self.last((self.turn + index) % self.lanes) >> 7 == 1 {
                0x00
            } else {
                0xFF
            }
        };
        bytes
            .iter()
            .enumerate()
            .take_while(|(index, byte)| **byte == level(*index))
            .count()
    }

    /// The last byte of a lane in packets, as it was on the wire; before the first it is the sync byte.
    pub(super) fn last(&self, lane: usize) -> u8 {
        self.last.get(lane).copied().unwrap_or(SYNC)
    }

    /// How the next four bytes are read, if they are a header.
    pub(super) fn header_code(&self, vcx: VcExtension) -> HeaderCode {
        HeaderCode::plain(vcx).with_key(self.key.ahead())
    }
}

/// Inverts the bytes of some lanes; the first byte is of lane `turn`.
fn flip(bytes: &mut [u8], turn: usize, lanes: usize, inverted: u8) {
    if inverted == 0 {
        return;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        if inverted >> ((turn + index) % lanes) & 1 == 1 {
            *byte = !*byte;
        }
    }
}
