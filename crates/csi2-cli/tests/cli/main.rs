//! The command as its users run it: the built binary on files that it made itself, and on recordings of other people's
//! transmitters where these are present.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod anonymise;
mod bench;
mod beside;
mod conformance;
mod contract;
mod convert;
mod corpus;
mod data_types;
mod embedded;
mod exit_status;
mod exposures;
mod help;
mod hostile;
mod inject;
mod memory;
mod misuse;
mod modes;
mod pairs;
mod peers;
mod round_trip;
mod rules;
mod sensors;
mod simulate;
mod sinks;
mod streams;
mod support;
mod timing;
