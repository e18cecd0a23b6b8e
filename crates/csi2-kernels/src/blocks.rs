//! Lanes joined and parted a block of rows at a time. Where the last block is not whole, it does some rows before it again, so
//! that no loop over single rows is left over.
//!
//! Vectors do a block by unpacking. To unpack the first half of some vectors with the second is to shuffle them perfectly, as one
//! shuffles cards: the index of each byte, as a number in binary, turns by one place. The rows of the lanes have the lane in
//! its low bits, and the lanes one after the other have it in its high bits: as many shuffles join them as there are bits, and
//! as many more as a vector's index has bits part them again.

use crate::portable;

/// Joins whole rows. `block` joins the `ROWS` from a given one on. Returns rows done: the most that all slices allow.
#[inline(always)]
pub(crate) fn join<const N: usize, const ROWS: usize>(
    mut lanes: [&[u8]; N],
    out: &mut [u8],
    block: impl Fn(&[&[u8]; N], usize, &mut [u8]),
) -> usize {
    let mut rows = out.len() / N;
    for lane in &lanes {
        rows = rows.min(lane.len());
    }
    // Not by `map`: it is not inlined where the CPU is said to have more than its caller knows.
    for lane in &mut lanes {
        *lane = &lane[..rows];
    }
    let out = &mut out[..rows * N];
    if rows < ROWS {
        return portable::interleave(&lanes, out);
    }
    let mut row = 0;
    while row < rows {
        let first = row.min(rows - ROWS);
        block(&lanes, first, &mut out[first * N..][..ROWS * N]);
        row = first + ROWS;
    }
    rows
}

/// The inverse.
#[inline(always)]
pub(crate) fn split<const N: usize, const ROWS: usize>(
    bytes: &[u8],
    mut lanes: [&mut [u8]; N],
    block: impl Fn(&[u8], &mut [&mut [u8]; N], usize),
) -> usize {
    let mut rows = bytes.len() / N;
    for lane in &lanes {
        rows = rows.min(lane.len());
    }
    let bytes = &bytes[..rows * N];
    if rows < ROWS {
        return portable::deinterleave(bytes, &mut lanes);
    }
    let mut row = 0;
    while row < rows {
        let first = row.min(rows - ROWS);
        block(&bytes[first * N..][..ROWS * N], &mut lanes, first);
        row = first + ROWS;
    }
    rows
}
