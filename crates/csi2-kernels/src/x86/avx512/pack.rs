//! Packing, 32 samples a vector, eight vectors at a time: their bytes are whole lines of 64, and so are the stores. Overlapping
//! stores of single vectors are as fast where the output is in the first cache, and slower where it is not. What is left of a
//! line goes by single vectors all the same: a last block that does some samples again was slower.

use core::arch::x86_64::*;

use fearless_simd::{kernel, prelude::*, u8x64, u16x32};

use crate::trusted::stream::{bytes_as_lines, store_line};
use crate::{portable, vectors};

/// A kernel for groups of four samples in `$width` bytes (or twice two in twice three), where `$gather` makes of 32 samples the
/// bytes of each group, in the first of eight. And `$streamed`, which writes all whole lines past the caches and does nothing
/// where it cannot.
macro_rules! pack {
    ($name:ident $streamed:ident, $group:expr, $width:literal, |$token:ident, $words:ident| $gather:expr) => {
        kernel!(
            pub(crate) fn $name($token: Avx512, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
                let (blocks, _) = samples.as_chunks();
                let (lines, _) = packed.as_chunks_mut::<64>();
                let (lines, _) = lines.as_chunks_mut::<$width>();
                let done = blocks.len().min(lines.len());
                pack!(@blocks $token, blocks, lines, $width, |$words| $gather, |line: &mut [u8; 64], bytes| {
                    *line = u8x64::simd_from($token, bytes).into();
                });
                let (count, bytes) = (256 * done, 64 * $width * done);
                let (Some(samples), Some(packed)) = (samples.get(count..), packed.get_mut(bytes..)) else {
                    return (count, bytes);
                };
                let place = u8x64::simd_from($token, const { Places::<$width>::new().index[0] }).into();
                let did = vectors::pack::<32, { 8 * $width }, 64>($group, samples, packed, |samples, out| {
                    let $words: __m512i = u16x32::simd_from($token, *samples).into();
                    *out = u8x64::simd_from($token, _mm512_permutexvar_epi8(place, $gather)).into();
                });
                let did = did.unwrap_or_else(|| portable::$name(samples, packed));
                (count + did.0, bytes + did.1)
            }
        );

        kernel!(
            pub(crate) fn $streamed($token: Avx512, samples: &[u16], packed: &mut [u8]) -> Option<(usize, usize)> {
                let done = vectors::whole($group, packed.len(), samples.len());
                let (lines, after) = bytes_as_lines(packed.get_mut(..done.0)?)?;
                let (blocks, rest) = samples.get(..done.1)?.as_chunks();
                let (lines, last) = lines.as_chunks_mut::<$width>();
                pack!(@blocks $token, blocks, lines, $width, |$words| $gather, |line, bytes| {
                    store_line($token, line, bytes);
                });
                let mut block = [0; 64 * $width];
                let bytes = 64 * last.len() + after.len();
                $name($token, rest, block.get_mut(..bytes)?);
                let (whole, rest) = block.get(..bytes)?.as_chunks();
                for (line, bytes) in last.iter_mut().zip(whole) {
                    store_line($token, line, u8x64::simd_from($token, *bytes).into());
                }
                after.copy_from_slice(rest);
                Some((done.1, done.0))
            }
        );
    };
    // Eight vectors at a time to `$width` lines.
    (@blocks $token:ident, $blocks:ident, $lines:ident, $width:literal, |$words:ident| $gather:expr, $store:expr) => {
        const PLACES: Places<$width> = Places::new();
        let places = PLACES.index.map(|index| u8x64::simd_from($token, index).into());
        let store = $store;
        for (block, lines) in $blocks.iter().zip($lines) {
            let block: &[u16; 256] = block;
            let mut vectors = [_mm512_setzero_si512(); 8];
            for ((vector, samples), place) in vectors.iter_mut().zip(block.as_chunks::<32>().0).zip(places) {
                let $words: __m512i = u16x32::simd_from($token, *samples).into();
                *vector = _mm512_permutexvar_epi8(place, $gather);
            }
            for (line, owners) in lines.iter_mut().zip(PLACES.owners) {
                let mut bytes = _mm512_setzero_si512();
                for (vector, owned) in vectors.into_iter().zip(owners) {
                    bytes = _mm512_mask_mov_epi8(bytes, owned, vector);
                }
                store(line, bytes);
            }
        }
    };
}

pack!(pack_raw10 pack_raw10_streamed, (5, 4), 5, |token, words| {
    // The high bytes, and the low bytes from which the last of the group is made: the sum goes to the first of these.
    let fields = _mm512_set1_epi64(i64::from_le_bytes([2, 18, 34, 50, 0, 16, 32, 48]));
    let kept = _mm512_set1_epi64(0x0303_0303_FFFF_FFFF);
    let weights = _mm512_set1_epi64(i64::from_le_bytes([0, 0, 0, 0, 0, 4, 16, 64]));
    let bytes = _mm512_and_si512(_mm512_multishift_epi64_epi8(fields, words), kept);
    _mm512_dpbusd_epi32(bytes, bytes, weights)
});

