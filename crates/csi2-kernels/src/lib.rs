//! The hot loops over plain slices: sample packing, checksum, lane interleaving, pin sampling.
//!
//! Each public function is one dispatch on [`Backend`] in front of a body that does whole groups and says how far it got.
//! The portable bodies are safe Rust, need no allocation, and are the reference for the faster bodies behind the same
//! functions: those of the CPU's vector units (feature `simd`), through safe intrinsics but for one module.
//!
//! ```
//! use csi2_kernels::{Backend, unpack_raw10};
//!
//! let packed = [0x5E, 0xC2, 0xA0, 0xAB, 0x33];
//! let mut samples = [0; 4];
//! assert_eq!(unpack_raw10(Backend::detect(), &packed, &mut samples), (5, 4));
//! assert_eq!(samples, [0x17B, 0x308, 0x283, 0x2AC]);
//! ```
#![no_std]

mod ahead;
mod backend;
#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod blocks;
mod checksum;
mod fall;
mod interleave;
#[cfg(all(feature = "simd", target_arch = "aarch64"))]
mod neon;
mod pack;
mod portable;
#[cfg(feature = "alloc")]
mod posted;
mod rgb;
mod rows;
mod sampling;
#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod shuffles;
mod sync;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod trusted;
mod unpack;
#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod vectors;
mod wide;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod x86;

pub use ahead::fetch_behind;
pub use backend::{Backend, Loads, Stores};
pub use checksum::checksum;
pub use fall::find_fall;
pub use interleave::{deinterleave, interleave};
pub use pack::{pack_raw6, pack_raw7, pack_raw8, pack_raw10, pack_raw12, pack_raw14, pack_raw16};
#[cfg(feature = "alloc")]
pub use posted::Posted;
pub use rgb::{pack_rgb444, pack_rgb555, pack_rgb565, unpack_rgb444, unpack_rgb555, unpack_rgb565};
pub use rows::{Raw, copy, pack_rows, unpack_rows};
pub use sampling::{Tap, clock_edges, clocked_samples, sample_bytes};
pub use sync::{find_change, find_sync};
pub use unpack::{unpack_raw6, unpack_raw7, unpack_raw8, unpack_raw10, unpack_raw12, unpack_raw14, unpack_raw16};
pub use wide::{pack_raw20, pack_raw24, pack_raw28, unpack_raw20, unpack_raw24, unpack_raw28};
