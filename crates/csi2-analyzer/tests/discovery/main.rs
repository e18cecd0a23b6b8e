//! Which wire is what, found from the wires.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod brief;
mod captures;
mod hostile;
mod links;
mod names;