pack!(pack_raw12 pack_raw12_streamed, (3, 2), 6, |token, words| {
    // The low four bits of the first sample to below those of the second: there none of its own are.
    let low = _mm512_set1_epi32(0xF000);
    let fields = _mm512_set1_epi64(i64::from_le_bytes([4, 20, 12, 36, 52, 44, 0, 0]));
    let words = _mm512_ternarylogic_epi32::<0xCA>(low, _mm512_slli_epi32::<12>(words), words);
    _mm512_multishift_epi64_epi8(fields, words)
});

pack!(pack_raw14 pack_raw14_streamed, (7, 4), 7, |token, words| {
    // The last three bytes have bits of two samples each.
    let fields = _mm512_set1_epi64(i64::from_le_bytes([6, 22, 38, 54, 0, 18, 36, 0]));
    let above = _mm512_set1_epi64(i64::from_le_bytes([0, 0, 0, 0, 10, 28, 46, 0]));
    let merge = _mm512_set1_epi64(i64::from_le_bytes([0, 0, 0, 0, 0xC0, 0xF0, 0xFC, 0]));
    let (fields, above) = (_mm512_multishift_epi64_epi8(fields, words), _mm512_multishift_epi64_epi8(above, words));
    _mm512_ternarylogic_epi32::<0xCA>(merge, above, fields)
});

/// A kernel, and one that streams as those of [`pack!`], whose vectors are whole lines of `$samples` each.
macro_rules! pack_lines {
    ($name:ident $streamed:ident, $group:expr, $samples:literal, |$token:ident, $from:ident| $bytes:expr) => {
        kernel!(
            pub(crate) fn $name($token: Avx512, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
                let did = vectors::pack::<$samples, 64, 64>($group, samples, packed, |$from, out| {
                    *out = u8x64::simd_from($token, $bytes).into();
                });
                did.unwrap_or_else(|| portable::$name(samples, packed))
            }
        );

        kernel!(
            pub(crate) fn $streamed($token: Avx512, samples: &[u16], packed: &mut [u8]) -> Option<(usize, usize)> {
                let done = vectors::whole($group, packed.len(), samples.len());
                let (lines, after) = bytes_as_lines(packed.get_mut(..done.0)?)?;
                let (vectors, rest) = samples.get(..done.1)?.as_chunks::<$samples>();
                for (line, $from) in lines.iter_mut().zip(vectors) {
                    store_line($token, line, $bytes);
                }
                portable::$name(rest, after);
                Some((done.1, done.0))
            }
        );
    };
}

pack_lines!(pack_raw8 pack_raw8_streamed, (1, 1), 64, |token, samples| {
    const EVEN: [u8; 64] = even();
    let mut halves = [_mm512_setzero_si512(); 2];
    for (half, samples) in halves.iter_mut().zip(samples.as_chunks::<32>().0) {
        *half = u16x32::simd_from(token, *samples).into();
    }
    let [low, high] = halves;
    _mm512_permutex2var_epi8(low, u8x64::simd_from(token, EVEN).into(), high)
});

pack_lines!(pack_raw16 pack_raw16_streamed, (2, 1), 32, |token, samples| {
    let words: __m512i = u16x32::simd_from(token, *samples).into();
    _mm512_or_si512(_mm512_slli_epi16::<8>(words), _mm512_srli_epi16::<8>(words))
});

/// Where the bytes of eight vectors, `LINES` in each eight, go in as many lines of 64 as they fill.
struct Places<const LINES: usize> {
    /// For each vector, the byte of it that comes to each place of a line. Some come to the next line.
    index: [[u8; 64]; 8],
    /// For each line and vector, the places that are the vector's.
    owners: [[u64; 8]; LINES],
}

impl<const LINES: usize> Places<LINES> {
    const fn new() -> Self {
        let (mut index, mut owners) = ([[0; 64]; 8], [[0; 8]; LINES]);
        let mut at = 0;
        while at < 64 * LINES {
            let (group, byte, place) = (at / LINES, at % LINES, at % 64);
            index[group / 8][place] = (group % 8 * 8 + byte) as u8;
            owners[at / 64][group / 8] |= 1 << place;
            at += 1;
        }
        Self { index, owners }
    }
}

/// Index of the even bytes of two vectors.
const fn even() -> [u8; 64] {
    let mut index = [0; 64];
    let mut at = 0;
    while at < 64 {
        index[at] = (2 * at) as u8;
        at += 1;
    }
    index
}
