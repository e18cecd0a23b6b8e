//! The checksum: long messages by matrices of bits, short ones and the ends by carry-less multiplication, four blocks of 16 bytes a
//! vector.

use core::arch::x86_64::*;

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64};

use super::matrices::{Further, Matrices, matrices};
use crate::portable;
use crate::x86::fold::{self, Keys, key, near};

/// Bytes of a vector.
const VECTOR: usize = 64;
/// Vectors of sums that run through long messages.
const SUMS: usize = 8;
/// Vectors at the end of a message that go into its sum directly: the running sums and less than a turn behind them.
const NEAR: usize = 2 * SUMS;
/// Shorter messages are not worth a vector.
const SHORT: usize = VECTOR;
/// From here on running sums, and vectors that are cache lines: a fifth faster than where each load takes two of them.
const LONG: usize = NEAR * VECTOR;

/// The keys of a vector's four blocks, as bytes.
type VectorKeys = [u8; VECTOR];

static NEAR_KEYS: [VectorKeys; NEAR] = {
    let mut keys = [[0; VECTOR]; NEAR];
    let mut vectors = 0;
    while vectors < NEAR {
        let after = 8 * (VECTOR * vectors) as i32;
        keys[vectors] = vector([near(after + 384), near(after + 256), near(after + 128), near(after)]);
        vectors += 1;
    }
    keys
};
/// Bring sums a turn further.
static FURTHER: Matrices = matrices(8 * (VECTOR * SUMS) as i32);
/// Bring an 80-bit sum so many bytes further: its low half has the powers from x^79 to x^16; what is above it is read as if
/// it were a half of 64 bits, 48 powers too high.
static SUM_KEYS: [Keys; VECTOR] = {
    let mut keys = [[0; 2]; VECTOR];
    let mut bytes = 0;
    while bytes < VECTOR {
        keys[bytes] = [key(8 * bytes as i32 + 16), key(8 * bytes as i32 - 48)];
        bytes += 1;
    }
    keys
};

const fn vector(blocks: [Keys; 4]) -> VectorKeys {
    let mut bytes = [0; VECTOR];
    let mut index = 0;
    while index < VECTOR {
        bytes[index] = (blocks[index / 16][index / 8 % 2] >> (8 * (index % 8))) as u8;
        index += 1;
    }
    bytes
}

/// 0 to 63.
static PLACES: [u8; VECTOR] = {
    let mut places = [0; VECTOR];
    let mut index = 0;
    while index < VECTOR {
        places[index] = index as u8;
        index += 1;
    }
    places
};

fearless_simd::kernel!(
    pub(crate) fn checksum(avx512: Avx512, state: u16, bytes: &[u8]) -> u16 {
        match bytes.len() {
            LONG.. => long(avx512, state, bytes),
            SHORT.. => short(avx512, state, bytes),
            _ => fold::checksum(state, bytes),
        }
    }
);

/// Vectors from the end on, as in `fold`, each with its own keys.
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi,vpclmulqdq")]
fn short(avx512: Avx512, state: u16, bytes: &[u8]) -> u16 {
    // The state needs two bytes.
    let (state, bytes) = match bytes {
        [first, rest @ ..] if rest.len() % VECTOR == 0 => (portable::after(state, *first), rest),
        _ => (state, bytes),
    };
    let (first, vectors, _) = split(avx512, state, bytes, bytes.len().wrapping_sub(1) % VECTOR + 1);
    let first = multiply(first, load(avx512, &NEAR_KEYS[vectors.len() % NEAR]));
    fold::remainder(one(_mm512_xor_si512(first, sum(avx512, vectors))))
}

