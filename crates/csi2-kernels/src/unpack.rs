//! Sample unpacking.
use crate::Backend;
/// RAW6 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw6(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
/// RAW7 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw7(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
/// RAW8 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw8(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
/// RAW10 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw10(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
/// RAW12 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw12(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
/// RAW14 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw14(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
/// RAW16 payload to samples; whole groups only. Returns (bytes read, samples written): the most that both slices allow.
pub fn unpack_raw16(backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _ = (backend, packed, samples);
    todo!()
}
