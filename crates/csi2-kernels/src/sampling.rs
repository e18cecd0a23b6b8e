//! Pins to bits.
use crate::Backend;
/// Indices (relative, in samples) at which bit `clock` of `unit`-byte little-endian samples differs from the sample before
/// (`previous` before the first). Writes up to `edges.len()`; returns (samples scanned, edges written).
pub fn clock_edges(
    backend: Backend,
    samples: &[u8],
    unit: usize,
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    let _ = (backend, samples, unit, clock, previous, edges);
    todo!()
}
