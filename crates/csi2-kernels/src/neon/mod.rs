//! Bodies for AArch64.

mod interleave;
mod pack;
mod unpack;

pub(crate) use interleave::{deinterleave, interleave};
pub(crate) use pack::*;
pub(crate) use unpack::*;
