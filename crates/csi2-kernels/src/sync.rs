//! Where in the samples something begins: the sync byte that starts a lane's data, at any bit, or any change.

use crate::Backend;
use crate::backend::dispatch;

/// The first sample from which on some wire shows the sync byte 0xB8, least significant bit first: 0 0 0 1 1 1 0 1 in eight
/// samples of one byte and one unit interval each. Returns its index and the wires (bits of a sample) that show it there.
///
/// `wires` are the bits to look at; those of `inverted` have the opposite level. One that begins in the last seven samples
/// shows when they are given again with those behind them.
pub fn find_sync(backend: Backend, samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
    dispatch!(backend, find_sync(samples, wires, inverted); avx512 avx2)
}

/// The first sample that differs from `level` in the bits of `mask`.
pub fn find_change(backend: Backend, samples: &[u8], mask: u8, level: u8) -> Option<usize> {
    dispatch!(backend, find_change(samples, mask, level); avx512 avx2)
}

/// The sync byte as levels of eight samples, all bits of each.
pub(crate) const SYNC: [u8; 8] = [0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0xFF];
