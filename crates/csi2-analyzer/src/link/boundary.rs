//! Where a burst ends, in captures that do not say so.
//!
//! A lane ends its data with a trail: the inverse of its last bit, held for at least eight bits. Before the next burst
//! it rests, sends zeros, and then the sync byte.

use super::descramble::HeaderCode;
use super::rows::Rows;
use super::sync::{is_clean, is_idle, sync_verdict};
use csi2_dphy::{MAX_LANES, SYNC, SotVerdict};
use csi2_packet::{DataType, EccVerdict};

/// On so many lanes, good payload that looks like the end of a burst and the start of the next is thinkable.
pub(super) const FEW_LANES: usize = 3;

/// Idle rows before sync bytes on all lanes that prove a boundary without a good header behind it: on one lane, zeros
/// and then a sync byte are no rare payload.
pub(super) const fn proof(lanes: usize) -> usize {
    if lanes == 1 { 4 } else { 2 }
}

/// How a boundary is looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Search {
    /// In a packet, whose header is probably right: only a good header behind the sync bytes convinces. The packet ends
    /// after so many bytes.
    Packet { ends: usize },
    /// In bytes without meaning, of which at most so many are wanted.
    Lost { most: usize },
}

/// Bytes that belong to the burst.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reach {
    /// Merged bytes before the boundary, as far as can be told.
    pub(super) bytes: usize,
    /// Whether the sync bytes of the next burst follow.
    pub(super) boundary: bool,
}

/// Looks for idle lanes and then sync bytes on all of them. `complete`: no more bytes will come.
pub(super) fn reach(rows: &Rows<'_>, phase: usize, search: Search, complete: bool, code: HeaderCode) -> Reach {
    let count = rows.count();
    let lead = rows.lead(phase);
    let aligned = rows.after(&rows.share(phase, lead));
    let depth = aligned.depth();
    // A row of sync bytes is judged by the header in the rows behind it, and by the row before.
    let judged = if complete {
        depth
    } else {
        depth.saturating_sub(4usize.div_ceil(count))
    };
    // Beyond the end of the packet, or of what is wanted, nothing is looked for.
    let end = match search {
        Search::Packet { ends } => ends.saturating_sub(lead).div_ceil(count),
        Search::Lost { most } => (most.saturating_sub(lead) / count).saturating_add(1),
    };
    let found = first_boundary(&aligned, judged.min(end), search, code);
    let clear = match found {
        Some(row) => lead + row * count,
        None if complete => rows.available(phase),
        // The last row judged is the row before the next one.
        None => (lead + judged.saturating_sub(1) * count).min(rows.available(phase)),
    };
    match search {
        Search::Packet { ends } if ends <= clear => Reach {
            bytes: ends,
            boundary: false,
        },
        Search::Lost { most } if most < clear => Reach {
            bytes: lead + (most.saturating_sub(lead) / count) * count,
            boundary: false,
        },
        _ => Reach {
            bytes: clear,
            boundary: found.is_some(),
        },
    }
}

/// The first row from 1 to `end` that holds the sync bytes of a burst.
fn first_boundary(rows: &Rows<'_>, end: usize, search: Search, code: HeaderCode) -> Option<usize> {
    /// Rows that are passed over together.
    const BLOCK: usize = 64;
    let first = rows.lane(0).get(..end).unwrap_or(rows.lane(0));
    let after = first.get(1..).unwrap_or_default();
    let (blocks, _) = after.as_chunks::<BLOCK>();
    let (before, _) = first.as_chunks::<BLOCK>();
    let boundary = |mut rows_at: core::ops::Range<usize>| rows_at.find(|row| is_boundary(rows, *row, search, code));
    for ((bytes, before), start) in blocks.iter().zip(before).zip((1..).step_by(BLOCK)) {
        // Of payload hardly a block gets beyond this, which compiles to a few vector instructions: at rest, and then at
        // most one bit from a sync byte.
        let suspicious = before.iter().zip(bytes).fold(0, |any, (before, byte)| {
            let wrong = byte ^ SYNC;
            any | u8::from(before.wrapping_add(1) <= 1) & u8::from(wrong & wrong.wrapping_sub(1) == 0)
        });
        if suspicious != 0
            && let Some(row) = boundary(start..start + BLOCK)
        {
            return Some(row);
        }
    }
    boundary(1 + blocks.len() * BLOCK..first.len())
}

