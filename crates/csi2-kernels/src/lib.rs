//! The hot loops over plain slices: sample packing, lane interleaving, pin sampling. Each is a safe portable body
//! behind one dispatch on [`Backend`]; faster bodies are added behind the same functions.
#![no_std]

mod backend;
mod interleave;
mod pack;
mod sampling;
mod unpack;

pub use backend::Backend;
pub use interleave::{deinterleave, interleave};
pub use pack::{pack_raw6, pack_raw7, pack_raw8, pack_raw10, pack_raw12, pack_raw14, pack_raw16};
pub use sampling::clock_edges;
pub use unpack::{unpack_raw6, unpack_raw7, unpack_raw8, unpack_raw10, unpack_raw12, unpack_raw14, unpack_raw16};
