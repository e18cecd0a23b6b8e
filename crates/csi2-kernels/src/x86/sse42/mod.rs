//! Bodies for x86-64-v2.

mod checksum;
mod interleave;
mod pack;
mod unpack;

pub(crate) use checksum::checksum;
pub(crate) use interleave::{deinterleave, interleave};
pub(crate) use pack::*;
pub(crate) use unpack::*;
