//! The sync byte that starts a lane's data, at any bit.

use crate::Backend;
use crate::backend::dispatch;

/// The first sample from which on some wire shows the sync byte 0xB8, least significant bit first: 0 0 0 1 1 1 0 1 in eight
/// samples of one byte and one unit interval each. Returns its index and the wires (bits of a sample) that show it there.
///
/// `wires` are the bits to look at; those of `inverted` have the opposite level.
pub fn find_sync(backend: Backend, samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
    dispatch!(backend, find_sync(samples, wires, inverted);)
}
