//! The checksum by carry-less multiplication, 16 bytes a block.
//!
//! A block is a polynomial of degree 127, reflected like all here: its low half has the powers from x^127 down to x^64. The
//! product of a half (degree 63) and a remainder (degree 15) has degree 78 and fits 80 bits. So a half that stands k bits before
//! the end of the message becomes, by one multiplication with x^k mod P, an 80-bit polynomial with the same remainder, and the
//! halves of all blocks add up in one 80-bit sum, in any order. [`remainder`] divides that sum.
//!
//! Where there are more blocks than keys, eight sums of 128 bits run through the message first, each times x^1024 a turn.

use core::arch::x86_64::{
    __m128i, _mm_clmulepi64_si128, _mm_cvtsi128_si32, _mm_set_epi64x, _mm_setzero_si128, _mm_shuffle_epi8,
    _mm_srli_epi64, _mm_srli_si128, _mm_xor_si128,
};

use crate::checksum::{POLYNOMIAL, by_x, times_x};
use crate::portable;

/// Bytes of a block.
const BLOCK: usize = 16;
/// Sums that run through long messages: what the multiplier's latency needs.
const SUMS: usize = 8;
/// Keys of [`sum`]: the running sums and less than a turn behind them.
const NEAR: usize = 2 * SUMS;

/// Of a low and a high half.
pub(crate) type Keys = [u64; 2];

/// x^power mod P, as a factor of 64-bit halves. Bit i of the product of two reflected polynomials of degrees m and n is the
/// coefficient of x^(m+n-i); one place to the left makes bit i of an 80-bit sum that of x^(79-i).
pub(crate) const fn key(power: i32) -> u64 {
    // x^0
    let mut remainder = 1 << 15;
    let mut at = 0;
    while at < power {
        remainder = times_x(remainder);
        at += 1;
    }
    while at > power {
        remainder = by_x(remainder);
        at -= 1;
    }
    (remainder as u64) << 1
}

/// Brings a block `bits` before the end of the message into the 80-bit sum. The checksum is of the message times x^16.
pub(crate) const fn near(bits: i32) -> Keys {
    [key(bits + 64 + 16), key(bits + 16)]
}

/// Brings a block `bits` further, as a block: bit i of the product is then the coefficient of x^(127-i), which is x^48 more.
pub(crate) const fn far(bits: i32) -> Keys {
    [key(bits + 64 - 48), key(bits - 48)]
}

/// x^80 / P, the powers from x^64 down to x^1: long division, a bit of the quotient a step.
const QUOTIENT: u64 = {
    let mut quotient = 1;
    // What is left of x^16 after the first step.
    let mut rest = POLYNOMIAL;
    let mut bit = 1;
    while bit < 64 {
        quotient |= ((rest & 1) as u64) << bit;
        rest = times_x(rest);
        bit += 1;
    }
    quotient
};

static NEAR_KEYS: [Keys; NEAR] = {
    let mut keys = [[0; 2]; NEAR];
    let mut blocks = 0;
    while blocks < NEAR {
        keys[blocks] = near(128 * blocks as i32);
        blocks += 1;
    }
    keys
};
const FAR_KEYS: Keys = far(128 * SUMS as i32);

/// Shuffles that move the first n bytes of a block, 1 to 16, to its end and clear the others begin at n.
static TO_THE_END: [u8; 2 * BLOCK + 1] = {
    let mut shuffle = [0x80; 2 * BLOCK + 1];
    let mut index = 0;
    while index < BLOCK {
        shuffle[BLOCK + index] = index as u8;
        index += 1;
    }
    shuffle
};

/// The checksum of any bytes; those of less than a block by tables.
#[inline]
#[target_feature(enable = "pclmulqdq,sse4.1")]
pub(crate) fn checksum(state: u16, bytes: &[u8]) -> u16 {
    // The message is cut into blocks from its end on: zeros before it change nothing. The state stands in its first two
    // bytes, which a first block of one byte does not have.
    let (state, bytes) = match bytes {
        [first, rest @ ..] if rest.len() % BLOCK == 0 => (portable::after(state, *first), rest),
        _ => (state, bytes),
    };
    let head = bytes.len().wrapping_sub(1) % BLOCK + 1;
    let (Some(first), Some(shuffle)) = (bytes.first_chunk(), TO_THE_END[head..].first_chunk()) else {
        return portable::checksum(state, bytes);
    };
    let first = _mm_xor_si128(load(first), _mm_set_epi64x(0, i64::from(state)));
    let first = _mm_shuffle_epi8(first, load(shuffle));
    let (blocks, _) = bytes.get(head..).unwrap_or_default().as_chunks();
    remainder(match (blocks, blocks.split_first_chunk()) {
        ([], _) => last(first),
        (_, Some((second, rest))) if blocks.len() >= NEAR => long(first, second, rest),
        _ => _mm_xor_si128(multiply(first, NEAR_KEYS[blocks.len() % NEAR]), sum(blocks)),
    })
}