/// Vectors that are cache lines, and a rest.
#[inline(never)]
#[target_feature(enable = "avx512bw,avx512vbmi,gfni,vpclmulqdq")]
fn long(avx512: Avx512, state: u16, bytes: &[u8]) -> u16 {
    let (state, bytes, head) = match (bytes, VECTOR - bytes.as_ptr().addr() % VECTOR) {
        ([first, rest @ ..], 1) => (portable::after(state, *first), rest, VECTOR),
        (_, head) => (state, bytes, head),
    };
    let (first, vectors, rest) = split(avx512, state, bytes, head);
    let sum = one(running(avx512, first, vectors));
    // The rest is the end of a last vector, which is cleared before it.
    let last = bytes
        .last_chunk()
        .map_or(_mm512_setzero_si512(), |last| load(avx512, last));
    let last = _mm512_maskz_mov_epi8(u64::MAX.unbounded_shl((VECTOR - rest.len()) as u32), last);
    let last = one(multiply(last, load(avx512, &NEAR_KEYS[0])));
    let sum = fold::multiply(sum, SUM_KEYS[rest.len() % VECTOR]);
    fold::remainder(_mm_xor_si128(sum, last))
}

/// The first `head` bytes, 2 to 64, with the state and behind zeros; the whole vectors after them; what is left.
#[inline]
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn split(avx512: Avx512, state: u16, bytes: &[u8], head: usize) -> (__m512i, &[[u8; VECTOR]], &[u8]) {
    let first = bytes
        .first_chunk()
        .map_or(_mm512_setzero_si512(), |first| load(avx512, first));
    let first = _mm512_xor_si512(first, _mm512_zextsi128_si512(_mm_cvtsi32_si128(i32::from(state))));
    let places = _mm512_add_epi8(load(avx512, &PLACES), _mm512_set1_epi8(head as i8));
    let first = _mm512_maskz_permutexvar_epi8(u64::MAX.unbounded_shl((VECTOR - head) as u32), places, first);
    let (vectors, rest) = bytes.get(head..).unwrap_or_default().as_chunks();
    (first, vectors, rest)
}

/// The sum of `first` and many vectors behind it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,gfni,vpclmulqdq")]
fn running(avx512: Avx512, first: __m512i, vectors: &[[u8; VECTOR]]) -> __m512i {
    let Some((second, vectors)) = vectors.split_first_chunk::<{ SUMS - 1 }>() else {
        return _mm512_setzero_si512();
    };
    let mut sums = [first; SUMS];
    for (sum, vector) in sums[1..].iter_mut().zip(second) {
        *sum = load(avx512, vector);
    }
    let (turns, rest) = vectors.as_chunks::<SUMS>();
    let further = Further::new(avx512, &FURTHER);
    for turn in turns {
        for (sum, vector) in sums.iter_mut().zip(turn) {
            *sum = further.add(*sum, load(avx512, vector));
        }
    }
    let mut all = sum(avx512, rest);
    let keys = NEAR_KEYS.get(rest.len()..).and_then(|keys| keys.first_chunk::<SUMS>());
    for (sum, keys) in sums.into_iter().zip(keys.into_iter().flatten().rev()) {
        all = _mm512_xor_si512(all, multiply(sum, load(avx512, keys)));
    }
    all
}

/// The sum of the last vectors of a message, at most [`NEAR`].
#[inline]
#[target_feature(enable = "avx512f,vpclmulqdq")]
fn sum(avx512: Avx512, vectors: &[[u8; VECTOR]]) -> __m512i {
    let mut sum = _mm512_setzero_si512();
    for (vector, keys) in vectors.iter().rev().zip(&NEAR_KEYS) {
        sum = _mm512_xor_si512(sum, multiply(load(avx512, vector), load(avx512, keys)));
    }
    sum
}

/// All halves by their keys.
#[inline]
#[target_feature(enable = "avx512f,vpclmulqdq")]
fn multiply(blocks: __m512i, keys: __m512i) -> __m512i {
    let low = _mm512_clmulepi64_epi128::<0x00>(blocks, keys);
    _mm512_xor_si512(low, _mm512_clmulepi64_epi128::<0x11>(blocks, keys))
}

/// The four sums of a vector as one.
#[inline]
#[target_feature(enable = "avx512f")]
fn one(sum: __m512i) -> __m128i {
    let sum = _mm256_xor_si256(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum));
    _mm_xor_si128(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum))
}

#[inline(always)]
fn load(avx512: Avx512, bytes: &[u8; VECTOR]) -> __m512i {
    u8x64::load_array_ref(avx512, bytes).into()
}
