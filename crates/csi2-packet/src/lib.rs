//! The CSI-2 low-level protocol: packet header with ECC, payload checksum, short and long packets, an incremental
//! receiver and a frame sequencer. Zero-copy, no allocation, no panics on any input.
#![no_std]

mod checksum;
mod data_type;
mod depacketizer;
mod ecc;
mod error;
mod header;
mod packet;
mod sequencer;
mod virtual_channel;

pub use checksum::{Bitwise, Bytewise, ChecksumVerdict, PayloadChecksum, Sliced, checksum};
pub use data_type::{Class, DataType};
pub use depacketizer::{Depacketizer, Framing, Missing, PacketEvent, Piece, ReceiverSettings, Step};
pub use ecc::EccVerdict;
pub use error::{EncodeError, LenError, SpaceError};
pub use header::{PacketHeader, ReceivedHeader};
pub use packet::{LongPacket, Packet, ShortPacket};
pub use sequencer::{FrameSequencer, LineNumbering};
pub use virtual_channel::{VcExtension, VirtualChannel};

/// The example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
