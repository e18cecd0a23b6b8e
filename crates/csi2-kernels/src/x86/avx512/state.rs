//! Samples of one unit interval to lane bytes, by products of bit matrices.
//!
//! Eight samples are the rows of a square of bits, and its columns are the bytes wanted: one instruction turns the square and
//! thereby merges the lanes. Fewer than eight lanes leave columns free for the samples behind, so that of two lanes 256 samples
//! become a vector of bytes, of four 128. Another such product moves the bits of the taps to their columns before.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64};

use crate::{Tap, portable};

/// Bytes of a vector.
const VECTOR: usize = 64;

fearless_simd::kernel!(
    pub(crate) fn sample_bytes(avx512: Avx512, samples: &[u8], unit: usize, taps: &[Tap], out: &mut [u8]) -> usize {
        let [first, others @ ..] = taps else {
            return 0;
        };
        // All lanes from the same bytes of the same samples, or each from its own.
        let alike = |tap: &Tap| tap.skip == first.skip && tap.bit / 8 == first.bit / 8;
        let alike = others.iter().all(alike);
        let direct = alike && taps.iter().all(|tap| tap.bit < 4 && !tap.inverted);
        match (unit, taps.len()) {
            (1, 1) => merged::<1, 1, 8, 8, 1, false>(avx512, samples, taps, out),
            (1, 2) if alike => merged::<1, 2, 4, 4, 1, false>(avx512, samples, taps, out),
            (1, 2) => merged::<1, 2, 4, 4, 2, false>(avx512, samples, taps, out),
            (1, 3) if alike => merged::<1, 3, 2, 2, 1, false>(avx512, samples, taps, out),
            (1, 3) => merged::<1, 3, 2, 2, 3, false>(avx512, samples, taps, out),
            (1, 4) if direct => merged::<1, 4, 2, 2, 1, true>(avx512, samples, taps, out),
            (1, 4) if alike => merged::<1, 4, 2, 2, 1, false>(avx512, samples, taps, out),
            (1, 4) => merged::<1, 4, 2, 2, 4, false>(avx512, samples, taps, out),
            (1, 8) if alike => merged::<1, 8, 1, 1, 1, false>(avx512, samples, taps, out),
            (1, 8) => merged::<1, 8, 1, 1, 8, false>(avx512, samples, taps, out),
            (2, 1) => merged::<2, 1, 8, 16, 1, false>(avx512, samples, taps, out),
            (2, 2) if alike => merged::<2, 2, 4, 8, 1, false>(avx512, samples, taps, out),
            (2, 2) => merged::<2, 2, 4, 8, 2, false>(avx512, samples, taps, out),
            (2, 3) if alike => merged::<2, 3, 2, 4, 1, false>(avx512, samples, taps, out),
            (2, 3) => merged::<2, 3, 2, 4, 3, false>(avx512, samples, taps, out),
            (2, 4) if alike => merged::<2, 4, 2, 4, 1, false>(avx512, samples, taps, out),
            (2, 4) => merged::<2, 4, 2, 4, 4, false>(avx512, samples, taps, out),
            (2, 8) if alike => merged::<2, 8, 1, 2, 1, false>(avx512, samples, taps, out),
            (2, 8) => merged::<2, 8, 1, 2, 8, false>(avx512, samples, taps, out),
            _ => portable::sample_bytes(samples, unit, taps, out),
        }
    }
);

/// What the loop needs in registers.
struct Vectors<const GROUPS: usize, const VIEWS: usize> {
    /// Columns of the lanes whose level is the opposite.
    flips: __m512i,
    /// Move the bits of the lanes to their columns.
    matrices: [[__m512i; GROUPS]; VIEWS],
    /// Of samples of two bytes, those to look at.
    bytes: [__m512i; VIEWS],
    /// The bytes of each square the other way round.
    reversed: __m512i,
    /// The bit that becomes a column.
    bits: __m512i,
    /// From the columns of squares to rows of lanes.
    order: __m512i,
}

