//! The only `unsafe` of the workspace: what no safe intrinsic does. One operation a block, each with its proof.
#![allow(unsafe_code)]

mod carryless;
pub(crate) mod fetch;
pub(crate) mod stream;

pub(crate) use carryless::Carryless;
