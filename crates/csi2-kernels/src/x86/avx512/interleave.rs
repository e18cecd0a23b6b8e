//! Lanes joined and parted by a permutation of the bytes of a vector.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x16, u8x32, u8x64};

use crate::portable;
use crate::trusted::fetch::fetch_behind;
use crate::x86::AHEAD;

/// Bytes of a vector.
const VECTOR: usize = 64;

fearless_simd::kernel!(
    pub(crate) fn interleave(avx512: Avx512, lanes: &[&[u8]], out: &mut [u8]) -> usize {
        join_lanes::<false>(avx512, lanes, out)
    }
);

fearless_simd::kernel!(
    pub(crate) fn interleave_ahead(avx512: Avx512, lanes: &[&[u8]], out: &mut [u8]) -> usize {
        join_lanes::<true>(avx512, lanes, out)
    }
);

fearless_simd::kernel!(
    pub(crate) fn deinterleave(avx512: Avx512, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
        match lanes {
            [a, b] => split::<2, 32, 1, 4>(avx512, bytes, [a, b]),
            [a, b, c] => split::<3, 16, 1, 4>(avx512, bytes, [a, b, c]),
            [a, b, c, d] => split::<4, 32, 2, 1>(avx512, bytes, [a, b, c, d]),
            [a, b, c, d, e, f, g, h] => split::<8, 16, 2, 1>(avx512, bytes, [a, b, c, d, e, f, g, h]),
            _ => portable::deinterleave(bytes, lanes),
        }
    }
);

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn join_lanes<const FETCH: bool>(avx512: Avx512, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    match *lanes {
        [a, b] => join::<2, 32, 1, 4, FETCH>(avx512, [a, b], out),
        [a, b, c] => join::<3, 16, 1, 4, FETCH>(avx512, [a, b, c], out),
        [a, b, c, d] => join::<4, 32, 2, 4, FETCH>(avx512, [a, b, c, d], out),
        [a, b, c, d, e, f, g, h] => join::<8, 16, 2, 1, FETCH>(avx512, [a, b, c, d, e, f, g, h], out),
        _ => portable::interleave(lanes, out),
    }
}