/// Whole vectors of rows of `N` lanes, each from `GROUPS` times 64 samples, which are `LOADS` vectors. These are the same for
/// all lanes, or `VIEWS` is `N`. `DIRECT` is for bits that are in the low halves of the samples already.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn merged<
    const UNIT: usize,
    const N: usize,
    const GROUPS: usize,
    const LOADS: usize,
    const VIEWS: usize,
    const DIRECT: bool,
>(
    avx512: Avx512,
    samples: &[u8],
    taps: &[Tap],
    out: &mut [u8],
) -> usize {
    let Some(taps) = taps.first_chunk::<N>() else {
        return 0;
    };
    let count = samples.len() / UNIT;
    let mut rows = out.len() / N;
    for tap in taps {
        rows = rows.min(count.saturating_sub(tap.skip) / 8);
    }
    let turn = 8 * GROUPS;
    if rows < turn {
        return portable::sample_bytes(samples, UNIT, taps, out);
    }

    let (mut flips, mut bits) = (0, 0x8040_2010_0804_0201);
    let mut matrices = [0_u64; VIEWS];
    let mut views = [samples; VIEWS];
    let mut bytes = [0; VIEWS];
    for (lane, tap) in taps.iter().enumerate() {
        let view = lane % VIEWS;
        if lane == view {
            views[view] = &samples[tap.skip * UNIT..][..rows * 8 * UNIT];
            bytes[view] = tap.bit / 8;
        }
        // Row 7 of a matrix is for column 0, and has the bit of the sample that goes there.
        if usize::from(tap.bit / 8) < UNIT {
            matrices[view] |= 1 << (tap.bit % 8) << (8 * (7 - lane));
        }
        flips |= u8::from(tap.inverted) << lane;
    }
    if DIRECT {
        let low = matrices[0].swap_bytes();
        bits = low | low << 36;
    }
    let mut vectors = Vectors {
        flips: _mm512_set1_epi8((0..GROUPS).fold(0, |all, group| all | flips << (8 * group / GROUPS)) as i8),
        matrices: [[_mm512_setzero_si512(); GROUPS]; VIEWS],
        bytes: [_mm512_setzero_si512(); VIEWS],
        reversed: load(avx512, &REVERSED),
        bits: _mm512_set1_epi64(bits as i64),
        order: load(avx512, &ORDERS[N]),
    };
    for view in 0..VIEWS {
        for group in 0..GROUPS {
            vectors.matrices[view][group] = _mm512_set1_epi64((matrices[view] >> (64 * group / GROUPS)) as i64);
        }
        vectors.bytes[view] = _mm512_add_epi8(load(avx512, &EVEN), _mm512_set1_epi8(bytes[view] as i8));
    }

    // Of three lanes a vector has more than its rows: there the next one begins.
    let out = &mut out[..rows * N];
    let pairs = out.len().checked_sub(turn * N + VECTOR);
    let pairs = pairs.map_or(0, |room| room / (2 * turn * N) + 1);
    // Here and below not by `map`: it is not inlined where the CPU is said to have more than its caller knows.
    let mut blocks = [in_blocks::<LOADS>(&[]).as_chunks::<2>().0; VIEWS];
    for (blocks, view) in blocks.iter_mut().zip(views) {
        *blocks = &in_blocks::<LOADS>(view).as_chunks::<2>().0[..pairs];
    }
    let mut at = 0;
    for pair in 0..pairs {
        let to = &mut out[at..at + turn * N + VECTOR];
        let block = blocks.map(|blocks| &blocks[pair][0]);
        store(
            avx512,
            merge::<UNIT, GROUPS, LOADS, VIEWS, DIRECT>(avx512, block, &vectors),
            to,
        );
        let block = blocks.map(|blocks| &blocks[pair][1]);
        store(
            avx512,
            merge::<UNIT, GROUPS, LOADS, VIEWS, DIRECT>(avx512, block, &vectors),
            &mut to[turn * N..],
        );
        at += 2 * turn * N;
    }
    let mut row = 2 * turn * pairs;
    while row < rows {
        // The last rows, with some before them.
        let first = row.min(rows - turn);
        let block = views.map(|view| &in_blocks::<LOADS>(&view[first * 8 * UNIT..])[0]);
        let merged = merge::<UNIT, GROUPS, LOADS, VIEWS, DIRECT>(avx512, block, &vectors);
        store(avx512, merged, &mut out[first * N..]);
        row = first + turn;
    }
    rows
}

