//! Sample packing.
use crate::Backend;
/// Samples to RAW6 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw6(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
/// Samples to RAW7 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw7(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
/// Samples to RAW8 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw8(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
/// Samples to RAW10 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw10(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
/// Samples to RAW12 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw12(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
/// Samples to RAW14 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw14(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
/// Samples to RAW16 payload; whole groups only, high bits of samples ignored. Returns (samples read, bytes written).
pub fn pack_raw16(backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _ = (backend, samples, packed);
    todo!()
}
