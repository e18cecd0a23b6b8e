//! Lane bytes to burst bytes and back.
use crate::Backend;
/// `out[i] = lanes[i % N][i / N]` for whole rows: all lanes equally long. Returns rows done: the most that all slices allow.
pub fn interleave(backend: Backend, lanes: &[&[u8]], out: &mut [u8]) -> usize {
    let _ = (backend, lanes, out);
    todo!()
}
/// The inverse, for whole rows. Returns rows done.
pub fn deinterleave(backend: Backend, bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    let _ = (backend, bytes, lanes);
    todo!()
}
