//! Unpacking, 32 samples a vector: a whole line of 64 bytes.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x32, u8x64, u16x32};

use crate::trusted::fetch::fetch_behind;
use crate::trusted::stream::{samples_as_lines, store_line};
use crate::x86::UNPACK_AHEAD;
use crate::{portable, vectors};

/// A kernel that makes 32 samples of `$bytes` in a window, and `$streamed`, which writes all but a short last vector past the
/// caches and does nothing where it cannot.
macro_rules! unpack {
    (
        $name:ident $streamed:ident, $group:expr, $bytes:literal of $window:literal,
        |$token:ident, $from:ident, $index:ident| $samples:expr, $ends:expr
    ) => {
        kernel!(
            pub(crate) fn $name($token: Avx512, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
                let ends = $ends;
                let did =
                    vectors::unpack::<$window, $bytes, 32, _>($group, packed, samples, ends, |$from, $index, out| {
                        *out = u16x32::simd_from($token, $samples).into();
                    });
                match did {
                    Some(did) => did,
                    None => short(packed, samples, portable::$name),
                }
            }
        );

        kernel!(
            pub(crate) fn $streamed($token: Avx512, packed: &[u8], samples: &mut [u16]) -> Option<(usize, usize)> {
                let ends = $ends;
                let vector = |$from: &[u8; $window], $index| $samples;
                let done = vectors::whole($group, packed.len(), samples.len());
                if done.0 < $window {
                    return None;
                }
                let (lines, rest) = samples_as_lines(samples.get_mut(..done.1)?)?;
                vectors::windows::<$window, $bytes, _, _>(packed, lines, ends, |window, index, line| {
                    fetch_behind(window, UNPACK_AHEAD);
                    store_line($token, line, vector(window, index));
                })?;
                let last: [u16; 32] =
                    u16x32::simd_from($token, vector(packed.get(..done.0)?.last_chunk()?, ends[1])).into();
                rest.copy_from_slice(last.get(32 - rest.len()..)?);
                Some(done)
            }
        );
    };
}

unpack!(
    unpack_raw8 unpack_raw8_streamed, (1, 1), 32 of 32,
    |token, window, _index| _mm512_cvtepu8_epi16(u8x32::simd_from(token, *window).into()),
    [(); 2]
);

unpack!(
    unpack_raw10 unpack_raw10_streamed, (5, 4), 40 of 64,
    |token, window, index| {
        let fields = _mm512_set1_epi64(i64::from_le_bytes([26, 0, 28, 8, 30, 16, 32, 24]));
        let groups = _mm512_permutexvar_epi8(index, u8x64::simd_from(token, *window).into());
        // The high byte of a sample, and below it the one that has the low bits on top. Shifts by sample and a merge instead
        // need one operation more.
        _mm512_srli_epi16::<6>(_mm512_multishift_epi64_epi8(fields, groups))
    },
    const { ends::<5>() }.map(|index| u8x64::simd_from(token, index).into())
);

unpack!(
    unpack_raw12 unpack_raw12_streamed, (3, 2), 48 of 64,
    |token, window, index| {
        let words = _mm512_permutexvar_epi8(index, u8x64::simd_from(token, *window).into());
        // In even samples the low bits of the word, else those above.
        _mm512_ternarylogic_epi32::<0xCA>(_mm512_set1_epi32(0xF), words, _mm512_srli_epi16::<4>(words))
    },
    const { ends_12() }.map(|index| u8x64::simd_from(token, index).into())
);

unpack!(
    unpack_raw14 unpack_raw14_streamed, (7, 4), 56 of 64,
    |token, window, index| {
        let fields = _mm512_set1_epi64(i64::from_le_bytes([30, 0, 36, 8, 42, 16, 48, 24]));
        let groups = _mm512_permutexvar_epi8(index, u8x64::simd_from(token, *window).into());
        _mm512_srli_epi16::<2>(_mm512_multishift_epi64_epi8(fields, groups))
    },
    const { ends::<7>() }.map(|index| u8x64::simd_from(token, index).into())
);

unpack!(
    unpack_raw16 unpack_raw16_streamed, (2, 1), 64 of 64,
    |token, window, _index| {
        let swap = _mm512_set4_epi32(0x0E0F_0C0D, 0x0A0B_0809, 0x0607_0405, 0x0203_0001);
        _mm512_shuffle_epi8(u8x64::simd_from(token, *window).into(), swap)
    },
    [(); 2]
);

/// What is shorter than a vector, by `unpack`. Not inlined: the registers that it would take cost every line.
#[cold]
#[inline(never)]
fn short(packed: &[u8], samples: &mut [u16], unpack: fn(&[u8], &mut [u16]) -> (usize, usize)) -> (usize, usize) {
    unpack(packed, samples)
}

/// Index of the bytes of groups that lie back to back, to eight bytes a group: for groups at the beginning of a window, for
/// groups that end with it.
const fn ends<const GROUP: usize>() -> [[u8; 64]; 2] {
    let mut ends = [[0; 64]; 2];
    let mut at = 0;
    while at < 64 {
        let byte = at / 8 * GROUP + at % 8;
        ends[0][at] = (byte % 64) as u8;
        ends[1][at] = ((byte + 64 - 8 * GROUP) % 64) as u8;
        at += 1;
    }
    ends
}

/// As [`ends`], of the two bytes of each RAW12 sample, the one with the low bits first.
const fn ends_12() -> [[u8; 64]; 2] {
    let mut ends = [[0; 64]; 2];
    let mut at = 0;
    while at < 64 {
        let byte = at / 4 * 3 + if at % 2 == 0 { 2 } else { at / 2 % 2 };
        ends[0][at] = byte as u8;
        ends[1][at] = (byte + 16) as u8;
        at += 1;
    }
    ends
}
