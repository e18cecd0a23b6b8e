//! CSI-2 for C: [`csi2-packet`](csi2_packet), [`csi2-dphy`](csi2_dphy) and [`csi2-pixel`](csi2_pixel) behind `csi2.h`, for
//! firmware and hosts. No allocation, no panic, no global state. Each function links only what it names.
//!
//! The header states the contract of pointers and lengths; each `unsafe` block here is proven from it. Memory that comes from
//! C has some value also where C never wrote it (the two sides are compiled apart), so buffers that are only written need not be
//! initialised.
#![no_std]
// Doc comments of exports are the text of csi2.h, where the contract stands once.
#![allow(clippy::missing_safety_doc)]

#[cfg(feature = "std")]
extern crate std;

mod about;
mod checksum;
mod codes;
mod depacketizer;
mod header;
mod lanes;
mod line;
mod packet;
#[cfg(all(not(feature = "std"), not(test)))]
mod panic;
mod raw;
#[cfg(test)]
mod tests;

pub use about::*;
pub use checksum::*;
pub use codes::*;
pub use depacketizer::*;
pub use header::*;
pub use lanes::*;
pub use line::*;
pub use packet::*;
