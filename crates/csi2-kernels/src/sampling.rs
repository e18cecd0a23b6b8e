//! Pins to bits.

use crate::{Backend, portable};

/// Where bit `clock` of `unit`-byte little-endian samples differs from the sample before (`previous` before the first),
/// as indices in samples. Stops before the first edge that `edges` has no room for. Returns (samples scanned, edges
/// written); to go on, flip `previous` if the edges written are an odd number.
///
/// `unit` is 1 to 8, else nothing is scanned; a bit that the unit does not have reads as 0. At most `u32::MAX` samples
/// are scanned at a time. A trailing piece of a sample is not scanned.
pub fn clock_edges(
    backend: Backend,
    samples: &[u8],
    unit: usize,
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    match backend {
        Backend::Portable => portable::clock_edges(samples, unit, clock, previous, edges),
    }
}
