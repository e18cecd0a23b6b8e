//! The checksum: long messages by tables of half bytes, 128 bytes a turn, what is left of them by carry-less multiplication, where the
//! CPU has it.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx2;
use fearless_simd::{prelude::*, u8x32};

use crate::portable;
use crate::x86::Avx2 as Level;
use crate::x86::further::images;

/// Bytes of a vector.
const VECTOR: usize = 32;
/// Vectors of sums that run through long messages, in pairs.
const SUMS: usize = 4;
/// Bytes of these.
const TURN: usize = SUMS * VECTOR;
/// Shorter messages are not worth the tables.
const LONG: usize = 8 * TURN;

pub(crate) fn checksum(level: Level, state: u16, bytes: &[u8]) -> u16 {
    if bytes.len() < LONG {
        return blocks(level, state, bytes);
    }
    let (turns, rest) = bytes.as_chunks();
    let Some((first, turns)) = turns.split_first() else {
        return blocks(level, state, bytes);
    };
    let sums = running(level.simd, state, first, turns);
    blocks(level, blocks(level, 0, sums.as_flattened()), rest)
}

fn blocks(level: Level, state: u16, bytes: &[u8]) -> u16 {
    match level.carryless {
        Some(carryless) => carryless.checksum(state, bytes),
        None => portable::checksum(state, bytes),
    }
}

/// What half bytes come to: of the low and of the high half, in the byte's own place and in the other's. Vectors have two blocks, and
/// an instruction looks up in each by itself.
type Tables = [[u8; VECTOR]; 4];

/// Of the first and the second vector of a pair. The other place of a byte is that in the other vector.
static FURTHER: [Tables; 2] = {
    let (bits, apart) = (8 * TURN as i32, 8 * VECTOR as i32);
    [tables(images(bits, -apart)), tables(images(bits, apart))]
};

const fn tables(images: [u16; 8]) -> Tables {
    let mut tables = [[0; VECTOR]; 4];
    let mut index = 0;
    while index < VECTOR {
        let mut bit = 0;
        while bit < 4 {
            if index >> bit & 1 == 1 {
                let [low, high] = [images[bit].to_le_bytes(), images[4 + bit].to_le_bytes()];
                tables[0][index] ^= low[0];
                tables[1][index] ^= high[0];
                tables[2][index] ^= low[1];
                tables[3][index] ^= high[1];
            }
            bit += 1;
        }
        index += 1;
    }
    tables
}

fearless_simd::kernel!(
    /// A message of one turn with the remainder of all of them, after `state`.
    fn running(avx2: Avx2, state: u16, first: &[u8; TURN], turns: &[[u8; TURN]]) -> [[u8; VECTOR]; SUMS] {
        let mut sums = [_mm256_setzero_si256(); SUMS];
        for (sum, vector) in sums.iter_mut().zip(first.as_chunks().0) {
            *sum = load(avx2, vector);
        }
        let mut tables = [[_mm256_setzero_si256(); 4]; 2];
        for (table, from) in tables.as_flattened_mut().iter_mut().zip(FURTHER.as_flattened()) {
            *table = load(avx2, from);
        }
        sums[0] = _mm256_xor_si256(sums[0], _mm256_zextsi128_si256(_mm_cvtsi32_si128(i32::from(state))));
        for turn in turns {
            let pairs = sums.as_chunks_mut().0.iter_mut().zip(turn.as_chunks().0.as_chunks().0);
            for ([first, second], [next, after]) in pairs {
                let [own, to_second] = look_up(tables[0], *first);
                let [own_too, to_first] = look_up(tables[1], *second);
                *first = _mm256_xor_si256(own, _mm256_xor_si256(to_first, load(avx2, next)));
                *second = _mm256_xor_si256(own_too, _mm256_xor_si256(to_second, load(avx2, after)));
            }
        }
        sums.map(|sum| {
            let sum: u8x32<Avx2> = sum.simd_into(avx2);
            sum.into()
        })
    }
);

/// What bytes come to in their own places, and in the others.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up(tables: [__m256i; 4], bytes: __m256i) -> [__m256i; 2] {
    let half = _mm256_set1_epi8(0xF);
    let (low, high) = (
        _mm256_and_si256(bytes, half),
        _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half),
    );
    let of = |[low_table, high_table]: [__m256i; 2]| {
        _mm256_xor_si256(
            _mm256_shuffle_epi8(low_table, low),
            _mm256_shuffle_epi8(high_table, high),
        )
    };
    [of([tables[0], tables[1]]), of([tables[2], tables[3]])]
}

#[inline(always)]
fn load(avx2: Avx2, bytes: &[u8; VECTOR]) -> __m256i {
    u8x32::load_array_ref(avx2, bytes).into()
}