/// Whether the sync bytes of a burst are in `row`.
fn is_boundary(rows: &Rows<'_>, row: usize, search: Search, code: HeaderCode) -> bool {
    let verdict = |lane: &&[u8]| lane.get(row).copied().and_then(sync_verdict);
    let idle_at = |row: usize| {
        rows.lanes()
            .iter()
            .all(|lane| lane.get(row).is_some_and(|byte| is_idle(*byte)))
    };
    if !rows.lanes().iter().all(|lane| verdict(lane).is_some())
        || !rows.lanes().iter().any(|lane| verdict(lane) == Some(SotVerdict::Clean))
        || row == 0
        || !idle_at(row - 1)
    {
        return false;
    }
    let header = rows.after(&[row + 1; MAX_LANES]).header(0);
    // Dark images are full of four zeros, which are also a good frame start.
    if is_clean(header, code) && (rows.count() > 1 || header != Some([0; 4])) {
        return true;
    }
    let run = (0..row)
        .rev()
        .take(proof(rows.count()))
        .take_while(|row| idle_at(*row))
        .count();
    matches!(search, Search::Lost { .. }) && run == proof(rows.count())
}

/// What comes after a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Next {
    /// Too few bytes to tell.
    More,
    /// A good header.
    Packet,
    /// The end of the burst: trail, and perhaps the stop state after it.
    Trail,
    /// Neither.
    Other,
}

/// Bytes after a packet that tell what follows: a header, and at least one of each lane.
pub(super) const fn next_bytes(lanes: usize) -> usize {
    if lanes > 4 { lanes } else { 4 }
}

/// Judges the bytes after a packet, the first of which is on lane `phase`. `byte` gives them in burst order, `last` the
/// last byte of each lane. `with_sync`: the next burst's sync bytes would be among them, in step.
pub(super) fn next(
    byte: impl Fn(usize) -> Option<u8>,
    phase: usize,
    lanes: usize,
    last: impl Fn(usize) -> u8,
    with_sync: bool,
    complete: bool,
    code: HeaderCode,
) -> Next {
    let have = (0..next_bytes(lanes))
        .take_while(|index| byte(*index).is_some())
        .count();
    if have < next_bytes(lanes) && !complete {
        return Next::More;
    }
    let of_lane = |lane: usize| {
        let first = (lane + lanes - phase % lanes) % lanes;
        (first..have).step_by(lanes).filter_map(&byte)
    };
    // One bit of all may be wrong.
    let strange = (0..lanes).map(|lane| of_lane(lane).next().map_or(0, |byte| strange_bits(last(lane), byte)));
    let trails = strange.sum::<u32>() <= 1;
    // At rest from there on, or at the next sync byte already.
    let synced = |lane| with_sync && of_lane(lane).find(|byte| !is_idle(*byte)) == Some(SYNC);
    let rests = trails && (0..lanes).all(|lane| changes(of_lane(lane)) <= 1 || synced(lane));
    let header = (|| Some([byte(0)?, byte(1)?, byte(2)?, byte(3)?]))();
    // Four FF make a header, too: of a reserved type.
    match (trails, is_clean(header, code) && header != Some([0xFF; 4])) {
        (_, true) if !rests => Next::Packet,
        (true, _) => Next::Trail,
        (false, _) => Next::Other,
    }
}

/// Whether the first bytes of a burst over `lanes` lanes are a frame start without an error and trail behind it: on each
/// lane the inverse of its last bit. Of a burst over more lanes, what is there of some of them is none: its own trail
/// would be in the place of the header, and go on behind it.
pub(super) fn is_frame_start(bytes: &[u8], lanes: usize, code: HeaderCode) -> bool {
    let Some((wire, behind)) = bytes.split_first_chunk::<4>() else {
        return false;
    };
    let received = code.receive(*wire);
    let header = received.header;
    if received.ecc != EccVerdict::Clean || header.data_type != DataType::FRAME_START {
        return false;
    }
    // A lane without a byte of the header rests after its sync byte.
    let last = |index: usize| (4 + index).checked_sub(lanes).and_then(|at| bytes.get(at)).copied();
    let trails = |(index, byte): (usize, &u8)| {
        *byte
            == if last(index).unwrap_or(SYNC) & 0x80 == 0 {
                0xFF
            } else {
                0x00
            }
    };
    let behind = behind.get(..lanes.min(behind.len())).unwrap_or_default();
    // Some transmitters hold one level on all lanes, and the stop state may cut a trail short: one lane is enough.
    behind.iter().enumerate().any(trails)
}

/// Bits in which `byte` is no trail of a lane whose last byte is `last`: the trail is its last bit, inverted. Where a
/// packet was cut short, the last byte is trail itself.
fn strange_bits(last: u8, byte: u8) -> u32 {
    let inverse = if last & 0x80 == 0 { 0xFF } else { 0x00 };
    if is_idle(last) && byte == last {
        0
    } else {
        (byte ^ inverse).count_ones()
    }
}

