//! Faults of a stream, at every layer, each with what a correct receiver must say of it.

mod packet;
mod packet_rows;
mod stream;
mod table;
mod wire;
mod wire_rows;

pub use packet::PacketFault;
pub use stream::StreamFault;
pub use table::{Dice, FAULTS, Fault, FaultLayer, FaultRow, Parameter, ParameterError, Parameters, Target, find_fault};
pub use wire::{Arrival, LowPowerFault, WireFault, WireLink, WireReport, WireView};
