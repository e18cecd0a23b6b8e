//! Bodies for CPUs as of Ice Lake: AVX-512 with VBMI, VBMI2, GFNI and VPCLMULQDQ.

mod checksum;
mod copy;
mod edges;
mod fall;
mod interleave;
mod matrices;
mod pack;
mod sampling;
mod state;
mod sync;
mod unpack;

pub(crate) use checksum::checksum;
pub(crate) use copy::copy_streamed;
pub(crate) use edges::clock_edges;
pub(crate) use fall::find_fall;
pub(crate) use interleave::{deinterleave, interleave, interleave_ahead};
pub(crate) use pack::*;
pub(crate) use sampling::clocked_samples;
pub(crate) use state::sample_bytes;
pub(crate) use sync::{find_change, find_sync};
pub(crate) use unpack::*;
