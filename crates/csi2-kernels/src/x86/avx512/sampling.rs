//! Samples before clock edges, 64 a vector: a mask of those that differ from the one behind them, and these put together.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x32, u8x64};

use crate::portable;

/// Samples of a vector.
const VECTOR: usize = 64;
const HALF: usize = VECTOR / 2;
/// Vectors per look at the room that is left.
const TURN: usize = 2;
/// Room that a turn wants, for all of its samples could be kept.
const ROOM: usize = TURN * VECTOR;

fearless_simd::kernel!(
    pub(crate) fn clocked_samples(
        avx512: Avx512,
        samples: &[u8],
        clock: u32,
        previous: u8,
        kept: &mut [u8],
    ) -> (usize, usize) {
        let (Some((first, rest)), 0..8) = (samples.split_first(), clock) else {
            return (samples.len(), 0);
        };
        let (1, written) = portable::clocked_samples(&[*first], clock, previous, kept) else {
            return (0, 0);
        };
        // Each sample and the one behind it.
        let before = &samples[..rest.len()];
        if before.len() < VECTOR {
            let (scanned, more) = portable::clocked_samples(rest, clock, *first, &mut kept[written..]);
            return (1 + scanned, written + more);
        }
        let bit = _mm512_set1_epi8(1 << clock);
        let (done, more) = turns(avx512, before, rest, bit, &mut kept[written..]);
        let (scanned, last) = remainder(avx512, before, rest, done, bit, &mut kept[written + more..]);
        (1 + scanned, written + more + last)
    }
);

/// Whole turns that there is room for. Returns samples looked at and kept. A look at the room for each vector took a fifth longer,
/// and so did stores of 16 where these are enough.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
fn turns(avx512: Avx512, before: &[u8], after: &[u8], bit: __m512i, kept: &mut [u8]) -> (usize, usize) {
    let (mut done, mut written) = (0, 0);
    for (before, after) in before.as_chunks::<ROOM>().0.iter().zip(after.as_chunks::<ROOM>().0) {
        let Some(to) = kept[written..].first_chunk_mut::<ROOM>() else {
            break;
        };
        let mut at = 0;
        for (before, after) in before.as_chunks().0.iter().zip(after.as_chunks().0) {
            let edges = edges(avx512, before, after, bit);
            let chosen = _mm512_maskz_compress_epi8(edges, load(avx512, before));
            let count = edges.count_ones() as usize;
            // What is behind the chosen ones is written again: the less, the less work for the caches.
            if count <= HALF {
                let chosen: u8x32<Avx512> = _mm512_castsi512_si256(chosen).simd_into(avx512);
                chosen.store_slice(&mut to[at..at + HALF]);
            } else {
                let chosen: u8x64<Avx512> = chosen.simd_into(avx512);
                chosen.store_slice(&mut to[at..at + VECTOR]);
            }
            at += count;
        }
        written += at;
        done += ROOM;
    }
    (done, written)
}

/// The samples from `done` on, which are less than a turn or fill `kept`: by way of the stack, where there is room.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi2,popcnt")]
fn remainder(
    avx512: Avx512,
    before: &[u8],
    after: &[u8],
    done: usize,
    bit: __m512i,
    kept: &mut [u8],
) -> (usize, usize) {
    let mut chosen = [0; ROOM + VECTOR];
    let (mut first, mut new, mut count) = (done, u64::MAX, 0);
    while first < before.len() {
        if before.len() - first < VECTOR {
            // The last samples, with some before them that have been dealt with.
            new = u64::MAX << (VECTOR - (before.len() - first));
            first = before.len() - VECTOR;
        }
        let (Some(before), Some(after)) = (before[first..].first_chunk(), after[first..].first_chunk()) else {
            break;
        };
        let edges = edges(avx512, before, after, bit) & new;
        let more: u8x64<Avx512> = _mm512_maskz_compress_epi8(edges, load(avx512, before)).simd_into(avx512);
        more.store_slice(&mut chosen[count..count + VECTOR]);
        let (more, room) = (edges.count_ones() as usize, kept.len() - count);
        if more > room {
            kept.copy_from_slice(&chosen[..kept.len()]);
            // The first edge that there is no room for.
            let edge = _pdep_u64(1 << room, edges).trailing_zeros() as usize;
            return (first + edge, kept.len());
        }
        count += more;
        first += VECTOR;
    }
    kept[..count].copy_from_slice(&chosen[..count]);
    (before.len(), count)
}

/// The samples `before` that differ in `bit` from those `after` them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn edges(avx512: Avx512, before: &[u8; VECTOR], after: &[u8; VECTOR], bit: __m512i) -> u64 {
    _mm512_test_epi8_mask(_mm512_xor_si512(load(avx512, before), load(avx512, after)), bit)
}

#[inline(always)]
fn load(avx512: Avx512, samples: &[u8; VECTOR]) -> __m512i {
    u8x64::load_array_ref(avx512, samples).into()
}