/// `ROWS` rows of `N` lanes are `OUT` vectors; of three lanes three quarters of one. Four lanes as quarters of one vector took a
/// third longer: three insertions for each permutation. `TURN` times so many are done between two
/// looks at what is left.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn join<const N: usize, const ROWS: usize, const OUT: usize, const TURN: usize, const FETCH: bool>(
    avx512: Avx512,
    mut lanes: [&[u8]; N],
    out: &mut [u8],
) -> usize {
    let mut rows = out.len() / N;
    for lane in &lanes {
        rows = rows.min(lane.len());
    }
    // Here and below not by `map`: it is not inlined where the CPU is said to have more than its caller knows.
    for lane in &mut lanes {
        *lane = &lane[..rows];
    }
    let out = &mut out[..rows * N];
    if rows < ROWS {
        return portable::interleave(&lanes, out);
    }
    let order = load(avx512, &JOINED[N]);
    // Of three lanes a vector has more than its rows: there the next one begins, and the last needs care.
    let more = OUT * VECTOR - ROWS * N;
    let mut row = 0;
    while row + TURN * ROWS <= rows && (row + TURN * ROWS) * N + more <= out.len() {
        let mut turn = lanes;
        for lane in &mut turn {
            *lane = &lane[row..row + TURN * ROWS];
            if FETCH {
                fetch_behind(lane, AHEAD);
            }
        }
        let to = &mut out[row * N..][..TURN * ROWS * N + more];
        for k in 0..TURN {
            let mut block = turn;
            for lane in &mut block {
                *lane = &lane[k * ROWS..][..ROWS];
            }
            let joined = join_rows::<N, ROWS, OUT>(avx512, block, order);
            for (to, joined) in to[k * ROWS * N..][..OUT * VECTOR].chunks_exact_mut(VECTOR).zip(joined) {
                let joined: u8x64<Avx512> = joined.simd_into(avx512);
                joined.store_slice(to);
            }
        }
        row += TURN * ROWS;
    }
    while row < rows {
        // The last rows, with some before them.
        let first = row.min(rows - ROWS);
        let mut block = lanes;
        for lane in &mut block {
            *lane = &lane[first..first + ROWS];
        }
        let joined = join_rows::<N, ROWS, OUT>(avx512, block, order);
        for (to, joined) in out[first * N..][..ROWS * N].chunks_mut(VECTOR).zip(joined) {
            let joined: u8x64<Avx512> = joined.simd_into(avx512);
            match to.first_chunk_mut() {
                Some(to) => joined.store_array(to),
                None => to.copy_from_slice(&joined.as_array()[..to.len()]),
            }
        }
        row = first + ROWS;
    }
    rows
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn join_rows<const N: usize, const ROWS: usize, const OUT: usize>(
    avx512: Avx512,
    lanes: [&[u8]; N],
    order: __m512i,
) -> [__m512i; OUT] {
    let mut joined = [_mm512_setzero_si512(); OUT];
    for (lanes, joined) in lanes.chunks_exact(N / OUT).zip(&mut joined) {
        let mut parts = _mm512_setzero_si512();
        for (place, lane) in lanes.iter().enumerate() {
            if ROWS == 32 {
                let lane: __m256i = u8x32::from_slice(avx512, lane).into();
                parts = match place {
                    0 => _mm512_castsi256_si512(lane),
                    _ => _mm512_inserti64x4::<1>(parts, lane),
                };
            } else {
                let lane: __m128i = u8x16::from_slice(avx512, lane).into();
                parts = match place {
                    0 => _mm512_castsi128_si512(lane),
                    1 => _mm512_inserti32x4::<1>(parts, lane),
                    2 => _mm512_inserti32x4::<2>(parts, lane),
                    _ => _mm512_inserti32x4::<3>(parts, lane),
                };
            }
        }
        *joined = _mm512_permutexvar_epi8(order, parts);
    }
    if let [low, high] = joined.as_mut_slice() {
        // Both have halves of all rows.
        (*low, *high) = match N {
            4 => (_mm512_unpacklo_epi16(*low, *high), _mm512_unpackhi_epi16(*low, *high)),
            _ => (_mm512_unpacklo_epi32(*low, *high), _mm512_unpackhi_epi32(*low, *high)),
        };
    }
    joined
}

/// The inverse: `IN` vectors are `ROWS` rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn split<const N: usize, const ROWS: usize, const IN: usize, const TURN: usize>(
    avx512: Avx512,
    bytes: &[u8],
    mut lanes: [&mut [u8]; N],
) -> usize {
    let mut rows = bytes.len() / N;
    for lane in &lanes {
        rows = rows.min(lane.len());
    }
    let bytes = &bytes[..rows * N];
    if rows < ROWS {
        return portable::deinterleave(bytes, &mut lanes);
    }
    let order = load(avx512, &SPLIT[N]);
    let more = IN * VECTOR - ROWS * N;
    let mut row = 0;
    while row + TURN * ROWS <= rows && (row + TURN * ROWS) * N + more <= bytes.len() {
        let turn = &bytes[row * N..][..TURN * ROWS * N + more];
        let mut parts = [[_mm512_setzero_si512(); IN]; TURN];
        for (k, parts) in parts.iter_mut().enumerate() {
            *parts = split_rows::<N, IN>(avx512, &turn[k * ROWS * N..][..IN * VECTOR], order);
        }
        for (index, lane) in lanes.iter_mut().enumerate() {
            let to = &mut lane[row..row + TURN * ROWS];
            for (k, parts) in parts.iter().enumerate() {
                store_lane::<ROWS, IN>(avx512, parts, index, &mut to[k * ROWS..][..ROWS]);
            }
        }
        row += TURN * ROWS;
    }
    while row < rows {
        // The last rows, with some before them.
        let first = row.min(rows - ROWS);
        let mut block = [[0; VECTOR]; IN];
        block.as_flattened_mut()[..ROWS * N].copy_from_slice(&bytes[first * N..][..ROWS * N]);
        let parts = split_rows::<N, IN>(avx512, block.as_flattened(), order);
        for (index, lane) in lanes.iter_mut().enumerate() {
            store_lane::<ROWS, IN>(avx512, &parts, index, &mut lane[first..first + ROWS]);
        }
        row = first + ROWS;
    }
    rows
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn split_rows<const N: usize, const IN: usize>(avx512: Avx512, bytes: &[u8], order: __m512i) -> [__m512i; IN] {
    let mut parts = [_mm512_setzero_si512(); IN];
    for (part, bytes) in parts.iter_mut().zip(bytes.as_chunks().0) {
        *part = _mm512_permutexvar_epi8(order, load(avx512, bytes));
    }
    if let [low, high] = parts.as_mut_slice() {
        // Both have half of each lane: now of even and of odd numbers.
        (*low, *high) = match N {
            4 => {
                let lanes = |low| _mm512_add_epi64(_mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0), _mm512_set1_epi64(low));
                (
                    _mm512_permutex2var_epi64(*low, lanes(0), *high),
                    _mm512_permutex2var_epi64(*low, lanes(2), *high),
                )
            }
            _ => (_mm512_unpacklo_epi64(*low, *high), _mm512_unpackhi_epi64(*low, *high)),
        };
    }
    parts
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn store_lane<const ROWS: usize, const IN: usize>(avx512: Avx512, parts: &[__m512i; IN], lane: usize, to: &mut [u8]) {
    let (part, place) = (parts[lane % IN], lane / IN);
    if ROWS == 32 {
        let bytes = match place {
            0 => _mm512_castsi512_si256(part),
            _ => _mm512_extracti64x4_epi64::<1>(part),
        };
        let bytes: u8x32<Avx512> = bytes.simd_into(avx512);
        bytes.store_slice(to);
    } else {
        let bytes = match place {
            0 => _mm512_castsi512_si128(part),
            1 => _mm512_extracti32x4_epi32::<1>(part),
            2 => _mm512_extracti32x4_epi32::<2>(part),
            _ => _mm512_extracti32x4_epi32::<3>(part),
        };
        let bytes: u8x16<Avx512> = bytes.simd_into(avx512);
        bytes.store_slice(to);
    }
}

#[inline(always)]
fn load(avx512: Avx512, bytes: &[u8; VECTOR]) -> __m512i {
    u8x64::load_array_ref(avx512, bytes).into()
}

/// By number of lanes: which byte of the lanes' parts comes where in the rows. Of four and eight lanes a vector has halves of
/// rows, in the order of the instruction that joins them.
static JOINED: [[u8; VECTOR]; 9] = {
    let mut orders = [[0; VECTOR]; 9];
    let mut index = 0;
    while index < VECTOR {
        orders[2][index] = (index % 2 * 32 + index / 2) as u8;
        orders[3][index] = (index % 3 * 16 + index / 3 % 16) as u8;
        let (block, half) = (index / 16, index / 2 % 8);
        orders[4][index] = (index % 2 * 32 + 4 * block + half % 4 + half / 4 * 16) as u8;
        let (block, half) = (index / 16, index / 4 % 4);
        orders[8][index] = (index % 4 * 16 + 2 * block + half % 2 + half / 2 * 8) as u8;
        index += 1;
    }
    orders
};

/// The inverse: by number of lanes, where in a vector of rows the bytes of each lane are.
static SPLIT: [[u8; VECTOR]; 9] = {
    let mut orders = [[0; VECTOR]; 9];
    let mut index = 0;
    while index < VECTOR {
        orders[2][index] = (index % 32 * 2 + index / 32) as u8;
        orders[3][index] = (index % 16 * 3 + index / 16 % 3) as u8;
        orders[4][index] = (index % 16 * 4 + index / 16) as u8;
        orders[8][index] = (index % 8 * 8 + index / 8) as u8;
        index += 1;
    }
    orders
};
