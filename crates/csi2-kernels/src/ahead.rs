//! Memory that is read soon.

use crate::Backend;

/// Asks for the memory `distance` bytes behind `bytes`, as much as these are, to be brought to the caches, where the backend can.
/// Whether there is any does not matter: nothing is read that a program could see.
///
/// Right while one piece of what lies in memory in order is worked at, and the next will follow.
pub fn fetch_behind(backend: Backend, bytes: &[u8], distance: usize) {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    if !matches!(backend.level, crate::backend::Level::Portable) {
        crate::trusted::fetch::fetch_behind(bytes, distance);
    }
    let _ = (backend, bytes, distance);
}
