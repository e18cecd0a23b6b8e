//! The link at every layer: the same packets in, the same events out.
#![allow(clippy::unwrap_used, clippy::panic)]

mod captures;
mod clocked;
mod damage;
mod harness;
mod hostile;
mod roundtrip;
mod scrambled;
mod spans;
mod strides;
