//! Captures of wires: sigrok sessions, value change dumps, headerless samples, and which wire is which.

// The lint exempts test functions only, not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod broken;
mod foreign;
mod map;
mod peers;
mod samples;
mod sigrok;
mod support;
mod vcd;
