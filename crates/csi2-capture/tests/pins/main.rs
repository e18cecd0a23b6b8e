//! Captures of wires: sigrok sessions, value change dumps, headerless samples, and which wire is which.

// The lint exempts test functions only, not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod broken;
mod dsl;
mod foreign;
mod ila;
mod map;
mod peers;
mod ports;
mod saleae;
mod saleae_csv;
mod samples;
mod sigrok;
mod support;
mod tables;
mod vcd;