/// The 80-bit sum of many blocks.
#[inline]
#[target_feature(enable = "pclmulqdq,sse4.1")]
fn long(first: __m128i, second: &[[u8; BLOCK]; SUMS - 1], blocks: &[[u8; BLOCK]]) -> __m128i {
    let mut sums = [first; SUMS];
    for (sum, block) in sums[1..].iter_mut().zip(second) {
        *sum = load(block);
    }
    let (turns, rest) = blocks.as_chunks::<SUMS>();
    for blocks in turns {
        for (sum, block) in sums.iter_mut().zip(blocks) {
            *sum = _mm_xor_si128(multiply(*sum, FAR_KEYS), load(block));
        }
    }
    let mut all = sum(rest);
    let keys = NEAR_KEYS.get(rest.len()..).and_then(|keys| keys.first_chunk::<SUMS>());
    for (sum, &keys) in sums.into_iter().zip(keys.into_iter().flatten().rev()) {
        all = _mm_xor_si128(all, multiply(sum, keys));
    }
    all
}

/// The 80-bit sum of the last blocks of a message.
#[inline]
#[target_feature(enable = "pclmulqdq,sse4.1")]
fn sum(blocks: &[[u8; BLOCK]]) -> __m128i {
    let Some((end, blocks)) = blocks.split_last() else {
        return _mm_setzero_si128();
    };
    let mut sum = last(load(end));
    for (block, &keys) in blocks.iter().rev().zip(&NEAR_KEYS[1..]) {
        sum = _mm_xor_si128(sum, multiply(load(block), keys));
    }
    sum
}

/// The 80-bit sum of the last block: its high half times x^16 is one as it stands.
#[inline]
#[target_feature(enable = "pclmulqdq,sse4.1")]
fn last(block: __m128i) -> __m128i {
    let keys = _mm_set_epi64x(0, NEAR_KEYS[0][0] as i64);
    _mm_xor_si128(_mm_clmulepi64_si128(block, keys, 0x00), _mm_srli_si128::<8>(block))
}

/// Both halves by their keys.
#[inline]
#[target_feature(enable = "pclmulqdq,sse4.1")]
pub(crate) fn multiply(block: __m128i, [low, high]: Keys) -> __m128i {
    let keys = _mm_set_epi64x(high as i64, low as i64);
    _mm_xor_si128(
        _mm_clmulepi64_si128(block, keys, 0x00),
        _mm_clmulepi64_si128(block, keys, 0x11),
    )
}

/// The remainder of an 80-bit sum (Barrett): the quotient is exact, since it is that of the sum's upper 64 bits, and below
/// x^16 the sum and quotient times P differ by the remainder. Of that product only the 16 bits behind bit 63 are asked for, to
/// which each power of P but x^16, bit 0, adds the quotient's last bits.
#[inline]
#[target_feature(enable = "pclmulqdq,sse4.1")]
pub(crate) fn remainder(sum: __m128i) -> u16 {
    let quotient = _mm_clmulepi64_si128(sum, _mm_set_epi64x(0, QUOTIENT as i64), 0x00);
    let product = _mm_xor_si128(
        _mm_xor_si128(
            _mm_srli_epi64::<{ 64 - 4 }>(quotient),
            _mm_srli_epi64::<{ 64 - 11 }>(quotient),
        ),
        _mm_srli_epi64::<{ 64 - 16 }>(quotient),
    );
    _mm_cvtsi128_si32(_mm_xor_si128(product, _mm_srli_si128::<8>(sum))) as u16
}
const _: () = assert!(POLYNOMIAL == 1 << (16 - 1) | 1 << (11 - 1) | 1 << (4 - 1));

#[inline]
#[target_feature(enable = "sse4.1")]
fn load(bytes: &[u8; BLOCK]) -> __m128i {
    let bytes = u128::from_le_bytes(*bytes);
    _mm_set_epi64x((bytes >> 64) as i64, bytes as i64)
}