/// How often the level of a lane changes: a trail changes at most once, into the stop state.
fn changes(bytes: impl Iterator<Item = u8>) -> u32 {
    let mut level = None;
    bytes
        .map(|byte| {
            // Each bit against the one before it in time; the first against the last of the byte before.
            let changes = (byte ^ (byte << 1 | level.unwrap_or(byte & 1))).count_ones();
            level = Some(byte >> 7);
            changes
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{HeaderCode, Next, Reach, Rows, Search, changes, next, reach};
    use csi2_dphy::MAX_LANES;

    const PLAIN: HeaderCode = HeaderCode::plain(csi2_packet::VcExtension::Extended);

    fn rows<'a>(lanes: &[&'a [u8]]) -> Rows<'a> {
        let mut all: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        all[..lanes.len()].copy_from_slice(lanes);
        Rows::new(all, lanes.len())
    }

    #[test]
    fn a_boundary_is_idle_then_sync_then_a_header() {
        // Frame start 1 is 00 01 00 1A.
        let lanes = rows(&[&[7, 7, 0x00, 0xB8, 0x00, 0x00], &[7, 7, 0xFF, 0xB8, 0x01, 0x1A]]);
        let found = Reach {
            bytes: 6,
            boundary: true,
        };
        assert_eq!(reach(&lanes, 0, Search::Lost { most: 100 }, true, PLAIN), found);
        assert_eq!(reach(&lanes, 0, Search::Packet { ends: 100 }, false, PLAIN), found);
        // The packet ends before.
        let ends = Reach {
            bytes: 5,
            boundary: false,
        };
        assert_eq!(reach(&lanes, 0, Search::Packet { ends: 5 }, true, PLAIN), ends);
        // A byte of the row before was not idle.
        let lanes = rows(&[&[7, 7, 0x00, 0xB8, 0x00, 0x00], &[7, 7, 0xFE, 0xB8, 0x01, 0x1A]]);
        let none = Reach {
            bytes: 12,
            boundary: false,
        };
        assert_eq!(reach(&lanes, 0, Search::Lost { most: 100 }, true, PLAIN), none);
        // Its header is not whole yet: only what is surely before may be taken.
        let lanes = rows(&[&[7, 7, 0x00, 0xB8, 0x00], &[7, 7, 0xFF, 0xB8, 0x01]]);
        let wait = Reach {
            bytes: 4,
            boundary: false,
        };
        assert_eq!(reach(&lanes, 0, Search::Lost { most: 100 }, false, PLAIN), wait);
    }

    #[test]
    fn a_boundary_is_found_in_any_row() {
        // Frame start 1 on two lanes, behind a row at rest.
        let boundary = [[0x00, 0xB8, 0x00, 0x00], [0xFF, 0xB8, 0x01, 0x1A]];
        for row in 0..200 {
            let lane = |of: usize| {
                let mut lane = alloc::vec![0x55_u8; 210];
                lane[row..row + 4].copy_from_slice(&boundary[of]);
                lane
            };
            let (first, second) = (lane(0), lane(1));
            let lanes = rows(&[&first, &second]);
            let bytes = 2 * (row + 1);
            let found = |search| reach(&lanes, 0, search, true, PLAIN);
            let at = Reach { bytes, boundary: true };
            assert_eq!(found(Search::Lost { most: usize::MAX }), at, "{row}");
            assert_eq!(found(Search::Packet { ends: bytes + 1 }), at, "{row}");
            let ends = Reach { bytes, boundary: false };
            assert_eq!(found(Search::Packet { ends: bytes }), ends, "{row}");
        }
    }

    #[test]
    fn what_looks_like_a_trail_is_one() {
        let after = |bytes: &'static [u8], lanes, last| {
            next(
                |index| bytes.get(index).copied(),
                0,
                lanes,
                |_| last,
                true,
                false,
                PLAIN,
            )
        };
        // One lane, a trail of a byte, then the stop state.
        assert_eq!(after(&[0x00, 0xF8, 0xFF, 0xFF], 1, 0x91), Next::Trail);
        assert_eq!(after(&[0x00, 0x00, 0x00, 0x00], 1, 0x91), Next::Trail);
        assert_eq!(after(&[0x00, 0x01, 0x00, 0x1A], 1, 0x91), Next::Packet);
        assert_eq!(after(&[0x00, 0x01, 0x00, 0x1A], 4, 0x91), Next::Packet);
        // The trail must be the inverse of the last bit; four zeros are a frame start else.
        assert_eq!(after(&[0x00, 0x00, 0x00, 0x00], 4, 0x11), Next::Packet);
        assert_eq!(after(&[0x12, 0x34, 0x56, 0x78], 2, 0x11), Next::Other);
        assert_eq!(after(&[0x00, 0x00, 0x00], 2, 0x91), Next::More);
        // The packet was cut short: its last byte was trail already.
        assert_eq!(after(&[0xFF, 0xFF, 0xFF, 0xFF], 2, 0xFF), Next::Trail);
    }

    #[test]
    fn changes_count_in_time_order() {
        assert_eq!(changes([0x00, 0x00].into_iter()), 0);
        assert_eq!(changes([0x00, 0xF0, 0xFF].into_iter()), 1);
        assert_eq!(changes([0x00, 0x0F].into_iter()), 2);
        assert_eq!(changes([0xFF, 0x7F, 0x80].into_iter()), 2);
    }
}
