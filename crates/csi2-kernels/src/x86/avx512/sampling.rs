//! Samples before clock edges, 64 a vector: a mask of those that differ from the one behind them, and these put together.

use core::arch::x86_64::*;
use core::sync::atomic::{Ordering, compiler_fence};

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x32, u8x64};

use crate::portable;

/// Samples of a vector.
const VECTOR: usize = 64;
const HALF: usize = VECTOR / 2;
/// Vectors that are looked at before what they keep is written. How long a line takes depends on which pages it lies in and goes to, as
/// if reads waited for writes under way to pages that are alike somehow: with few vectors, they meet several times a line. One of 10 152 samples in
/// the first cache took up to 2.5 times its best with two vectors, by where its pages happened to be, and up to 1.25 times with 12;
/// with 15 up to 1.1 times, but that best was a fiftieth longer. With 16 the compiler runs out of registers.
const TURN: usize = 12;

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
        let mut written = 0;
        if (first ^ previous) >> clock & 1 != 0 {
            let Some(slot) = kept.first_mut() else {
                return (0, 0);
            };
            (*slot, written) = (previous, 1);
        }
        // Each sample and the one behind it.
        let before = &samples[..rest.len()];
        if before.len() < VECTOR {
            let (scanned, more) = portable::clocked_samples(rest, clock, *first, &mut kept[written..]);
            return (1 + scanned, written + more);
        }
        let bit = _mm512_set1_epi8(1 << clock);
        let (mut done, more) = turns::<TURN, 256, 320>(avx512, before, rest, bit, &mut kept[written..]);
        written += more;
        let (more, last) = turns::<2, 128, 192>(avx512, &before[done..], &rest[done..], bit, &mut kept[written..]);
        done += more;
        written += last;
        let (scanned, last) = remainder(avx512, before, rest, done, bit, &mut kept[written..]);
        (1 + scanned, written + last)
    }
);

/// Whole turns of `COUNT` vectors, while there is room for `PLACES` and a vector, and they keep less. Returns samples looked at and
/// kept. A look at the room for each vector took a fifth longer, and so did stores of 16 where these are enough.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
fn turns<const COUNT: usize, const PLACES: usize, const ROOM: usize>(
    avx512: Avx512,
    before: &[u8],
    after: &[u8],
    bit: __m512i,
    kept: &mut [u8],
) -> (usize, usize) {
    const { assert!(PLACES.is_power_of_two() && ROOM == PLACES + VECTOR) };
    let (mut done, mut written) = (0, 0);
    let before = before.as_chunks().0.as_chunks::<COUNT>().0;
    let after = after.as_chunks().0.as_chunks::<COUNT>().0;
    for (before, after) in before.iter().zip(after) {
        let Some(to) = kept[written..].first_chunk_mut::<ROOM>() else {
            break;
        };
        let mut turn = [(_mm512_setzero_si512(), 0); COUNT];
        let mut more = 0;
        for ((turn, before), after) in turn.iter_mut().zip(before).zip(after) {
            let edges = edges(avx512, before, after, bit);
            let count = edges.count_ones() as usize;
            *turn = (_mm512_maskz_compress_epi8(edges, load(avx512, before)), count);
            more += count;
        }
        // The compiler knows that no write changes what is read, and would mix them.
        compiler_fence(Ordering::SeqCst);
        let mut at = 0;
        for (chosen, count) in turn {
            let to = &mut to[at % PLACES..][..VECTOR];
            // What is behind the chosen ones is written again: the less, the less work for the caches.
            if count <= HALF {
                let chosen: u8x32<Avx512> = _mm512_castsi512_si256(chosen).simd_into(avx512);
                chosen.store_slice(&mut to[..HALF]);
            } else {
                let chosen: u8x64<Avx512> = chosen.simd_into(avx512);
                chosen.store_slice(to);
            }
            at += count;
        }
        if more >= PLACES {
            // Not all are where they belong. What was written is behind what is kept.
            break;
        }
        written += more;
        done += COUNT * VECTOR;
    }
    (done, written)
}

/// The samples from `done` on, which are less than a vector or fill `kept`: by way of the stack.
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
        let chosen: u8x64<Avx512> = _mm512_maskz_compress_epi8(edges, load(avx512, before)).simd_into(avx512);
        let (more, to) = (edges.count_ones() as usize, &mut kept[count..]);
        if let Some(to) = to.first_chunk_mut::<VECTOR>() {
            chosen.store_slice(to);
        } else {
            let (chosen, room): ([u8; VECTOR], _) = (chosen.into(), to.len());
            let fit = more.min(room);
            to[..fit].copy_from_slice(&chosen[..fit]);
            if more > room {
                // The first edge that there is no room for.
                let edge = _pdep_u64(1 << room, edges).trailing_zeros() as usize;
                return (first + edge, count + room);
            }
        }
        count += more;
        first += VECTOR;
    }
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
