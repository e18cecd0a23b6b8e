//! What may begin between bursts, in lane bytes.

use crate::Backend;
use crate::backend::dispatch;

/// The first byte that is zero behind ones and then zeros in time, and with them makes sixteen zeros or more: a burst that
/// ends in a stop state, and HS-ZERO of the next, must show one. `distance` is the number of lanes: so far are the bytes of a
/// lane apart.
///
/// Index i of the first with `bytes[i] == 0`, `bytes[i - distance]` one less than a power of two but not 0, and
/// `bytes[i + distance] & bytes[i - distance] == 0`. `None` where `distance` is 0 or more than 8.
pub fn find_fall(backend: Backend, bytes: &[u8], distance: usize) -> Option<usize> {
    dispatch!(backend, find_fall(bytes, distance); avx512 avx2)
}

/// The bytes, those of the same lanes in the next row, and those in the row behind it.
#[inline(always)]
pub(crate) fn rows(bytes: &[u8], distance: usize) -> Option<[&[u8]; 3]> {
    if !(1..=8).contains(&distance) {
        return None;
    }
    Some([bytes, bytes.get(distance..)?, bytes.get(2 * distance..)?])
}

/// Of all three `N` bytes at a time.
#[inline(always)]
pub(crate) fn blocks<const N: usize>([before, now, after]: [&[u8]; 3]) -> impl Iterator<Item = [&[u8; N]; 3]> {
    let blocks = before.as_chunks::<N>().0.iter();
    let blocks = blocks.zip(now.as_chunks::<N>().0).zip(after.as_chunks::<N>().0);
    blocks.map(|((before, now), after)| [before, now, after])
}
