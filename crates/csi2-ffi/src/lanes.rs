//! Lanes to a burst and back.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;

use csi2_dphy::{LaneMerger, MAX_LANES, distribute, lane_length};

use crate::raw::{Words, slice, slice_mut, store, stored};
use crate::{CSI2_ERROR_POINTER, CSI2_ERROR_SPACE, CSI2_ERROR_STATE, CSI2_ERROR_VALUE, CSI2_OK, Status};

/// The most data lanes of a link.
pub const CSI2_MAX_LANES: usize = 8;
/// Bytes that a lane may be ahead of the slowest by, in a merger.
pub const CSI2_MERGER_SKEW: usize = 32;
/// Words of eight bytes within a csi2_merger_t.
pub const CSI2_MERGER_WORDS: usize = 56;

const _: () = assert!(CSI2_MAX_LANES == MAX_LANES);

/// A merger of lanes, of which C knows the size only; as csi2_depacketizer_t.
#[repr(C)]
#[derive(Debug)]
pub struct MergerStorage {
    /// Of no meaning to the caller.
    pub state: u64,
    /// Of no meaning to the caller.
    pub words: [MaybeUninit<u64>; CSI2_MERGER_WORDS],
}

// As csi2.h asserts of what C's compiler makes of it.
const _: () = assert!(size_of::<MergerStorage>() == 8 + 8 * CSI2_MERGER_WORDS);

/// In `state` when the words have a merger.
const READY: u64 = 0x6373_6932_6D65_7267;

type Merger = LaneMerger<CSI2_MERGER_SKEW>;

/// Bytes that lane `lane` of `lanes` carries of a burst of `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_lane_length(length: usize, lanes: usize, lane: usize) -> usize {
    lane_length(length, lanes, lane)
}

/// Spreads a burst over `count` lanes (1 to 8): byte i goes to lane i mod count. Each of `lanes` has room for `room` bytes, of which
/// the first csi2_lane_length are written. CSI2_ERROR_SPACE, and nothing is written, where lane 0 needs more;
/// CSI2_ERROR_VALUE for no lanes, or more than 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_distribute(
    bytes: *const u8,
    length: usize,
    lanes: *const *mut u8,
    count: usize,
    room: usize,
) -> Status {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    // SAFETY: the caller's contract.
    let lanes = unsafe { slice(lanes, count) };
    let (Some(bytes), Some(lanes)) = (bytes, lanes) else {
        return CSI2_ERROR_POINTER;
    };
    let mut slices: [&mut [u8]; MAX_LANES] = Default::default();
    let Some(slices) = slices.get_mut(..count).filter(|_| count > 0) else {
        return CSI2_ERROR_VALUE;
    };
    if room < lane_length(length, count, 0) {
        return CSI2_ERROR_SPACE;
    }
    for (slice, &lane) in slices.iter_mut().zip(lanes) {
        // SAFETY: the caller's contract: lanes do not overlap.
        let Some(lane) = (unsafe { slice_mut(lane, room) }) else {
            return CSI2_ERROR_POINTER;
        };
        *slice = lane;
    }
    distribute(bytes, slices);
    CSI2_OK
}

/// Makes `merger` one of `lanes` lanes at the start of a burst. CSI2_ERROR_VALUE for no lanes, or more than 8.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_merger_init(merger: Option<&mut MaybeUninit<MergerStorage>>, lanes: usize) -> Status {
    let Some(storage) = merger else {
        return CSI2_ERROR_POINTER;
    };
    if !(1..=MAX_LANES).contains(&lanes) {
        return CSI2_ERROR_VALUE;
    }
    let storage = storage.write(MergerStorage {
        state: READY,
        words: [MaybeUninit::uninit(); CSI2_MERGER_WORDS],
    });
    store(&mut storage.words, Merger::new(lanes));
    CSI2_OK
}

/// Forgets all bytes: the next ones are the first of a burst.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_merger_restart(merger: Option<&mut MergerStorage>) -> Status {
    let Some(storage) = merger else {
        return CSI2_ERROR_POINTER;
    };
    let Some(merger) = storage.merger() else {
        return CSI2_ERROR_STATE;
    };
    merger.restart();
    CSI2_OK
}

/// Takes bytes of one lane; returns how many fitted. They may be fewer while the lane is CSI2_MERGER_SKEW bytes ahead of the slowest:
/// drain the merger, and push bytes of the others. 0 for a merger or a lane that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_merger_push(
    merger: Option<&mut MergerStorage>,
    lane: usize,
    bytes: *const u8,
    length: usize,
) -> usize {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    let (Some(merger), Some(bytes)) = (merger.and_then(MergerStorage::merger), bytes) else {
        return 0;
    };
    merger.push(lane, bytes)
}

/// Writes merged bytes in the order of the burst, until a lane has none left or there is no room; returns how many. 0 for a merger
/// that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_merger_drain(merger: Option<&mut MergerStorage>, out: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    let out = unsafe { slice_mut(out, room) };
    let (Some(merger), Some(out)) = (merger.and_then(MergerStorage::merger), out) else {
        return 0;
    };
    merger.drain(out)
}

impl MergerStorage {
    fn merger(&mut self) -> Option<&mut Merger> {
        let words: &mut Words<CSI2_MERGER_WORDS> = &mut self.words;
        // SAFETY: `state` says that csi2_merger_init put a merger there.
        (self.state == READY).then(|| unsafe { stored(words) })
    }
}
