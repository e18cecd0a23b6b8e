//! How a burst of lane bytes opens: with a sync byte on every lane, or with data at once.

use super::descramble::HeaderCode;
use super::rows::Rows;
use csi2_dphy::{MAX_LANES, SYNC, SotVerdict};
use csi2_packet::EccVerdict;

/// Idle bytes before the sync bytes, beyond the skew between lanes, that are looked through.
const LEAD: usize = 64;

/// What the first bytes of a burst are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opening {
    /// Too few bytes to tell.
    More,
    /// Packet data from the first byte on.
    Data,
    /// Sync bytes.
    Sync(Sync),
    /// Sync bytes on some lanes, on this one something else.
    NoSync { lane: u8 },
    /// Sync bytes on some lanes, on this one nothing, or too late.
    Misaligned { lane: u8 },
}

/// Sync bytes on all lanes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Sync {
    /// Bytes of each lane before its data.
    pub(super) skip: [usize; MAX_LANES],
    /// How well each sync byte was received.
    pub(super) verdicts: [SotVerdict; MAX_LANES],
    /// Lateness of each lane in bits.
    pub(super) skew: [u16; MAX_LANES],
}

/// The first byte of a lane that is not idle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum First {
    /// None was seen yet.
    None,
    /// A sync byte.
    Sync { at: usize, verdict: SotVerdict },
    /// Another byte.
    Other,
}

/// A line at rest: zeros before a sync byte, either level in a trail.
pub(super) const fn is_idle(byte: u8) -> bool {
    matches!(byte, 0x00 | 0xFF)
}

/// Whether a byte is the sync byte, with at most one wrong bit.
pub(super) const fn sync_verdict(byte: u8) -> Option<SotVerdict> {
    match (byte ^ SYNC).count_ones() {
        0 => Some(SotVerdict::Clean),
        1 => Some(SotVerdict::OneBit),
        _ => None,
    }
}

/// Whether the four bytes make a header without any error.
pub(super) fn is_clean(wire: Option<[u8; 4]>, code: HeaderCode) -> bool {
    wire.is_some_and(|wire| code.receive(wire).ecc == EccVerdict::Clean)
}

impl Sync {
    /// Sync bytes at `at` of each lane, if no lane is later than `max_skew` bytes.
    pub(super) fn new(firsts: &[First; MAX_LANES], count: usize, max_skew: usize) -> Result<Self, u8> {
        let mut sync = Self {
            skip: [0; MAX_LANES],
            verdicts: [SotVerdict::Clean; MAX_LANES],
            skew: [0; MAX_LANES],
        };
        let places = || firsts.iter().take(count).enumerate();
        let earliest = places()
            .filter_map(|(_, first)| match first {
                First::Sync { at, .. } => Some(*at),
                _ => None,
            })
            .min()
            .unwrap_or(0);
        for (lane, first) in places() {
            let (First::Sync { at, verdict }, Some(skip), Some(slot), Some(skew)) = (
                first,
                sync.skip.get_mut(lane),
                sync.verdicts.get_mut(lane),
                sync.skew.get_mut(lane),
            ) else {
                return Err(lane as u8);
            };
            let late = at.saturating_sub(earliest);
            if late > max_skew {
                return Err(lane as u8);
            }
            *skip = at.saturating_add(1);
            *slot = *verdict;
            *skew = u16::try_from(late.saturating_mul(8)).unwrap_or(u16::MAX);
        }
        Ok(sync)
    }

    /// Whether all sync bytes were received without error.
    fn is_clean(&self, count: usize) -> bool {
        self.verdicts
            .iter()
            .take(count)
            .all(|verdict| *verdict == SotVerdict::Clean)
    }

    /// Sync bytes on some lanes must vouch for those received with a wrong bit.
    pub(super) fn has_clean(&self, count: usize) -> bool {
        self.verdicts
            .iter()
            .take(count)
            .any(|verdict| *verdict == SotVerdict::Clean)
    }
}

/// Whether every lane begins with its sync byte, and a header behind it: then [`opening`] says what it says with less looking.
pub(super) fn opens_with_sync(rows: &Rows<'_>) -> bool {
    let depth = 1 + 4usize.div_ceil(rows.count());
    let plain = |lane: &&[u8]| lane.len() >= depth && lane.first() == Some(&SYNC);
    rows.lanes().iter().all(plain)
}