/// A vector of rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn merge<const UNIT: usize, const GROUPS: usize, const LOADS: usize, const VIEWS: usize, const DIRECT: bool>(
    avx512: Avx512,
    blocks: [&[[u8; VECTOR]; LOADS]; VIEWS],
    vectors: &Vectors<GROUPS, VIEWS>,
) -> __m512i {
    let mut squares = vectors.flips;
    for ((block, matrices), bytes) in blocks.iter().zip(&vectors.matrices).zip(&vectors.bytes) {
        for (group, matrix) in matrices.iter().enumerate() {
            let samples = if UNIT == 1 {
                load(avx512, &block[group])
            } else {
                let (low, high) = (&block[2 * group], &block[2 * group + 1]);
                _mm512_permutex2var_epi8(load(avx512, low), *bytes, load(avx512, high))
            };
            squares = if !DIRECT {
                let columns = _mm512_gf2p8affine_epi64_epi8::<0>(samples, *matrix);
                _mm512_xor_si512(squares, columns)
            } else if group == 0 {
                samples
            } else {
                // Low halves of the ones, high halves of the others.
                let low = _mm512_set1_epi8(0x0F);
                _mm512_ternarylogic_epi64::<0xCA>(low, squares, _mm512_slli_epi16::<4>(samples))
            };
        }
    }
    let squares = _mm512_shuffle_epi8(squares, vectors.reversed);
    let columns = _mm512_gf2p8affine_epi64_epi8::<0>(vectors.bits, squares);
    _mm512_permutexvar_epi8(vectors.order, columns)
}

/// The whole vector, or the rows that there is room for.
#[inline(always)]
fn store(avx512: Avx512, bytes: __m512i, out: &mut [u8]) {
    let bytes: u8x64<Avx512> = bytes.simd_into(avx512);
    match out.first_chunk_mut() {
        Some(out) => bytes.store_array(out),
        None => out.copy_from_slice(&bytes.as_array()[..out.len()]),
    }
}

#[inline(always)]
fn load(avx512: Avx512, bytes: &[u8; VECTOR]) -> __m512i {
    u8x64::load_array_ref(avx512, bytes).into()
}

#[inline(always)]
fn in_blocks<const LOADS: usize>(samples: &[u8]) -> &[[[u8; VECTOR]; LOADS]] {
    samples.as_chunks().0.as_chunks().0
}

/// Places of the even bytes of two vectors.
static EVEN: [u8; VECTOR] = {
    let mut places = [0; VECTOR];
    let mut index = 0;
    while index < VECTOR {
        places[index] = 2 * index as u8;
        index += 1;
    }
    places
};

static REVERSED: [u8; VECTOR] = {
    let mut places = [0; VECTOR];
    let mut index = 0;
    while index < VECTOR {
        places[index] = (index ^ 7) as u8;
        index += 1;
    }
    places
};

/// By number of lanes: which column of which square is a byte of the rows. Square s has the rows s, 8 + s, 16 + s and so on, as
/// many as it has columns for.
static ORDERS: [[u8; VECTOR]; 9] = {
    let mut orders = [[0; VECTOR]; 9];
    let mut lanes = 1;
    while lanes <= 8 {
        let mut index = 0;
        while index < VECTOR {
            let (row, lane) = (index / lanes, index % lanes);
            let column = row / 8 * lanes.next_power_of_two() + lane;
            orders[lanes][index] = (row % 8 * 8 + column % 8) as u8;
            index += 1;
        }
        lanes += 1;
    }
    orders
};
