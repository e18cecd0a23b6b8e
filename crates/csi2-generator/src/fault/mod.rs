//! Faults of a stream, at every layer, each with what a correct receiver must say of it.

mod packet;
mod wire;

pub use packet::PacketFault;
pub use wire::WireFault;