/// Whether a whole burst begins with a good header, where not even all first bytes could be sync bytes: likewise.
pub(super) fn opens_with_data(rows: &Rows<'_>, code: HeaderCode) -> bool {
    shows_no_sync(rows) && is_clean(rows.header(0), code)
}

/// Whether the first bytes are neither all idle nor sync bytes, nor a header that idle lanes look like.
pub(super) fn shows_no_sync(rows: &Rows<'_>) -> bool {
    let other = |lane: &&[u8]| {
        let first = lane.first();
        first.is_some_and(|byte| !is_idle(*byte) && sync_verdict(*byte).is_none())
    };
    rows.lanes().iter().any(other) && rows.header(0).is_some_and(|header| header != [0; 4])
}

/// A lane without a byte, although others have some that come after its first.
pub(super) fn missing_lane(rows: &Rows<'_>) -> Option<u8> {
    // Most bursts end here.
    let missing = rows.lanes().iter().position(|lane| lane.is_empty())?;
    let last = rows.lanes().iter().rposition(|lane| !lane.is_empty())?;
    (rows.longest() > 1 || missing < last).then_some(missing as u8)
}

/// Looks at the first bytes of a burst. `complete`: no more bytes of it will come.
pub(super) fn opening(rows: &Rows<'_>, max_skew: usize, complete: bool, code: HeaderCode) -> Opening {
    let reach = max_skew.saturating_add(LEAD);
    let count = rows.count();
    let mut firsts = [First::None; MAX_LANES];
    for (first, lane) in firsts.iter_mut().zip(rows.lanes()) {
        *first = first_of(lane, reach);
        if *first == First::None && lane.len() < reach && !complete {
            return Opening::More;
        }
    }
    let as_data = rows.header(0);
    if as_data.is_none() && !complete {
        return Opening::More;
    }
    // Idle lanes are no header, though four zeros are one.
    let data = is_clean(as_data, code) && as_data != Some([0; 4]);
    match Sync::new(&firsts, count, max_skew) {
        Ok(sync) => {
            let after = rows.after(&sync.skip).header(0);
            if after.is_none() && !complete {
                return Opening::More;
            }
            // Data may look like a sync byte with a wrong bit (user-defined data on channel 2 begins with B0) or behind
            // idle lanes (frame start 184 is 00 B8): then the header tells. Data identifier B8 is of a reserved type.
            let plain = sync.is_clean(count) && sync.skip.iter().take(count).all(|skip| *skip == 1);
            match (is_clean(after, code), data) {
                _ if plain => Opening::Sync(sync),
                (true, true) if sync.is_clean(count) => Opening::Sync(sync),
                (_, true) => Opening::Data,
                (false, false) if !sync.has_clean(count) => Opening::Data,
                _ => Opening::Sync(sync),
            }
        }
        Err(lane) if !data => trouble(&firsts, count, lane).unwrap_or(Opening::Data),
        Err(_) => Opening::Data,
    }
}

/// What is wrong with `lane`, if enough other lanes have sync bytes to tell that it should.
pub(super) fn trouble(firsts: &[First; MAX_LANES], count: usize, lane: u8) -> Option<Opening> {
    let clean = |first: &&First| {
        matches!(
            first,
            First::Sync {
                verdict: SotVerdict::Clean,
                ..
            }
        )
    };
    let synced = firsts.iter().take(count).filter(clean).count();
    if synced == 0 || synced * 2 < count {
        return None;
    }
    match firsts.get(usize::from(lane)) {
        Some(First::Other) => Some(Opening::NoSync { lane }),
        _ => Some(Opening::Misaligned { lane }),
    }
}

/// The first byte of a lane that is not idle, among the first `reach`.
pub(super) fn first_of(lane: &[u8], reach: usize) -> First {
    let byte = lane.iter().take(reach).enumerate().find(|(_, byte)| !is_idle(**byte));
    match byte.map(|(at, &byte)| (at, sync_verdict(byte))) {
        None => First::None,
        Some((at, Some(verdict))) => First::Sync { at, verdict },
        Some((_, None)) => First::Other,
    }
}
