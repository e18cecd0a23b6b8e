//! Bodies in safe portable Rust: fixed-size groups, so that bounds checks fall away and LLVM may vectorise.

mod checksum;
mod fall;
mod gather;
mod interleave;
mod pack;
mod rgb;
mod sampling;
mod state;
mod sync;
mod transpose;
mod unpack;
mod wide;

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
pub(crate) use checksum::after;
pub(crate) use checksum::checksum;
pub(crate) use fall::find_fall;
pub(crate) use interleave::{deinterleave, interleave};
pub(crate) use pack::{pack_raw6, pack_raw7, pack_raw8, pack_raw10, pack_raw12, pack_raw14, pack_raw16};
pub(crate) use rgb::{pack_rgb444, pack_rgb555, pack_rgb565, unpack_rgb444, unpack_rgb555, unpack_rgb565};
pub(crate) use sampling::{clock_edges, clocked_samples};
pub(crate) use state::sample_bytes;
pub(crate) use sync::{find_change, find_sync};
pub(crate) use unpack::{
    unpack_raw6, unpack_raw7, unpack_raw8, unpack_raw10, unpack_raw12, unpack_raw14, unpack_raw16,
};
pub(crate) use wide::{pack_raw20, pack_raw24, pack_raw28, unpack_raw20, unpack_raw24, unpack_raw28};
