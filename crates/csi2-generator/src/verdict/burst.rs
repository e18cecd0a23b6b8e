//! The packets of a burst, when all of it is there.

use super::bits::{Ecc, Header, checksum};
use alloc::{collections::VecDeque, vec::Vec};
use csi2_packet::{DataType, VcExtension};

/// What a burst consists of.
pub(super) enum Item<'a> {
    /// A header that is of no use, and so many bytes after it to the end of the burst.
    Unusable {
        skipped: usize,
    },
    /// The burst ended within its first header.
    HeaderCut,
    Short(Header),
    Long {
        header: Header,
        payload: &'a [u8],
        good: bool,
    },
    /// The burst ended within a long packet.
    Cut(Header),
    /// Bytes after a packet that are neither trail nor packet.
    Trailing,
}

/// Headers that the stream lets expect again: the last eight different ones of good long packets, and frames that go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    long: VecDeque<(u8, DataType, u16)>,
    frames: [Option<u16>; 16],
}

impl Known {
    const LONG: usize = 8;

    fn note_long(&mut self, header: Header) {
        let of = (header.channel, header.data_type, header.word);
        if !self.long.contains(&of) {
            if self.long.len() == Self::LONG {
                self.long.pop_front();
            }
            self.long.push_back(of);
        }
    }

    fn note_short(&mut self, header: Header) {
        if header.data_type == DataType::FRAME_START
            && let Some(frame) = self.frames.get_mut(usize::from(header.channel))
        {
            *frame = Some(header.word);
        }
    }

    fn expects(&self, header: Header) -> bool {
        let frame = self.frames.get(usize::from(header.channel)).copied().flatten();
        match (header.data_type, frame) {
            (DataType::FRAME_START, Some(0)) => header.word == 0,
            (DataType::FRAME_START, Some(last)) => header.word == 1 || last.checked_add(1) == Some(header.word),
            (DataType::FRAME_END, Some(last)) => header.word == last,
            _ => self.long.contains(&(header.channel, header.data_type, header.word)),
        }
    }
}

/// Reads a burst.
pub(super) fn read<'a>(
    burst: &'a [u8],
    vcx: VcExtension,
    lanes: usize,
    known: &mut Known,
    out: &mut dyn FnMut(Item<'a>),
) {
    let Some(wire) = burst.first_chunk() else {
        if !burst.is_empty() {
            out(Item::HeaderCut);
        }
        return;
    };
    let mut header = Header::read(*wire, vcx);
    if header.ecc == Ecc::Wrong {
        out(Item::Unusable {
            skipped: burst.len() - wire.len(),
        });
        return;
    }
    let mut at = 0;
    loop {
        at += 4;
        let behind = burst.get(at..).unwrap_or_default();
        if header.data_type.is_short() {
            known.note_short(header);
            out(Item::Short(header));
        } else {
            let length = usize::from(header.word);
            let footer = behind.get(length..).and_then(|rest| rest.first_chunk::<2>());
            let (Some(payload), Some(footer)) = (behind.get(..length), footer) else {
                out(Item::Cut(header));
                return;
            };
            let good = checksum(payload) == u16::from_le_bytes(*footer);
            if good {
                known.note_long(header);
            }
            out(Item::Long { header, payload, good });
            at += length + 2;
        }
        match follows(burst, at, vcx, lanes, known) {
            Follows::Nothing => return,
            Follows::Trailing => return out(Item::Trailing),
            Follows::Packet(next, start) => {
                header = next;
                at = start;
            }
        }
    }
}

/// What comes after a packet.
enum Follows {
    /// The end, or trail.
    Nothing,
    Trailing,
    /// A packet, and where it begins.
    Packet(Header, usize),
}

/// After the last byte each lane holds the inverse of its last bit; its last byte may be cut short, and so be anything. Some
/// transmitters hold one level on all lanes.
fn follows(burst: &[u8], end: usize, vcx: VcExtension, lanes: usize, known: &Known) -> Follows {
    let rest = burst.get(end..).unwrap_or_default();
    let more_than_lanes = |left: usize| {
        if left > lanes {
            Follows::Trailing
        } else {
            Follows::Nothing
        }
    };
    let trail = if lanes == 0 { 0 } else { trail(burst, end, lanes) };
    if trail >= 4 || trail == rest.len() {
        return more_than_lanes(rest.len() - trail);
    }
    let held = |bytes: &[u8]| {
        let level = bytes.first().copied().filter(|level| matches!(level, 0x00 | 0xFF));
        lanes > 0 && level.is_some_and(|level| bytes.iter().all(|byte| *byte == level))
    };
    let Some(wire) = rest.first_chunk::<4>() else {
        let left = rest.get(trail..).unwrap_or_default();
        return if held(left) {
            Follows::Nothing
        } else {
            more_than_lanes(left.len())
        };
    };
    if held(wire) {
        let length = rest.iter().take_while(|byte| **byte == wire[0]).count();
        return more_than_lanes(rest.len() - length);
    }
    let strange = wire.len() - trail;
    // A byte of trail on each lane, then at most a cut one.
    let worn = trail >= lanes && strange <= lanes;
    if worn && rest.len() == wire.len() {
        return Follows::Nothing;
    }
    let header = Header::read(*wire, vcx);
    let may_follow = match header.ecc {
        Ecc::Clean => true,
        Ecc::Check => !worn || known.expects(header),
        Ecc::Data(_) => known.expects(header),
        Ecc::Wrong => false,
    };
    if may_follow {
        return Follows::Packet(header, end);
    }
    more_than_lanes(rest.len() - trail)
}

/// A burst and its trail, until `bytes` byte clocks after the last data byte of any lane.
pub(super) fn with_trail(burst: &[u8], lanes: usize, bytes: usize) -> Vec<u8> {
    let lanes = lanes.max(1);
    let clocks = burst.len().div_ceil(lanes).saturating_add(bytes);
    let trail = (burst.len()..clocks.saturating_mul(lanes)).map(|at| level(burst, burst.len(), lanes, at % lanes));
    burst.iter().copied().chain(trail).collect()
}

/// What a lane holds after byte `end`.
fn level(burst: &[u8], end: usize, lanes: usize, lane: usize) -> u8 {
    // The last byte of the lane; before the first was the sync byte, whose last bit is one.
    let own = burst.iter().take(end).enumerate().rev().take(lanes);
    let last = own.filter(|(at, _)| at % lanes == lane).map(|(_, byte)| *byte).next();
    if last.unwrap_or(0xB8) & 0x80 == 0 { 0xFF } else { 0x00 }
}

/// How many bytes from `end` on are trail.
fn trail(burst: &[u8], end: usize, lanes: usize) -> usize {
    let level = |lane: usize| level(burst, end, lanes, lane);
    let rest = burst.iter().enumerate().skip(end);
    rest.take_while(|(at, byte)| **byte == level(at % lanes)).count()
}
