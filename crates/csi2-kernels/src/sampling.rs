//! Pins to bits.

use crate::Backend;
use crate::backend::dispatch;

/// Where bit `clock` of `unit`-byte little-endian samples differs from the sample before (`previous` before the first),
/// as indices in samples. Stops before the first edge that `edges` has no room for. Returns (samples scanned, edges
/// written); what is behind these in `edges` may have been written too. To go on, flip `previous` if the edges written are an
/// odd number.
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
    dispatch!(backend, clock_edges(samples, unit, clock, previous, edges); avx512 avx2)
}

/// Where a lane's bits are, in samples of one unit interval each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tap {
    /// Bit of the sample, 0 the least significant of its first byte.
    pub bit: u8,
    /// The level is the opposite of the lane's bit.
    pub inverted: bool,
    /// Samples before the first bit of the lane's first byte.
    pub skip: usize,
}

/// Merged lane bytes of samples that are one unit interval each: bit k of `out[row * N + lane]` is the bit at `taps[lane]` of
/// sample `skip + 8 * row + k`. `unit` is the size of a sample in bytes, 1 to 8; a bit that it does not have reads as 0.
///
/// Returns rows done: the most that the samples of all lanes and `out` allow; none without taps, or with more than 8.
pub fn sample_bytes(backend: Backend, samples: &[u8], unit: usize, taps: &[Tap], out: &mut [u8]) -> usize {
    dispatch!(backend, sample_bytes(samples, unit, taps, out); avx512 avx2)
}

/// Keeps, of samples of one byte, each that comes just before one with another level of bit `clock`: oversampled wires with
/// a clock become one sample a bit. `previous` is the sample before the first. Stops before the first change that `kept` has no
/// room for. Returns (samples scanned, samples kept); what is behind these in `kept` may have been written too. To go on, give
/// the last sample scanned as `previous`.
///
/// A bit that bytes do not have never changes. Room for two vectors (128) more than is kept is a little faster.
pub fn clocked_samples(backend: Backend, samples: &[u8], clock: u32, previous: u8, kept: &mut [u8]) -> (usize, usize) {
    dispatch!(backend, clocked_samples(samples, clock, previous, kept); avx512 avx2)
}
