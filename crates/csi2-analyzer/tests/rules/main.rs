//! The rules of packets, frames and lines, judged from bytes that are made here and not by the encoder: what a link may
//! do causes no finding, and what it may not causes exactly the one of that name.
#![allow(clippy::unwrap_used, clippy::panic)]

mod channels;
mod codes;
mod frames;
mod lengths;
mod lines;
mod types;
mod wire;
